"""Explicit tau-leaping with steps that adapt (Cao, Gillespie and Petzold 2006, J Chem Phys 124:044109).

During a leap propensities stand still and every reaction fires a Poisson number of times. A leap is
so short that no reactant is likely to change by more than a part ``epsilon`` of itself, divided by
the order of its reactions. Reactions that could exhaust a reactant within a few firings are critical:
at most one of them fires, at the end of the leap. Where a leap would be worth a few events only, a
hundred exact steps are taken instead.

A leap of order 2 has two halves (Anderson and Koyama 2012, Multiscale Model Simul 10:1493): in the
second a reaction fires at twice its propensity after the first half less that before it. Errors of
means and variances are then quadratic in the leap.
"""

import numpy as np
from numba import njit

from mtornet.compiled.kernels.count_intervals import counts_single_molecules
from mtornet.compiled.kernels.exact_burst import exact_steps
from mtornet.compiled.kernels.laws import propensity
from mtornet.compiled.kernels.one_leap import leap
from mtornet.compiled.kernels.random import next_word, uniform
from mtornet.compiled.kernels.tau_selection import leap_length, mark_critical, program_gains, steady_span
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

# A leap shorter than so many mean waiting times is not worth its cost: exact steps are taken instead.
_WORTHWHILE = 10.0
_CHECK_EVERY = 256


@njit(cache=True, nogil=True)
def advance(
    shift,
    order,
    epsilon,
    turnover,
    n_critical,
    orders,
    copies,
    cells,
    breaks,
    constants,
    added,
    times,
    max_events,
    tables,
    stop,
    reached,
):
    """Simulate every running cell until its end, or until an event of the model is due.

    Parameters
    ----------
    shift
        log2 of the number of reactions in a block of the exact steps.
    order, epsilon, turnover, n_critical
        See ``TauOptions``.
    orders, copies
        By state: the highest order of the reactions that read it, 0 if none does, and how many molecules
        of it they draw.
    cells, breaks, constants, added, times, max_events, tables, stop, reached
        As in ``ssa_direct.advance``; leaps and exact steps are counted as events.
    """
    n_cells, n_states = cells.x.shape
    n_segments = constants.shape[0]
    n_reactions = tables.factors.shape[0]
    # Of so many molecules a net change within its bounds is many deviations away from exhaustion.
    many = 1.0 / (epsilon * epsilon)
    x, y = np.empty(n_states + 2), np.empty(n_states + 2)
    low, high = np.empty(n_states + 2), np.empty(n_states + 2)
    x[n_states] = 1.0
    y[n_states] = 1.0
    stack, other_stack = np.empty(tables.depth), np.empty(tables.depth)
    propensities, rates, bends = np.empty(n_reactions), np.empty(n_reactions), np.empty(n_reactions)
    block_sums = np.empty(((n_reactions - 1) >> shift) + 1)
    critical = np.empty(n_reactions, dtype=np.bool_)
    firings, left = np.empty(n_reactions), np.empty(n_reactions)
    drift, spread, loss = np.empty(n_states), np.empty(n_states), np.empty(n_states)
    gains = np.zeros(n_states)
    at_risk = np.empty(n_states, dtype=np.bool_)
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
            end = min(breaks[segment + 1], due)
            while outcome == RUNNING:
                # At the moment of a dose the state before it is reported, at that of an event of the
                # model the state after it.
                while i_time < times.size and times[i_time] <= t and t < due:
                    cells.samples[cell, i_time] = x[:n_states]
                    i_time += 1
                if t >= end:
                    break
                until = end
                if i_time < times.size and times[i_time] < end:
                    until = times[i_time]
                x[n_states + 1] = t
                total = 0.0
                for j in range(n_reactions):
                    propensities[j] = propensity(j, x, c, tables, stack)
                    if propensities[j] < 0.0:
                        outcome = NEGATIVE_RATE
                    total += propensities[j]
                if not (total < np.inf):
                    outcome = NOT_FINITE
                if outcome != RUNNING:
                    break
                of_critical = mark_critical(x, propensities, n_critical, tables, critical)
                if tables.reads.size > 0:
                    program_gains(x, propensities, epsilon, c, tables, stack, gains)
                length = leap_length(
                    x,
                    propensities,
                    critical,
                    epsilon,
                    turnover,
                    orders,
                    copies,
                    gains,
                    tables,
                    drift,
                    spread,
                    loss,
                )
                span = min(length, until - t)
                if tables.timed.size > 0:
                    steady = steady_span(
                        t, span, x, low, high, epsilon, propensities, c, tables, stack, other_stack
                    )
                    if steady < span:
                        length = steady
                        span = steady
                leapt = False
                # Without propensity a leap is endless, and the comparison false.
                if not (length * total < _WORTHWHILE):
                    start = t
                    chosen = -1
                    part = 0.0
                    to_the_end = length >= until - t
                    if of_critical > 0.0:
                        waited, s0, s1, s2, s3 = exponential(s0, s1, s2, s3)
                        waited /= of_critical
                        if waited < span:
                            span = waited
                            to_the_end = False
                            word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                            target = uniform(word) * of_critical
                            for j in range(n_reactions):
                                if critical[j]:
                                    chosen = j
                                    if target < propensities[j]:
                                        break
                                    target -= propensities[j]
                    for j in range(n_reactions):
                        rates[j] = 0.0 if critical[j] else propensities[j]
                        bends[j] = 0.0
                    for k in range(tables.timed.size):
                        # What Simpson's rule adds to the propensity at half time, the state held.
                        j = tables.timed[k]
                        x[n_states + 1] = start + 0.5 * span
                        middle = propensity(j, x, c, tables, stack)
                        x[n_states + 1] = start + span
                        last = propensity(j, x, c, tables, stack)
                        bends[j] = (propensities[j] - 2.0 * middle + last) / 6.0
                        if order == 1 and not critical[j]:
                            rates[j] = middle + bends[j]
                    for half in range(order):
                        if half == 1:
                            x[n_states + 1] = t
                            for j in range(n_reactions):
                                if not critical[j]:
                                    again = propensity(j, x, c, tables, stack)
                                    rates[j] = 2.0 * (again + bends[j]) - propensities[j]
                        part, s0, s1, s2, s3 = leap(
                            x,
                            rates,
                            span / order,
                            many,
                            c,
                            tables,
                            stack,
                            firings,
                            drift,
                            loss,
                            at_risk,
                            left,
                            y,
                            s0,
                            s1,
                            s2,
                            s3,
                        )
                        if part == 0.0:
                            break
                        leapt = True
                        t += part * span / order
                        if part < 1.0:
                            break
                    if part == 1.0:
                        t = until if to_the_end else start + span
                        x[n_states + 1] = t
                        # Molecules that the others took are not there for it.
                        if chosen >= 0 and propensity(chosen, x, c, tables, stack) > 0.0:
                            for k in range(tables.change_start[chosen], tables.change_start[chosen + 1]):
                                x[tables.change_species[k]] += tables.change_by[k]
                if leapt:
                    events += 1
                    x[n_states + 1] = t
                    if tables.watches and flips(cell, x, c, cells, tables, stack):
                        outcome = TRIGGERED
                    if not counts_single_molecules(x, tables):
                        outcome = COUNT_OVERFLOW
                else:
                    t, taken, outcome, s0, s1, s2, s3 = exact_steps(
                        cell,
                        cells,
                        t,
                        until,
                        x,
                        propensities,
                        block_sums,
                        shift,
                        c,
                        tables,
                        low,
                        high,
                        stack,
                        other_stack,
                        s0,
                        s1,
                        s2,
                        s3,
                    )
                    events += taken
                if events >= max_events and outcome in (RUNNING, TRIGGERED):
                    outcome = EVENT_LIMIT
                until_check -= 1
                if until_check == 0:
                    until_check = _CHECK_EVERY
                    reached[cell] = t
                    if stop[0] != 0 and outcome == RUNNING:
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
