"""A burst of exact steps, where a leap of tau-leaping would be worth a few events only."""

import numpy as np

from mtornet.compiled.kernels.count_intervals import MOST_MOLECULES
from mtornet.compiled.kernels.laws import propensity, upper_bound
from mtornet.compiled.kernels.leaf import leaf
from mtornet.compiled.kernels.random import next_word, uniform
from mtornet.compiled.kernels.ssa_direct import choose_reaction, sum_blocks
from mtornet.compiled.kernels.timed import hold_time
from mtornet.compiled.kernels.triggers import flips
from mtornet.compiled.kernels.variates import exponential
from mtornet.compiled.status import COUNT_OVERFLOW, NEGATIVE_RATE, NOT_FINITE, RUNNING, TRIGGERED

BURST = 100
"""Steps of a burst."""
_FALLEN = 1e-6


@leaf
def exact_steps(
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
):
    """Take some steps of the direct method; return the time, their number and the outcome."""
    n_timed = tables.timed.size
    clock = x.size - 1
    horizon = until
    if n_timed > 0:
        for i in range(x.size):
            low[i] = x[i]
            high[i] = x[i]
        horizon = hold_time(t, until, low, high, c, tables, stack, other_stack)
        for k in range(n_timed):
            j = tables.timed[k]
            propensities[j] = upper_bound(j, low, high, c, tables, stack, other_stack)
    total = sum_blocks(propensities, block_sums, shift)
    largest = total
    taken = 0
    outcome = RUNNING
    while taken < BURST and outcome == RUNNING:
        if not (total < np.inf):
            outcome = NOT_FINITE
            break
        waited = np.inf
        if total > 0.0:
            waited, s0, s1, s2, s3 = exponential(s0, s1, s2, s3)
            waited /= total
        if t + waited >= horizon:
            t = horizon
            break
        t += waited
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        chosen = choose_reaction(propensities, block_sums, shift, uniform(word) * total)
        if chosen < 0:
            # Rounding of the running sums.
            total = sum_blocks(propensities, block_sums, shift)
            continue
        taken += 1
        x[clock] = t
        if n_timed > 0 and tables.is_timed[chosen]:
            word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
            now = propensity(chosen, x, c, tables, stack)
            if now < 0.0:
                outcome = NEGATIVE_RATE
            if uniform(word) * propensities[chosen] >= now:
                continue
        for k in range(tables.change_start[chosen], tables.change_start[chosen + 1]):
            i = tables.change_species[k]
            x[i] += tables.change_by[k]
            low[i] = x[i]
            high[i] = x[i]
            if x[i] > MOST_MOLECULES:
                outcome = COUNT_OVERFLOW
        for k in range(tables.dependent_start[chosen], tables.dependent_start[chosen + 1]):
            j = tables.dependents[k]
            if n_timed > 0 and tables.is_timed[j]:
                new = upper_bound(j, low, high, c, tables, stack, other_stack)
            else:
                new = propensity(j, x, c, tables, stack)
            if new < 0.0:
                outcome = NEGATIVE_RATE
            difference = new - propensities[j]
            propensities[j] = new
            block_sums[j >> shift] += difference
            total += difference
        if tables.touches[chosen] and outcome == RUNNING and flips(cell, x, c, cells, tables, stack):
            outcome = TRIGGERED
        if total > largest:
            largest = total
        elif total <= largest * _FALLEN:
            total = sum_blocks(propensities, block_sums, shift)
            largest = total
    return t, taken, outcome, s0, s1, s2, s3
