"""``mtornet show``: what the model, its drugs and variants are, and how the network is wired."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from mtornet.cli.options import Inputs, Json, Variant, pairs

NAME = "show"
HELP = (
    "Show a model, or anything in it by name, with sources: modules, species, reactions, parameters, drugs, "
    "variants, read-outs; feedback loops; what a drug does to the wiring."
)
EXAMPLE = "Example: mtornet show pS6K · mtornet show --feedback pS6K · mtornet show --drug everolimus"

LISTS = (
    "modules",
    "species",
    "reactions",
    "parameters",
    "inputs",
    "readouts",
    "drugs",
    "variants",
    "contexts",
    "moieties",
)


def command(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="A shipped model or an SBML or Antimony file [mtor], then anything in it: pS6K, R13, "
            "k_irs_s6k, everolimus, PTEN_loss ...",
            show_default=False,
        ),
    ] = None,
    drugs: Annotated[
        bool, typer.Option("--drugs", help="Drugs, targets, constants, default doses and sources.")
    ] = False,
    variants: Annotated[bool, typer.Option("--variants", help="Genotypes and their edits.")] = False,
    contexts: Annotated[bool, typer.Option("--contexts", help="Kinds of cells and their edits.")] = False,
    readouts: Annotated[bool, typer.Option("--readouts", help="Read-outs and their formulas.")] = False,
    reactions: Annotated[
        bool, typer.Option("--reactions", help="Reactions, rate constants and sources.")
    ] = False,
    species: Annotated[bool, typer.Option("--species", help="Species, amounts and sources.")] = False,
    parameters: Annotated[
        bool, typer.Option("--parameters", help="Parameters, values, bounds and sources.")
    ] = False,
    inputs: Annotated[bool, typer.Option("--inputs", help="Ligands and other inputs.")] = False,
    modules: Annotated[
        bool, typer.Option("--modules", help="Modules, what they need, sizes and confidence.")
    ] = False,
    moieties: Annotated[bool, typer.Option("--moieties", help="Conserved moieties.")] = False,
    feedback: Annotated[
        str | None,
        typer.Option(
            "--feedback",
            metavar="NODE",
            help="Feedback loops through a species, molecule or read-out: sign, gain, delay.",
            show_default=False,
        ),
    ] = None,
    drug: Annotated[
        str | None,
        typer.Option(
            "--drug",
            metavar="NAME",
            help="What a drug binds, blocks and cuts, and its ways to the read-outs.",
            show_default=False,
        ),
    ] = None,
    dose: Annotated[
        str | None, typer.Option("--dose", help="Dose for --drug, for example '20 nM'.", show_default=False)
    ] = None,
    variant: Variant = "wild_type",
    ligands: Inputs = None,
    as_json: Json = False,
) -> int:
    """Print tables, the cards of what was named, or the overview."""
    from mtornet.analysis.model_file import load, splits
    from mtornet.cli import listings, show_cards, show_wiring

    model, things = splits(names or [])
    network = load(model)
    wanted = (modules, species, reactions, parameters, inputs, readouts, drugs, variants, contexts, moieties)
    chosen = [name for name, on in zip(LISTS, wanted, strict=True) if on]
    given = pairs(ligands, option="--input")
    lists: dict[str, listings.Rows] = {name: getattr(listings, name)(network) for name in chosen}
    found: dict[str, object] = {**lists}
    texts = [listings.table(name, rows) for name, rows in lists.items()]
    if things:
        cards = [card for thing in things for card in show_cards.cards(network, thing)]
        found["elements"] = [show_cards.as_dict(card) for card in cards]
        texts += [show_cards.text(network, card) for card in cards]
    if feedback is not None:
        loops = show_wiring.feedback(network, feedback, variant=variant, inputs=given)
        found["feedback"] = loops
        texts.append(show_wiring.feedback_text(feedback, loops))
    if drug is not None:
        profile = show_wiring.drug(network, drug, dose=dose, variant=variant)
        found["drug"] = profile
        texts.append(show_wiring.drug_text(profile))
    if as_json:
        typer.echo(json.dumps({"model": listings.overview(network), **found}, ensure_ascii=False))
        return 0
    if not texts:
        lines = [f"{name:<22} {value}" for name, value in listings.overview(network).items()]
        lines.append("lists: " + " ".join(f"--{name}" for name in LISTS))
        lines.append("one thing: mtornet show NAME   loops: --feedback NODE   a drug's effect: --drug NAME")
        texts = ["\n".join(lines)]
    typer.echo("\n\n".join(texts))
    return 0
