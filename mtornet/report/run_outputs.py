"""Write what the run of an experiment found into a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtornet.report.files import writable_folder, write_atomically, write_csv, write_json

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from mtornet.analysis.run import Run
    from mtornet.analysis.shown import ShownRun


def write_run(
    run: Run, drawn: ShownRun, record: dict[str, Any], folder: Path, *, keep: str = "summary"
) -> dict[str, str]:
    """Write every file of a run.

    Returns
    -------
    dict of str
        File names by what they are; also stored as ``outputs`` in ``run.json``, written last.
    """
    from mtornet.plot.concentration import concentration_figure, has_courses
    from mtornet.plot.courses import courses_figure
    from mtornet.plot.save import save
    from mtornet.report.petab import write_protocol
    from mtornet.sbml.antimony_write import write_antimony
    from mtornet.sbml.write import write_sbml

    writable_folder(folder)
    outputs: dict[str, str] = {}

    def note(name: str, path: Path) -> None:
        outputs[name] = path.relative_to(folder).as_posix()

    note("summary", write_csv(run.summary, folder / "summary.csv"))
    if run.method != "ode":
        note("deterministic", write_csv(drawn.deterministic, folder / "deterministic.csv"))
        note(
            "cells",
            write_atomically(folder / "cells.parquet", lambda p: run.cells.to_parquet(p, index=False)),
        )
        if keep == "trajectories":
            table = run.trajectories
            note(
                "trajectories",
                write_atomically(folder / "trajectories.parquet", lambda p: table.to_parquet(p, index=False)),
            )
    note("model", write_atomically(folder / "model.xml", lambda p: write_sbml(drawn.network, p)))
    note("antimony", write_atomically(folder / "model.ant", lambda p: write_antimony(drawn.network, p)))
    for path in write_protocol(drawn.network, drawn.arms, folder / "protocol"):
        note(f"protocol_{path.stem}", path)
    drawings: dict[str, Callable[[ShownRun], tuple[Figure, pd.DataFrame]]] = {"courses": courses_figure}
    if has_courses(drawn):
        drawings["concentration"] = concentration_figure
    for name, draw in drawings.items():
        figure, data = draw(drawn)
        for path in save(figure, folder / "figures", name, data):
            note(f"figure_{name}_{path.suffix[1:]}", path)
    outputs["run"] = "run.json"
    write_json({**record, "outputs": dict(outputs)}, folder / "run.json")
    return outputs
