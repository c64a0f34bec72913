"""``mtornet branches``: steady states over a range of one value, with their stability."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from mtornet.cli.options import Context, Inputs, Json, Out, Variant, pairs

NAME = "branches"
HELP = "Follow the steady states while one value moves: stable and unstable branches, folds, Hopf points."
EXAMPLE = "Example: mtornet branches input.insulin --from 0.01 --to 10 --readout pAKT_S473 --out branches"


def command(
    target: Annotated[str, typer.Argument(help="parameter.NAME, input.NAME or drug.NAME (nM).")],
    low: Annotated[float, typer.Option("--from", help="Lower end, in the unit of the target.")],
    high: Annotated[float, typer.Option("--to", help="Upper end.")],
    readout: Annotated[
        list[str] | None,
        typer.Option("--readout", help="Read-out or species. Repeatable [pAKT_S473].", show_default=False),
    ] = None,
    drug: Annotated[
        list[str] | None,
        typer.Option("--drug", help="A drug that stays: everolimus='20 nM'. Repeatable.", show_default=False),
    ] = None,
    linear: Annotated[
        bool, typer.Option("--linear", help="Even steps instead of even ratios of the target.")
    ] = False,
    variant: Variant = "wild_type",
    context: Context = None,
    inputs: Inputs = None,
    out: Out = None,
    as_json: Json = False,
) -> int:
    """Follow the branches, print where they turn, and write table and figure with ``--out``."""
    from mtornet.analysis.continuation.run import continuation
    from mtornet.network.library import load_model
    from mtornet.report.files import writable_folder

    folder = writable_folder(out) if out is not None else None
    found = continuation(
        load_model(),
        target,
        low,
        high,
        readouts=readout or ["pAKT_S473"],
        variant=variant,
        context=context,
        inputs=pairs(inputs, option="--input"),
        drugs=pairs(drug, option="--drug"),
        logarithmic=False if linear else None,
    )
    paths: dict[str, str] = {}
    if folder is not None:
        from mtornet.plot.branches import branches_figure
        from mtornet.plot.save import save

        figure, data = branches_figure(found)
        paths = {f"figure_{p.suffix[1:]}": str(p) for p in save(figure, folder, "branches", data)}
    if as_json:
        rows = {
            "points": json.loads(found.table.to_json(orient="records")),
            "special": json.loads(found.special.to_json(orient="records")),
        }
        typer.echo(json.dumps({"target": found.target, "unit": found.unit, **rows, "paths": paths}))
        return 0
    for number, branch in found.table.groupby("branch"):
        values, stable = branch[found.target], int(branch["stable"].sum())
        typer.echo(
            f"branch {number}: {len(branch)} steady states from {values.iloc[0]:.4g} "
            f"to {values.iloc[-1]:.4g} {found.unit}, {stable} of them stable"
        )
    for row in found.special.to_dict(orient="records"):
        seen = ", ".join(f"{name} {row[name]:.4g}" for name in found.readouts)
        typer.echo(f"{row['special']} at {found.target} = {row[found.target]:.5g} {found.unit} ({seen})")
    if found.special.empty:
        typer.echo("no fold and no Hopf point on the way")
    for path in paths.values():
        typer.echo(f"wrote {path}")
    return 0
