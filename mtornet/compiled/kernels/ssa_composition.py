"""Exact simulation by composition and rejection: propensities in groups, each event at once.

SSA-CR: Slepoy, Thompson and Plimpton 2008 (J Chem Phys 128:205101). Propensities are kept exact and
stand in groups by powers of two. A trial draws a group in proportion to its weight, upper edge times
members, then any of its members, and accepts it with the ratio of its propensity to the edge. The cost of
an event depends on how many propensities it changes, not on how many there are, and nothing is assumed
about counts.

Two things differ from the original. The rate of trials is the sum of weights, not that of propensities,
which would drift: it is a whole number of units and exact for ever; a rejected trial takes its
exponential time too. And a propensity that rises above its group moves at once, while one that falls
below moves when a rejected trial of it shows that: most that fall have risen again by then.
"""

import numpy as np
from numba import njit

from mtornet.compiled.kernels.groups import (
    BEGIN,
    EDGE,
    GROUP,
    INVERSE,
    SIZE,
    group_of,
    is_wasteful,
    lay_out,
    new_groups,
    regroup,
)
from mtornet.compiled.kernels.laws import propensity, upper_bound
from mtornet.compiled.kernels.random import next_word, uniform
from mtornet.compiled.kernels.records import (
    D_CONSTANT,
    D_FACTOR,
    D_FLAGS,
    D_REACTION,
    SPECIAL,
    pack_dependents,
    prefetch,
    set_dependent_constants,
    worth_prefetching,
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

_MOST_MOLECULES = 9.0e15
_CHECK_EVERY = 65536
# Groups to an octave, as a power of two.
_FINE = 0


@njit(cache=True)
def sum_of_weights(edges, rooms):
    """Return what all groups weigh."""
    total = 0.0
    for g in range(edges.shape[0]):
        total += rooms[g, SIZE] * edges[g, EDGE]
    return total


@njit(cache=True, nogil=True)
def advance(cells, breaks, constants, added, times, max_events, tables, stop, reached):
    """Simulate every running cell; arguments as in ``ssa_direct.advance``."""
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
    is_far = worth_prefetching(n_reactions)
    propensities = np.empty(n_reactions)
    # The edge of its group, up to which a propensity may rise.
    limits = np.empty(n_reactions)
    edges, rooms, members, seats = new_groups(n_reactions, _FINE)
    n_groups = edges.shape[0]
    for cell in range(n_cells):
        if cells.status[cell] != RUNNING:
            continue
        s0, s1, s2, s3 = cells.rng[cell, 0], cells.rng[cell, 1], cells.rng[cell, 2], cells.rng[cell, 3]
        x[:n_states] = cells.x[cell]
        events = cells.n_events[cell]
        segment = cells.segment[cell]
        i_time = cells.sample[cell]
        t, until = cells.clock[cell], cells.until[cell]
        until_check = _CHECK_EVERY
        outcome = RUNNING
        while outcome == RUNNING:
            c = constants[segment]
            set_dependent_constants(records, c)
            end = min(breaks[segment + 1], until)
            x[n_states + 1] = t
            horizon = end
            if n_timed > 0:
                # Laws that read the time count with an upper bound that holds until ``horizon``.
                low[:] = x
                high[:] = x
                horizon = hold_time(t, end, low, high, c, tables, stack, other_stack)
            total = 0.0
            lowest = 0
            top = np.uint32(0)
            has_layout = False
            since_layout = 0
            next_time = times[i_time] if i_time < times.size else np.inf
            while outcome == RUNNING:
                if not has_layout:
                    total = 0.0
                    for j in range(n_reactions):
                        if n_timed > 0 and tables.is_timed[j]:
                            propensities[j] = upper_bound(j, low, high, c, tables, stack, other_stack)
                        else:
                            propensities[j] = propensity(j, x, c, tables, stack)
                        if propensities[j] < 0.0:
                            outcome = NEGATIVE_RATE
                        total += propensities[j]
                    if not (total < np.inf):
                        outcome = NOT_FINITE
                    if outcome != RUNNING:
                        break
                    lowest = lay_out(propensities, _FINE, edges, rooms, members, seats)
                    for j in range(n_reactions):
                        limits[j] = edges[seats[j, GROUP], EDGE]
                    total = sum_of_weights(edges, rooms)
                    if not (total < np.inf):
                        outcome = NOT_FINITE
                        break
                    top = np.uint32(n_groups - 1)
                    has_layout = True
                    since_layout = 0
                waited = np.inf
                if total > 0.0:
                    waited, s0, s1, s2, s3 = exponential(s0, s1, s2, s3)
                    waited /= total
                t_next = t + waited
                upto = min(t_next, horizon)
                if next_time <= upto:
                    # What the model or the protocol changes at ``end`` is not yet so before it; samples
                    # at the very moment show the state before a dose, but after an event of the model.
                    while i_time < times.size and (
                        times[i_time] < upto or (times[i_time] == upto and upto < until)
                    ):
                        cells.samples[cell, i_time] = x[:n_states]
                        i_time += 1
                    next_time = times[i_time] if i_time < times.size else np.inf
                if t_next >= horizon:
                    t = horizon
                    if horizon >= end:
                        break
                    horizon = hold_time(t, end, low, high, c, tables, stack, other_stack)
                    x[n_states + 1] = t
                    has_layout = False
                    continue
                t = t_next
                since_layout += 1
                until_check -= 1
                if until_check <= 0:
                    until_check = _CHECK_EVERY
                    reached[cell] = t
                    if stop[0] != 0:
                        outcome = INTERRUPTED
                        break
                word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                point = uniform(word) * total
                while rooms[top, SIZE] == 0 and top > 0:
                    top -= np.uint32(1)
                g = top
                while g > 0 and point >= rooms[g, SIZE] * edges[g, EDGE]:
                    point -= rooms[g, SIZE] * edges[g, EDGE]
                    g -= np.uint32(1)
                if g == 0:
                    # Rounding put the point beyond all groups.
                    continue
                place = np.uint32(point * edges[g, INVERSE])
                chosen = members[rooms[g, BEGIN] + min(place, rooms[g, SIZE] - np.uint32(1))]
                word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                level = uniform(word) * edges[g, EDGE]
                if n_timed > 0 and tables.is_timed[chosen]:
                    x[n_states + 1] = t
                    now = propensity(chosen, x, c, tables, stack)
                    if now < 0.0:
                        outcome = NEGATIVE_RATE
                        break
                else:
                    now = propensities[chosen]
                if level >= now:
                    belongs = group_of(propensities[chosen], lowest, _FINE)
                    if belongs < g:
                        total += edges[belongs, EDGE] - edges[g, EDGE]
                        limits[chosen] = edges[belongs, EDGE]
                        regroup(chosen, belongs, rooms, members, seats)
                    elif g == 1 and since_layout >= n_reactions and is_wasteful(total, edges, rooms):
                        has_layout = False
                    continue
                first, last = tables.dependent_start[chosen], tables.dependent_start[chosen + np.uint32(1)]
                if is_far:
                    for k in range(first, last):
                        prefetch(limits, words[k, D_REACTION])
                        for slot in range(2):
                            prefetch(x, words[k, D_FACTOR + slot])
                for k in range(tables.change_start[chosen], tables.change_start[chosen + np.uint32(1)]):
                    i = tables.change_species[k]
                    x[i] += tables.change_by[k]
                    if n_timed > 0:
                        low[i] = x[i]
                        high[i] = x[i]
                    if x[i] > _MOST_MOLECULES:
                        outcome = COUNT_OVERFLOW
                for k in range(first, last):
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
                    propensities[j] = new
                    if not (new <= limits[j]):
                        g = group_of(new, lowest, _FINE)
                        has_layout &= (g < n_groups) & (new < np.inf)
                        if has_layout:
                            total += edges[g, EDGE] - edges[seats[j, GROUP], EDGE]
                            top = max(top, g)
                            limits[j] = edges[g, EDGE]
                            regroup(j, g, rooms, members, seats)
                events += 1
                if events >= max_events and outcome == RUNNING:
                    outcome = EVENT_LIMIT
                if tables.touches[chosen] and outcome == RUNNING and flips(cell, x, c, cells, tables, stack):
                    outcome = TRIGGERED
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
