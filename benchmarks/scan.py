"""Parameter scans: beside the loops of other tools' users, and beside the bare integrator."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import mtornet as mt
from benchmarks.log import say
from benchmarks.results import Row, Table
from benchmarks.scan_loops import TOOLS
from benchmarks.settings import Settings
from benchmarks.startup import ROOT
from mtornet.simulation.parallel import available_jobs

LOOP_GRID = (40, 25)
BARE_GRIDS = {True: (50, 200), False: (200, 500)}
"""Values of the constant and doses of the large scan, by ``quick``."""


def measure(settings: Settings, _: list[str]) -> list[Row]:
    """Return seconds of the same scan by tool, and of a large scan with and without its store."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = folder / "model.xml"
        mt.write_sbml(_with_drug(), model)
        spent: dict[str, list[Row]] = {tool: [] for tool in TOOLS}
        for turn in range(settings.turns):
            for tool in TOOLS:
                out = folder / f"{tool}-{turn}"
                out.mkdir()
                found = _asked("benchmarks.scan_loops", tool, str(model), str(out), *map(str, LOOP_GRID))
                if found is not None:
                    spent[tool].append(found)
        for tool, turns in spent.items():
            if turns:
                rows.append(
                    {
                        "what": "loop",
                        "tool": tool,
                        "points": turns[0]["points"],
                        "cpu_s": median(turn["cpu_s"] for turn in turns),
                        "wall_s": median(turn["wall_s"] for turn in turns),
                        "error": max(turn["error"] for turn in turns),
                    }
                )
                say(f"scan, {tool}: {rows[-1]['cpu_s']:.2f} s CPU")
        for jobs in sorted({1, available_jobs()}):
            found = _asked(
                "benchmarks.scan_bare",
                str(folder / f"bare-{jobs}"),
                *map(str, BARE_GRIDS[settings.quick]),
                str(jobs),
            )
            if found is not None:
                rows.append({"what": "bare", "jobs": jobs, **found})
                say(f"scan of {found['points']} points, {jobs} threads: {found['scan_wall_s']:.1f} s")
    return rows


def _with_drug() -> mt.ReactionNetwork:
    from mtornet.experiment.rest import at_rest

    return at_rest(mt.load_model("mtor"), given={"everolimus": "20 nM"})


def _asked(module: str, *arguments: str) -> Row | None:
    """Run a module in a process of its own; None if what it needs is not installed."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    if done.returncode != 0:
        say(f"{module} {arguments[0]} is left out: {done.stderr.strip().splitlines()[-1]}")
        return None
    found: Row = json.loads(done.stdout.splitlines()[-1])
    return found


def tables(rows: list[Row]) -> list[Table]:
    """Return both comparisons."""
    loops = [row for row in rows if row["what"] == "loop"]
    bare = [row for row in rows if row["what"] == "bare"]
    ours = next((row for row in loops if row["tool"] == "mtornet"), None)
    found = []
    if ours is not None:
        found.append(
            Table(
                title=f"{ours['points']:.0f} points of a constant times a dose, 24 h each, on one thread: "
                "from an SBML file to a table on the disk",
                header=["tool", "CPU s", "ms a point", "largest error", "CPU / ours"],
                rows=[
                    [
                        row["tool"],
                        f"{row['cpu_s']:.2f}",
                        f"{1e3 * row['cpu_s'] / row['points']:.2f}",
                        f"{row['error']:.0e}",
                        f"{row['cpu_s'] / ours['cpu_s']:.1f}",
                    ]
                    for row in loops
                ],
                notes=[
                    "Loading and compiling come before the clock starts; relative tolerance 1e-7 unless said."
                ],
            )
        )
    if bare:
        found.append(
            Table(
                title="A scan with its store on the disk beside the integrator alone on the same points",
                header=["points", "threads", "integrator, s", "scan, s", "throughput kept", "peak MB"],
                rows=[
                    [
                        f"{row['points']:,.0f}",
                        f"{row['jobs']:.0f}",
                        f"{row['bare_wall_s']:.1f}",
                        f"{row['scan_wall_s']:.1f}",
                        f"{row['bare_wall_s'] / row['scan_wall_s']:.0%}",
                        f"{row['peak_mb']:.0f}",
                    ]
                    for row in bare
                ],
            )
        )
    return found
