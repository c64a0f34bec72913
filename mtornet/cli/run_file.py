"""``mtornet run``: an experiment from its file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mtornet.cli.options import Jobs, Json, Out, Quiet
from mtornet.errors import ProtocolError

if TYPE_CHECKING:
    from mtornet.analysis.experiment_file import ExperimentFile
    from mtornet.analysis.run import Run
    from mtornet.network.network import ReactionNetwork

NAME = "run"
HELP = "Carry out the experiment of a TOML file: cells, doses and ligands over time, method, read-outs."
EXAMPLE = (
    "Example: mtornet run daily.toml --out daily    ('mtornet run --example' prints a file to begin with)"
)


def command(
    spec: Annotated[
        Path | None, typer.Argument(help="TOML file of the experiment.", show_default=False)
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="Print a file to begin with, and exit.")] = False,
    method: Annotated[
        str | None,
        typer.Option(
            "--method", help="ode, ssa, tau, hybrid or cle, instead of the file's.", show_default=False
        ),
    ] = None,
    cells: Annotated[
        int | None, typer.Option("--cells", min=1, help="Cells, instead of the file's.", show_default=False)
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Seed, instead of the file's.", show_default=False)
    ] = None,
    jobs: Jobs = None,
    keep: Annotated[str, typer.Option("--keep", help="summary, or trajectories of every cell.")] = "summary",
    out: Out = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Run the experiment and write its files."""
    from mtornet.analysis.experiment_file import EXAMPLE as FILE
    from mtornet.analysis.experiment_file import read_experiment
    from mtornet.analysis.shown import shown_run
    from mtornet.cli.progress import CellProgress
    from mtornet.experiment.arms import arm_of, whole_network
    from mtornet.report.files import writable_folder
    from mtornet.report.run_outputs import write_run
    from mtornet.simulation.interrupt import stop_on_signals

    if example:
        typer.echo(FILE, nl=False)
        return 0
    if spec is None:
        raise ProtocolError("run: name the TOML file of an experiment; 'mtornet run --example' prints one")
    if keep not in ("summary", "trajectories"):
        raise ProtocolError(f"--keep {keep!r}: expected summary or trajectories")
    asked = read_experiment(spec)
    network = _network(asked)
    settings: dict[str, Any] = {
        "method": method or asked.method,
        "cells": cells or asked.cells,
        "seed": asked.seed if seed is None else seed,
        "copy_scale": asked.copy_scale,
        "settle": asked.settle,
    }
    started = _now()
    # Takes well under a second, and shows a mistake before a folder is made.
    exact = _run(network, asked, {**settings, "method": "ode"}, None, None, None)
    folder = writable_folder(out or Path(spec.stem))
    with CellProgress(quiet=quiet or as_json) as progress, stop_on_signals() as flag:
        found = exact
        if settings["method"] != "ode":
            found = _run(network, asked, settings, jobs, progress, flag)
    arms = [arm_of(network, asked.protocol)]
    drawn = shown_run(whole_network(network, arms), found, deterministic=exact)
    record = _record(asked, network, found, settings, started, interrupted=flag.is_set)
    outputs = write_run(found, drawn, record, folder, keep=keep)
    if as_json:
        paths = {name: str(folder / path) for name, path in outputs.items()}
        rows = json.loads(_last(found).to_json(orient="records"))
        typer.echo(json.dumps({"table": rows, "paths": paths, "seed": found.seed}, ensure_ascii=False))
    else:
        _show(found, outputs, folder)
    return 130 if flag.is_set else 0


def _network(asked: ExperimentFile) -> ReactionNetwork:
    from mtornet.analysis.model_file import load

    network = load(asked.model)
    if asked.parameters:
        network = network.with_parameters(**asked.parameters)
    return network.with_amounts(asked.amounts) if asked.amounts else network


def _run(
    network: ReactionNetwork,
    asked: ExperimentFile,
    settings: dict[str, Any],
    jobs: Any,
    progress: Any,
    stop: Any,
) -> Run:
    from mtornet.analysis.run import run

    return run(
        network,
        asked.protocol,
        times=asked.times,
        readouts=asked.readouts,
        jobs=jobs,
        progress=progress,
        stop=stop,
        **settings,
    )


def _now() -> str:
    import datetime

    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _record(
    asked: ExperimentFile,
    network: ReactionNetwork,
    found: Run,
    settings: dict[str, Any],
    started: str,
    *,
    interrupted: bool,
) -> dict[str, Any]:
    from mtornet.provenance import package_version, versions

    n_cells = {result.arm.condition: len(result.status) for result in found.arms}
    return {
        "mtornet_version": package_version(),
        "model": network.model,
        "model_sha256": asked.protocol.cells_of(network).sha256,
        "spec": {"verb": "run", **asked.content},
        "method": found.method,
        "kisao": found.kisao,
        "algorithm": found.provenance["algorithm"],
        "seed": found.seed,
        "copy_scale": found.provenance["copy_scale"],
        "n_cells": settings["cells"] if found.method != "ode" else 1,
        "cells_by_condition": n_cells,
        "interrupted": interrupted,
        "versions": versions(),
        "started": started,
        "finished": _now(),
    }


def _last(found: Run) -> Any:
    """Return the end of the table: what every read-out is at the last time, over the vehicle."""
    table = found.summary
    last = table[table["time_s"] == table["time_s"].max()]
    treated = last[last["condition"] != found.arms[0].arm.condition]
    return (treated if len(treated) else last)[["condition", "readout", "mean", "unit", "fold_change"]]


def _show(found: Run, outputs: dict[str, str], folder: Path) -> None:
    table = _last(found)
    at_h = float(found.arms[0].times[-1]) / 3600.0
    typer.echo(f"{found.arms[-1].arm.condition}, {found.arms[-1].variant}, after {at_h:g} h ({found.method})")
    for row in table.to_dict(orient="records"):
        fold = row["fold_change"]
        typer.echo(f"  {row['readout']:<16} {row['mean']:12.5g} {row['unit']:<10} {fold:8.3f} of vehicle")
    names = [outputs[name] for name in ("summary", "model", "run") if name in outputs]
    typer.echo("wrote " + "  ".join(f"{folder}/{name}" for name in [*names, "figures/", "protocol/"]))
