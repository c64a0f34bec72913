"""Langevin equations by linearly implicit trapezoidal steps, with jumps of low-copy species.

One step of length ``h`` solves ``(I - h/2 J) dx = h f + sqrt(h) B xi + jumps``: the stochastic
trapezoidal rule with one Newton iteration. For a linear network it has the right stationary mean
and covariance at any step length, so a step may be much longer than the fastest reaction. Species
that are there in a few copies change only by whole molecules, at Poisson numbers of firings.
"""

import math

import numpy as np
from numba import njit

from mtornet.compiled.kernels.variates import normal, poisson
from mtornet.compiled.status import COMPLETE, INTERRUPTED, NOT_FINITE, RUNNING

_CHECK_EVERY = 512


@njit(cache=True)
def factorise(matrix, row_start, diagonal, column, drop_start, drop_pairs, pivots):
    """Turn the entries of a matrix into its triangular factors in place; False if a pivot is bad."""
    for row in range(diagonal.size):
        for entry in range(row_start[row], row_start[row + 1]):
            value = matrix[entry]
            for k in range(drop_start[entry], drop_start[entry + 1]):
                value -= matrix[drop_pairs[2 * k]] * matrix[drop_pairs[2 * k + 1]]
            if entry < diagonal[row]:
                value *= pivots[column[entry]]
            matrix[entry] = value
        pivot = matrix[diagonal[row]]
        # The diagonal is 1 plus what leaves a species; nothing in a network makes it small.
        if not (abs(pivot) > 1e-8):
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
    slope_start,
    slope_terms,
    fill_start,
    fill_slope,
    fill_by,
    diagonal,
    slopes,
    matrix,
):
    """Write ``I - half_step * J`` at state ``x`` into the entries of the factors."""
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
        slopes[s] = half_step * slope
    for entry in range(matrix.size):
        value = 0.0
        for k in range(fill_start[entry], fill_start[entry + 1]):
            value += fill_by[k] * slopes[fill_slope[k]]
        matrix[entry] = value
    for i in range(diagonal.size):
        matrix[diagonal[i]] += 1.0


@njit(cache=True, nogil=True)
def advance(
    cells,
    constants,
    jump_constants,
    added,
    step_length,
    step_segment,
    step_sample,
    step_end,
    lists,
    jump_factors,
    jump_drawn,
    jump_start,
    jump_places,
    jump_by,
    stop,
    reached,
):
    """Simulate cells from their start on a common grid of steps.

    Step ``k`` lasts ``step_length[k]`` in segment ``step_segment[k]``, ends at ``step_end[k]`` and is
    followed by sample ``step_sample[k]``, or none if that is -1. ``constants`` are 0 for reactions
    that jump, ``jump_constants`` hold theirs. Within, species stand in their order of elimination.
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
    x = np.ones(n + 1)
    push = np.empty(n_fluxes)
    values = np.empty(n)
    matrix = np.empty(column.size)
    slopes = np.empty(slope_start.size - 1)
    pivots = np.empty(n)
    for cell in range(n_cells):
        s0, s1, s2, s3 = cells.rng[cell, 0], cells.rng[cell, 1], cells.rng[cell, 2], cells.rng[cell, 3]
        for i in range(n):
            x[i] = cells.x[cell, species[i]]
        outcome = RUNNING
        segment = 0
        taken = 0
        for k in range(step_length.size):
            h = step_length[k]
            if step_segment[k] != segment:
                segment = step_segment[k]
                for i in range(n):
                    x[i] += added[segment, species[i]]
            if h > 0.0:
                c = constants[segment]
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
                for j in range(jump_factors.shape[0]):
                    mean = (
                        h
                        * jump_constants[segment, j]
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
                    slope_start,
                    slope_terms,
                    fill_start,
                    fill_slope,
                    fill_by,
                    diagonal,
                    slopes,
                    matrix,
                )
                if not factorise(matrix, row_start, diagonal, column, drop_start, drop_pairs, pivots):
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
            if step_sample[k] >= 0:
                for i in range(n):
                    cells.samples[cell, step_sample[k], species[i]] = max(x[i], 0.0)
            if k % _CHECK_EVERY == 0:
                reached[cell] = step_end[k]
                if stop[0] != 0:
                    outcome = INTERRUPTED
                    break
        if outcome != RUNNING:
            cells.samples[cell] = np.nan
        for i in range(n):
            cells.x[cell, species[i]] = max(x[i], 0.0)
        cells.n_events[cell] = taken
        cells.status[cell] = COMPLETE if outcome == RUNNING else outcome
        if outcome == INTERRUPTED:
            return
