"""Compute one chunk: rows as Parquet bytes, and what failed. A pure function of the plan and the points."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mtornet.scans.axes import Coordinates
from mtornet.scans.evaluation import Evaluator
from mtornet.scans.outcome import Outcome
from mtornet.scans.store import Failed
from mtornet.scans.table import table_of
from mtornet.simulation.interrupt import StopFlag

if TYPE_CHECKING:
    import pyarrow as pa

    from mtornet.scans.plan import Plan

PIECE_BYTES = 64_000_000
"""Of the states and read-outs of points that are computed together."""

DETERMINISTIC_PIECE, STOCHASTIC_PIECE = 2048, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Finished points ``first`` to ``end`` (not included)."""

    first: int
    end: int
    rows: bytes
    failed: list[Failed]


def compute_chunk(
    evaluator: Evaluator,
    first: int,
    end: int,
    *,
    stop: StopFlag | None = None,
    tick: Callable[[int], None] = lambda _: None,
) -> Chunk | None:
    """Compute points; when ``stop`` is set, those before the first unfinished one are returned, or None."""
    import pyarrow as pa

    flag = StopFlag() if stop is None else stop
    plan, tables, failed = evaluator.plan, [], []
    reached, step = first, piece_of(plan)
    while reached < end and not flag.is_set:
        outcome = evaluator(plan.axes.at(reached, min(reached + step, end)), stop=flag)
        finished = outcome.head(_n_finished(outcome))
        tables.append(table_of(plan, finished))
        failed += failures_of(plan, finished)
        reached += len(finished)
        tick(len(finished))
    if reached == first:
        return None
    return Chunk(first=first, end=reached, rows=parquet(pa.concat_tables(tables)), failed=failed)


def _n_finished(outcome: Outcome) -> int:
    stopped = np.flatnonzero(outcome.status == "interrupted")
    return int(stopped[0]) if stopped.size else len(outcome)


def piece_of(plan: Plan) -> int:
    """Return how many points are computed together, so that memory stays flat."""
    settings = plan.settings
    bytes_per_point = 8 * settings.grid.size * (len(settings.readouts) + 1)
    most = DETERMINISTIC_PIECE if settings.method == "ode" else STOCHASTIC_PIECE
    return max(1, min(most, PIECE_BYTES // bytes_per_point))


def failures_of(plan: Plan, outcome: Outcome) -> list[Failed]:
    """Return the points that were set aside, with where they stand."""
    rows = sorted(outcome.failures)
    points = outcome.coordinates.take(np.array(rows, dtype=np.int64))
    ids = plan.point_ids(points)
    return [
        Failed(
            point=int(points.index[i]),
            point_id=ids[i],
            status=outcome.failures[row].status,
            error=outcome.failures[row].error,
            coordinates=_shown(plan, points, i),
        )
        for i, row in enumerate(rows)
    ]


def _shown(plan: Plan, points: Coordinates, i: int) -> dict[str, Any]:
    values = {c.name: float(points.values[c.name][i]) for c in plan.columns}
    return {c.name: c.labels[int(values[c.name])] if c.is_choice else values[c.name] for c in plan.columns}


def parquet(table: pa.Table) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()
