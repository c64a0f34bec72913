"""Exact stochastic simulation of many cells, on all cores, in an order-free way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtornet.errors import ProtocolError
from mtornet.simulate.interrupt import StopFlag
from mtornet.simulate.parallel import run_in_order
from mtornet.simulate.problem import CellSamples, FloatArray, Problem
from mtornet.simulate.progress import Progress
from mtornet.simulate.seeds import stream_key

KISAO = "KISAO:0000029"
"""Gillespie direct algorithm (Gillespie 1977)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SsaOptions:
    """Budget of a trajectory; a cell that uses it up is reported with its status."""

    max_events: int = 20_000_000_000


def run_cells(
    problem: Problem,
    *,
    cells: int,
    first_cell: int = 0,
    seed: int,
    jobs: int | None,
    options: SsaOptions,
    progress: Progress,
    stop: StopFlag,
    consume: Callable[[CellSamples], None],
) -> None:
    """Simulate cells ``first_cell .. first_cell + cells - 1`` and hand them to ``consume`` in order.

    The result of a cell depends on the problem, the seed and the cell's index alone.
    """
    from mtornet.compiled.kernels import ssa_direct

    compiled, segments = problem.compiled, problem.segments
    if np.any(problem.x0 < 0) or np.any(problem.x0 != np.rint(problem.x0)):
        raise ProtocolError("a stochastic run starts from whole molecules; round the initial amounts first")
    key = np.uint64(stream_key(seed, problem.content))
    shift = block_shift(compiled.n_reactions)
    added = np.rint(segments.added)
    span = max(float(segments.breaks[-1] - segments.breaks[0]), 1e-300)

    def run_chunk(first: int, count: int, reached: FloatArray) -> CellSamples:
        rows = problem.x0[first - first_cell : first - first_cell + count] if problem.x0.ndim == 2 else problem.x0
        x0 = np.ascontiguousarray(np.broadcast_to(rows, (count, compiled.n_species)))
        samples = np.empty((count, problem.times.size, compiled.n_species))
        final = np.empty((count, compiled.n_species))
        n_events, status = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        ssa_direct.run_cells(
            x0,
            segments.breaks,
            segments.constants,
            added,
            problem.times,
            key,
            first,
            options.max_events,
            compiled.factors,
            compiled.drawn,
            compiled.change_start,
            compiled.change_species,
            compiled.change_by,
            compiled.guard_start,
            compiled.guard_species,
            compiled.guard_least,
            compiled.dependent_start,
            compiled.dependents,
            shift,
            samples,
            final,
            n_events,
            status,
            stop.word,
            reached,
        )
        return CellSamples(first_cell=first, counts=samples, final=final, n_events=n_events, status=status)

    run_in_order(
        run_chunk,
        first=first_cell,
        count=cells,
        jobs=jobs,
        bytes_per_item=8 * (problem.times.size + 2) * compiled.n_species,
        start=float(segments.breaks[0]),
        span=span,
        progress=progress,
        stop=stop,
        consume=consume,
    )


def block_shift(n_reactions: int) -> int:
    """Return log2 of the block size that makes blocks and their number about equal."""
    return max(2, int(np.ceil(np.log2(max(n_reactions, 1)) / 2.0)))
