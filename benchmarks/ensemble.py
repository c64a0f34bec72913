"""1 000 short runs with their results in one numpy array: what a call costs besides its events."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from benchmarks.cases import CASES
from benchmarks.log import say
from benchmarks.pool import built, engine_named
from benchmarks.results import Row, Table, ratio
from benchmarks.settings import Settings
from benchmarks.worker import Cost, EngineError, Worker

CELLS = 1000
N_POINTS = 101
FEW = 2
FIRST_CALL = 10.0
"""Times the usual limit that the first call of a process may take: it may compile."""


def measure(settings: Settings, proven: list[str]) -> list[Row]:
    """Return one row per network and engine."""
    # Our other algorithms are compared by event; here the automatic choice is what counts.
    names = [name for name in proven if not engine_named(name).own or name == "mtornet"]
    rows: list[Row] = []
    for case in CASES:
        if case.short_s is None:
            continue
        network = case.make()
        with built(names, network, settings) as (ready, failed):
            plans: dict[str, _Plan] = {}
            for name, (worker, _) in ready.items():
                try:
                    plans[name] = _plan(worker, case.short_s, settings)
                except EngineError as error:
                    failed[name] = str(error)
                    say(f"{case.name}, {name}: {error}")
            costs: dict[str, list[Cost]] = {name: [] for name in plans}
            for turn in range(settings.turns):
                for name, plan in list(plans.items()):
                    worker = ready[name][0]
                    asked = (plan.cells, case.short_s, N_POINTS, 1 + turn * CELLS)
                    try:
                        costs[name].append(worker.cost("ensemble", *asked, limit_s=settings.run_limit_s))
                    except EngineError as error:
                        failed[name] = str(error)
                        del plans[name]
        for name in names:
            row: Row = {"network": case.name, "engine": name, "own": engine_named(name).own}
            if name in plans:
                rows.append({**row, **_figures(plans[name], costs[name])})
                found = rows[-1]
                say(f"{case.name}, {name}: {found['note'] if 'note' in found else _seconds(found)}")
            else:
                rows.append({**row, "note": failed.get(name, "")})
    return rows


@dataclass(frozen=True, slots=True)
class _Plan:
    """How many cells an engine runs, and what its smallest call costs."""

    cells: int
    few: Cost

    def scaled(self, spent: float, few: float) -> float:
        """Return what all cells would take: one call, and as many cells at what each added."""
        return few + (CELLS - FEW) * max(spent - few, 0.0) / (self.cells - FEW)


def _seconds(row: Row) -> str:
    return f"{row['cpu_s']:.3g} s for 1 000 cells"


def _figures(plan: _Plan, spent: list[Cost]) -> Row:
    """Return what a thousand cells take, or why that cannot be told."""
    cpu_s = median(cost.cpu_s for cost in spent)
    if plan.cells < CELLS and cpu_s < 1.2 * plan.few.cpu_s:
        # The difference of two noisy times is no time.
        return {"note": "what a call costs anyway swamps its cells"}
    return {
        "cpu_s": plan.scaled(cpu_s, plan.few.cpu_s),
        "wall_s": plan.scaled(median(cost.wall_s for cost in spent), plan.few.wall_s),
        "peak_mb": max(cost.peak_mb for cost in spent),
        "cells_run": plan.cells,
    }


def _plan(worker: Worker, short_s: float, settings: Settings) -> _Plan:
    """Return how many cells an engine can do in the budget."""

    def cost(cells: int, limit_s: float = settings.run_limit_s) -> Cost:
        return worker.cost("ensemble", cells, short_s, N_POINTS, 1, limit_s=limit_s)

    # What the first call compiles is not an ensemble's; start-up is measured for itself.
    cost(FEW, FIRST_CALL * settings.run_limit_s)
    few = cost(FEW)
    for cells in (FEW + 10, FEW + 100):
        more = cost(cells).cpu_s
        if more > 0.3 * settings.ensemble_budget_s:
            break
    each = max(more - few.cpu_s, 1e-9) / (cells - FEW)
    if few.cpu_s + CELLS * each <= 2.0 * settings.ensemble_budget_s:
        return _Plan(CELLS, few)
    fits = int((settings.ensemble_budget_s - few.cpu_s) / each)
    return _Plan(min(CELLS, max(FEW + 10, fits)), few)


def tables(rows: list[Row]) -> list[Table]:
    """Return the CPU seconds."""
    networks = list(dict.fromkeys(row["network"] for row in rows))
    names = list(dict.fromkeys(row["engine"] for row in rows))
    body, notes = [], []
    for name in names:
        cells = [name]
        for network in networks:
            row = next(r for r in rows if r["network"] == network and r["engine"] == name)
            if row.get("cpu_s") is None:
                cells.append("–")
                notes.append(f"{name}, {network}: {row.get('note', '')}")
            else:
                mark = "" if row["cells_run"] == CELLS else "*"
                cells.append(f"{row['cpu_s']:.2g}{mark}")
        body.append(cells)
    body.append(["**fastest peer / mtornet**", *(ratio(rows, network, "cpu_s") for network in networks)])
    if any("*" in cell for row in body[:-1] for cell in row):
        notes.insert(0, "* fewer cells, scaled to 1 000")
    return [
        Table(
            title="CPU seconds for 1 000 runs of about 1 000 events, 101 points each, in numpy",
            header=["engine", *networks],
            rows=body,
            notes=notes,
        )
    ]
