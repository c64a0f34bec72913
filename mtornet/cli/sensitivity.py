"""``mtornet sensitivity``: which constants and amounts decide an outcome."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from mtornet.cli.options import Context, Inputs, Jobs, Json, Out, Quiet, Seed, Variant, pairs, ranges

NAME = "sensitivity"
HELP = (
    "Which constants and amounts decide an outcome: Sobol indices, Morris screening or PRCC, with intervals."
)
EXAMPLE = (
    "Example: mtornet sensitivity 'rebound_index of pAKT_S473' --drug everolimus='20 nM' --method morris "
    "--out sensitivity"
)

SHOWN = 12


def command(
    outcomes: Annotated[
        list[str], typer.Argument(help="'pX at 24 h', 'nadir of pX', 'EC50 of pX at 6 h'. Several are free.")
    ],
    drug: Annotated[
        list[str] | None,
        typer.Option("--drug", help="everolimus='20 nM'. Repeatable.", show_default=False),
    ] = None,
    method: Annotated[
        str, typer.Option("--method", help="sobol (shares of variance), morris (screen of many), prcc.")
    ] = "sobol",
    factor: Annotated[
        list[str] | None,
        typer.Option(
            "--factor",
            help="Parameter, ligand or amount.SPECIES, or k=LOW:HIGH. Repeatable [all that have bounds].",
            show_default=False,
        ),
    ] = None,
    span: Annotated[
        float | None, typer.Option("--span", help="Bounds: value divided and multiplied by this.")
    ] = None,
    n: Annotated[
        int | None, typer.Option("--n", min=2, help="Base points, paths or points [64, 10 or 512].")
    ] = None,
    duration: Annotated[str, typer.Option("--duration", help="How long, for example '24 h'.")] = "24 h",
    variant: Variant = "wild_type",
    context: Context = None,
    inputs: Inputs = None,
    seed: Seed = 1,
    jobs: Jobs = None,
    out: Out = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Run the points, print the strongest factors, and write table and figure with ``--out``."""
    from mtornet.analysis.sensitivity.run import MAIN_INDEX, sensitivity
    from mtornet.cli.progress import CellProgress
    from mtornet.cli.tables import plain
    from mtornet.network.library import load_model
    from mtornet.report.files import writable_folder, write_csv
    from mtornet.simulation.interrupt import stop_on_signals
    from mtornet.simulation.seeds import drawn_seed

    folder = writable_folder(out) if out is not None else None
    with CellProgress(quiet=quiet or as_json) as progress, stop_on_signals() as flag:
        found = sensitivity(
            load_model(),
            outcomes,
            method=method,
            factors=ranges(factor, option="--factor"),
            span=span,
            drugs=pairs(drug, option="--drug"),
            variant=variant,
            context=context,
            inputs=pairs(inputs, option="--input"),
            duration=duration,
            n=n,
            seed=drawn_seed() if seed is None else seed,
            jobs=jobs,
            progress=progress,
            stop=flag,
        )
    paths: dict[str, str] = {}
    if folder is not None:
        from mtornet.plot.save import save
        from mtornet.plot.sensitivity import sensitivity_figure

        figure, data = sensitivity_figure(found)
        paths = {f"figure_{p.suffix[1:]}": str(p) for p in save(figure, folder, "sensitivity", data)}
        paths["points"] = str(write_csv(found.points, folder / "points.csv"))
    if as_json:
        rows = json.loads(found.table.to_json(orient="records"))
        shown = {"method": found.method, "seed": found.seed, "failed": found.failed, "table": rows}
        typer.echo(json.dumps({**shown, "paths": paths}))
        return 0
    for outcome in found.outcomes:
        rows = found.table[found.table["outcome"] == outcome]
        strongest = rows[rows["index"] == MAIN_INDEX[found.method]]["factor"].head(SHOWN)
        kept = rows[rows["factor"].isin(strongest)].drop(columns="outcome")
        typer.echo(f"{outcome}: {found.method}, {len(found.factors)} factors, {len(found.values)} points")
        typer.echo(plain(kept.map(lambda v: f"{v:.3g}" if isinstance(v, float) else v)) + "\n")
    for reason, count in found.failed.items():
        typer.echo(f"{count} of {len(found.values)} points could not be solved: {reason}")
    for path in paths.values():
        typer.echo(f"wrote {path}")
    return 0
