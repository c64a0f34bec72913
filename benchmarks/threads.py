"""Speed-up with threads: the same work with one and with more, wall and CPU time."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np

import mtornet as mt
from benchmarks.log import say
from benchmarks.networks import cascade, dosed_mtor, settled_mtor
from benchmarks.plain import plain
from benchmarks.results import Row, Table
from benchmarks.settings import Settings
from mtornet.simulation.parallel import available_jobs

Work = Callable[[int], object]


def works() -> dict[str, Work]:
    """Return jobs that take about a second on one core: of shorter ones, starting threads is a part."""
    mtor, chain = settled_mtor(0.1), cascade(20)
    dosed = dosed_mtor("sapanisertib", "224 nM")
    base = plain(dosed).constants
    n_sets = 3000
    factors = np.exp(0.3 * np.random.default_rng(7).standard_normal((n_sets, base.size)))
    sets = dict(zip(dosed.parameters, (base * factors).T, strict=True))
    hours = np.linspace(0.0, 72 * 3600.0, 101)

    def cells(network: mt.ReactionNetwork, seconds: float, n: int, method: str, keep: str) -> Work:
        times = np.linspace(0.0, seconds, 101)

        def work(jobs: int) -> object:
            return mt.simulate(network, times, method=method, cells=n, seed=1, jobs=jobs, keep=keep)

        return work

    return {
        "ssa, mTOR at copy scale 0.1, 100 s": cells(mtor, 100.0, 1000, "ssa", "summary"),
        "ssa, mTOR at copy scale 0.1, 100 s, trajectories kept": cells(
            mtor, 100.0, 1000, "ssa", "trajectories"
        ),
        "ssa, 20-stage cascade, 100 s": cells(chain, 100.0, 100, "ssa", "summary"),
        "hybrid, mTOR, 1 h": cells(settled_mtor(), 3600.0, 100, "hybrid", "summary"),
        f"simulate_many, mTOR, 72 h, {n_sets} sets": lambda jobs: mt.simulate_many(
            dosed, hours, parameters=sets, jobs=jobs
        ),
    }


def measure(settings: Settings, _: list[str]) -> list[Row]:
    """Return wall and CPU seconds by number of threads."""
    most = available_jobs()
    counts = sorted({1, 2, most}) if most > 1 else [1]
    rows = []
    for name, work in works().items():
        work(1)
        spent: dict[int, list[tuple[float, float]]] = {jobs: [] for jobs in counts}
        for _turn in range(max(settings.turns, 5)):
            for jobs in counts:
                wall, cpu = time.perf_counter(), time.process_time()
                work(jobs)
                spent[jobs].append((time.perf_counter() - wall, time.process_time() - cpu))
        for jobs in counts:
            rows.append(
                {
                    "work": name,
                    "jobs": jobs,
                    # The least disturbed turn: others may use the machine.
                    "wall_s": min(wall for wall, _ in spent[jobs]),
                    "cpu_s": median(cpu for _, cpu in spent[jobs]),
                }
            )
            say(f"{name}, {jobs} threads: {rows[-1]['wall_s']:.2f} s, CPU {rows[-1]['cpu_s']:.2f} s")
    return rows


def tables(rows: list[Row]) -> list[Table]:
    """Return times and speed-ups."""
    body = []
    for row in rows:
        one = next(r for r in rows if r["work"] == row["work"] and r["jobs"] == 1)
        body.append(
            [
                row["work"],
                f"{row['jobs']:.0f}",
                f"{row['wall_s']:.2f}",
                f"{one['wall_s'] / row['wall_s']:.2f}",
                f"{row['cpu_s']:.2f}",
                f"{row['cpu_s'] / one['cpu_s']:.2f}",
            ]
        )
    return [
        Table(
            title="Wall seconds (least of the turns) and CPU seconds (median) by number of threads",
            header=["work", "threads", "wall", "speed-up", "CPU", "CPU / CPU of one"],
            rows=body,
        )
    ]
