"""Exact simulation by rejection: propensities bounded while no species leaves its interval.

Thanh, Priami and Zunino 2014 (J Chem Phys 141:134116), with alias sampling and Poisson windows.
While every count stays within its interval, the sum ``A`` of the upper bounds is a constant, so
the number of trials in a window of length ``w`` is Poisson with mean ``A w`` and their times are
uniform. A trial draws a reaction in proportion to its bound and accepts it with the ratio of its
propensity to the bound. When a count leaves its interval at trial ``k`` of ``K``, the time is
``w`` times the ``k``-th order statistic of ``K`` uniforms; bounds and window start anew. Nothing
is approximated.

What a trial proposes does not depend on what became of the trials before it. So proposals are drawn
some at a time, which lets the processor work on several; those after a count left are thrown away.
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
from mtornet.compiled.kernels.laws import propensity
from mtornet.compiled.kernels.random import next_word, uniform, uniform_positive
from mtornet.compiled.kernels.records import (
    CHANGE,
    CHANGED,
    FLAGS,
    LONG,
    SLOTS,
    SPECIAL,
    TOUCHES,
    pack_reactions,
    product,
    set_constants,
    state_size,
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
# A window with fewer accepted trials than this part has bounds that are far too wide.
_WORTHWHILE = 1.0 / 64.0


@njit(cache=True)
def build_alias(bounds, threshold, partner, small, large):
    """Prepare drawing in proportion to ``bounds`` (Walker 1977, Vose 1991); return their sum."""
    n = bounds.size
    total = 0.0
    for j in range(n):
        total += bounds[j]
    if not (total > 0.0) or not (total < np.inf):
        return total
    n_small, n_large = 0, 0
    scale = n / total
    for j in range(n):
        threshold[j] = bounds[j] * scale
        partner[j] = j
        if threshold[j] < 1.0:
            small[n_small] = j
            n_small += 1
        else:
            large[n_large] = j
            n_large += 1
    while n_small > 0 and n_large > 0:
        n_small -= 1
        s = small[n_small]
        g = large[n_large - 1]
        partner[s] = g
        threshold[g] -= 1.0 - threshold[s]
        if threshold[g] < 1.0:
            n_large -= 1
            small[n_small] = g
            n_small += 1
    # What is left differs from 1 by rounding only; a bound of 0 keeps its threshold of 0.
    for k in range(n_large):
        threshold[large[k]] = 1.0
    for k in range(n_small):
        if bounds[small[k]] > 0.0:
            threshold[small[k]] = 1.0
    return total


@njit(cache=True, nogil=True)
def advance(steps, cells, breaks, constants, added, times, max_events, tables, stop, reached):
    """Simulate every running cell; arguments as in ``ssa_direct.advance``.

    Parameters
    ----------
    steps
        Width of intervals, see ``intervals.reach``.
    """
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
    bounds = np.empty(n_reactions)
    threshold = np.zeros(n_reactions)
    partner = np.zeros(n_reactions, dtype=np.uint32)
    small = np.empty(n_reactions, dtype=np.uint32)
    large = np.empty(n_reactions, dtype=np.uint32)
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
            set_intervals(steps, x, low, high, tables)
            if n_timed > 0:
                horizon = hold_time(
                    t, end, low[: clock + 1], high[: clock + 1], c, tables, stack, other_stack
                )
            set_bounds(x, low, high, c, numbers, words, tables, stack, other_stack, bounds)
            total = build_alias(bounds, threshold, partner, small, large)
            while outcome == RUNNING:
                # At the moment of a dose the state before it is reported, at that of an event of the
                # model the state after it.
                while i_time < times.size and times[i_time] <= t and t < due:
                    cells.samples[cell, i_time] = x[:n_states]
                    i_time += 1
                if t >= end:
                    break
                if not (total < np.inf):
                    outcome = NOT_FINITE
                    break
                if t >= horizon:
                    horizon = hold_time(
                        t, end, low[: clock + 1], high[: clock + 1], c, tables, stack, other_stack
                    )
                    for k in range(n_timed):
                        j = tables.timed[k]
                        bounds[j] = special_bound(j, x, low, high, c, tables, stack, other_stack)
                    total = build_alias(bounds, threshold, partner, small, large)
                    continue
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
                trial = 0
                events_before = events
                last = np.uint32(0)
                has_left = False
                # Part of the window that has passed; known trial by trial only where a law needs it.
                part = 0.0
                while trial < trials and not has_left and outcome == RUNNING:
                    n_proposed = min(_PROPOSALS, trials - trial)
                    for k in range(n_proposed):
                        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                        place = uniform(word) * n_reactions
                        column = np.uint64(place)
                        other = partner[column]
                        j = np.uint32(column) if place - column < threshold[column] else other
                        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                        proposed[k] = j
                        level[k] = uniform(word) * bounds[j]
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
                if not has_left and outcome == RUNNING:
                    t = until if to_the_end else t + window
                    if trials >= 64 and events - events_before < _WORTHWHILE * trials:
                        # A fast reaction ran out of molecules: its bound, kept for the few that may
                        # come, would be tried for ever. Bounds as tight as can be until a count changes.
                        low[:n_states] = x[:n_states]
                        high[:n_states] = x[:n_states]
                        set_bounds(x, low, high, c, numbers, words, tables, stack, other_stack, bounds)
                        total = build_alias(bounds, threshold, partner, small, large)
                else:
                    if n_timed == 0:
                        part, s0, s1, s2, s3 = order_statistic(trial, trials, s0, s1, s2, s3)
                    t = min(t + window * part, until)
                    n_left = 0
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
                        set_interval(left[m], steps, x, low, high)
                    for m in range(n_left):
                        for r in range(tables.reader_start[left[m]], tables.reader_start[left[m] + 1]):
                            j = tables.readers[r]
                            bounds[j] = special_bound(j, x, low, high, c, tables, stack, other_stack)
                    total = build_alias(bounds, threshold, partner, small, large)
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
