"""Write what a comparison found into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mtornet.report.files import writable_folder, write_atomically, write_csv, write_json

if TYPE_CHECKING:
    from mtornet.analysis.compare import Comparison


def write_comparison(comparison: Comparison, folder: Path, *, keep: str = "summary") -> dict[str, str]:
    """Write every file of a comparison.

    Returns
    -------
    dict of str
        File names by what they are; also stored as ``outputs`` in ``run.json``, written last.
    """
    from mtornet.analysis.summary import trajectory_table
    from mtornet.plot import figures_for
    from mtornet.report.html import write_report
    from mtornet.report.petab import write_protocol
    from mtornet.sbml.antimony_write import write_antimony
    from mtornet.sbml.write import write_sbml

    writable_folder(folder)
    outputs: dict[str, str] = {}

    def note(name: str, path: Path) -> None:
        outputs[name] = path.relative_to(folder).as_posix()

    note("summary", write_csv(comparison.summary, folder / "summary.csv"))
    note("deterministic", write_csv(comparison.deterministic, folder / "deterministic.csv"))
    if len(comparison.cells):
        note(
            "cells",
            write_atomically(folder / "cells.parquet", lambda p: comparison.cells.to_parquet(p, index=False)),
        )
    if keep == "trajectories" and comparison.population:
        table = trajectory_table(comparison.population)
        note(
            "trajectories",
            write_atomically(folder / "trajectories.parquet", lambda p: table.to_parquet(p, index=False)),
        )
    note("feedback", write_csv(comparison.feedback, folder / "feedback.csv"))
    note("model", write_atomically(folder / "model.xml", lambda p: write_sbml(comparison.network, p)))
    note(
        "antimony",
        write_atomically(folder / "model.ant", lambda p: write_antimony(comparison.network, p)),
    )
    for path in write_protocol(comparison.network, comparison.arms, folder / "protocol"):
        note(f"protocol_{path.stem}", path)
    figures = figures_for(comparison, folder / "figures")
    for name, paths in figures.items():
        for path in paths:
            note(f"figure_{name}_{path.suffix[1:]}", path)
    outputs["run"] = "run.json"
    comparison.run["outputs"] = dict(outputs)
    report = write_report(comparison, folder, figures)
    note("report", report)
    comparison.run["outputs"] = dict(outputs)
    write_json(comparison.run, folder / "run.json")
    return outputs
