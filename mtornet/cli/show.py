"""``mtornet show``: what the model, its drugs and variants are."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from mtornet.cli.options import Json

NAME = "show"
HELP = "Show a model: its size, species, reactions, drugs, variants, read-outs, moieties, with sources."
EXAMPLE = "Example: mtornet show mtor --drugs"


def command(
    model: Annotated[str, typer.Argument(help="A shipped model, or an SBML or Antimony file.")] = "mtor",
    drugs: Annotated[
        bool, typer.Option("--drugs", help="Drugs, targets, constants, default doses and sources.")
    ] = False,
    variants: Annotated[bool, typer.Option("--variants", help="Genotypes and their edits.")] = False,
    readouts: Annotated[bool, typer.Option("--readouts", help="Read-outs and their formulas.")] = False,
    reactions: Annotated[
        bool, typer.Option("--reactions", help="Reactions, rate constants and sources.")
    ] = False,
    species: Annotated[bool, typer.Option("--species", help="Species, amounts and sources.")] = False,
    moieties: Annotated[bool, typer.Option("--moieties", help="Conserved moieties.")] = False,
    as_json: Json = False,
) -> int:
    """Print one table, or the overview."""
    import pandas as pd

    from mtornet.cli import listings
    from mtornet.cli.model_file import load
    from mtornet.cli.tables import plain

    network = load(model)
    wanted = {
        "drugs": drugs,
        "variants": variants,
        "readouts": readouts,
        "reactions": reactions,
        "species": species,
        "moieties": moieties,
    }
    chosen = [name for name, on in wanted.items() if on]
    rows = {name: getattr(listings, name)(network) for name in chosen}
    if as_json:
        typer.echo(json.dumps({"model": listings.overview(network), **rows}, ensure_ascii=False))
        return 0
    if not chosen:
        for name, value in listings.overview(network).items():
            typer.echo(f"{name:<22} {value}")
        typer.echo("more: " + " ".join(f"--{name}" for name in wanted))
        return 0
    for name in chosen:
        typer.echo(plain(pd.DataFrame(rows[name])) if rows[name] else f"no {name}")
    return 0
