"""What every method of single cells does around its kernel: starts, streams, arrays of samples, threads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mtornet.compiled.event_tables import EventTables, new_pending
from mtornet.compiled.status import COMPLETE, INTERRUPTED, TRIGGERED
from mtornet.compiled.tables import Cells, new_cells
from mtornet.errors import ProtocolError
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.parallel import run_in_order
from mtornet.simulation.problem import CellSamples, FloatArray, Problem
from mtornet.simulation.progress import Progress

Advance = Callable[[Cells, FloatArray], None]
"""Simulates the running cells and writes the times they have reached."""


def run_in_chunks(
    problem: Problem,
    advance: Advance,
    *,
    added: FloatArray,
    key: np.uint64,
    cells: int,
    first_cell: int,
    jobs: int | None,
    progress: Progress,
    stop: StopFlag,
    consume: Callable[[CellSamples], None],
) -> None:
    """Let a kernel simulate cells in threads and hand them to ``consume``, lowest index first.

    Parameters
    ----------
    added
        (n_segments, n_states) amounts added at the start of each stretch.
    key
        Of the random streams; with a cell's index it makes the cell's own.
    """
    from mtornet.compiled.kernels.cells import begin

    compiled, constants = problem.compiled, problem.segments.constants
    if compiled.only_deterministic:
        raise ProtocolError(
            "a stochastic method cannot simulate this model (method 'ode' can):\n  "
            + "\n  ".join(compiled.only_deterministic)
        )
    n_species, n_times = compiled.n_species, problem.times.size
    breaks = problem.segments.breaks

    def run_chunk(first: int, count: int, reached: FloatArray) -> CellSamples:
        own = problem.x0[first - first_cell : first - first_cell + count]
        rows = own if problem.x0.ndim == 2 else problem.x0
        if problem.room is None:
            samples = np.empty((count, n_times, n_species))
        else:
            samples = problem.room[first - first_cell : first - first_cell + count]
        chunk = new_cells(
            np.broadcast_to(rows, (count, n_species)), float(breaks[0]), samples, compiled.initial_truth
        )
        begin(chunk, key, first, added)
        if compiled.events is None:
            advance(chunk, reached)
        else:
            _advance_through_events(
                chunk, advance, compiled.events, constants, float(breaks[-1]), reached, stop
            )
        # What ended early has no samples beyond; a Langevin cell, whose next sample is no number of
        # samples, has none at all and says so itself.
        for cell in np.flatnonzero(chunk.status > COMPLETE):
            samples[cell, chunk.sample[cell] :] = np.nan
        # An interruption kept these from starting, or from going on after an event.
        unfinished = chunk.status < COMPLETE
        samples[unfinished] = np.nan
        chunk.x[unfinished] = np.nan
        chunk.status[unfinished] = INTERRUPTED
        return CellSamples(
            first_cell=first,
            counts=chunk.samples,
            final=chunk.x,
            n_events=chunk.n_events,
            status=chunk.status,
        )

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


def _advance_through_events(
    chunk: Cells,
    advance: Advance,
    events: EventTables,
    constants: FloatArray,
    end: float,
    reached: FloatArray,
    stop: StopFlag,
) -> None:
    """Let the cells run from event to event, all of a chunk side by side."""
    from mtornet.compiled.kernels.events import settle

    pending = new_pending(events, chunk.status.size)
    # What is true at the start may be an event of its own.
    chunk.status[:] = TRIGGERED
    while np.any(chunk.status == TRIGGERED) and not stop.is_set:
        settle(chunk, pending, events, constants[None], True, end)
        advance(chunk, reached)
