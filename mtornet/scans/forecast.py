"""What a scan will cost, from a pilot that is timed: points, cells, events, minutes, megabytes."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

import numpy as np

from mtornet.scans import history
from mtornet.scans.axes import Column
from mtornet.scans.chunk import parquet
from mtornet.scans.evaluation import Evaluator
from mtornet.scans.outcome import Outcome
from mtornet.scans.plan import Plan
from mtornet.scans.table import table_of
from mtornet.simulation.methods.catalogue import EXACT
from mtornet.simulation.parallel import available_jobs

PILOT_S = 15.0
"""When no further points are tried."""

ROUNDS = 4
DETERMINISTIC_POINTS, STOCHASTIC_POINTS = 128, 3
"""Tried together, several times."""

GOLDEN = 0.5 * (np.sqrt(5.0) - 1.0)
"""Shifts by it spread evenly, however many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Predicted cost of a scan."""

    points: int
    cells: float
    """Of all points together; 0 for rate equations."""
    events: float
    """Reaction events of exact cells, steps of approximate ones."""
    exact: bool
    cell_states: int
    """How many kinds of cells are brought to rest; points that differ in doses and times share them."""
    setup_s: float
    """What is built once."""
    seconds_per_point: float
    """On one thread, on average."""
    jobs: int
    minutes: float
    megabytes: float
    pilot_points: int
    failed: int
    """Points of the pilot that failed."""
    earlier: tuple[float, ...]
    """Of earlier predictions: how long the scan took over what was predicted."""

    def as_dict(self) -> dict[str, object]:
        """Return the numbers by name."""
        return asdict(self)

    def sentences(self) -> list[str]:
        """Return the prediction in words."""
        unit = "reaction events" if self.exact else "steps"
        events = f", about {self.events:.2g} {unit}" if self.events else ""
        cells = f", {self.cells:.4g} cells{events}" if self.cells else ", rate equations"
        found = [
            f"{self.points} points{cells}",
            f"about {_duration(self.minutes)} on {self.jobs} threads, {self.megabytes:.3g} MB "
            f"(a pilot of {self.pilot_points} points: {1e3 * self.seconds_per_point:.3g} ms each and thread)",
        ]
        if self.failed:
            found.append(f"{self.failed} of the {self.pilot_points} points of the pilot failed")
        if self.earlier:
            ratios = ", ".join(f"{ratio:.2g}" for ratio in self.earlier)
            found.append(f"earlier scans took {ratios} times as long as predicted")
        return found


def forecast(plan: Plan, *, jobs: int | None = None) -> Forecast:
    """Time some points on this thread: with cells that are new, and again with cells that are known."""
    evaluator, n_jobs, n = Evaluator(plan), jobs or available_jobs(), plan.n_points
    own = [c.name for c in plan.columns if _changes_cells(c)]
    n_cells = plan.axes.n_of(own)
    begun = time.perf_counter()
    # One point first: what is compiled or built once must not be counted for every point.
    evaluator(plan.axes.at(0, 1))
    setup_s = time.perf_counter() - begun
    outcomes, new, known = list[Outcome](), _Timing(), _Timing()
    k = DETERMINISTIC_POINTS if plan.settings.method == "ode" else STOCHASTIC_POINTS
    for i in range(ROUNDS):
        many = min(k, n_cells)
        spread = (np.arange(many) + (0.5 + i * GOLDEN) % 1.0) / many
        places = np.unique((spread * n_cells).astype(np.int64))
        # The last of the other axes' places, then the middle: other doses for the same cells.
        for timing, rest in ((new, n // n_cells - 1), (known, n // n_cells // 2)):
            if timing is known and n == n_cells:
                continue
            begun_at = time.perf_counter()
            points = plan.axes.of(plan.axes.index_of(own, places, np.full(places.size, rest)))
            outcomes.append(evaluator(points))
            timing.add(len(points), time.perf_counter() - begun_at)
        if time.perf_counter() - begun > PILOT_S or places.size == n_cells:
            break
    seconds = new.each * n_cells + known.each * (n - n_cells)
    tried = sum(map(len, outcomes))
    cells = sum(int(outcome.n.sum()) for outcome in outcomes) / tried
    found = Forecast(
        points=n,
        cells=cells * n if plan.settings.method != "ode" else 0.0,
        events=sum(int(outcome.n_events.sum()) for outcome in outcomes) / tried * n,
        exact=plan.settings.method in EXACT,
        cell_states=n_cells,
        setup_s=setup_s,
        seconds_per_point=seconds / n,
        jobs=n_jobs,
        minutes=(setup_s + seconds / n_jobs) / 60.0,
        megabytes=_bytes_of(plan, outcomes, n) / 1e6,
        pilot_points=tried,
        failed=sum(len(outcome.failures) for outcome in outcomes),
        earlier=tuple(r.took_s / r.seconds for r in history.records()[-5:] if r.took_s is not None),
    )
    history.predicted(
        history.Record(sha256=plan.sha256, seconds=60.0 * found.minutes * n_jobs, megabytes=found.megabytes)
    )
    return found


@dataclass(slots=True)
class _Timing:
    """Time of points of one kind."""

    points: int = 0
    seconds: float = 0.0

    @property
    def each(self) -> float:
        """Seconds per point; 0 if none was tried."""
        return self.seconds / self.points if self.points else 0.0

    def add(self, points: int, seconds: float) -> None:
        """Take some in."""
        self.points += points
        self.seconds += seconds


def _changes_cells(column: Column) -> bool:
    """Whether cells without drugs differ along a column."""
    return column.target.kind not in ("drug", "schedule") and column.target.text != "drug"


def _bytes_of(plan: Plan, outcomes: list[Outcome], n: int) -> float:
    """Return the bytes of all chunks: what a file has anyway, and what each point adds."""
    import pyarrow as pa

    tables = [table_of(plan, outcome) for outcome in outcomes]
    first = len(outcomes[0])
    more = sum(map(len, outcomes)) - first
    whole, one = len(parquet(pa.concat_tables(tables))), len(parquet(tables[0]))
    added = (whole - one) / more if more else one / first
    return float(max(added, 1.0) * n + max(one - added * first, 0.0))


def _duration(minutes: float) -> str:
    if minutes < 1.0:
        return f"{60 * minutes:.2g} s"
    return f"{minutes:.3g} min" if minutes < 120 else f"{minutes / 60:.3g} h"
