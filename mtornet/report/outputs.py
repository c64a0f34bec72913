"""Write what a comparison found into a folder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mtornet.errors import OutputError

if TYPE_CHECKING:
    import pandas as pd

    from mtornet.analysis.compare import Comparison


def writable_folder(folder: Path) -> Path:
    """Make a folder and check that it can be written, before anything long starts.

    Raises
    ------
    OutputError
        Saying what stands in the way.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".mtornet-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OutputError(
            f"cannot write to {str(folder)!r} — {error.strerror or error}; choose another folder with --out"
        ) from None
    return folder


def write_atomically(path: Path, write: Callable[[Path], object]) -> Path:
    """Write a file under a temporary name and move it into place, so that no half file remains.

    Raises
    ------
    OutputError
        If the disk is full or the folder is gone.
    """
    if not path.parent.is_dir():
        raise OutputError(f"cannot write {str(path)!r} — there is no folder {str(path.parent)!r}")
    temporary = path.with_name(f".{path.name}.part")
    try:
        write(temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise OutputError(f"cannot write {str(path)!r} — {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)
    return path


def write_csv(table: pd.DataFrame, path: Path) -> Path:
    """Write a table as CSV; numbers keep every digit they need to be read back exactly."""
    return write_atomically(path, lambda p: table.to_csv(p, index=False, lineterminator="\n"))


def write_text(text: str, path: Path) -> Path:
    """Write text as UTF-8."""
    return write_atomically(path, lambda p: p.write_text(text, encoding="utf-8"))


def write_json(content: object, path: Path) -> Path:
    """Write JSON for people: indented, in the given order."""
    return write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", path)


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
    for path in write_protocol(comparison, folder / "protocol"):
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
