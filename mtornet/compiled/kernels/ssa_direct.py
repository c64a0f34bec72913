"""Exact simulation by Gillespie's direct method, table-driven, for several cells in a row.

Propensities live in blocks whose sums are kept, so that finding a reaction costs about the square
root of their number; after an event only the propensities it can have changed are computed anew. What
that needs stands in one row of memory for each reaction, in the order in which it is read.
"""

import numpy as np
from numba import njit

from mtornet.compiled.kernels.laws import propensity, upper_bound
from mtornet.compiled.kernels.random import next_word, uniform
from mtornet.compiled.kernels.records import (
    D_CONSTANT,
    D_FACTOR,
    D_FLAGS,
    D_REACTION,
    SPECIAL,
    pack_dependents,
    set_dependent_constants,
)
from mtornet.compiled.kernels.timed import hold_time
from mtornet.compiled.kernels.triggers import flips
from mtornet.compiled.kernels.variates import exponential
from mtornet.compiled.status import (
    COMPLETE,
    COUNT_OVERFLOW,
    EVENT_LIMIT,
    INTERRUPTED,
    NEGATIVE_RATE,
    NOT_FINITE,
    RUNNING,
    TRIGGERED,
)

# Above this a float64 no longer counts single molecules.
_MOST_MOLECULES = 9.0e15
# Running sums of propensities drift by rounding; they are summed anew after this many events.
_REFRESH = 65536
# ... and as soon as the total has fallen so far below its largest value that the rounding left from
# then could weigh (a fast reaction ran out of molecules and only slow ones remain).
_FALLEN = 1e-6


@njit(cache=True)
def sum_blocks(propensities, block_sums, shift):
    """Sum the propensities block by block and return the total."""
    block_sums[:] = 0.0
    for j in range(propensities.size):
        block_sums[j >> shift] += propensities[j]
    total = 0.0
    for b in range(block_sums.size):
        total += block_sums[b]
    return total


@njit(cache=True, inline="always")
def choose_reaction(propensities, block_sums, shift, target):
    """Index of the reaction that owns the point ``target`` of the summed propensities, or -1.

    Reactions of propensity 0 are never chosen. -1 means that rounding of the running sums put the
    point beyond the last reaction.
    """
    b, last = 0, block_sums.size - 1
    while b < last and target >= block_sums[b]:
        target -= block_sums[b]
        b += 1
    j = b << shift
    last = min(j + (1 << shift), propensities.size) - 1
    while j < last and target >= propensities[j]:
        target -= propensities[j]
        j += 1
    return j if target < propensities[j] else -1


@njit(cache=True, nogil=True)
def advance(shift, cells, breaks, constants, added, times, max_events, tables, stop, reached):
    """Simulate every running cell until its end, or until an event of the model is due.

    Parameters
    ----------
    shift
        log2 of the number of reactions in a block.
    cells
        Read and written, see ``tables.Cells``.
    breaks, constants, added
        The stretches of constant conditions, see ``Segments``.
    stop, reached
        ``stop[0] != 0`` ends the run at the next check; ``reached[cell]`` follows the clock.
    """
    n_cells, n_states = cells.x.shape
    n_segments = constants.shape[0]
    n_reactions = tables.factors.shape[0]
    n_timed = tables.timed.size
    x = np.empty(n_states + 2)
    low, high = np.empty(n_states + 2), np.empty(n_states + 2)
    x[n_states] = 1.0
    stack, other_stack = np.empty(tables.depth), np.empty(tables.depth)
    records = pack_dependents(tables)
    numbers, words = records.numbers, records.words
    propensities = np.empty(n_reactions)
    block_sums = np.empty(((n_reactions - 1) >> shift) + 1)
    for cell in range(n_cells):
        if cells.status[cell] != RUNNING:
            continue
        s0, s1, s2, s3 = cells.rng[cell, 0], cells.rng[cell, 1], cells.rng[cell, 2], cells.rng[cell, 3]
        x[:n_states] = cells.x[cell]
        events = cells.n_events[cell]
        segment = cells.segment[cell]
        i_time = cells.sample[cell]
        t, until = cells.clock[cell], cells.until[cell]
        until_check = _REFRESH
        outcome = RUNNING
        while outcome == RUNNING:
            c = constants[segment]
            set_dependent_constants(records, c)
            end = min(breaks[segment + 1], until)
            x[n_states + 1] = t
            for j in range(n_reactions):
                propensities[j] = propensity(j, x, c, tables, stack)
                if propensities[j] < 0.0:
                    outcome = NEGATIVE_RATE
            horizon = end
            if n_timed > 0:
                # Laws that read the time count with an upper bound that holds until ``horizon``.
                low[:] = x
                high[:] = x
                horizon = hold_time(t, end, low, high, c, tables, stack, other_stack)
                for k in range(n_timed):
                    j = tables.timed[k]
                    propensities[j] = upper_bound(j, low, high, c, tables, stack, other_stack)
            total = sum_blocks(propensities, block_sums, shift)
            largest = total
            while outcome == RUNNING:
                if not (total < np.inf):
                    outcome = NOT_FINITE
                    break
                waited = np.inf
                if total > 0.0:
                    waited, s0, s1, s2, s3 = exponential(s0, s1, s2, s3)
                    waited /= total
                t_next = t + waited
                upto = min(t_next, horizon)
                # What the model or the protocol changes at ``end`` is not yet so before it; samples at
                # the very moment show the state before a dose, but after an event of the model.
                while i_time < times.size and (
                    times[i_time] < upto or (times[i_time] == upto and upto < until)
                ):
                    cells.samples[cell, i_time] = x[:n_states]
                    i_time += 1
                if t_next >= horizon:
                    t = horizon
                    if horizon >= end:
                        break
                    horizon = hold_time(t, end, low, high, c, tables, stack, other_stack)
                    for k in range(n_timed):
                        j = tables.timed[k]
                        propensities[j] = upper_bound(j, low, high, c, tables, stack, other_stack)
                    total = sum_blocks(propensities, block_sums, shift)
                    largest = total
                    continue
                t = t_next
                word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                chosen = choose_reaction(propensities, block_sums, shift, uniform(word) * total)
                while chosen < 0:
                    total = sum_blocks(propensities, block_sums, shift)
                    if total <= 0.0:
                        break
                    word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                    chosen = choose_reaction(propensities, block_sums, shift, uniform(word) * total)
                if chosen < 0:
                    continue
                x[n_states + 1] = t
                accepted = True
                if n_timed > 0 and tables.is_timed[chosen]:
                    word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                    now = propensity(chosen, x, c, tables, stack)
                    if now < 0.0:
                        outcome = NEGATIVE_RATE
                    accepted = uniform(word) * propensities[chosen] < now
                if accepted:
                    for k in range(tables.change_start[chosen], tables.change_start[chosen + 1]):
                        i = tables.change_species[k]
                        x[i] += tables.change_by[k]
                        if n_timed > 0:
                            low[i] = x[i]
                            high[i] = x[i]
                        if x[i] > _MOST_MOLECULES:
                            outcome = COUNT_OVERFLOW
                    for k in range(tables.dependent_start[chosen], tables.dependent_start[chosen + 1]):
                        j = words[k, D_REACTION]
                        if words[k, D_FLAGS] & SPECIAL:
                            if n_timed > 0 and tables.is_timed[j]:
                                new = upper_bound(j, low, high, c, tables, stack, other_stack)
                            else:
                                new = propensity(j, x, c, tables, stack)
                            if new < 0.0:
                                outcome = NEGATIVE_RATE
                        else:
                            new = (
                                numbers[k, D_CONSTANT]
                                * x[words[k, D_FACTOR]]
                                * x[words[k, D_FACTOR + 1]]
                                * x[words[k, D_FACTOR + 2]]
                            )
                        difference = new - propensities[j]
                        propensities[j] = new
                        block_sums[j >> shift] += difference
                        total += difference
                    events += 1
                    if events >= max_events and outcome == RUNNING:
                        outcome = EVENT_LIMIT
                    if (
                        tables.touches[chosen]
                        and outcome == RUNNING
                        and flips(cell, x, c, cells, tables, stack)
                    ):
                        outcome = TRIGGERED
                    if outcome != RUNNING:
                        break
                until_check -= 1
                if total > largest:
                    largest = total
                if until_check <= 0 or total <= largest * _FALLEN:
                    total = sum_blocks(propensities, block_sums, shift)
                    largest = total
                    if until_check <= 0:
                        until_check = _REFRESH
                        reached[cell] = t
                        if stop[0] != 0:
                            outcome = INTERRUPTED
            if outcome != RUNNING:
                break
            if end < breaks[segment + 1] or end == until:
                outcome = TRIGGERED
            elif segment + 1 == n_segments:
                outcome = COMPLETE
            else:
                segment += 1
                for i in range(n_states):
                    x[i] += added[segment, i]
                if tables.watches:
                    outcome = TRIGGERED
        cells.rng[cell, 0], cells.rng[cell, 1], cells.rng[cell, 2], cells.rng[cell, 3] = s0, s1, s2, s3
        cells.x[cell] = x[:n_states]
        cells.n_events[cell] = events
        cells.segment[cell] = segment
        cells.sample[cell] = i_time
        cells.clock[cell] = t
        cells.status[cell] = outcome
        reached[cell] = t
        if outcome == INTERRUPTED:
            return
