"""``mtornet dose``: a dose response and its EC50."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtornet.analysis import defaults
from mtornet.cli.options import (
    Cells,
    Context,
    CopyScale,
    Inputs,
    Jobs,
    Json,
    Out,
    Quiet,
    Seed,
    Variant,
    pairs,
)

if TYPE_CHECKING:
    from mtornet.analysis.dose_response import DoseResponse

NAME = "dose"
HELP = "Dose response of one drug on one read-out, with EC50, Emax, Hill slope and their 95 % intervals."
EXAMPLE = "Example: mtornet dose sapanisertib --readout pS6K_T389 --from '0.1 nM' --to '1 uM' --out ec50"


def command(
    drug: Annotated[str, typer.Argument(help="Drug or alias.")],
    readout: Annotated[str, typer.Option("--readout", help="Read-out or species.")] = "pS6K_T389",
    low: Annotated[str, typer.Option("--from", help="Lowest dose.")] = "0.01 nM",
    high: Annotated[str, typer.Option("--to", help="Highest dose.")] = "10 uM",
    number: Annotated[
        int, typer.Option("--doses", min=4, help="Number of doses, evenly on a logarithmic axis.")
    ] = 13,
    at: Annotated[str, typer.Option("--at", help="Time after the dose.")] = "24 h",
    variant: Variant = "wild_type",
    context: Context = None,
    inputs: Inputs = None,
    method: Annotated[str, typer.Option("--method", help="ode, ssa, tau, hybrid or cle.")] = "ode",
    cells: Cells = defaults.CELLS,
    copy_scale: CopyScale = None,
    seed: Seed = defaults.SEED,
    jobs: Jobs = None,
    out: Out = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Run the dose series, print the fit, and write table and figure with ``--out``."""
    from mtornet.analysis.dose_response import dose_response
    from mtornet.cli.progress import CellProgress
    from mtornet.experiment.dose import log_doses
    from mtornet.network.library import load_model
    from mtornet.report.files import writable_folder
    from mtornet.simulation.interrupt import StopFlag, stop_on_signals

    folder = writable_folder(out) if out is not None else None
    flag = StopFlag()
    with CellProgress(quiet=quiet or as_json) as progress, stop_on_signals(flag):
        found = dose_response(
            load_model(),
            drug,
            doses=log_doses(low, high, number),
            readout=readout,
            at=at,
            variant=variant,
            context=context,
            inputs=pairs(inputs, option="--input"),
            method=method,
            cells=cells,
            copy_scale=copy_scale,
            seed=seed,
            jobs=jobs,
            progress=progress,
            stop=flag,
        )
    fit = found.fit
    numbers: dict[str, object] = {
        "drug": found.drug,
        "readout": found.readout,
        "at_h": found.at_s / 3600,
        "EC50_nM": fit.EC50,
        "EC50_interval_nM": list(fit.EC50_interval),
        "Emax": fit.Emax,
        "Emax_interval": list(fit.Emax_interval),
        "hill": fit.hill,
        "hill_interval": list(fit.hill_interval),
        "AUC": fit.AUC,
        "fit": fit.message or "good",
        "seed": found.seed,
    }
    paths = _write(found, folder) if folder is not None else {}
    if as_json:
        points = {"doses_nM": found.doses_nM.tolist(), "fold_change": found.fold_change.tolist()}
        typer.echo(json.dumps(_finite({**numbers, **points, "paths": paths}), allow_nan=False))
        return 0
    typer.echo(f"{found.drug} on {found.readout} after {found.at_s / 3600:g} h (fold change over vehicle)")
    for concentration, fold in zip(found.doses_nM, found.fold_change, strict=True):
        typer.echo(f"  {concentration:>12.6g} nM  {fold:8.4f}")
    if fit.success:
        typer.echo(f"EC50 {fit.EC50:.4g} nM (95 % {fit.EC50_interval[0]:.4g} to {fit.EC50_interval[1]:.4g})")
        lowest, highest = fit.Emax_interval
        typer.echo(f"Emax {fit.Emax:.3f} ({lowest:.3f} to {highest:.3f}), Hill {fit.hill:.2f}")
    else:
        typer.echo(f"no EC50: {fit.message}")
    for path in paths.values():
        typer.echo(f"wrote {path}")
    return 0


def _finite(value: object) -> object:
    """Return the same with null for what JSON has no number for: the end of an open interval."""
    if isinstance(value, dict):
        return {name: _finite(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write(found: DoseResponse, folder: Path) -> dict[str, str]:
    from mtornet.plot.dose import dose_figure
    from mtornet.plot.save import save
    from mtornet.report.files import write_csv

    paths = {"summary": str(write_csv(found.summary, folder / "summary.csv"))}
    figure, data = dose_figure(
        found.doses_nM,
        found.fold_change,
        low=found.fold_change - found.standard_error,
        high=found.fold_change + found.standard_error,
        fit=found.fit if found.fit.success else None,
        ec50_nM=found.fit.EC50 if found.fit.success else None,
        ec50_interval_nM=found.fit.EC50_interval if found.fit.success else None,
        drug=found.drug,
        readout=found.readout,
    )
    for path in save(figure, folder, "dose_response", data):
        paths[f"figure_{path.suffix[1:]}"] = str(path)
    return paths
