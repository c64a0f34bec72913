"""Long processes: loading and running again and again leaves memory as it is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SCRIPT = """
import json
import mtornet as mt

def resident_mb():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096 / 1e6

network = mt.load_model("mtor")
kept = []

def once(i):
    {work}

for i in range({n} // 5):
    once(i)
before = resident_mb()
for i in range({n}):
    once(i)
print(json.dumps(resident_mb() - before))
"""

LOAD = "mt.load_model('mtor')"
RUN = "mt.simulate(network, [0.0, 0.01], method={method!r}, seed=i, **{options})"
FEW = {"copy_scale": 0.01, "cells": 2}
ALLOWED_MB = 8.0


def growth_mb(work: str, n: int) -> float:
    """Resident memory that a process gains over many calls, after a fifth as many to warm it."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(work=work, n=n)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return float(json.loads(done.stdout))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads resident memory from /proc")
@pytest.mark.parametrize(
    ("work", "n"),
    [
        pytest.param(LOAD, 1000, id="1000 loads"),
        pytest.param(RUN.format(method="ssa", options=FEW), 10_000, id="10000 ssa runs"),
        pytest.param(RUN.format(method="hybrid", options=FEW), 1000, id="1000 hybrid runs"),
        pytest.param(RUN.format(method="ode", options={}), 1000, id="1000 ode runs"),
    ],
)
def test_memory_stays_flat(work: str, n: int) -> None:
    assert growth_mb(work, n) < ALLOWED_MB


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads resident memory from /proc")
def test_sabotage_a_leak_of_a_trajectory_per_run_is_seen() -> None:
    leak = "kept.append(mt.simulate(network, range(20), method='ssa', seed=i, copy_scale=0.001, cells=2))"
    assert growth_mb(leak, 300) > ALLOWED_MB
