"""Exact simulation by rejection for large networks: bounds in groups, renewed one by one.

Thanh, Zunino and Priami 2017 (IEEE/ACM Trans Comput Biol Bioinform 14:692). As in ``ssa_rejection``
counts stay within intervals and trials come in Poisson windows. Here the upper bounds stand in groups of
a quarter of an octave. A trial draws a group in proportion to its weight, then any of its members, and
accepts it with the ratio of its propensity to the upper edge of the group: one test for both the bound
and the propensity. When a count leaves its interval, only what reads that species is bounded anew, and
changes its group at most; nothing depends on the number of reactions but memory.
"""

import numpy as np
from numba import njit

from mtornet.compiled.kernels.count_intervals import (
    MOST_MOLECULES,
    counts_single_molecules,
    set_bounds,
    set_interval,
    set_intervals,
    special_bound,
)
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
from mtornet.compiled.kernels.laws import propensity
from mtornet.compiled.kernels.random import next_word, uniform, uniform_positive
from mtornet.compiled.kernels.records import (
    CHANGE,
    CHANGED,
    FACTOR,
    FLAGS,
    LONG,
    SLOTS,
    SPECIAL,
    TOUCHES,
    pack_reactions,
    prefetch,
    product,
    set_constants,
    state_size,
    worth_prefetching,
)
from mtornet.compiled.kernels.timed import hold_time
from mtornet.compiled.kernels.triggers import flips
from mtornet.compiled.kernels.variates import order_statistic, poisson
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

_TRIALS_PER_WINDOW = 1024.0
_PROPOSALS = 8
_CHECK_EVERY = 65536
_WORTHWHILE = 1.0 / 64.0
# Groups to an octave, as a power of two.
_FINE = 2
# Width of intervals, see ``intervals.reach``. A renewal costs the same in any network.
_STEPS = 2.0
# Where in the table of groups the search begins; a table that is out of date only makes it longer.
_HINTS = 256
_HINTS_LAST = 16


@njit(cache=True)
def add_up(first, below, edges, rooms):
    """Write what all groups below each group weigh, from ``first`` on; return what all of them weigh."""
    total = below[first]
    for g in range(first, edges.shape[0]):
        total += rooms[g, SIZE] * edges[g, EDGE]
        below[g + 1] = total
    return total


@njit(cache=True)
def set_hints(below, hints):
    """Find the groups that own equidistant points of the sum of weights."""
    last = below.size - 2
    step = below[last + 1] / hints.size
    g = 0
    for k in range(hints.size):
        while g < last and below[g + 1] <= k * step:
            g += 1
        hints[k] = g


@njit(cache=True, nogil=True)
def advance(cells, breaks, constants, added, times, max_events, tables, stop, reached):
    """Simulate every running cell; arguments as in ``ssa_direct.advance``."""
    n_cells, n_states = cells.x.shape
    n_segments = constants.shape[0]
    n_reactions = tables.factors.shape[0]
    n_timed = tables.timed.size
    clock = n_states + 1
    x = np.zeros(state_size(n_states))
    low, high = np.zeros(x.size), np.zeros(x.size)
    x[n_states] = 1.0
    stack, other_stack = np.empty(tables.depth), np.empty(tables.depth)
    records = pack_reactions(n_states, tables)
    numbers, words = records.numbers, records.words
    is_far = worth_prefetching(n_reactions)
    bounds = np.empty(n_reactions)
    edges, rooms, members, seats = new_groups(n_reactions, _FINE)
    n_groups = edges.shape[0]
    below = np.zeros(n_groups + 1)
    hints = np.zeros(_HINTS, dtype=np.uint32)
    proposed = np.empty(_PROPOSALS, dtype=np.uint32)
    level = np.empty(_PROPOSALS)
    left = np.empty(n_states, dtype=np.int64)
    for cell in range(n_cells):
        if cells.status[cell] != RUNNING:
            continue
        s0, s1, s2, s3 = cells.rng[cell, 0], cells.rng[cell, 1], cells.rng[cell, 2], cells.rng[cell, 3]
        x[:n_states] = cells.x[cell]
        events = cells.n_events[cell]
        segment = cells.segment[cell]
        i_time = cells.sample[cell]
        t, due = cells.clock[cell], cells.until[cell]
        until_check = _CHECK_EVERY
        outcome = RUNNING
        while outcome == RUNNING:
            c = constants[segment]
            set_constants(records, c)
            end = min(breaks[segment + 1], due)
            horizon = end
            x[clock] = t
            if not counts_single_molecules(x, tables):
                outcome = COUNT_OVERFLOW
                break
            set_intervals(_STEPS, x, low, high, tables)
            if n_timed > 0:
                horizon = hold_time(
                    t, end, low[: clock + 1], high[: clock + 1], c, tables, stack, other_stack
                )
            total = 0.0
            lowest = 0
            first_changed = 0
            has_layout = False
            since_layout = 0
            since_hints = _HINTS_LAST
            while outcome == RUNNING:
                # At the moment of a dose the state before it is reported, at that of an event of the
                # model the state after it.
                while i_time < times.size and times[i_time] <= t and t < due:
                    cells.samples[cell, i_time] = x[:n_states]
                    i_time += 1
                if t >= end:
                    break
                if t >= horizon:
                    horizon = hold_time(
                        t, end, low[: clock + 1], high[: clock + 1], c, tables, stack, other_stack
                    )
                    for k in range(n_timed):
                        j = tables.timed[k]
                        new = special_bound(j, x, low, high, c, tables, stack, other_stack)
                        g = group_of(new, lowest, _FINE)
                        has_layout &= (g < n_groups) & (new < np.inf)
                        if has_layout and g != seats[j, GROUP]:
                            first_changed = min(first_changed, min(g, seats[j, GROUP]))
                            regroup(j, g, rooms, members, seats)
                if not has_layout:
                    total = set_bounds(x, low, high, c, numbers, words, tables, stack, other_stack, bounds)
                    if not (total < np.inf):
                        outcome = NOT_FINITE
                        break
                    lowest = lay_out(bounds, _FINE, edges, rooms, members, seats)
                    first_changed = 0
                    has_layout = True
                    since_layout = 0
                    since_hints = _HINTS_LAST
                if first_changed < n_groups:
                    total = add_up(first_changed, below, edges, rooms)
                    first_changed = n_groups
                    since_hints += 1
                    if since_hints > _HINTS_LAST:
                        set_hints(below, hints)
                        since_hints = 0
                    if not (total < np.inf):
                        outcome = NOT_FINITE
                        break
                until = horizon
                if i_time < times.size and times[i_time] < horizon:
                    until = times[i_time]
                if total <= 0.0:
                    t = until
                    continue
                window = _TRIALS_PER_WINDOW / total
                to_the_end = t + window >= until
                if to_the_end:
                    window = until - t
                trials, s0, s1, s2, s3 = poisson(total * window, s0, s1, s2, s3)
                # A point drawn below this never falls beyond the last group.
                span = np.nextafter(total, 0.0)
                trial = 0
                n_proposed = 0
                events_before = events
                last = np.uint32(0)
                has_left = False
                # Part of the window that has passed; known trial by trial only where a law needs it.
                part = 0.0
                while trial < trials and not has_left and outcome == RUNNING:
                    n_proposed = min(_PROPOSALS, trials - trial)
                    for k in range(n_proposed):
                        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                        u = uniform(word)
                        point = u * span
                        g = hints[np.uint64(u * _HINTS)]
                        while point >= below[g + np.uint32(1)]:
                            g += np.uint32(1)
                        while point < below[g]:
                            g -= np.uint32(1)
                        place = np.uint32((point - below[g]) * edges[g, INVERSE])
                        j = members[rooms[g, BEGIN] + min(place, rooms[g, SIZE] - np.uint32(1))]
                        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                        proposed[k] = j
                        level[k] = uniform(word) * edges[g, EDGE]
                        if is_far:
                            prefetch(numbers, j)
                    if is_far:
                        for k in range(n_proposed):
                            for slot in range(2):
                                prefetch(x, words[proposed[k], FACTOR + slot])
                            for slot in range(SLOTS):
                                i = words[proposed[k], CHANGED + slot]
                                prefetch(x, i)
                                prefetch(low, i)
                                prefetch(high, i)
                    for k in range(n_proposed):
                        last = proposed[k]
                        trial += 1
                        if n_timed > 0:
                            # The least of the uniforms that are left.
                            word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                            spare = uniform_positive(word) ** (1.0 / (trials - trial + 1))
                            part += (1.0 - part) * (1.0 - spare)
                            x[clock] = t + window * part
                        if words[last, FLAGS] & SPECIAL:
                            now = propensity(last, x, c, tables, stack)
                        else:
                            now = product(last, x, numbers, words)
                        # Adding nothing is cheaper than a jump that the processor did not foresee.
                        fires = level[k] < now
                        times_by = 1.0 if fires else 0.0
                        for slot in range(SLOTS):
                            i = words[last, CHANGED + slot]
                            count = x[i] + times_by * numbers[last, CHANGE + slot]
                            x[i] = count
                            has_left |= (count < low[i]) | (count > high[i])
                        events += fires
                        flags = words[last, FLAGS]
                        if flags != 0:
                            if flags & SPECIAL and now < 0.0:
                                outcome = NEGATIVE_RATE
                            if flags & LONG and fires:
                                for m in range(
                                    tables.change_start[last] + SLOTS, tables.change_start[last + 1]
                                ):
                                    i = np.uint32(tables.change_species[m])
                                    x[i] += tables.change_by[m]
                                    has_left |= (x[i] < low[i]) | (x[i] > high[i])
                            if flags & TOUCHES and fires and flips(cell, x, c, cells, tables, stack):
                                outcome = TRIGGERED
                        if has_left | (events >= max_events) | (outcome != RUNNING):
                            break
                    if events >= max_events:
                        outcome = EVENT_LIMIT
                until_check -= trial
                since_layout += trial
                n_left = 0
                if not has_left and outcome == RUNNING:
                    t = until if to_the_end else t + window
                    if trials >= 64 and events - events_before < _WORTHWHILE * trials:
                        # A fast reaction ran out of molecules: its bound, kept for the few that may
                        # come, would be tried for ever. The last trials were of the reactions tried
                        # most; what they read gets bounds as tight as can be until a count changes.
                        for k in range(n_proposed):
                            for slot in range(3):
                                i = np.int64(words[proposed[k], FACTOR + slot])
                                if i < n_states and low[i] < high[i] and n_left < n_states:
                                    low[i], high[i] = x[i], x[i]
                                    left[n_left] = i
                                    n_left += 1
                        if n_left == 0 and since_layout >= n_reactions:
                            # Laws of other kinds; so much work is done as seldom as it is large.
                            low[:n_states], high[:n_states] = x[:n_states], x[:n_states]
                            has_layout = False
                else:
                    if n_timed == 0:
                        part, s0, s1, s2, s3 = order_statistic(trial, trials, s0, s1, s2, s3)
                    t = min(t + window * part, until)
                    for m in range(tables.change_start[last], tables.change_start[last + 1]):
                        i = tables.change_species[m]
                        if x[i] < low[i] or x[i] > high[i]:
                            left[n_left] = i
                            n_left += 1
                            if x[i] > MOST_MOLECULES and outcome != EVENT_LIMIT:
                                outcome = COUNT_OVERFLOW
                    if outcome != RUNNING:
                        break
                    for m in range(n_left):
                        set_interval(left[m], _STEPS, x, low, high)
                for m in range(n_left):
                    for r in range(tables.reader_start[left[m]], tables.reader_start[left[m] + 1]):
                        j = np.uint32(tables.readers[r])
                        if words[j, FLAGS] & SPECIAL:
                            new = special_bound(j, x, low, high, c, tables, stack, other_stack)
                        else:
                            new = product(j, high, numbers, words)
                        g = group_of(new, lowest, _FINE)
                        has_layout &= (g < n_groups) & (new < np.inf)
                        if has_layout and g != seats[j, GROUP]:
                            first_changed = min(first_changed, min(g, seats[j, GROUP]))
                            regroup(j, g, rooms, members, seats)
                if since_layout >= n_reactions and is_wasteful(total, edges, rooms):
                    has_layout = False
                if until_check <= 0:
                    until_check = _CHECK_EVERY
                    reached[cell] = t
                    if stop[0] != 0:
                        outcome = INTERRUPTED
            if outcome != RUNNING:
                break
            if end == due:
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
