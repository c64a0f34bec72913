"""One large scan of rate equations, and the integrator alone on the same points.

Run as ``python -m benchmarks.scan_bare OUT_FOLDER N_K N_DOSES JOBS``; prints one JSON object. Each kind of
work is done twice, in turns; the least disturbed counts.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path

import numpy as np

import mtornet as mt
from benchmarks.worker import peak_mb
from mtornet.compiled.bind import initial_amounts
from mtornet.compiled.bind_many import rows_of_constants, values_of_points
from mtornet.compiled.network import compile_network
from mtornet.experiment.execute import carried
from mtornet.scans.structure import build
from mtornet.simulation.methods import ode

CONSTANT, DRUG = "k_irs_s6k", "everolimus"
AT_S = (3600.0, 86400.0)
SETTLED_S = 1e8
TURNS = 2
PART = 20_000
"""Points that the bare integrator is given at once."""


def spec(n_k: int, n_doses: int) -> mt.Scan:
    """Return the scan."""
    return mt.Scan(
        vary=[
            mt.Vary(f"parameter.{CONSTANT}", factor={"log": (0.1, 10), "n": n_k}),
            mt.Vary(f"drug.{DRUG}", log=("0.1 nM", "100 nM"), n=n_doses),
        ],
        readouts=["pS6K_T389", "pAKT_S473"],
        times=["1 h", "24 h"],
        duration="24 h",
    )


def bare(scan: mt.Scan, jobs: int) -> float:
    """Return the wall seconds of the solves alone: each cell's rest, then the dosed day."""
    plan = scan.plan()
    structure = build(plan, ())
    before, after = structure.before, structure.after
    constants = before.parameters[CONSTANT].value * plan.columns[0].grid
    doses = plan.columns[1].grid
    rest_network, day_network = compile_network(before), compile_network(after)
    rest_rows = rows_of_constants(
        rest_network, values_of_points(before, rest_network, {CONSTANT: constants}), len(constants)
    )
    points = np.arange(len(constants) * len(doses))

    def rows(some: np.ndarray) -> np.ndarray:
        values = {CONSTANT: constants[some // len(doses)], DRUG: doses[some % len(doses)]}
        return rows_of_constants(day_network, values_of_points(after, day_network, values), len(some))[
            :, None
        ]

    given = [(some, rows(some)) for some in np.array_split(points, -(-len(points) // PART))]
    began = time.perf_counter()
    rest = ode.solve_many(
        rest_network,
        breaks=np.array([0.0, SETTLED_S]),
        constants=rest_rows[:, None],
        times=np.empty(0),
        x0=initial_amounts(before),
        jobs=jobs,
    ).final
    for some, some_rows in given:
        ode.solve_many(
            day_network,
            breaks=np.array([0.0, AT_S[-1]]),
            constants=some_rows,
            times=np.array(AT_S),
            x0=carried(rest[some // len(doses)], before, initial_amounts(after), after),
            jobs=jobs,
        )
    return time.perf_counter() - began


def scanned(scan: mt.Scan, folder: Path, jobs: int) -> float:
    """Return the wall seconds of the scan with its store."""
    shutil.rmtree(folder, ignore_errors=True)
    began = time.perf_counter()
    mt.scan(scan, folder, jobs=jobs)
    return time.perf_counter() - began


def main() -> None:
    """Measure both in turns."""
    folder, n_k, n_doses, jobs = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    mt.scan(spec(2, 20), folder / "first", jobs=jobs)
    bare(spec(2, 20), jobs)
    large = spec(n_k, n_doses)
    scans, solves, peak = [], [], 0.0
    for _ in range(TURNS):
        scans.append(scanned(large, folder / "store", jobs))
        peak = peak or peak_mb()  # The bare turn holds all points at once.
        solves.append(bare(large, jobs))
    print(
        json.dumps(
            {
                "points": n_k * n_doses,
                "bare_wall_s": min(solves),
                "scan_wall_s": min(scans),
                "peak_mb": peak,
            }
        )
    )


if __name__ == "__main__":
    main()
