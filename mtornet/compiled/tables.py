"""What kernels know of a network and of their cells: tuples of arrays, the same for every kernel."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.status import RUNNING

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


class Tables(NamedTuple):
    """The structure of a network; ``*_start`` arrays hold compressed rows.

    A state ``x`` has two entries more than there are species and variables: ``x[n]`` is 1, so that a
    law of any order is one product, and ``x[n + 1]`` is the time in seconds. The rate of reaction
    ``j`` is ``K * (x[f0] - h0) * (x[f1] - h1) * (x[f2] - h2)``, where ``h`` counts the molecules of
    the same species already drawn, and ``K`` its constant or, where the reaction has one, the value
    of its program.
    """

    factors: IntArray
    """(n_reactions, 3) state indices."""
    drawn: FloatArray
    """(n_reactions, 3)."""
    change_start: IntArray
    change_species: IntArray
    change_by: FloatArray
    """Net stoichiometry by reaction."""
    guard_start: IntArray
    guard_species: IntArray
    guard_least: FloatArray
    """Reactants that a law does not multiply, and how many must be there."""
    dependent_start: IntArray
    dependents: IntArray
    """Reactions whose propensity changes when a reaction fires."""
    reader_start: IntArray
    readers: IntArray
    """Reactions whose law or guard reads a state, by state."""
    code: IntArray
    """Programs of laws, see ``kernels.bytecode``."""
    program_start: IntArray
    """(n_reactions + 1,) places in ``code``; a reaction without a program has an empty range."""
    has_programs: bool
    timed: IntArray
    """Reactions whose program reads the time."""
    is_timed: NDArray[np.bool_]
    read_start: IntArray
    reads: IntArray
    """States that a reaction's program reads, by reaction."""
    n_molecular: int
    """States before this one are molecules; the others are variables."""
    watches: bool
    """Whether there are events."""
    touches: NDArray[np.bool_]
    """(n_reactions,) whether firing can change the trigger of an event."""
    trigger_start: IntArray
    """(n_model_events + 1,) programs of the triggers, one behind the other."""
    trigger_is_mixed: NDArray[np.bool_]
    """(n_model_events,) whether a change of state moves the time at which the trigger flips."""
    depth: int
    """Largest stack that a program needs, at least 1."""


class Cells(NamedTuple):
    """Cells between their start and their end: read and written, so that a run can be continued."""

    x: FloatArray
    """(n_cells, n_states)."""
    clock: FloatArray
    """(n_cells,) simulated time in seconds."""
    rng: NDArray[np.uint64]
    """(n_cells, 4) state of the cell's stream of random numbers."""
    segment: IntArray
    """(n_cells,) stretch of constant conditions."""
    sample: IntArray
    """(n_cells,) next time to be sampled."""
    n_events: IntArray
    status: IntArray
    """(n_cells,) see ``status``; kernels advance the cells that are ``RUNNING``."""
    until: FloatArray
    """(n_cells,) time at which to stop for an event of the model; infinite where there is none."""
    truth: NDArray[np.bool_]
    """(n_cells, n_model_events) triggers as last seen."""
    samples: FloatArray
    """(n_cells, n_times, n_states)."""


def frozen_tables(**fields: Any) -> Tables:
    """Return tables whose arrays nobody can write to; all alike, so that kernels are compiled once."""
    for value in fields.values():
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    return Tables(**fields)


def new_cells(x0: FloatArray, start: float, samples: FloatArray, truth: NDArray[np.bool_]) -> Cells:
    """Return cells that have not begun; their streams are seeded by ``kernels.cells.begin``.

    Parameters
    ----------
    samples
        (n_cells, n_times, n_states) to write to; what a cell does not reach is left as it is.
    truth
        (n_model_events,) what triggers were before the start.
    """
    n_cells = len(x0)
    return Cells(
        x=np.array(x0, dtype=np.float64, order="C"),
        clock=np.full(n_cells, start),
        rng=np.zeros((n_cells, 4), dtype=np.uint64),
        segment=np.zeros(n_cells, dtype=np.int64),
        sample=np.zeros(n_cells, dtype=np.int64),
        n_events=np.zeros(n_cells, dtype=np.int64),
        status=np.full(n_cells, RUNNING, dtype=np.int64),
        until=np.full(n_cells, np.inf),
        truth=np.tile(truth, (n_cells, 1)),
        samples=samples,
    )
