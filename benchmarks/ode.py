"""Rate equations: time and achieved error of a single solve and of a scan of 1 000 parameter sets.

The mTOR network at rest gets a dose at time 0 and is followed for 72 h, 101 output times. Each set
multiplies every rate constant by a log-normal factor of its own (sd 0.3). All solvers get the same
constants, amounts and times, at several tolerances. Error: largest and root mean square of
``|x - reference| / (|reference| + 1 molecule)`` over species, times and sets. The reference is LSODA at
1e-12; Radau at 1e-11 must agree with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

import numpy as np

import mtornet as mt
from benchmarks.log import say
from benchmarks.networks import dosed_mtor
from benchmarks.peers import engines
from benchmarks.plain import FloatArray, plain
from benchmarks.results import Row, Table
from benchmarks.settings import Settings
from benchmarks.worker import EngineError, Worker

HORIZON_S, N_POINTS = 72 * 3600.0, 101
DOSES = {"sapanisertib": "224 nM", "everolimus": "20 nM", "dactolisib": "500 nM"}
N_CHECKED = 32
N_SINGLES = 10
SPREAD = 0.3
AGREEMENT = 1e-7
TOLERANCES = {
    # The absolute tolerance in molecules by engine; a smaller one buys libRoadRunner more than it costs.
    "libRoadRunner CVODE": [(1e-4, 1e-5), (1e-6, 1e-7), (1e-8, 1e-9)],
}
USUAL = [(1e-4, 1e-3), (1e-6, 1e-5), (1e-8, 1e-7)]
OURS = [(1e-3, 1e-2), (1e-4, 1e-3), (1e-5, 1e-4), (1e-6, 1e-5), (1e-8, 1e-7)]
BAR = "libRoadRunner CVODE"


@dataclass(slots=True)
class _Entry:
    """One engine at one tolerance."""

    engine: str
    rtol: float
    atol: float
    worker: Worker
    n_sets: int = 0
    error: tuple[float, float] = (np.nan, np.nan)
    singles: list[float] = field(default_factory=list)
    scans: list[float] = field(default_factory=list)


def measure(settings: Settings, _: list[str]) -> list[Row]:
    """Return one row per drug, engine and tolerance."""
    rows: list[Row] = []
    for drug in list(DOSES)[: 1 if settings.quick else None]:
        rows += _measure_drug(drug, settings)
    return rows


def _measure_drug(drug: str, settings: Settings) -> list[Row]:
    network = dosed_mtor(drug, DOSES[drug])
    base = plain(network).constants
    constants = base * np.exp(SPREAD * np.random.default_rng(7).standard_normal((settings.n_sets, base.size)))
    expected = reference(network, constants[:N_CHECKED])
    workers: dict[str, Worker] = {}
    entries: list[_Entry] = []
    try:
        for name, engine in engines().items():
            if engine.deterministic is None or not engine.is_installed:
                continue
            workers[name] = Worker(name)
            try:
                workers[name].build(network, kind="deterministic", limit_s=settings.build_limit_s)
                entries += _entries(name, engine.own, workers[name], constants, expected, settings)
            except EngineError as error:
                say(f"{drug}, {name}: {error}")
        for _ in range(settings.turns):
            for entry in tuple(entries):
                if entry not in entries:
                    continue
                try:
                    _take(entry, constants, settings)
                except EngineError as error:
                    say(f"{drug}, {entry.engine} {entry.rtol:g}: {error}")
                    entries = [other for other in entries if other.engine != entry.engine]
    finally:
        for worker in workers.values():
            worker.stop()
    rows: list[Row] = []
    for entry in entries:
        rows.append(
            {
                "drug": drug,
                "engine": entry.engine,
                "own": engines()[entry.engine].own,
                "rtol": entry.rtol,
                "atol": entry.atol,
                "error_max": entry.error[0],
                "error_rms": entry.error[1],
                "single_ms": 1e3 * median(entry.singles),
                "scan_ms": 1e3 * median(entry.scans) / entry.n_sets,
                "sets_run": entry.n_sets,
            }
        )
        say(
            f"{drug}, {entry.engine} {entry.rtol:g}: {rows[-1]['single_ms']:.2f} ms alone, "
            f"{rows[-1]['scan_ms']:.3f} ms in a scan, error {entry.error[0]:.1e}"
        )
    return rows


def reference(network: mt.ReactionNetwork, constants: FloatArray) -> FloatArray:
    """Return solutions that two unlike solvers agree on."""
    asked = (HORIZON_S, N_POINTS)
    found = []
    for name, rtol, atol, sets in (
        ("scipy odeint", 1e-12, 1e-10, constants),
        ("scipy Radau", 1e-11, 1e-9, constants[:2]),
    ):
        with Worker(name) as worker:
            worker.build(network, kind="deterministic", limit_s=300)
            found.append(worker.value("solve_sets", sets, *asked, rtol, atol, limit_s=600))
    both = len(found[1])
    difference = error_of(found[1], found[0][:both])[0]
    say(f"the two references agree within {difference:.1e}")
    if difference > AGREEMENT:
        raise RuntimeError(f"no reference: LSODA and Radau differ by {difference:.1e}")
    return found[0]


def error_of(found: FloatArray, expected: FloatArray) -> tuple[float, float]:
    """Return the largest and the root mean square error."""
    error = np.abs(found - expected) / (np.abs(expected) + 1.0)
    return float(error.max()), float(np.sqrt(np.mean(error**2)))


def _entries(
    name: str, own: bool, worker: Worker, constants: FloatArray, expected: FloatArray, settings: Settings
) -> list[_Entry]:
    made = []
    for rtol, atol in OURS if own else TOLERANCES.get(name, USUAL):
        asked = (HORIZON_S, N_POINTS, rtol, atol)
        entry = _Entry(name, rtol, atol, worker)
        found = worker.value("solve_sets", constants[:N_CHECKED], *asked, limit_s=settings.run_limit_s)
        entry.error = error_of(found, expected)
        few = constants[:16]
        spent = worker.cost("solve_sets", few, *asked, limit_s=settings.run_limit_s).cpu_s
        fits = int(settings.ensemble_budget_s / max(spent / len(few), 1e-9))
        entry.n_sets = max(16, min(len(constants), fits))
        made.append(entry)
    return made


def _take(entry: _Entry, constants: FloatArray, settings: Settings) -> None:
    asked = (HORIZON_S, N_POINTS, entry.rtol, entry.atol)
    limit = settings.run_limit_s
    alone = [
        entry.worker.cost("solve_sets", constants[i : i + 1], *asked, limit_s=limit).cpu_s
        for i in range(N_SINGLES)
    ]
    entry.singles.append(median(alone))
    scan = entry.worker.cost("solve_sets", constants[: entry.n_sets], *asked, limit_s=limit)
    entry.scans.append(scan.cpu_s)


def tables(rows: list[Row]) -> list[Table]:
    """Return time and error by engine, then the ratios at equal or smaller error."""
    found = []
    for drug in dict.fromkeys(row["drug"] for row in rows):
        here = [row for row in rows if row["drug"] == drug]
        header = ["solver", "rtol", "atol", "ms, one solve", "ms per set, scan", "error max", "error rms"]
        body = [
            [
                row["engine"],
                f"{row['rtol']:.0e}",
                f"{row['atol']:.0e}",
                f"{row['single_ms']:.2f}",
                f"{row['scan_ms']:.3f}",
                f"{row['error_max']:.1e}",
                f"{row['error_rms']:.1e}",
            ]
            for row in here
        ]
        found.append(
            Table(title=f"mTOR network under {drug}, 72 h, 101 times, one core", header=header, rows=body)
        )
        found.append(_ratios(drug, here))
    return found


def _ratios(drug: str, rows: list[Row]) -> Table:
    body = []
    for row in rows:
        if row["own"]:
            continue
        cells = [row["engine"], f"{row['rtol']:.0e}"]
        for engine, key in (("mtornet simulate", "single_ms"), ("mtornet simulate_many", "scan_ms")):
            better = [
                ours
                for ours in rows
                if ours["engine"] == engine
                and ours["error_max"] <= row["error_max"]
                and ours["error_rms"] <= row["error_rms"]
            ]
            cells.append(f"{row[key] / min(ours[key] for ours in better):.1f}" if better else "–")
        body.append(cells)
    return Table(
        title=f"Times faster than each solver at equal or smaller error, {drug}",
        header=["solver", "its rtol", "one solve, `simulate`", "scan, `simulate_many`"],
        rows=body,
    )
