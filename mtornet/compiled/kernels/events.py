"""Events of a model, with the meaning of SBML Level 3 Version 2, between two stretches of simulation.

A kernel stops a cell (status ``TRIGGERED``) when its next moment ``until`` has come, or when
something happened that a trigger may depend on. What is due is then executed, one event at a time,
triggers looked at anew after each; the cell goes on until its next moment.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from mtornet.compiled.kernels.bytecode import bounds, evaluate
from mtornet.compiled.kernels.leaf import inner
from mtornet.compiled.kernels.random import next_word, uniform
from mtornet.compiled.status import EVENT_STORM, NEGATIVE_RATE, NOT_FINITE, RUNNING, TRIGGERED

# Executions at one moment, and in one cell, beyond which a model is taken to run in a circle.
_MOST_AT_ONCE = 10_000
_MOST_IN_ALL = 1_000_000


# A change of sign is placed within this part of the time, or of the time that is left.
_SHORTEST = 1e-15
# Stretches of time looked at for one comparison; what was reached after so many is a moment to look again.
_MOST_STRETCHES = 100_000


class Box(NamedTuple):
    """Room for bounds over a stretch of time."""

    low: Any
    high: Any
    stack: Any
    other_stack: Any


@njit(cache=True, nogil=True)
def settle(cells, pending, events, constants, whole, end):
    """Execute what is due in every cell that is ``TRIGGERED``, and let it run until its next moment.

    Parameters
    ----------
    cells, pending
        Read and written.
    constants
        (n_cells or 1, n_segments, ...) rows of constants, see ``Segments``.
    whole
        Whether amounts of molecules stay whole: an assigned amount between two whole ones becomes
        either of them, at random, with its mean kept.
    end
        Time at which the simulation ends; beyond, no moment is looked for.
    """
    n_states = cells.x.shape[1]
    x = np.empty(n_states + 2)
    box = Box(np.empty(x.size), np.empty(x.size), np.empty(events.depth), np.empty(events.depth))
    x[n_states] = 1.0
    stack = np.empty(events.depth)
    values = np.empty(pending.values.shape[2])
    for cell in range(cells.status.size):
        if cells.status[cell] != TRIGGERED:
            continue
        c = constants[min(cell, constants.shape[0] - 1), cells.segment[cell]]
        t = cells.clock[cell]
        for i in range(n_states):
            x[i] = cells.x[cell, i]
        x[n_states + 1] = t
        outcome = RUNNING
        at_once = 0
        while outcome == RUNNING:
            outcome = look_at_triggers(cell, t, x, c, cells, pending, events, stack)
            if outcome != RUNNING:
                break
            slot = next_due(cell, t, x, c, cells, pending, events, stack)
            if slot < 0:
                break
            e = pending.event[cell, slot]
            first, last = events.assignment_start[e], events.assignment_start[e + 1]
            if not events.values_from_trigger_time[e]:
                compute_values(e, x, c, events, stack, pending.values[cell, slot])
            for k in range(last - first):
                values[k] = pending.values[cell, slot, k]
            pending.event[cell, slot] = -1
            for k in range(last - first):
                value = values[k]
                if not math.isfinite(value):
                    outcome = NOT_FINITE
                    break
                if whole and events.target[first + k] < events.n_molecular:
                    value = rounded(value, cell, cells)
                x[events.target[first + k]] = value
            at_once += 1
            pending.executed[cell] += 1
            if at_once > _MOST_AT_ONCE or pending.executed[cell] > _MOST_IN_ALL:
                outcome = EVENT_STORM
        for i in range(n_states):
            cells.x[cell, i] = x[i]
        cells.until[cell] = next_moment(cell, t, end, x, c, pending, events, stack, box)
        cells.status[cell] = outcome


@inner
def look_at_triggers(cell, t, x, c, cells, pending, events, stack):
    """Let triggers that became true wait for their execution; return a status if that cannot be."""
    for e in range(events.trigger.size):
        k = events.trigger[e]
        value = evaluate(events.code, events.start[k], events.start[k + 1], x, c, stack)
        # Not-a-number is not true.
        now = value > 0.0 or value < 0.0
        before = cells.truth[cell, e]
        cells.truth[cell, e] = now
        if before and not now and not events.persistent[e]:
            for slot in range(pending.event.shape[1]):
                if pending.event[cell, slot] == e:
                    pending.event[cell, slot] = -1
        if now and not before:
            delay = 0.0
            k = events.delay[e]
            if k >= 0:
                delay = evaluate(events.code, events.start[k], events.start[k + 1], x, c, stack)
            slot = 0
            while slot < pending.event.shape[1] and pending.event[cell, slot] >= 0:
                slot += 1
            if slot == pending.event.shape[1]:
                return EVENT_STORM
            if not (delay >= 0.0):
                return NEGATIVE_RATE if delay < 0.0 else NOT_FINITE
            pending.event[cell, slot] = e
            pending.time[cell, slot] = t + delay
            if events.values_from_trigger_time[e]:
                compute_values(e, x, c, events, stack, pending.values[cell, slot])
    return RUNNING


@inner
def compute_values(e, x, c, events, stack, values):
    """Write the values that the assignments of an event have in state ``x``."""
    first = events.assignment_start[e]
    for k in range(first, events.assignment_start[e + 1]):
        program = events.value[k]
        values[k - first] = evaluate(
            events.code, events.start[program], events.start[program + 1], x, c, stack
        )


@inner
def next_due(cell, t, x, c, cells, pending, events, stack):
    """Slot of the execution that comes first of those due, -1 if none: by priority, then by chance."""
    best, best_priority, equals = -1, -np.inf, 0
    for slot in range(pending.event.shape[1]):
        e = pending.event[cell, slot]
        if e < 0 or pending.time[cell, slot] > t:
            continue
        # An event without a priority comes after those that have one.
        priority = -np.inf
        k = events.priority[e]
        if k >= 0:
            priority = evaluate(events.code, events.start[k], events.start[k + 1], x, c, stack)
        if best < 0 or priority > best_priority:
            best, best_priority, equals = slot, priority, 1
        elif priority == best_priority:
            equals += 1
            if draw(cell, cells) * equals < 1.0:
                best = slot
    return best


@inner
def next_moment(cell, t, end, x, c, pending, events, stack, box):
    """Time at which an execution is due or the time alone may flip a trigger; infinite if never."""
    moment = np.inf
    for slot in range(pending.event.shape[1]):
        if pending.event[cell, slot] >= 0:
            moment = min(moment, pending.time[cell, slot])
    for a in range(events.atom_value.size):
        k, d = events.atom_value[a], events.atom_slope[a]
        if events.atom_is_bent[a]:
            moment = min(moment, next_change(k, t, end, x, c, events, stack, box))
        if d < 0:
            continue
        slope = evaluate(events.code, events.start[d], events.start[d + 1], x, c, stack)
        if slope == 0.0 or not math.isfinite(slope):
            continue
        value = evaluate(events.code, events.start[k], events.start[k + 1], x, c, stack)
        crossing = t - value / slope
        if crossing > t:
            moment = min(moment, crossing)
        elif crossing == t:
            # ``time > 5`` is still false at 5 and true just after it.
            moment = min(moment, np.nextafter(t, np.inf))
    return moment


@inner
def next_change(k, t, end, x, c, events, stack, box):
    """Next time up to ``end`` at which the sign of program ``k`` may change by the time alone, or infinite.

    Stretches of time in which bounds exclude a change are passed over, others are halved until they are
    next to nothing. A moment found in vain costs a look at the triggers, and is no error.
    """
    clock = x.size - 1
    first, last = events.start[k], events.start[k + 1]
    # Without reference counting, arrays are copied entry by entry.
    for i in range(x.size):
        box.low[i] = x[i]
        box.high[i] = x[i]
    value = evaluate(events.code, first, last, x, c, stack)
    if value == 0.0:
        # ``time^2 > 4`` is still false at 2 and true just after it.
        x[clock] = np.nextafter(t, np.inf)
        value = evaluate(events.code, first, last, x, c, stack)
        x[clock] = t
        if value != 0.0:
            return np.nextafter(t, np.inf)
    start, stretch = t, end - t
    for _ in range(_MOST_STRETCHES):
        if not (start < end):
            return np.inf
        until = min(end, start + stretch)
        box.low[clock], box.high[clock] = start, until
        low, high = bounds(events.code, first, last, box.low, box.high, c, box.stack, box.other_stack)
        if (low > 0.0 and value > 0.0) or (high < 0.0 and value < 0.0) or (low == 0.0 and high == 0.0):
            start, stretch = until, 2.0 * stretch
        elif until - start > _SHORTEST * max(abs(until), end - t):
            stretch = 0.5 * (until - start)
        else:
            x[clock] = until
            later = evaluate(events.code, first, last, x, c, stack)
            x[clock] = t
            if not (later > 0.0 and value > 0.0) and not (later < 0.0 and value < 0.0):
                return until
            start = until
    return start


@inner
def draw(cell, cells):
    """Return a uniform number of the cell's own stream."""
    s0, s1, s2, s3 = cells.rng[cell, 0], cells.rng[cell, 1], cells.rng[cell, 2], cells.rng[cell, 3]
    word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
    cells.rng[cell, 0], cells.rng[cell, 1], cells.rng[cell, 2], cells.rng[cell, 3] = s0, s1, s2, s3
    return uniform(word)


@inner
def rounded(value, cell, cells):
    """Return a whole number near ``value`` whose mean is ``value``."""
    below = math.floor(value)
    if value == below:
        return value
    return below + 1.0 if draw(cell, cells) < value - below else below
