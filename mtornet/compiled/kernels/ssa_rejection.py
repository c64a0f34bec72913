"""Exact simulation by rejection: propensities bounded while no species leaves its interval.

Thanh, Priami and Zunino 2014 (J Chem Phys 141:134116), with alias sampling and Poisson windows.
While every count stays within its interval, the sum ``A`` of the upper bounds is a constant, so
the number of trials in a window of length ``w`` is Poisson with mean ``A w`` and their times are
uniform. A trial draws a reaction in proportion to its bound and accepts it with the ratio of its
propensity to the bound. When a count leaves its interval at trial ``k`` of ``K``, the time is
``w`` times the ``k``-th order statistic of ``K`` uniforms; bounds and window start anew. Nothing
is approximated.
"""

import math

import numpy as np
from numba import njit

from mtornet.compiled.kernels.interruption import mark_unstarted
from mtornet.compiled.kernels.random import next_word, seed_state, uniform
from mtornet.compiled.kernels.ssa_direct import propensity
from mtornet.compiled.kernels.variates import order_statistic, poisson
from mtornet.compiled.status import COMPLETE, COUNT_OVERFLOW, EVENT_LIMIT, INTERRUPTED, NOT_FINITE

_MOST_MOLECULES = 9.0e15
_TRIALS_PER_WINDOW = 1024.0
_CHECK_EVERY = 65536
# A window with fewer accepted trials than this part has bounds that are far too wide.
_WORTHWHILE = 1.0 / 64.0


@njit(cache=True, inline="always")
def half_width(count):
    """How far a count may move before its bounds are renewed: a few of its Poisson deviations."""
    return max(2.0, math.floor(min(0.25 * count, 3.0 * math.sqrt(count))))


@njit(cache=True)
def set_bounds(i, x, low, high):
    """Put the interval of species ``i`` around its count."""
    width = half_width(x[i])
    low[i] = max(x[i] - width, 0.0)
    high[i] = x[i] + width


@njit(cache=True, inline="always")
def upper_bound(j, high, constants, factors, drawn):
    """Largest propensity of reaction ``j`` within the intervals; laws rise with every count."""
    bound = constants[j]
    for slot in range(3):
        # Below the molecules already drawn the law is 0, never negative.
        bound *= max(high[factors[j, slot]] - drawn[j, slot], 0.0)
    return bound


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
    reader_start,
    readers,
    samples,
    final,
    n_events,
    status,
    stop,
    reached,
):
    """Simulate ``x0.shape[0]`` cells; arguments and outputs as in ``ssa_direct.run_cells``."""
    n_cells, n_species = x0.shape
    n_segments, n_reactions = constants.shape
    x = np.empty(n_species + 1)
    low, high = np.zeros(n_species + 1), np.ones(n_species + 1)
    x[n_species] = 1.0
    bounds = np.empty(n_reactions)
    threshold = np.zeros(n_reactions)
    partner = np.zeros(n_reactions, dtype=np.int64)
    small = np.empty(n_reactions, dtype=np.int64)
    large = np.empty(n_reactions, dtype=np.int64)
    left = np.empty(n_species, dtype=np.int64)
    for cell in range(n_cells):
        s0, s1, s2, s3 = seed_state(key, first_cell + cell)
        x[:n_species] = x0[cell]
        events = 0
        until_check = _CHECK_EVERY
        outcome = COMPLETE
        i_time = 0
        t = breaks[0]
        for segment in range(n_segments):
            c = constants[segment]
            end = breaks[segment + 1]
            for i in range(n_species):
                x[i] += added[segment, i]
                set_bounds(i, x, low, high)
            for j in range(n_reactions):
                bounds[j] = upper_bound(j, high, c, factors, drawn)
            total = build_alias(bounds, threshold, partner, small, large)
            while True:
                while i_time < times.size and times[i_time] <= t:
                    samples[cell, i_time] = x[:n_species]
                    i_time += 1
                if t >= end:
                    break
                if not (total < np.inf):
                    outcome = NOT_FINITE
                    break
                until = end
                if i_time < times.size and times[i_time] < end:
                    until = times[i_time]
                if total <= 0.0:
                    t = until
                    continue
                window = _TRIALS_PER_WINDOW / total
                to_the_end = t + window >= until
                if to_the_end:
                    window = until - t
                trials, s0, s1, s2, s3 = poisson(total * window, s0, s1, s2, s3)
                n_left = 0
                trial = 0
                events_before = events
                while trial < trials:
                    trial += 1
                    word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                    place = uniform(word) * n_reactions
                    j = int(place)
                    if place - j >= threshold[j]:
                        j = partner[j]
                    word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                    now = propensity(j, x, c, factors, drawn, guard_start, guard_species, guard_least)
                    if uniform(word) * bounds[j] < now:
                        for k in range(change_start[j], change_start[j + 1]):
                            i = change_species[k]
                            x[i] += change_by[k]
                            if x[i] < low[i] or x[i] > high[i]:
                                left[n_left] = i
                                n_left += 1
                        events += 1
                        if n_left > 0 or events >= max_events:
                            break
                until_check -= trial
                if n_left == 0 and events < max_events:
                    t = until if to_the_end else t + window
                    if trials >= 64 and events - events_before < _WORTHWHILE * trials:
                        # A fast reaction ran out of molecules: its bound, kept for the few that may
                        # come, would be tried for ever. Bounds as tight as can be until a count changes.
                        for i in range(n_species):
                            low[i] = x[i]
                            high[i] = x[i]
                        for j in range(n_reactions):
                            bounds[j] = upper_bound(j, high, c, factors, drawn)
                        total = build_alias(bounds, threshold, partner, small, large)
                else:
                    part, s0, s1, s2, s3 = order_statistic(trial, trials, s0, s1, s2, s3)
                    t = min(t + window * part, until)
                    if events >= max_events:
                        outcome = EVENT_LIMIT
                        break
                    for k in range(n_left):
                        i = left[k]
                        if x[i] > _MOST_MOLECULES:
                            outcome = COUNT_OVERFLOW
                        set_bounds(i, x, low, high)
                        for r in range(reader_start[i], reader_start[i + 1]):
                            j = readers[r]
                            bounds[j] = upper_bound(j, high, c, factors, drawn)
                    if outcome != COMPLETE:
                        break
                    total = build_alias(bounds, threshold, partner, small, large)
                if until_check <= 0:
                    until_check = _CHECK_EVERY
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
