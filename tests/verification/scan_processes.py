"""Scans as users run them, in processes that can be killed, and clusters whose parts can."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from mtornet.scans.lock import is_locked
from mtornet.scans.merging import write_merged
from mtornet.scans.store import open_store

PROGRAM = [sys.executable, "-c", "from mtornet.cli.main import main; main()"]

DECAY = """
model decay
  compartment cell = 1;
  species A in cell, B in cell;
  substanceOnly species A, B;
  A = 100; B = 0; k = 0.1; r = 0.01;
  J: A -> B; k*A;
  R: B -> A; r*B;
end
"""

SPEC = """
model = "decay.ant"
method = "ssa"
cells = {cells}
copy_scale = 1.0
duration = "20 s"
times = ["5 s", "20 s"]
readouts = ["A"]
seed = 5

[[vary]]
target = "parameter.k"
log = [0.01, 1.0]
n = {n_k}

[[vary]]
target = "amount.A"
range = [20, 400]
n = {n_a}
"""


def write_spec(folder: Path, *, n_k: int, n_a: int, cells: int) -> Path:
    """Write a scan of a reversible reaction, a few molecules per cell."""
    (folder / "decay.ant").write_text(DECAY, encoding="utf-8")
    path = folder / "spec.toml"
    path.write_text(SPEC.format(n_k=n_k, n_a=n_a, cells=cells), encoding="utf-8")
    return path


def environment() -> dict[str, str]:
    """Variables of a process that finds this checkout."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def start(*arguments: object) -> subprocess.Popen[str]:
    """Start ``mtornet`` in a process group of its own."""
    return subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        env=environment(),
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finish(*arguments: object, timeout: float = 500) -> subprocess.CompletedProcess[str]:
    """Run ``mtornet`` to its end."""
    process = start(*arguments)
    out, err = process.communicate(timeout=timeout)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def kill(process: subprocess.Popen[str]) -> None:
    """End a process and its children as a power cut does."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def killed_again_and_again(
    spec: Path, out: Path, *, kills: int, rng: np.random.Generator, longest_s: float, options: tuple[str, ...]
) -> int:
    """Start a scan, kill it at a random moment of its work, and again; return how often it was killed."""
    done = 0
    while done < kills:
        process = start("scan", spec, "--out", out, "--quiet", *options)
        while process.poll() is None and not is_locked(out):
            time.sleep(0.01)
        time.sleep(rng.uniform(0.0, longest_s))
        if process.poll() is not None:
            process.communicate()
            break
        kill(process)
        done += 1
    return done


def merged(folder: Path) -> bytes:
    """Return the table of a scan as bytes."""
    path = folder.parent / f"{folder.name}.csv"
    write_merged(open_store(folder), path, form="csv")
    return path.read_bytes()


def check_once_each(table: bytes, n_points: int, rows_per_point: int) -> None:
    """Check that no point is missing and none is there twice."""
    lines = table.decode().splitlines()
    place = lines[0].split(",").index("point")
    points = [int(line.split(",")[place]) for line in lines[1:]]
    assert points == [i for i in range(n_points) for _ in range(rows_per_point)]
