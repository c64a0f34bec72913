"""States that a cell passes soon after its start: what a choice of algorithm looks at."""

from __future__ import annotations

import numpy as np

from mtornet.compiled.status import EVENT_LIMIT, RUNNING
from mtornet.compiled.tables import new_cells
from mtornet.simulation.methods.ssa_kernels import kernel_of
from mtornet.simulation.problem import FloatArray, Problem

EVENTS = 20_000
_PIECES = 8
# A piece of the pilot is not worth its preparation in networks of more reactions.
_MANY_REACTIONS = 2_000


def early_states(problem: Problem) -> list[tuple[FloatArray, float]]:
    """Return states of the first cell and their times: its start, then one after every so many events.

    The pilot's random numbers are its own and always the same, so that what it finds depends on the
    problem alone. It ends early where the first stretch or the model's first event does.
    """
    from mtornet.compiled.kernels.cells import begin

    compiled, segments = problem.compiled, problem.segments
    added = np.rint(segments.added[:1])
    x0 = np.atleast_2d(problem.x0)[:1]
    nothing = np.empty((1, 0, compiled.n_species))
    cells = new_cells(x0, float(segments.breaks[0]), nothing, compiled.initial_truth)
    begin(cells, np.uint64(0), 0, added)
    states = [(cells.x[0].copy(), float(cells.clock[0]))]
    advance = kernel_of("direct", compiled.n_reactions)
    n_pieces = _PIECES if compiled.n_reactions <= _MANY_REACTIONS else 1
    while len(states) <= n_pieces and cells.status[0] == RUNNING:
        advance(
            cells,
            segments.breaks[:2],
            segments.constants[:1],
            added,
            np.empty(0),
            len(states) * EVENTS // n_pieces,
            compiled.tables,
            np.zeros(1, dtype=np.int64),
            np.zeros(1),
        )
        if cells.status[0] == EVENT_LIMIT:
            states.append((cells.x[0].copy(), float(cells.clock[0])))
            cells.status[0] = RUNNING
    return states
