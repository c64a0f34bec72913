"""``mtornet check``: every problem of a model, listed at once."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from mtornet.cli.options import Json
from mtornet.errors import ModelError, SBMLError

NAME = "check"
HELP = (
    "Check a model: names, stoichiometry, rate laws, units. Lists every problem; exit code 1 if there is "
    "one. With --facts: the published observations that it meets and misses; exit code 1 if one is missed "
    "that is not a known miss."
)
EXAMPLE = "Example: mtornet check mtor --facts"


def command(
    model: Annotated[str, typer.Argument(help="A shipped model, or an SBML or Antimony file.")] = "mtor",
    facts: Annotated[
        bool, typer.Option("--facts", help="Try the published observations (facts.tsv): the score card.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Check and report."""
    if facts:
        return _score_card(model, as_json=as_json)
    from pathlib import Path

    from mtornet.analysis.model_file import load
    from mtornet.graph.knowledge import model_names

    problems: list[str] = []
    found: dict[str, object] = {}
    if model not in model_names() and not Path(model).exists():
        load(model)
    try:
        network = load(model)
        found = {
            "model": network.describe(),
            "moieties": len(network.conserved_moieties()),
            "notes": [*network.notes, *_only_for_rate_equations(network)],
        }
        if network.model in model_names():
            problems += _knowledge_problems(network)
    except ModelError as error:
        problems += error.problems
    except SBMLError as error:
        heading, *listed = str(error).split("\n  ")
        problems += listed or [heading]
    if as_json:
        typer.echo(json.dumps({**found, "problems": problems}, ensure_ascii=False))
    else:
        if found:
            typer.echo(f"{found['model']}; {found['moieties']} conserved moieties")
        for note in found.get("notes", []):  # type: ignore[attr-defined]
            typer.echo(f"note: {note}")
        for problem in problems:
            typer.echo(problem)
        typer.echo(f"{len(problems)} problem(s)" if problems else "no problem found")
    return 1 if problems else 0


def _only_for_rate_equations(network: object) -> list[str]:
    """Return why stochastic methods refuse the model, if they do."""
    from mtornet.compiled.network import compile_network

    compiled = compile_network(network)  # type: ignore[arg-type]
    return [f"for rate equations only: {reason}" for reason in compiled.only_deterministic]


def _knowledge_problems(network: object) -> list[str]:
    """Try every drug, variant and context on the model, so that a broken row shows here and not in a run."""
    from mtornet.errors import MtorNetError
    from mtornet.experiment.drug import drugs
    from mtornet.experiment.mechanisms import with_drug
    from mtornet.network.contexts import contexts
    from mtornet.network.variants import variants

    problems = []
    for drug in drugs(network.model).values():  # type: ignore[attr-defined]
        try:
            with_drug(network, drug)  # type: ignore[arg-type]
        except MtorNetError as error:
            problems.append(f"drug {drug.id!r}: {error}")
    for name in variants(network.model):  # type: ignore[attr-defined]
        try:
            network.with_variant(name)  # type: ignore[attr-defined]
        except MtorNetError as error:
            problems.append(f"variant {name!r}: {error}")
    for name in contexts(network.model):  # type: ignore[attr-defined]
        try:
            network.with_context(name)  # type: ignore[attr-defined]
        except MtorNetError as error:
            problems.append(f"context {name!r}: {error}")
    return problems


def _score_card(model: str, *, as_json: bool) -> int:
    """Print which published observations the model meets."""
    from mtornet.analysis.facts.score import score_card
    from mtornet.analysis.model_file import load

    card = score_card(load(model))
    missed = [scored.fact.id for scored in card.surprises if scored.margin < 0]
    if as_json:
        rows = json.loads(card.table.to_json(orient="records"))
        outside = [dict(zip(("id", "priority", "title", "reason"), row, strict=True)) for row in card.outside]
        typer.echo(json.dumps({"facts": rows, "outside": outside, "new_misses": missed}, ensure_ascii=False))
        return 1 if missed else 0
    for scored in card.facts:
        values = ", ".join(f"{value:.3g}" for value in scored.values)
        typer.echo(f"{scored.status:<15} {scored.fact.id:<10} {scored.fact.text} = {values or '-'}")
    typer.echo(card.summary())
    typer.echo(f"{len(missed)} new miss(es): {', '.join(missed)}" if missed else "no new miss")
    return 1 if missed else 0
