"""What every method of single cells does around its kernel: rows of starts, arrays of samples, threads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.parallel import run_in_order
from mtornet.simulation.problem import CellSamples, FloatArray, Problem
from mtornet.simulation.progress import Progress

RunKernel = Callable[[FloatArray, int, CellSamples, FloatArray], None]
"""Starts (count, n_species), index of the first cell, samples to fill, and times reached by cell."""


def run_in_chunks(
    problem: Problem,
    run_kernel: RunKernel,
    *,
    cells: int,
    first_cell: int,
    jobs: int | None,
    progress: Progress,
    stop: StopFlag,
    consume: Callable[[CellSamples], None],
) -> None:
    """Let a kernel simulate cells in threads and hand them to ``consume``, lowest index first."""
    n_species, n_times = problem.compiled.n_species, problem.times.size
    breaks = problem.segments.breaks

    def run_chunk(first: int, count: int, reached: FloatArray) -> CellSamples:
        own = problem.x0[first - first_cell : first - first_cell + count]
        rows = own if problem.x0.ndim == 2 else problem.x0
        samples = CellSamples(
            first_cell=first,
            counts=np.empty((count, n_times, n_species)),
            final=np.empty((count, n_species)),
            n_events=np.zeros(count, dtype=np.int64),
            status=np.zeros(count, dtype=np.int64),
        )
        run_kernel(np.ascontiguousarray(np.broadcast_to(rows, (count, n_species))), first, samples, reached)
        return samples

    run_in_order(
        run_chunk,
        first=first_cell,
        count=cells,
        jobs=jobs,
        bytes_per_item=8 * (n_times + 2) * n_species,
        start=float(breaks[0]),
        span=max(float(breaks[-1] - breaks[0]), 1e-300),
        progress=progress,
        stop=stop,
        consume=consume,
    )
