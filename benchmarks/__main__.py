"""Run the benchmarks: ``python -m benchmarks [--quick] [--docs] [--out FOLDER] [PART ...]``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import ensemble, memory, ode, scan, ssa, startup, threads
from benchmarks.log import say
from benchmarks.peers import engines
from benchmarks.pool import proven
from benchmarks.results import FOLDER, Row, Table, machine, versions_of, write_rows, write_tables
from benchmarks.settings import FULL, QUICK, Settings


@dataclass(frozen=True, slots=True)
class Part:
    """One question and its file of results."""

    name: str
    measure: Callable[[Settings, list[str]], list[Row]]
    tables: Callable[[list[Row]], list[Table]]
    peers: str
    """Which simulators run beside ours: stochastic, deterministic, or none."""


PARTS = {
    part.name: part
    for part in (
        Part("ssa", ssa.measure, ssa.tables, "stochastic"),
        Part("ensemble", ensemble.measure, ensemble.tables, "stochastic"),
        Part("ode", ode.measure, ode.tables, "deterministic"),
        Part("scan", scan.measure, scan.tables, "deterministic"),
        Part("startup", startup.measure, startup.tables, "stochastic"),
        Part("threads", threads.measure, threads.tables, ""),
        Part("memory", memory.measure, memory.tables, ""),
    )
}


def head(part: Part, settings: Settings) -> str:
    """Return what ran where, in words."""
    used = [engine for engine in engines().values() if part.peers and getattr(engine, part.peers, None)]
    packages = [name for engine in used if engine.is_installed for name in engine.packages]
    own = versions_of(["mtornet", "numpy", "scipy", "numba", "llvmlite"])
    peers = versions_of([name for name in packages if name not in ("numba", "scipy")])
    lines = [f"{machine()}; {settings.words}.", f"{own}{'; ' if peers else ''}{peers}."]
    lines += ["", *(f"- {engine.name}: {engine.setting}" for engine in used if engine.is_installed)]
    return "\n".join(lines).rstrip()


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="benchmark", description="Measure mtornet beside other simulators.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of: {', '.join(PARTS)}; default all")
    parser.add_argument("--quick", action="store_true", help="shorter runs, fewer turns, one drug")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder for tables, numbers and figure")
    parser.add_argument("--docs", action="store_true", help="write docs/benchmarks.md and its figure too")
    given = parser.parse_args()
    for name in given.parts:
        if name not in PARTS:
            parser.error(f"unknown part {name!r}; known: {', '.join(PARTS)}")
    settings = QUICK if given.quick else FULL
    parts = [PARTS[name] for name in given.parts or PARTS]
    names: list[str] = []
    if any(part.measure in (ssa.measure, ensemble.measure) for part in parts):
        # The algorithms that our automatic choice has beside it are left to the full run.
        asked = [one.name for one in engines().values() if not (given.quick and one.own)]
        names = list(proven(["mtornet", *asked]))
    for part in parts:
        say(f"-- {part.name}")
        words = head(part, settings)
        rows = part.measure(settings, names)
        write_rows(part.name, rows, given.out)
        write_tables(part.name, words, part.tables(rows), given.out)
    from benchmarks.figure import draw

    draw(given.out)
    if given.docs:
        from benchmarks.page import write

        write(given.out)


if __name__ == "__main__":
    main()
