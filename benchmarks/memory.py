"""Memory: of a run against its number of cells, and over many loads and runs in one process."""

from __future__ import annotations

import json
import subprocess
import sys

from benchmarks.log import say
from benchmarks.results import Row, Table
from benchmarks.settings import Settings
from benchmarks.startup import ROOT

RUN = """
import json
import numpy as np, mtornet as mt
from benchmarks.worker import peak_mb
cells, keep = {cells}, {keep!r}
network = mt.load_model("mtor")
times = np.linspace(0.0, 1.0, 101)
mt.simulate(network, times, method="ssa", copy_scale=0.01, cells=1, seed=1)
before = peak_mb()
mt.simulate(network, times, method="ssa", copy_scale=0.01, cells=cells, seed=1, keep=keep)
after = peak_mb()
columns = len(network.species) + len(set(network.readouts) - set(network.species))
print(json.dumps([before, after, 8e-6 * cells * 101 * columns]))
"""

LEAK = """
import json
import mtornet as mt

def resident_mb():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6

def once(i):
    if {what!r} == "load":
        mt.load_model("mtor")
    else:
        mt.simulate(network, [0.0, 0.01], method={what!r}, seed=i, copy_scale={scale}, jobs=1)

network = mt.load_model("mtor")
for i in range({n} // 10):
    once(i)
found = [resident_mb()]
for i in range({n}):
    once(i)
    if (i + 1) % ({n} // 4) == 0:
        found.append(resident_mb())
print(json.dumps(found))
"""


def measure(settings: Settings, _: list[str]) -> list[Row]:
    """Return resident megabytes."""
    rows: list[Row] = []
    for keep in ("summary", "trajectories"):
        for cells in (10, 100, 1000, 10_000) if settings.quick else (10, 100, 1000, 10_000, 100_000):
            if keep == "trajectories" and cells > 10_000:
                continue
            before, after, array = _asked(RUN.format(cells=cells, keep=keep))
            rows.append(
                {
                    "what": f"keep={keep!r}",
                    "cells": cells,
                    "before_mb": before,
                    "peak_mb": after,
                    "array_mb": array,
                }
            )
            say(f"{keep}, {cells} cells: {before:.0f} MB before, {after:.0f} MB at most")
    if sys.platform == "linux":
        part = 10 if settings.quick else 1
        for what, n, scale in (("load", 1000, 1.0), ("ssa", 10_000, 0.01), ("ode", 1000, 1.0)):
            found = _asked(LEAK.format(what=what, n=n // part, scale=scale))
            rows.append({"what": f"{n // part} times {what}", "before_mb": found[0], "peak_mb": found[-1]})
            say(f"{rows[-1]['what']}: {found[0]:.1f} MB, then {found[-1]:.1f} MB")
    return rows


def _asked(source: str) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    found: list[float] = json.loads(done.stdout)
    return found


def tables(rows: list[Row]) -> list[Table]:
    """Return megabytes by cells, then the drift over many calls."""
    grown = [row for row in rows if "cells" in row]
    flat = [row for row in rows if "cells" not in row]
    found = [
        Table(
            title="Resident megabytes of an exact run of the mTOR network, 101 times",
            header=["", "cells", "before", "at most", "array of the result"],
            rows=[
                [
                    row["what"],
                    f"{row['cells']:.0f}",
                    f"{row['before_mb']:.0f}",
                    f"{row['peak_mb']:.0f}",
                    f"{row['array_mb']:.0f}" if "trajectories" in row["what"] else "",
                ]
                for row in grown
            ],
        )
    ]
    if flat:
        found.append(
            Table(
                title="Resident megabytes over many calls in one process, after a tenth more and at the end",
                header=["", "before", "after"],
                rows=[[r["what"], f"{r['before_mb']:.1f}", f"{r['peak_mb']:.1f}"] for r in flat],
            )
        )
    return found
