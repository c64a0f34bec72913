"""Langevin equations by linearly implicit trapezoidal steps, with jumps of low-copy species.

One step of length ``h`` solves ``(I - h/2 J) dx = h f + sqrt(h) B xi + jumps``: the stochastic
trapezoidal rule with one Newton iteration. For a linear network it has the right stationary mean
and covariance at any step length, so a step may be much longer than the fastest reaction. Species
that are there in a few copies change only by whole molecules, at Poisson numbers of firings.
"""

import math

import numpy as np
from numba import njit

from mtornet.compiled.kernels.bytecode import evaluate
from mtornet.compiled.kernels.triggers import flips
from mtornet.compiled.kernels.variates import normal, poisson
from mtornet.compiled.status import (
    COMPLETE,
    INTERRUPTED,
    NEGATIVE_RATE,
    NOT_FINITE,
    RUNNING,
    STEP_TOO_LONG,
    TRIGGERED,
)

_CHECK_EVERY = 512
# The diagonal is 1 plus half of what leaves a species in a step. It becomes small only where something grows
# by itself faster than a step can follow: of a growth by more than e in one step nothing would be right.
_LEAST_PIVOT = 0.5


@njit(cache=True)
def factorise(matrix, row_start, diagonal, column, drop_start, drop_pairs, pivots):
    """Turn the entries of a matrix into its triangular factors in place; False if a pivot is too small."""
    for row in range(diagonal.size):
        for entry in range(row_start[row], row_start[row + 1]):
            value = matrix[entry]
            for k in range(drop_start[entry], drop_start[entry + 1]):
                value -= matrix[drop_pairs[2 * k]] * matrix[drop_pairs[2 * k + 1]]
            if entry < diagonal[row]:
                value *= pivots[column[entry]]
            matrix[entry] = value
        pivot = matrix[diagonal[row]]
        if not (pivot > _LEAST_PIVOT):
            return False
        pivots[row] = 1.0 / pivot
    return True


@njit(cache=True)
def back_substitute(matrix, row_start, diagonal, column, pivots, values):
    """Solve with the factors, in place."""
    n = diagonal.size
    for row in range(n):
        value = values[row]
        for entry in range(row_start[row], diagonal[row]):
            value -= matrix[entry] * values[column[entry]]
        values[row] = value
    for row in range(n - 1, -1, -1):
        value = values[row]
        for entry in range(diagonal[row] + 1, row_start[row + 1]):
            value -= matrix[entry] * values[column[entry]]
        values[row] = value * pivots[row]


@njit(cache=True)
def fill_matrix(
    x,
    c,
    half_step,
    member_reaction,
    member_scale,
    member_factors,
    slope_start,
    slope_terms,
    bend_start,
    bend_terms,
    gradient,
    fill_start,
    fill_slope,
    fill_by,
    diagonal,
    slopes,
    matrix,
):
    """Write ``I - half_step * J`` at state ``x`` into the entries of the factors.

    ``gradient`` holds the derivatives of programs by what they read.
    """
    for s in range(slope_start.size - 1):
        slope = 0.0
        for k in range(slope_start[s], slope_start[s + 1]):
            member = slope_terms[3 * k]
            slope += (
                member_scale[member]
                * c[member_reaction[member]]
                * max(x[slope_terms[3 * k + 1]], 0.0)
                * max(x[slope_terms[3 * k + 2]], 0.0)
            )
        for k in range(bend_start[s], bend_start[s + 1]):
            member = bend_terms[2 * k]
            slope += (
                member_scale[member]
                * gradient[bend_terms[2 * k + 1]]
                * max(x[member_factors[3 * member]], 0.0)
                * max(x[member_factors[3 * member + 1]], 0.0)
                * max(x[member_factors[3 * member + 2]], 0.0)
            )
        slopes[s] = half_step * slope
    for entry in range(matrix.size):
        value = 0.0
        for k in range(fill_start[entry], fill_start[entry + 1]):
            value += fill_by[k] * slopes[fill_slope[k]]
        matrix[entry] = value
    for i in range(diagonal.size):
        matrix[diagonal[i]] += 1.0


@njit(cache=True)
def evaluate_programs(state, row, tables, stack, constants, gradient):
    """Write the value of every program into ``constants`` and its derivatives by what it reads.

    Derivatives are differences over a thousandth of the amount: the implicit step needs them for its
    stability, not for its accuracy. Returns how the cell ends if a value is negative or no number.
    """
    outcome = RUNNING
    for j in range(tables.factors.shape[0]):
        begin, end = tables.program_start[j], tables.program_start[j + 1]
        if begin == end:
            continue
        value = evaluate(tables.code, begin, end, state, row, stack)
        if not (value >= 0.0):
            outcome = NEGATIVE_RATE if value < 0.0 else NOT_FINITE
        constants[j] = value
        for q in range(tables.read_start[j], tables.read_start[j + 1]):
            i = tables.reads[q]
            here = state[i]
            state[i] = here + max(1e-3 * abs(here), 1e-3)
            gradient[q] = (evaluate(tables.code, begin, end, state, row, stack) - value) / (state[i] - here)
            state[i] = here
    return outcome


@njit(cache=True, nogil=True)
def advance(
    cells,
    constants,
    added,
    tables,
    step_length,
    step_segment,
    step_sample,
    step_end,
    start,
    lists,
    jump_reactions,
    jump_factors,
    jump_drawn,
    jump_start,
    jump_places,
    jump_by,
    stop,
    reached,
):
    """Simulate cells on a common grid of steps, from where they are.

    Step ``k`` lasts ``step_length[k]`` in segment ``step_segment[k]``, ends at ``step_end[k]`` and is
    followed by sample ``step_sample[k]``, or none if that is -1; an event of the model divides a step.
    The first begins at ``start``.
    ``cells.sample`` is the step a cell is in. Within, species stand in their order of elimination.
    """
    (
        species,
        member_reaction,
        member_scale,
        member_factors,
        member_drawn,
        flux_start,
        change_start,
        change_flux,
        change_by,
        slope_start,
        slope_terms,
        bend_start,
        bend_terms,
        row_start,
        diagonal,
        column,
        fill_start,
        fill_slope,
        fill_by,
        drop_start,
        drop_pairs,
    ) = lists
    n_cells = cells.status.size
    n = species.size
    n_fluxes = flux_start.size - 1
    n_reactions = tables.factors.shape[0]
    # By place for the matrix, by index for programs, which read the time behind the dummy.
    x, state = np.ones(n + 1), np.ones(n + 2)
    c = np.empty(n_reactions)
    gradient = np.zeros(tables.reads.size)
    stack = np.empty(tables.depth)
    push = np.empty(n_fluxes)
    values = np.empty(n)
    matrix = np.empty(column.size)
    slopes = np.empty(slope_start.size - 1)
    pivots = np.empty(n)
    jump_constants = np.empty(jump_reactions.size)
    for cell in range(n_cells):
        if cells.status[cell] != RUNNING:
            continue
        s0, s1, s2, s3 = cells.rng[cell, 0], cells.rng[cell, 1], cells.rng[cell, 2], cells.rng[cell, 3]
        for i in range(n):
            x[i] = cells.x[cell, species[i]]
        outcome = RUNNING
        segment = cells.segment[cell]
        t, until = cells.clock[cell], cells.until[cell]
        taken = cells.n_events[cell]
        k = cells.sample[cell]
        in_force = -1
        while k < step_length.size and outcome == RUNNING:
            if step_segment[k] != segment:
                segment = step_segment[k]
                for i in range(n):
                    x[i] += added[segment, species[i]]
                if tables.watches:
                    outcome = TRIGGERED
                    break
            if segment != in_force:
                in_force = segment
                c[:] = constants[segment, :n_reactions]
                for j in range(jump_reactions.size):
                    jump_constants[j] = c[jump_reactions[j]]
                    c[jump_reactions[j]] = 0.0
            h = step_length[k]
            t_next = step_end[k]
            if t > (step_end[k - 1] if k > 0 else start):
                # What an event of the model left of the step.
                h = t_next - t
            divided = until < t_next
            if divided:
                h = until - t
                t_next = until
            if h > 0.0:
                if tables.has_programs:
                    for i in range(n):
                        state[species[i]] = max(x[i], 0.0) if species[i] < tables.n_molecular else x[i]
                    # Halfway through the step, which makes it of second order in time.
                    state[n + 1] = t + 0.5 * h
                    outcome = evaluate_programs(state, constants[segment], tables, stack, c, gradient)
                    if outcome != RUNNING:
                        break
                    for j in range(jump_reactions.size):
                        r = jump_reactions[j]
                        if tables.program_start[r] < tables.program_start[r + 1]:
                            jump_constants[j] = c[r]
                            c[r] = 0.0
                            gradient[tables.read_start[r] : tables.read_start[r + 1]] = 0.0
                for f in range(n_fluxes):
                    drift, variance = 0.0, 0.0
                    for m in range(flux_start[f], flux_start[f + 1]):
                        # A Gaussian may fall below none; what is not there does not react.
                        rate = (
                            member_scale[m]
                            * c[member_reaction[m]]
                            * max(x[member_factors[3 * m]] - member_drawn[3 * m], 0.0)
                            * max(x[member_factors[3 * m + 1]] - member_drawn[3 * m + 1], 0.0)
                            * max(x[member_factors[3 * m + 2]] - member_drawn[3 * m + 2], 0.0)
                        )
                        drift += rate
                        variance += member_scale[m] * rate
                    push[f] = h * drift
                    if variance > 0.0:
                        z, s0, s1, s2, s3 = normal(s0, s1, s2, s3)
                        push[f] += math.sqrt(h * variance) * z
                for i in range(n):
                    value = 0.0
                    for m in range(change_start[i], change_start[i + 1]):
                        value += change_by[m] * push[change_flux[m]]
                    values[i] = value
                for j in range(jump_reactions.size):
                    mean = (
                        h
                        * jump_constants[j]
                        * max(x[jump_factors[j, 0]] - jump_drawn[j, 0], 0.0)
                        * max(x[jump_factors[j, 1]] - jump_drawn[j, 1], 0.0)
                        * max(x[jump_factors[j, 2]] - jump_drawn[j, 2], 0.0)
                    )
                    if mean > 0.0:
                        fired, s0, s1, s2, s3 = poisson(mean, s0, s1, s2, s3)
                        for m in range(jump_start[j], jump_start[j + 1]):
                            if fired > 0 and jump_by[m] < 0.0:
                                there = x[jump_places[m]] + values[jump_places[m]]
                                fired = max(min(fired, int(there / -jump_by[m])), 0)
                        for m in range(jump_start[j], jump_start[j + 1]):
                            values[jump_places[m]] += fired * jump_by[m]
                fill_matrix(
                    x,
                    c,
                    0.5 * h,
                    member_reaction,
                    member_scale,
                    member_factors,
                    slope_start,
                    slope_terms,
                    bend_start,
                    bend_terms,
                    gradient,
                    fill_start,
                    fill_slope,
                    fill_by,
                    diagonal,
                    slopes,
                    matrix,
                )
                if not factorise(matrix, row_start, diagonal, column, drop_start, drop_pairs, pivots):
                    outcome = STEP_TOO_LONG
                    for i in range(n):
                        if not math.isfinite(values[i]):
                            outcome = NOT_FINITE
                    break
                back_substitute(matrix, row_start, diagonal, column, pivots, values)
                total = 0.0
                for i in range(n):
                    x[i] += values[i]
                    total += x[i]
                if not (abs(total) < np.inf):
                    outcome = NOT_FINITE
                    break
                taken += 1
            t = t_next
            if divided or (until == t and step_sample[k] >= 0):
                # The state after an event of the model is what is sampled at its moment.
                outcome = TRIGGERED
                break
            if step_sample[k] >= 0:
                for i in range(n):
                    cells.samples[cell, step_sample[k], species[i]] = (
                        max(x[i], 0.0) if species[i] < tables.n_molecular else x[i]
                    )
            if k % _CHECK_EVERY == 0:
                reached[cell] = t
                if stop[0] != 0:
                    outcome = INTERRUPTED
                    break
            k += 1
            if tables.watches and outcome == RUNNING and k < step_length.size:
                for i in range(n):
                    state[species[i]] = x[i]
                state[n + 1] = t
                if until == t or flips(cell, state, constants[segment], cells, tables, stack):
                    outcome = TRIGGERED
        if outcome > COMPLETE:
            cells.samples[cell] = np.nan
        for i in range(n):
            # A cell that goes on does so from where it is, even if that is a little below none.
            goes_on = outcome == TRIGGERED or species[i] >= tables.n_molecular
            cells.x[cell, species[i]] = x[i] if goes_on else max(x[i], 0.0)
        cells.rng[cell, 0], cells.rng[cell, 1], cells.rng[cell, 2], cells.rng[cell, 3] = s0, s1, s2, s3
        cells.n_events[cell] = taken
        cells.segment[cell] = segment
        cells.clock[cell] = t
        cells.sample[cell] = k
        cells.status[cell] = COMPLETE if outcome == RUNNING else outcome
        reached[cell] = t
        if outcome == INTERRUPTED:
            return
