"""The same scan as each tool's user would run it, from an SBML file to a table on the disk.

Run as ``python -m benchmarks.scan_loops TOOL MODEL.xml OUT_FOLDER N_K N_DOSES``; prints one JSON object. What
is loaded or compiled once is done before the clock starts: a scan of a hundred points more shows none of it.
The achieved error is that of the table against a solution at a relative tolerance of 1e-11.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

CONSTANT, DRUG = "k_irs_s6k", "everolimus"
SPECIES = ("pS6K", "AKT_TS")
HORIZON_S = 86400.0
LOW_FACTOR, HIGH_FACTOR = 0.1, 10.0
LOW_NM, HIGH_NM = 0.1, 100.0


def grid(model: Path, n_k: int, n_doses: int) -> list[tuple[float, float]]:
    """Return the points of the scan: constants times doses."""
    import mtornet as mt

    k = mt.read_sbml(model).parameters[CONSTANT].value
    constants = k * np.geomspace(LOW_FACTOR, HIGH_FACTOR, n_k)
    return [(float(c), float(d)) for c in constants for d in np.geomspace(LOW_NM, HIGH_NM, n_doses)]


Table = np.ndarray
"""Amounts of the species at the end, shape (n_points, 2), in the order of the points."""
Run = Callable[[], Callable[[], Table]]
"""Runs the scan; what it returns reads the table back."""


def mtornet(model: Path, out: Path, points: list[tuple[float, float]], rtol: float = 1e-7) -> Run:
    """``mt.scan`` on one thread, merged into one table."""
    import pandas as pd

    import mtornet as mt
    from mtornet.scans.merging import write_merged

    def spec(some: list[tuple[float, float]], seed: int) -> mt.Scan:
        return mt.Scan(
            model=str(model),
            vary=[
                mt.Vary(f"parameter.{CONSTANT}", values=[c for c, _ in some], zip="points"),
                mt.Vary(f"drug.{DRUG}", values=[f"{d!r} nM" for _, d in some], zip="points"),
            ],
            readouts=SPECIES,
            duration=HORIZON_S,
            settle=False,
            vehicle=False,
            options={"rtol": rtol},
            seed=seed,
        )

    mt.scan(spec(points[:40], 1), out / "first", jobs=1)

    def run() -> Callable[[], Table]:
        found = mt.scan(spec(points, 2), out / "store", jobs=1)
        write_merged(found.store, out / "table.csv", form="csv")
        return lambda: _ends(pd.read_csv(out / "table.csv"))

    return run


def _ends(table: pd.DataFrame) -> Table:
    """Return the last value of each read-out of a long table."""
    last = table[table["time_s"] == HORIZON_S]
    wide = last.pivot(index="point", columns="readout", values="mean")
    return wide.sort_index()[list(SPECIES)].to_numpy()


def matched(model: Path, out: Path, points: list[tuple[float, float]]) -> Run:
    """The same at the tolerance whose achieved error is below that of the loop with libRoadRunner."""
    return mtornet(model, out, points, rtol=3e-6)


def roadrunner(model: Path, out: Path, points: list[tuple[float, float]]) -> Run:
    """One instance of libRoadRunner, as tellurium hands it out: reset, set, simulate, write a row."""
    import roadrunner as rr

    runner = rr.RoadRunner(str(model))
    runner.timeCourseSelections = ["time", *SPECIES]
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-7, 1e-8
    runner.simulate(0.0, HORIZON_S, 2)

    def run() -> Callable[[], Table]:
        with open(out / "table.csv", "w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow([CONSTANT, DRUG, *SPECIES])
            for constant, dose in points:
                runner.reset()
                runner[CONSTANT], runner[DRUG] = constant, dose
                end = runner.simulate(0.0, HORIZON_S, 2)[-1]
                table.writerow([constant, dose, *end[1:]])
        return lambda: np.loadtxt(out / "table.csv", delimiter=",", skiprows=1)[:, 2:]

    return run


def copasi(model: Path, out: Path, points: list[tuple[float, float]]) -> Run:
    """COPASI's own parameter scan with a report on the disk."""
    import basico

    # COPASI calls things by their names, and its reports do not find names with spaces and signs.
    nameless = re.sub(
        r'(<(?:parameter|species) [^>]*?) name="[^"]*"', r"\1", model.read_text(encoding="utf-8")
    )
    basico.load_model_from_string(nameless)
    constants, doses = (sorted({point[i] for point in points}) for i in (0, 1))
    basico.set_task_settings(
        "Time-Course",
        {
            "problem": {"Duration": HORIZON_S, "StepNumber": 1},
            "method": {
                "Relative Tolerance": 1e-7,
                "Absolute Tolerance": 1e-8,
                "Max Internal Steps": 1_000_000,
            },
        },
    )
    names = [f"Values[{name}]" for name in (CONSTANT, DRUG)]
    names += [f"{name}.ParticleNumber" for name in SPECIES]
    basico.add_report("points", task="Scan", table=names)
    basico.assign_report("points", task="Scan", filename=str(out / "table.txt"), append=False)
    basico.set_scan_settings(
        scan_items=[
            {
                "type": "scan",
                "item": f"Values[{name}].InitialValue",
                "min": ends[0],
                "max": ends[-1],
                "num_steps": len(ends) - 1,
                "log": True,
            }
            for name, ends in ((CONSTANT, constants), (DRUG, doses))
        ],
        subtask="Time-Course",
        output_during_subtask=True,
    )

    def run() -> Callable[[], Table]:
        basico.run_scan()
        return lambda: _by_point(np.loadtxt(out / "table.txt", skiprows=1)[1::2])

    return run


def _by_point(rows: np.ndarray) -> Table:
    """Return the species of rows (constant, dose, species...), constants first as in :func:`grid`."""
    return rows[np.lexsort((rows[:, 1], rows[:, 0])), 2:]


def reference(model: Path, points: list[tuple[float, float]]) -> Table:
    """Return the same table, solved far more tightly than anyone else does."""
    import mtornet as mt

    values = np.array(points)
    sets = mt.simulate_many(
        mt.read_sbml(model),
        [0.0, HORIZON_S],
        parameters={CONSTANT: values[:, 0], DRUG: values[:, 1]},
        rtol=1e-11,
        atol=1e-9,
    )
    return np.stack([sets[name][:, -1] for name in SPECIES], axis=1)


TOOLS = {
    "mtornet": mtornet,
    "mtornet, rtol 3e-6": matched,
    "libRoadRunner loop": roadrunner,
    "COPASI scan": copasi,
}


def main() -> None:
    """Measure one tool."""
    tool, model, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    points = grid(model, int(sys.argv[4]), int(sys.argv[5]))
    run = TOOLS[tool](model, out, points)
    wall, cpu = time.perf_counter(), time.process_time()
    read = run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    exact = reference(model, points)
    print(
        json.dumps(
            {
                "points": len(points),
                "wall_s": wall,
                "cpu_s": cpu,
                # Of amounts of less than one molecule the absolute error counts.
                "error": float(np.max(np.abs(read() - exact) / np.maximum(exact, 1.0))),
                "megabytes": sum(p.stat().st_size for p in out.rglob("*") if p.is_file()) / 1e6,
            }
        )
    )


if __name__ == "__main__":
    main()
