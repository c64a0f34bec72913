"""``mtornet simulate``: any model file, any method."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from mtornet.cli.options import Cells, Jobs, Out, Quiet, Seed
from mtornet.errors import ProtocolError

NAME = "simulate"
HELP = "Simulate a model file (SBML or Antimony) or a shipped model from its initial amounts."
EXAMPLE = (
    "Example: mtornet simulate model.xml --times 0:100:101 --method ssa --cells 1000 --seed 1 --out results"
)


def command(
    model: Annotated[str, typer.Argument(help="SBML or Antimony file, or the name of a shipped model.")],
    times: Annotated[
        str, typer.Option("--times", help="start:end:points in seconds, or times with commas: '0,1 h,24 h'.")
    ] = "0:100:101",
    method: Annotated[str, typer.Option("--method", help="ode, ssa, tau, hybrid, cle or lna.")] = "ode",
    cells: Cells = 1,
    copy_scale: Annotated[
        float, typer.Option("--copy-scale", help="Fraction of the model's amounts and volume.")
    ] = 1.0,
    seed: Seed = None,
    jobs: Jobs = None,
    out: Out = None,
    quiet: Quiet = False,
) -> int:
    """Simulate and write ``mean.csv``, ``sd.csv`` and ``run.json``."""
    import pandas as pd

    from mtornet.analysis.model_file import load
    from mtornet.cli.progress import CellProgress
    from mtornet.report.files import writable_folder, write_csv, write_json
    from mtornet.simulation.interrupt import stop_on_signals
    from mtornet.simulation.run import simulate

    started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    network = load(model)
    folder = writable_folder(out or Path("simulation"))
    with CellProgress(quiet=quiet) as progress, stop_on_signals() as flag:
        result = simulate(
            network,
            read_times(times),
            method=method,
            cells=cells,
            seed=seed,
            jobs=jobs,
            copy_scale=copy_scale,
            progress=progress,
            stop=flag,
        )
    for name, values in (("mean", result.mean), ("sd", result.sd)):
        table = pd.DataFrame(values, columns=list(result.species))
        table.insert(0, "time", result.times)
        write_csv(table, folder / f"{name}.csv")
    statuses = {name: result.status.count(name) for name in sorted(set(result.status))}
    write_json(
        {
            "mtornet_version": result.provenance["versions"]["mtornet"],  # type: ignore[index]
            "model": network.model,
            "model_sha256": network.sha256,
            "spec": {"verb": "simulate", "file": model, "times": times, "method": method, "cells": cells},
            "method": result.method,
            "kisao": result.kisao,
            "algorithm": result.provenance["algorithm"],
            "seed": result.seed,
            "copy_scale": copy_scale if method != "ode" else 1.0,
            "n_cells": cells,
            "cell_status": statuses,
            "events": int(result.n_events.sum()),
            "versions": result.provenance["versions"],
            "started": started,
            "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "outputs": ["mean.csv", "sd.csv", "run.json"],
        },
        folder / "run.json",
    )
    for note in network.notes:
        typer.echo(f"note: {note}", err=True)
    seed_text = f", seed {result.seed}" if result.seed is not None else ""
    typer.echo(f"{network.describe()}; {result.provenance['algorithm']} ({result.kisao}){seed_text}")
    incomplete = len(result.status) - result.n_complete
    if incomplete:
        typer.echo(f"{incomplete} of {len(result.status)} cells did not complete: {statuses}", err=True)
    typer.echo(f"wrote {folder}/mean.csv  {folder}/sd.csv  {folder}/run.json")
    return 130 if flag.is_set else 0


def read_times(text: str) -> list[float | str]:
    """Read ``0:100:101`` (start, end, number of points) or ``0,1 h,24 h``."""
    parts = text.split(":")
    if len(parts) == 1:
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        start, end, points = float(parts[0]), float(parts[1]), int(parts[2])
    except (ValueError, IndexError):
        raise ProtocolError(f"--times {text!r}: expected start:end:points, for example 0:100:101") from None
    if len(parts) != 3 or points < 2 or not end > start:
        raise ProtocolError(f"--times {text!r}: expected start < end and at least 2 points")
    return [start + (end - start) * i / (points - 1) for i in range(points)]
