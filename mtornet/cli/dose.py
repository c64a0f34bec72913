"""``mtornet dose``: dose responses of a drug, or the dose matrix of a pair."""

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
from mtornet.errors import ProtocolError

if TYPE_CHECKING:
    from mtornet.analysis.dose_response import DoseResponse

NAME = "dose"
HELP = (
    "Dose response of a drug on read-outs: EC50, IC50, Emax, Hill slope, AUC with 95 % intervals; of growth "
    "rates the GR metrics. With two drugs the dose matrix, and its synergy by Bliss, HSA, Loewe and ZIP."
)
EXAMPLE = "Example: mtornet dose sapanisertib --readout pS6K_T389 --from '0.1 nM' --to '1 uM' --out ec50"

PAIR_DOSES = 6
"""Doses of each drug of a pair."""


def command(
    drugs: Annotated[list[str], typer.Argument(help="Drug or alias; two for a dose matrix.")],
    readout: Annotated[
        list[str] | None,
        typer.Option("--readout", help="Read-out or species. Repeatable [pS6K_T389].", show_default=False),
    ] = None,
    low: Annotated[str, typer.Option("--from", help="Lowest dose.")] = "0.01 nM",
    high: Annotated[str, typer.Option("--to", help="Highest dose.")] = "10 uM",
    number: Annotated[
        int | None,
        typer.Option("--doses", min=3, help="Doses, evenly on a logarithmic axis [13; of a pair 6 each]."),
    ] = None,
    at: Annotated[str, typer.Option("--at", help="Time after the dose.")] = "24 h",
    variant: Variant = "wild_type",
    context: Context = None,
    inputs: Inputs = None,
    method: Annotated[str, typer.Option("--method", help="ode, ssa, tau, hybrid or cle.")] = "ode",
    cells: Cells = defaults.CELLS,
    copy_scale: CopyScale = None,
    replicates: Annotated[
        int,
        typer.Option("--replicates", min=1, help="Of a pair: matrices of cells with scattered constants."),
    ] = 16,
    seed: Seed = defaults.SEED,
    jobs: Jobs = None,
    out: Out = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Run the dose series, print the fits, and write tables and figures with ``--out``."""
    from mtornet.analysis.dose_response import dose_response
    from mtornet.cli.dose_pair import show_pair
    from mtornet.cli.progress import CellProgress
    from mtornet.experiment.dose import log_doses
    from mtornet.network.library import load_model
    from mtornet.report.files import writable_folder
    from mtornet.simulation.interrupt import stop_on_signals
    from mtornet.simulation.seeds import drawn_seed

    if len(drugs) > 2:
        raise ProtocolError(f"dose: expected one drug or two, got {len(drugs)}: {', '.join(drugs)}")
    readouts = list(dict.fromkeys(readout or ["pS6K_T389"]))
    if len(drugs) == 2 and (method != "ode" or len(readouts) > 1):
        raise ProtocolError("a dose matrix is of one read-out and of the rate equations (--method ode)")
    folder = writable_folder(out) if out is not None else None
    network, given = load_model(), pairs(inputs, option="--input")
    used_seed = drawn_seed() if seed is None else seed
    with CellProgress(quiet=quiet or as_json) as progress, stop_on_signals() as flag:
        if len(drugs) == 2:
            from mtornet.analysis.pair_response import pair_response

            doses = log_doses(low, high, PAIR_DOSES if number is None else number)
            pair = pair_response(
                network,
                drugs[0],
                drugs[1],
                doses_a=doses,
                doses_b=doses,
                readout=readouts[0],
                at=at,
                variant=variant,
                context=context,
                inputs=given,
                replicates=replicates,
                seed=used_seed,
                jobs=jobs,
                progress=progress,
                stop=flag,
            )
            return show_pair(pair, folder, as_json=as_json)
        found = [
            dose_response(
                network,
                drugs[0],
                doses=log_doses(low, high, 13 if number is None else number),
                readout=name,
                at=at,
                variant=variant,
                context=context,
                inputs=given,
                method=method,
                cells=cells,
                copy_scale=copy_scale,
                seed=used_seed,
                jobs=jobs,
                progress=progress,
                stop=flag,
            )
            for name in readouts
        ]
    paths = _write(found, folder) if folder is not None else {}
    if as_json:
        every = [_numbers(one) for one in found]
        shown = every[0] if len(every) == 1 else {"responses": every}
        typer.echo(json.dumps(finite({**shown, "paths": paths}), allow_nan=False))
        return 0
    for one in found:
        _show(one)
    for path in paths.values():
        typer.echo(f"wrote {path}")
    return 0


def _numbers(found: DoseResponse) -> dict[str, object]:
    fit = found.fit
    numbers: dict[str, object] = {
        "drug": found.drug,
        "readout": found.readout,
        "at_h": found.at_s / 3600,
        "EC50_nM": fit.EC50,
        "EC50_interval_nM": list(fit.EC50_interval),
        "IC50_nM": fit.IC50,
        "IC50_interval_nM": list(fit.IC50_interval),
        "Emax": fit.Emax,
        "Emax_interval": list(fit.Emax_interval),
        "hill": fit.hill,
        "hill_interval": list(fit.hill_interval),
        "AUC": fit.AUC,
        "AUC_interval": list(fit.AUC_interval),
        "fit": fit.message or "good",
        "seed": found.seed,
        "doses_nM": found.doses_nM.tolist(),
        "fold_change": found.fold_change.tolist(),
    }
    if found.gr is not None:
        gr = found.gr
        numbers["GR"] = found.gr_values.tolist()
        numbers |= {"GR50_nM": gr.GR50, "GR50_interval_nM": list(gr.GR50_interval)}
        numbers |= {"GRmax": gr.GRmax, "GR_AOC": gr.GR_AOC, "GRinf": gr.GRinf, "hGR": gr.hGR}
    return numbers


def _show(found: DoseResponse) -> None:
    fit = found.fit
    typer.echo(f"{found.drug} on {found.readout} after {found.at_s / 3600:g} h (fold change over vehicle)")
    for i, (concentration, fold) in enumerate(zip(found.doses_nM, found.fold_change, strict=True)):
        gr = f"  GR {found.gr_values[i]:7.4f}" if found.gr is not None else ""
        typer.echo(f"  {concentration:>12.6g} nM  {fold:8.4f}{gr}")
    if fit.success:
        typer.echo(f"EC50 {fit.EC50:.4g} nM ({_interval(fit.EC50_interval)}, 95 %)")
        if math.isfinite(fit.IC50):
            typer.echo(f"IC50 {fit.IC50:.4g} nM ({_interval(fit.IC50_interval)}): half of the vehicle")
        else:
            typer.echo("no IC50: no dose halves the read-out")
        typer.echo(f"Emax {fit.Emax:.3f} ({_interval(fit.Emax_interval)}), Hill {fit.hill:.2f}")
        typer.echo(f"AUC {fit.AUC:.3f} ({_interval(fit.AUC_interval)}) of the tested doses")
    else:
        typer.echo(f"no EC50: {fit.message}")
    if found.gr is not None:
        gr50 = found.gr.GR50
        half = (
            f"GR50 {gr50:.4g} nM ({_interval(found.gr.GR50_interval)})" if math.isfinite(gr50) else "no GR50"
        )
        typer.echo(
            f"{half}, GRmax {found.gr.GRmax:.3f}, GR_AOC {found.gr.GR_AOC:.3f}, hGR {found.gr.hGR:.2f}"
        )


def _interval(ends: tuple[float, float]) -> str:
    return f"{ends[0]:.4g} to {ends[1]:.4g}"


def finite(value: object) -> object:
    """Return the same with null for what JSON has no number for: the end of an open interval."""
    if isinstance(value, dict):
        return {name: finite(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write(found: list[DoseResponse], folder: Path) -> dict[str, str]:
    import pandas as pd

    from mtornet.plot.dose import dose_figure
    from mtornet.plot.save import save
    from mtornet.report.files import write_csv

    table = pd.concat([one.summary for one in found], ignore_index=True)
    paths = {"summary": str(write_csv(table, folder / "summary.csv"))}
    for one in found:
        after = f"_{one.readout}" if len(found) > 1 else ""
        figure, data = dose_figure(
            one.doses_nM,
            one.fold_change,
            low=one.fold_change - one.standard_error,
            high=one.fold_change + one.standard_error,
            fit=one.fit if one.fit.success else None,
            ec50_nM=one.fit.EC50 if one.fit.success else None,
            ec50_interval_nM=one.fit.EC50_interval if one.fit.success else None,
            drug=one.drug,
            readout=one.readout,
        )
        for path in save(figure, folder, f"dose_response{after}", data):
            paths[f"figure{after}_{path.suffix[1:]}"] = str(path)
        if one.gr is not None:
            curve = one.gr.curve if one.gr.curve.success else None
            figure, data = dose_figure(
                one.doses_nM,
                one.gr_values,
                fit=curve,
                drug=one.drug,
                readout="GR",
                unit="1 without drug, 0 stops",
                title=f"Growth rate inhibition by {one.drug}",
            )
            for path in save(figure, folder, f"gr{after}", data):
                paths[f"gr{after}_{path.suffix[1:]}"] = str(path)
    return paths
