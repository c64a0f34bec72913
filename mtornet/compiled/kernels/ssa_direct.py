"""Exact simulation by Gillespie's direct method, table-driven, for several cells in a row.

Propensities live in blocks whose sums are kept, so that finding a reaction costs about the square
root of their number; after an event only the propensities it can have changed are computed anew.
"""

import math

import numpy as np
from numba import njit

from mtornet.compiled.kernels.interruption import mark_unstarted
from mtornet.compiled.kernels.random import next_word, seed_state, uniform, uniform_positive
from mtornet.compiled.status import COMPLETE, COUNT_OVERFLOW, EVENT_LIMIT, INTERRUPTED, NOT_FINITE

# Above this a float64 no longer counts single molecules.
_MOST_MOLECULES = 9.0e15
# Running sums of propensities drift by rounding; they are summed anew after this many events.
_REFRESH = 65536
# ... and as soon as the total has fallen so far below its largest value that the rounding left from
# then could weigh (a fast reaction ran out of molecules and only slow ones remain).
_FALLEN = 1e-6


@njit(cache=True, inline="always")
def propensity(j, x, constants, factors, drawn, guard_start, guard_species, guard_least):
    """Events per second of reaction ``j`` in state ``x``."""
    for g in range(guard_start[j], guard_start[j + 1]):
        # A law that does not multiply its reactant must not fire without it.
        if x[guard_species[g]] < guard_least[g]:
            return 0.0
    return (
        constants[j]
        * (x[factors[j, 0]] - drawn[j, 0])
        * (x[factors[j, 1]] - drawn[j, 1])
        * (x[factors[j, 2]] - drawn[j, 2])
    )


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


@njit(cache=True)
def choose_reaction(propensities, block_sums, shift, target):
    """Index of the reaction that owns the point ``target`` of the summed propensities, or -1.

    Reactions of propensity 0 are never chosen. -1 means that rounding of the running sums put the
    point beyond the last reaction.
    """
    n = propensities.size
    for b in range(block_sums.size):
        if target < block_sums[b]:
            first = b << shift
            last = min(first + (1 << shift), n)
            for j in range(first, last):
                if target < propensities[j]:
                    return j
                target -= propensities[j]
            return -1
        target -= block_sums[b]
    return -1


@njit(cache=True, nogil=True)
def run_cells(
    x0,
    breaks,
    constants,
    added,
    times,
    key,
    first_cell,
    max_events,
    factors,
    drawn,
    change_start,
    change_species,
    change_by,
    guard_start,
    guard_species,
    guard_least,
    dependent_start,
    dependents,
    shift,
    samples,
    final,
    n_events,
    status,
    stop,
    reached,
):
    """Simulate ``x0.shape[0]`` cells and sample each at ``times``.

    ``samples`` (cells, times, species), ``final`` (cells, species), ``n_events`` and ``status``
    (cells,) are written. ``stop[0] != 0`` ends the run at the next check; ``reached[c]`` follows the
    simulated time of each cell.
    """
    n_cells, n_species = x0.shape
    n_segments, n_reactions = constants.shape
    n_blocks = ((n_reactions - 1) >> shift) + 1
    x = np.empty(n_species + 1)
    x[n_species] = 1.0
    propensities = np.empty(n_reactions)
    block_sums = np.empty(n_blocks)
    for cell in range(n_cells):
        s0, s1, s2, s3 = seed_state(key, first_cell + cell)
        x[:n_species] = x0[cell]
        events = 0
        until_check = _REFRESH
        outcome = COMPLETE
        i_time = 0
        t = breaks[0]
        for segment in range(n_segments):
            c = constants[segment]
            end = breaks[segment + 1]
            for i in range(n_species):
                x[i] += added[segment, i]
            for j in range(n_reactions):
                propensities[j] = propensity(j, x, c, factors, drawn, guard_start, guard_species, guard_least)
            total = sum_blocks(propensities, block_sums, shift)
            largest = total
            while True:
                if not (total < np.inf):
                    outcome = NOT_FINITE
                    break
                waited = np.inf
                if total > 0.0:
                    word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                    waited = -math.log(uniform_positive(word)) / total
                t_next = t + waited
                upto = min(t_next, end)
                while i_time < times.size and times[i_time] <= upto:
                    # At the very moment of an event the state before it is reported.
                    samples[cell, i_time] = x[:n_species]
                    i_time += 1
                if t_next >= end:
                    t = end
                    break
                t = t_next
                chosen = -1
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
                for k in range(change_start[chosen], change_start[chosen + 1]):
                    i = change_species[k]
                    x[i] += change_by[k]
                    if x[i] > _MOST_MOLECULES:
                        outcome = COUNT_OVERFLOW
                for k in range(dependent_start[chosen], dependent_start[chosen + 1]):
                    j = dependents[k]
                    new = propensity(j, x, c, factors, drawn, guard_start, guard_species, guard_least)
                    difference = new - propensities[j]
                    propensities[j] = new
                    block_sums[j >> shift] += difference
                    total += difference
                events += 1
                if outcome != COMPLETE:
                    break
                if events >= max_events:
                    outcome = EVENT_LIMIT
                    break
                until_check -= 1
                if total > largest:
                    largest = total
                if until_check == 0 or total <= largest * _FALLEN:
                    total = sum_blocks(propensities, block_sums, shift)
                    largest = total
                    if until_check == 0:
                        until_check = _REFRESH
                        reached[cell] = t
                        if stop[0] != 0:
                            outcome = INTERRUPTED
                            break
            if outcome != COMPLETE:
                break
        while i_time < times.size:
            samples[cell, i_time] = np.nan
            i_time += 1
        final[cell] = x[:n_species]
        n_events[cell] = events
        status[cell] = outcome
        reached[cell] = t
        if outcome == INTERRUPTED:
            mark_unstarted(cell + 1, samples, final, n_events, status)
            return
