"""``docs/benchmarks.md``: ratios first, then where and with what, the figure, and every table."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.figure import NAME
from benchmarks.results import Row, Table, read_rows

DOCS = Path(__file__).parents[1] / "docs"

PARTS = {
    "ssa": "One exact trajectory",
    "ensemble": "Ensembles",
    "ode": "Rate equations",
    "scan": "Parameter scans",
    "startup": "Start-up",
    "threads": "Threads",
    "memory": "Memory",
}

OPENING = """# Benchmarks

Made by `scripts/benchmark`, which installs the other simulators, proves each right on a small network, and
lets all take turns. CPU time on one core, medians; ratios carry over to other machines, seconds do not. How
each simulator is set up, and how to run parts of this: [`benchmarks/`](../benchmarks/README.md).

Two molecules of one kind: the propensity of `2 A -> ...` is `k A (A - 1)` here and in every table below,
and each simulator gets the constant that gives it this law in its own convention. COPASI takes a law in
SBML for that of the rate equations and rewrites it when it simulates by events, libRoadRunner takes it as
it stands; no file with such a reaction is exact in both ([ADR 3](adr/0003-sbml-mapping.md)).
"""


def write(folder: Path, docs: Path = DOCS) -> None:
    """Write the page and its figure from the results in a folder."""
    rows = {name: read_rows(name, folder) for name in PARTS}
    text = [OPENING.strip(), _headline(rows).markdown(), f"![All results in one figure]({NAME}.svg)"]
    for name, title in PARTS.items():
        path = folder / f"{name}.md"
        if path.exists():
            text += [f"## {title}", path.read_text(encoding="utf-8").strip()]
    target = docs / "benchmarks.md"
    target.write_text("\n\n".join(text) + "\n", encoding="utf-8", newline="\n")
    shutil.copyfile(folder / f"{NAME}.svg", docs / f"{NAME}.svg")


def _headline(rows: dict[str, list[Row]]) -> Table:
    body = [
        *_against_peers(rows["ssa"], "ns_per_event", "{:.0f} ns/event", "exact, "),
        *_against_peers(rows["ensemble"], "cpu_s", "{:.2g} s", "1 000 runs, "),
        *_rate_equations(rows["ode"]),
        *_scan(rows["scan"]),
        *_growth(rows["ssa"]),
        *_threads(rows["threads"]),
    ]
    return Table(
        title="How many times faster",
        header=["task", "mtornet", "fastest other", "times faster", "times faster than libRoadRunner"],
        rows=body,
        notes=["Rate equations: at equal or smaller achieved error, libRoadRunner at rtol 1e-6."]
        if body
        else [],
    )


def _against_peers(rows: Sequence[Row], key: str, words: str, prefix: str) -> Iterable[list[str]]:
    for network in dict.fromkeys(row["network"] for row in rows):
        here = {row["engine"]: row for row in rows if row["network"] == network and key in row}
        if "mtornet" not in here:
            continue
        ours = here["mtornet"][key]
        peers = {name: row[key] for name, row in here.items() if not row["own"]}
        line = [f"{prefix}{network}", words.format(ours)]
        if peers:
            best = min(peers, key=lambda name: peers[name])
            line += [f"{words.format(peers[best])} ({best})", f"**{peers[best] / ours:.1f}**"]
        else:
            line += ["none within its limits", "–"]
        slow = [peers[name] for name in peers if name.startswith("libRoadRunner")]
        yield [*line, f"{min(slow) / ours:.0f}" if slow else "–"]


def _rate_equations(rows: Sequence[Row]) -> Iterable[list[str]]:
    for drug in dict.fromkeys(row["drug"] for row in rows):
        here = [row for row in rows if row["drug"] == drug]
        bars = [row for row in here if row["engine"].startswith("libRoadRunner") and row["rtol"] == 1e-6]
        if not bars:
            continue
        bar = bars[0]
        for engine, key, title in (
            ("mtornet simulate", "single_ms", "one solve"),
            ("mtornet simulate_many", "scan_ms", "scan of 1 000 sets, per set"),
        ):
            as_good = [
                row
                for row in here
                if row["engine"] == engine
                and row["error_max"] <= bar["error_max"]
                and row["error_rms"] <= bar["error_rms"]
            ]
            if as_good:
                ours = min(row[key] for row in as_good)
                found = f"{bar[key] / ours:.1f}"
                yield [
                    f"rate equations, {drug}, {title}",
                    f"{ours:.2g} ms",
                    f"{bar[key]:.2g} ms ({bar['engine']})",
                    f"**{found}**",
                    found,
                ]


def _scan(rows: Sequence[Row]) -> Iterable[list[str]]:
    loops = {row["tool"]: row for row in rows if row["what"] == "loop"}
    others = {tool: row for tool, row in loops.items() if not tool.startswith("mtornet")}
    runner = next((row for tool, row in others.items() if tool.startswith("libRoadRunner")), None)
    if runner is None:
        return
    best = min(others, key=lambda tool: others[tool]["cpu_s"])
    for tool, row in loops.items():
        if tool in others or row["error"] > runner["error"]:
            continue
        yield [
            f"scan of {row['points']:,.0f} points with its table ({tool})",
            f"{row['cpu_s']:.2g} s",
            f"{others[best]['cpu_s']:.2g} s ({best})",
            f"**{others[best]['cpu_s'] / row['cpu_s']:.1f}**",
            f"{runner['cpu_s'] / row['cpu_s']:.0f}",
        ]


def _growth(rows: Sequence[Row]) -> Iterable[list[str]]:
    ours = {
        row["reactions"]: row["ns_per_event"]
        for row in rows
        if row["engine"] == "mtornet" and row["network"].startswith("random") and "ns_per_event" in row
    }
    if len(ours) > 1:
        few, most = min(ours), max(ours)
        yield [
            f"growth of the cost of an event from {few:,.0f} to {most:,.0f} reactions",
            f"{ours[most] / ours[few]:.1f} times",
            *("–",) * 3,
        ]


def _threads(rows: Sequence[Row]) -> Iterable[list[str]]:
    for work in dict.fromkeys(row["work"] for row in rows):
        wall = {row["jobs"]: row["wall_s"] for row in rows if row["work"] == work}
        if {1.0, 2.0} <= set(wall):
            yield [f"two threads, {work}", f"{wall[1.0] / wall[2.0]:.2f} times one", *("–",) * 3]
