"""Start-up: import, help, and the first result of a fresh process, with and without compiled kernels."""

from __future__ import annotations

import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.log import say
from benchmarks.networks import settled_mtor
from benchmarks.peers import engines
from benchmarks.plain import plain
from benchmarks.results import Row, Table
from benchmarks.settings import Settings

ROOT = Path(__file__).parents[1]

FIRST = """
import mtornet as mt
network = mt.load_model("mtor")
mt.simulate(network, [0.0, 1.0], method={method!r}, jobs=1)
"""

OURS = {
    "`import mtornet`": ["-c", "import mtornet"],
    "`mtornet --help`": ["-c", "import sys; from mtornet.cli.main import run; sys.exit(run(['--help']))"],
    "`import mtornet`, load mTOR, first `ode`": ["-c", FIRST.format(method="ode")],
    "`import mtornet`, load mTOR, first `ssa`": ["-c", FIRST.format(method="ssa")],
    "`import mtornet`, load mTOR, first `hybrid`": ["-c", FIRST.format(method="hybrid")],
}
COMPILED = tuple(name for name in OURS if "first" in name)


def measure(settings: Settings, _: list[str]) -> list[Row]:
    """Return wall and CPU seconds of whole processes, from start to end."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="mtornet-benchmark-") as folder:
        place = Path(folder)
        numbers = place / "mtor.pickle"
        numbers.write_bytes(pickle.dumps(plain(settled_mtor())))
        commands: dict[str, list[str]] = {"`python -c pass`": ["-c", "pass"], **OURS}
        for engine in engines().values():
            if engine.stochastic is not None and engine.is_installed and not engine.own:
                module = _module_of(engine.name)
                commands[f"{engine.name}: import, load mTOR, first run"] = [
                    *("-W", "ignore", "-m", "benchmarks.first", module, engine.name, str(numbers))
                ]
        spent: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for name in commands:
            run(commands[name])
        for _turn in range(settings.turns):
            for name, command in commands.items():
                spent[name].append(run(command))
        for name, found in spent.items():
            rows.append(_row(name, "compiled before", found))
        for i, name in enumerate(COMPILED):
            fresh = {"XDG_CACHE_HOME": str(place / f"cache{i}"), "NUMBA_CACHE_DIR": ""}
            rows.append(_row(name, "nothing compiled", [run(OURS[name], fresh)]))
    return rows


def _row(name: str, state: str, found: list[tuple[float, float]]) -> Row:
    row: Row = {
        "what": name,
        "state": state,
        "wall_s": median(wall for wall, _ in found),
        "cpu_s": median(cpu for _, cpu in found),
    }
    say(f"{name}, {state}: {row['wall_s']:.2f} s, CPU {row['cpu_s']:.2f} s")
    return row


def _module_of(name: str) -> str:
    import importlib
    import pkgutil

    from benchmarks import peers

    for found in pkgutil.iter_modules(peers.__path__):
        module = importlib.import_module(f"{peers.__name__}.{found.name}")
        if any(engine.name == name for engine in getattr(module, "ENGINES", ())):
            return module.__name__
    raise KeyError(name)


def run(command: list[str], variables: dict[str, str] | None = None) -> tuple[float, float]:
    """Return wall and CPU seconds of ``python`` with these arguments."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(variables or {})}
    environment = {name: value for name, value in environment.items() if value}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True
    )
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def tables(rows: list[Row]) -> list[Table]:
    """Return the times."""
    body = [[row["what"], row["state"], f"{row['wall_s']:.2f}", f"{row['cpu_s']:.2f}"] for row in rows]
    return [
        Table(
            title="Seconds of a whole process, from its start to its end",
            header=["process", "kernels", "wall", "CPU"],
            rows=body,
        )
    ]
