"""The events of a model as arrays, and what of them waits in each cell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_QUEUE, _QUEUE_PER_EVENT = 64, 2


class EventTables(NamedTuple):
    """Events by index; programs by their index in ``start``, -1 where there is none."""

    code: IntArray
    start: IntArray
    """Program ``k`` is ``code`` from ``start[k]`` to ``start[k + 1]``."""
    trigger: IntArray
    delay: IntArray
    priority: IntArray
    assignment_start: IntArray
    target: IntArray
    """State that an assignment changes."""
    value: IntArray
    """Program of the value it gets."""
    persistent: BoolArray
    initial_value: BoolArray
    values_from_trigger_time: BoolArray
    atom_start: IntArray
    """Comparisons in triggers that the time may flip, by event."""
    atom_value: IntArray
    """Program of left minus right side."""
    atom_slope: IntArray
    """Program of its derivative by time, which itself reads no time; -1 if it does."""
    atom_is_bent: BoolArray
    """Whether the difference is not linear in time, so that its next change of sign has to be searched."""
    atom_is_mixed: BoolArray
    """Whether the state moves the time at which a comparison flips."""
    n_molecular: int
    """States before this one are molecules."""
    depth: int

    @property
    def n_events(self) -> int:
        """Number of events."""
        return len(self.trigger)

    def for_continuous_states(self) -> EventTables:
        """Return the same for states that move between events: comparisons with them have no set time."""
        return self._replace(
            atom_slope=np.where(self.atom_is_mixed, -1, self.atom_slope),
            atom_is_bent=np.zeros_like(self.atom_is_bent),
        )


class Pending(NamedTuple):
    """What waits in cells: executions of events that were triggered."""

    event: IntArray
    """(n_cells, places) event of a waiting execution, -1 for none."""
    time: FloatArray
    """(n_cells, places) when it is due."""
    values: FloatArray
    """(n_cells, places, most assignments) values from the time of the trigger."""
    executed: IntArray
    """(n_cells,) executions so far."""


def new_pending(events: EventTables, n_cells: int) -> Pending:
    """Return the empty queues of cells before their start: so many executions may wait in one cell."""
    places = _QUEUE + _QUEUE_PER_EVENT * events.n_events
    most = int(np.max(np.diff(events.assignment_start), initial=1))
    return Pending(
        event=np.full((n_cells, places), -1, dtype=np.int64),
        time=np.zeros((n_cells, places)),
        values=np.zeros((n_cells, places, most)),
        executed=np.zeros(n_cells, dtype=np.int64),
    )
