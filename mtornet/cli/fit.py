"""``mtornet fit``: chosen constants from a table of measured fold changes."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtornet.cli.options import Jobs, Json, Out, Seed, ranges

if TYPE_CHECKING:
    from mtornet.analysis.fitting.run import Fit

NAME = "fit"
HELP = (
    "Fit chosen constants to measured fold changes over vehicle: a CSV with the columns condition, drug, "
    "dose, time, readout, fold_change, sd, and if wanted variant, inputs, source, note."
)
EXAMPLE = "Example: mtornet fit blots.csv --parameters k_irs_s6k,k_c2_s6k --span 10 --out fit"


def command(
    data: Annotated[Path, typer.Argument(help="CSV of measurements.")],
    parameters: Annotated[
        list[str],
        typer.Option("--parameters", help="What may move: a,b or a=LOW:HIGH,amount.X=LOW:HIGH. Repeatable."),
    ],
    span: Annotated[
        float | None,
        typer.Option("--span", help="Bounds: value divided and multiplied by this [those of the tables]."),
    ] = None,
    method: Annotated[
        str, typer.Option("--method", help="likelihood, or abc (draws from the posterior).")
    ] = "likelihood",
    errors: Annotated[str, typer.Option("--errors", help="log-normal or normal.")] = "log-normal",
    sd: Annotated[
        float | None,
        typer.Option("--sd", min=0.0, help="Where the table has no sd: this part of the fold change."),
    ] = None,
    intervals: Annotated[
        str, typer.Option("--intervals", help="profile (likelihood), or wald (curvature; quick).")
    ] = "profile",
    starts: Annotated[int, typer.Option("--starts", min=1, help="Starts of the likelihood.")] = 3,
    particles: Annotated[int, typer.Option("--particles", min=20, help="Particles of abc.")] = 256,
    seed: Seed = 1,
    jobs: Jobs = None,
    out: Out = None,
    as_json: Json = False,
) -> int:
    """Fit, print the constants, and write tables and figure with ``--out``."""
    from mtornet.analysis.fitting.run import fit
    from mtornet.network.library import load_model
    from mtornet.report.files import writable_folder
    from mtornet.simulation.interrupt import stop_on_signals
    from mtornet.simulation.seeds import drawn_seed

    folder = writable_folder(out) if out is not None else None
    with stop_on_signals() as flag:
        found = fit(
            load_model(),
            data,
            parameters=ranges([one for text in parameters for one in text.split(",")], option="--parameters")
            or [],
            span=span,
            method=method,
            errors=errors,
            sd=sd,
            intervals=intervals,
            starts=starts,
            particles=particles,
            seed=drawn_seed() if seed is None else seed,
            jobs=jobs,
            stop=flag,
        )
    paths = _write(found, folder) if folder is not None else {}
    if as_json:
        rows = json.loads(found.parameters.to_json(orient="records"))
        # No degree of freedom is left for a p value where there are as many constants as measurements.
        p_value = found.p_value if math.isfinite(found.p_value) else None
        shown = {"chi2": found.chi2, "n_data": len(found.data), "p_value": p_value, "seed": found.seed}
        typer.echo(json.dumps({**shown, "method": found.method, "parameters": rows, "paths": paths}))
        return 0
    _show(found)
    for path in paths.values():
        typer.echo(f"wrote {path}")
    return 0


def _show(found: Fit) -> None:
    from mtornet.cli.tables import plain

    table = found.parameters.copy()
    for column in ("value", "low", "high", "before", "bound_low", "bound_high"):
        table[column] = [f"{value:.4g}" for value in table[column]]
    freedom = len(found.data) - len(found.factors)
    typer.echo(
        f"{len(found.data)} measurements, {len(found.factors)} constants, {found.method}; "
        f"{found.confidence:.0%} intervals\n{plain(table.drop(columns='kind'))}"
    )
    typer.echo(f"chi squared {found.chi2:.4g} for {freedom} degrees of freedom (p = {found.p_value:.3g})")
    for name, ends in zip(found.parameters["name"], found.parameters["open"], strict=True):
        if ends:
            typer.echo(f"{name}: the data do not end its interval ({ends}); it ends at the bound")
    if found.p_value < 0.01:
        typer.echo("the model misses the measurements by more than their errors allow; see the residuals")


def _write(found: Fit, folder: Path) -> dict[str, str]:
    from mtornet.plot.fit import fit_figure
    from mtornet.plot.save import save
    from mtornet.report.files import write_csv

    tables = {"parameters": found.parameters, "courses": found.courses, "draws": found.draws}
    paths = {name: str(write_csv(table, folder / f"{name}.csv")) for name, table in tables.items()}
    figure, data = fit_figure(found)
    return paths | {f"figure_{p.suffix[1:]}": str(p) for p in save(figure, folder, "fit", data)}
