"""Exact simulation: CPU nanoseconds per reaction event on one core, one long trajectory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from benchmarks.cases import CASES, Case
from benchmarks.log import say
from benchmarks.pool import built, engine_named
from benchmarks.results import Row, Table, ratio
from benchmarks.settings import Settings
from benchmarks.worker import Cost, EngineError, Worker

N_POINTS = 101
TINY = 1e-6
"""Part of the horizon of the run whose cost is taken off: what a call costs before its first event."""
LEAST_EVENTS = 300.0
FIRST_CALL = 10.0
"""Times the usual limit that the first call of a process may take."""
PATIENCE = 6.0
"""A call whose set-up takes this many budgets is not run long enough to see its events."""


@dataclass(slots=True)
class _Entry:
    """One engine on one network."""

    worker: Worker
    load_s: float
    horizon_s: float
    events: float
    fixed: list[float] = field(default_factory=list)
    """CPU seconds of a call with next to no event, by turn."""
    spent: list[float] = field(default_factory=list)
    """CPU seconds of the events alone, by turn."""

    @property
    def is_swamped(self) -> bool:
        """Whether what a call costs anyway hides what its events cost."""
        return self.events < LEAST_EVENTS or min(self.spent) < 0.2 * median(self.fixed)


def measure(settings: Settings, proven: list[str]) -> list[Row]:
    """Return one row per network and engine."""
    rows = []
    for case in CASES:
        rows += _measure_case(case, settings, proven)
    return rows


def _measure_case(case: Case, settings: Settings, names: list[str]) -> list[Row]:
    network = case.make()
    common = {"network": case.name, "reactions": len(network.reactions), "species": len(network.species)}
    counter = Worker("mtornet")
    with counter, built(names, network, settings) as (ready, failed):
        counter.build(network, kind="stochastic", limit_s=settings.build_limit_s)
        entries: dict[str, _Entry] = {}
        for name, (worker, load) in ready.items():
            with _noted(failed, case, name):
                entries[name] = _entry(worker, load, counter, case, settings)
        for turn in range(settings.turns):
            for name, entry in entries.items():
                if name not in failed:
                    with _noted(failed, case, name):
                        _take(entry, case, turn, settings)
    rows = []
    for name in names:
        row: Row = {**common, "engine": name, "own": engine_named(name).own}
        if name not in failed and entries[name].is_swamped:
            failed[name] = "set-up swamps the events"
        if name in failed:
            rows.append({**row, "note": failed[name]})
        else:
            rows.append({**row, **_figures(entries[name], own=row["own"])})
            say(f"{case.name}, {name}: {rows[-1]['ns_per_event']:.1f} ns/event")
    return rows


@contextlib.contextmanager
def _noted(failed: dict[str, str], case: Case, name: str) -> Iterator[None]:
    """Note why an engine drops out, and go on."""
    try:
        yield
    except EngineError as error:
        failed[name] = str(error)
        say(f"{case.name}, {name}: {error}")


def _entry(worker: Worker, load: Cost, counter: Worker, case: Case, settings: Settings) -> _Entry:
    horizon = _horizon(worker, case, settings)
    # Where rates swing, as in the oscillator, a short horizon has its own number of events.
    cells = 16 if horizon < 0.1 * case.horizon_s else 4
    events = counter.value("events", cells, horizon, 7, limit_s=FIRST_CALL * settings.run_limit_s)
    return _Entry(worker, load.cpu_s, horizon, events)


def _horizon(worker: Worker, case: Case, settings: Settings) -> float:
    """Return how long to run so that the events cost about the budget."""

    def cost(horizon_s: float, limit_s: float = settings.run_limit_s) -> float:
        return worker.cost("run", horizon_s, N_POINTS, 1, limit_s=limit_s).cpu_s

    # The first call may compile or allocate.
    cost(case.horizon_s * TINY, FIRST_CALL * settings.run_limit_s)
    fixed = cost(case.horizon_s * TINY)
    if fixed > PATIENCE * settings.budget_s:
        raise EngineError(f"{fixed:.1f} s before the first event of a call")
    enough = max(settings.budget_s, 2.0 * fixed)
    horizon = case.horizon_s * 1e-4
    while True:
        spent = max(cost(horizon) - fixed, 1e-9)
        if spent > 0.3 * enough or horizon >= case.horizon_s:
            return min(case.horizon_s, horizon * max(0.3, enough / spent))
        horizon = min(case.horizon_s, horizon * min(10.0, max(2.0, enough / spent)))


def _take(entry: _Entry, case: Case, turn: int, settings: Settings) -> None:
    limit = settings.run_limit_s
    tiny = entry.worker.cost("run", case.horizon_s * TINY, N_POINTS, turn + 1, limit_s=limit).cpu_s
    long = entry.worker.cost("run", entry.horizon_s, N_POINTS, turn + 1, limit_s=limit).cpu_s
    entry.fixed.append(tiny)
    entry.spent.append(long - tiny)


def _figures(entry: _Entry, *, own: bool) -> Row:
    costs = [spent / entry.events * 1e9 for spent in entry.spent]
    return {
        "ns_per_event": median(costs),
        "ns_lowest": min(costs),
        "ns_highest": max(costs),
        "events": entry.events,
        "call_ms": median(entry.fixed) * 1e3,
        # We have no step of loading: a call looks its network up.
        **({} if own else {"load_s": entry.load_s}),
    }


def tables(rows: list[Row]) -> list[Table]:
    """Return nanoseconds per event, then what a call and a load cost."""
    return [
        _table(rows, "CPU nanoseconds per reaction event", "ns_per_event", "{:.0f}", compare=True),
        _table(rows, "CPU milliseconds of a call before its first event", "call_ms", "{:.2g}"),
        _table(rows, "CPU seconds to load a network, imports included", "load_s", "{:.2g}"),
    ]


def _table(rows: list[Row], title: str, key: str, style: str, *, compare: bool = False) -> Table:
    networks = list(dict.fromkeys(row["network"] for row in rows))
    names = list(dict.fromkeys(row["engine"] for row in rows))
    header = ["engine", *networks]
    body: list[list[str]] = []
    reasons: dict[tuple[str, str], list[str]] = {}
    for name in names:
        if all(row.get(key) is None for row in rows if row["engine"] == name) and not compare:
            continue
        cells = [name]
        for network in networks:
            row = next(r for r in rows if r["network"] == network and r["engine"] == name)
            if row.get(key) is not None:
                cells.append(style.format(row[key]))
            else:
                cells.append("–")
                if compare and row.get("note"):
                    reasons.setdefault((name, row["note"]), []).append(network)
        body.append(cells)
    notes = [f"{name}, {note}: {'; '.join(where)}" for (name, note), where in reasons.items()]
    if compare:
        body.append(["**fastest peer / mtornet**", *(ratio(rows, network, key) for network in networks)])
    return Table(title=title, header=header, rows=body, notes=notes)
