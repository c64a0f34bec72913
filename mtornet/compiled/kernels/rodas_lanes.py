"""Rodas5P for many parameter sets at once: one set per lane, each with its own time and step.

All lanes run the same lists of operations (``mtornet.compiled.elimination``) on rows of a
workspace. A lane whose set has ended takes the next one at once; no lane waits for another, and
none reads another's numbers, so that a set's result is bit-identical for any number of lanes, any
neighbours and any order.

Error norm: the largest of ``|error| / (atol + rtol * max(|y0|, |y1|))`` over the species.
"""

import math

import numpy as np
from numba import njit

from mtornet.compiled.kernels.lanes import (
    absolute,
    add,
    choose,
    divide,
    larger,
    load,
    multiply,
    multiply_add,
    multiply_subtract,
    peek,
    splat,
    store,
    subtract,
    weighted_sum,
)

COMPLETE, STEP_LIMIT, INTERRUPTED, NOT_FINITE, STEP_TOO_SMALL, BAD_PIVOT = 0, 1, 2, 3, 4, 5

_SAFETY = 0.9
_LEAST_FACTOR = 0.1
_MOST_FACTOR = 8.0
# A pivot that is this small a part of what it was made of has lost its digits.
_PIVOT_PART = 1e-12
# Assumed error of the first step, in units of h^5 y'''''; it only decides where the search begins.
_FIRST_ERROR = 1e-2
_EPS = 2.220446049250313e-16
# A step of fewer rounding units of the time than this cannot be told from none.
_LEAST_STEP = 16.0 * _EPS


@njit(cache=True)
def evaluate_fluxes(lanes, p, constants, x, fluxes):
    """Write the fluxes at the amounts ``x``."""
    m, pair, single = 0, 0, 0
    for f in range(p.n_fluxes):
        total = splat(lanes, 0.0)
        first = peek(p.flux_pairs, pair)
        while first >= 0:
            rate = multiply(load(lanes, constants, m), load(lanes, x, first))
            total = multiply_add(rate, load(lanes, x, peek(p.flux_pairs, pair + 1)), total)
            m += 1
            pair += 2
            first = peek(p.flux_pairs, pair)
        pair += 2
        only = peek(p.flux_singles, single)
        while only >= 0:
            total = multiply_add(load(lanes, constants, m), load(lanes, x, only), total)
            m += 1
            single += 1
            only = peek(p.flux_singles, single)
        single += 1
        store(fluxes, f, total)
    # Orders 0 and 3 are rare.
    for m in range(p.n_common, p.member_flux.size):
        rate = multiply(load(lanes, constants, m), load(lanes, x, peek(p.member_factors, 3 * m)))
        rate = multiply(rate, load(lanes, x, peek(p.member_factors, 3 * m + 1)))
        f = peek(p.member_flux, m)
        total = multiply_add(rate, load(lanes, x, peek(p.member_factors, 3 * m + 2)), load(lanes, fluxes, f))
        store(fluxes, f, total)


@njit(cache=True)
def factorise(lanes, p, constants, x, inverse_step, slopes, factors, pivots, weak):
    """Factorise ``W = inverse_step - J(x)``; ``weak`` gets a number above 0 where a pivot lost its digits.

    ``factors`` holds the lower triangle divided by the pivots of its columns, and the upper one
    divided by those of its rows; ``pivots`` the inverse pivots.
    """
    n = p.species.size
    q = 0
    for d in range(p.n_slopes):
        total = splat(lanes, 0.0)
        member = peek(p.slope_terms, q)
        while member >= 0:
            rate = multiply(load(lanes, constants, member), load(lanes, x, peek(p.slope_terms, q + 1)))
            total = multiply_add(rate, load(lanes, x, peek(p.slope_terms, q + 2)), total)
            q += 3
            member = peek(p.slope_terms, q)
        q += 3
        store(slopes, d, total)
    step = load(lanes, inverse_step, 0)
    nothing = splat(lanes, 0.0)
    weakest = nothing
    left, fill, drop = 0, 0, 0
    for i in range(n):
        column = peek(p.lower, left)
        while column >= 0:
            total, fill = _entry(lanes, p, slopes, fill, nothing)
            total, drop = _eliminated(lanes, p, factors, drop, total)
            store(factors, left, multiply(total, load(lanes, pivots, column)))
            left += 1
            column = peek(p.lower, left)
        left += 1
        own, fill = _entry(lanes, p, slopes, fill, step)
        pivot, drop = _eliminated(lanes, p, factors, drop, own)
        whole = larger(absolute(own), step)
        short = subtract(multiply(whole, splat(lanes, _PIVOT_PART)), absolute(pivot))
        weakest = choose(short, splat(lanes, 1.0), weakest)
        store(pivots, i, divide(splat(lanes, 1.0), pivot))
        right = peek(p.upper_start, i)
        while peek(p.upper, right) >= 0:
            total, fill = _entry(lanes, p, slopes, fill, nothing)
            total, drop = _eliminated(lanes, p, factors, drop, total)
            store(factors, p.lower.size + right, total)
            right += 1
    store(weak, 0, weakest)
    # Scaled rows keep the multiplication by the pivot out of the chain of the back-substitution.
    for i in range(n):
        pivot = load(lanes, pivots, i)
        right = peek(p.upper_start, i)
        while peek(p.upper, right) >= 0:
            row = p.lower.size + right
            store(factors, row, multiply(load(lanes, factors, row), pivot))
            right += 1


@njit(cache=True)
def _entry(lanes, p, slopes, q, total):
    slope = peek(p.fill_slope, q)
    while slope >= 0:
        total = multiply_add(splat(lanes, peek(p.fill_by, q)), load(lanes, slopes, slope), total)
        q += 1
        slope = peek(p.fill_slope, q)
    return total, q + 1


@njit(cache=True)
def _eliminated(lanes, p, factors, q, total):
    left = peek(p.drop_pairs, q)
    while left >= 0:
        right = load(lanes, factors, peek(p.drop_pairs, q + 1))
        total = multiply_subtract(load(lanes, factors, left), right, total)
        q += 2
        left = peek(p.drop_pairs, q)
    return total, q + 2


@njit(cache=True)
def solve_stage(lanes, s, p, tableau, inverse_step, x, y, fluxes, factors, pivots, stages):
    """Compute stage ``s`` from the fluxes at its argument ``x``, and write the next argument there."""
    n = p.species.size
    own = s * n
    step = load(lanes, inverse_step, 0)
    change, left = 0, 0
    for i in range(n):
        total = weighted_sum(s, splat(lanes, 0.0), tableau, 64 + 8 * s, stages, i, n)
        total = multiply(total, step)
        flux = peek(p.change_flux, change)
        while flux >= 0:
            by = splat(lanes, peek(p.change_by, change))
            total = multiply_add(by, load(lanes, fluxes, flux), total)
            change += 1
            flux = peek(p.change_flux, change)
        change += 1
        column = peek(p.lower, left)
        while column >= 0:
            total = multiply_subtract(load(lanes, factors, left), load(lanes, stages, own + column), total)
            left += 1
            column = peek(p.lower, left)
        left += 1
        store(stages, own + i, total)
    # A stiffly accurate method only adds its last stages to the argument.
    adds = s >= 5
    first_row = p.lower.size
    right = 0
    for backwards in range(n):
        i = n - 1 - backwards
        total = multiply(load(lanes, stages, own + i), load(lanes, pivots, i))
        column = peek(p.upper, right)
        while column >= 0:
            row = load(lanes, factors, first_row + right)
            total = multiply_subtract(row, load(lanes, stages, own + column), total)
            right += 1
            column = peek(p.upper, right)
        right += 1
        store(stages, own + i, total)
        if adds:
            store(x, i, add(load(lanes, x, i), total))
        else:
            store(x, i, weighted_sum(s + 1, load(lanes, y, i), tableau, 8 * (s + 1), stages, i, n))


@njit(cache=True)
def try_step(lanes, p, tableau, constants, inverse, x, y, fluxes, slopes, factors, pivots, stages, weak):
    """Take a step of every lane from ``y``; the solution is left in ``x``, the error in the last stage.

    ``inverse`` holds two rows: ``1/(h gamma)`` and ``1/h``.
    """
    n = p.species.size
    by_gamma, by_step = inverse[: len(lanes)], inverse[len(lanes) :]
    for i in range(n + 1):
        store(x, i, load(lanes, y, i))
    factorise(lanes, p, constants, x, by_gamma, slopes, factors, pivots, weak)
    for s in range(8):
        evaluate_fluxes(lanes, p, constants, x, fluxes)
        solve_stage(lanes, s, p, tableau, by_step, x, y, fluxes, factors, pivots, stages)


@njit(cache=True)
def measure_error(lanes, n, rtol, atol, x, y, stages, error):
    """Write the norm of the estimated error of every lane; not-a-number stays so."""
    largest = splat(lanes, 0.0)
    for i in range(n):
        size = larger(absolute(load(lanes, y, i)), absolute(load(lanes, x, i)))
        scale = multiply_add(splat(lanes, rtol), size, splat(lanes, atol))
        largest = larger(largest, divide(absolute(load(lanes, stages, 7 * n + i)), scale))
    store(error, 0, largest)


@njit(cache=True)
def prepare_dense(lanes, n, tableau, stages, dense):
    """Write the three rows of the interpolant of every species."""
    for i in range(n):
        for d in range(3):
            total = weighted_sum(8, splat(lanes, 0.0), tableau, 128 + 8 * d, stages, i, n)
            store(dense, 3 * i + d, total)


@njit(cache=True)
def write_between(p, width, lane, q, x, y, dense, amounts):
    """Write one lane's amounts at the part ``q`` of its step, by species."""
    rest = 1.0 - q
    for i in range(p.species.size):
        at = i * width + lane
        base = 3 * i * width + lane
        curve = dense[base] + q * (dense[base + width] + q * dense[base + 2 * width])
        amounts[p.species[i]] = rest * y[at] + q * (x[at] + rest * curve)


@njit(cache=True)
def write_now(p, width, lane, y, amounts):
    """Write one lane's amounts as they are, by species."""
    for i in range(p.species.size):
        amounts[p.species[i]] = y[i * width + lane]


@njit(cache=True)
def first_step(p, width, lane, span, rtol, atol, constants, y, fluxes):
    """Guess a first step from the first two derivatives of one lane.

    A fifth derivative is guessed as that of a relaxation with the rate ``|y''| / |y'|``. ``fluxes``
    is overwritten.
    """
    n = p.species.size
    fluxes[: p.n_fluxes] = 0.0
    for m in range(p.member_flux.size):
        fluxes[p.member_flux[m]] += (
            constants[m * width + lane]
            * y[p.member_factors[3 * m] * width + lane]
            * y[p.member_factors[3 * m + 1] * width + lane]
            * y[p.member_factors[3 * m + 2] * width + lane]
        )
    speed, bend = 0.0, 0.0
    moves = fluxes[p.n_fluxes : p.n_fluxes + n + 1]
    moves[n] = 0.0
    q = 0
    for i in range(n):
        move = 0.0
        while p.change_flux[q] >= 0:
            move += p.change_by[q] * fluxes[p.change_flux[q]]
            q += 1
        q += 1
        moves[i] = move
        speed = max(speed, abs(move) / (atol + rtol * abs(y[i * width + lane])))
    fluxes[: p.n_fluxes] = 0.0
    for m in range(p.member_flux.size):
        a, b, c = p.member_factors[3 * m], p.member_factors[3 * m + 1], p.member_factors[3 * m + 2]
        x_a, x_b, x_c = y[a * width + lane], y[b * width + lane], y[c * width + lane]
        by = moves[a] * x_b * x_c + x_a * moves[b] * x_c + x_a * x_b * moves[c]
        fluxes[p.member_flux[m]] += constants[m * width + lane] * by
    q = 0
    for i in range(n):
        turn = 0.0
        while p.change_flux[q] >= 0:
            turn += p.change_by[q] * fluxes[p.change_flux[q]]
            q += 1
        q += 1
        bend = max(bend, abs(turn) / (atol + rtol * abs(y[i * width + lane])))
    longest = 0.1 * span
    if not (speed > 0.0 and bend > 0.0 and math.isfinite(speed) and math.isfinite(bend)):
        return longest
    rate = bend / speed
    return min(longest, (1.0 / (_FIRST_ERROR * speed / rate)) ** 0.2 / rate)


@njit(cache=True)
def next_factor(error):
    """How much longer the next step may be."""
    if not math.isfinite(error):
        return _LEAST_FACTOR
    if error < 1e-10:
        return _MOST_FACTOR
    return min(_MOST_FACTOR, max(_LEAST_FACTOR, _SAFETY * error**-0.2))


@njit(cache=True, nogil=True)
def solve_sets(
    lanes,
    p,
    tableau,
    work,
    x0,
    breaks,
    constants_by_set,
    added,
    times,
    outputs,
    rtol,
    atol,
    max_steps,
    amounts,
    final,
    status,
    n_steps,
    n_rejected,
    reached,
    stop,
):
    """Solve the rate equations of every parameter set.

    Parameters
    ----------
    lanes
        A tuple as long as there are lanes.
    p
        The lists of operations.
    tableau
        The coefficients A (64), C (64), H (24) of the method in one array.
    work
        The workspace, see ``work_size``.
    x0, constants_by_set, added
        (n_sets, n_species), (n_sets, n_segments, n_reactions) and (n_segments, n_species).
    outputs
        (n_segments + 1,) first index in ``times`` of each segment.
    amounts, final, status, n_steps, n_rejected, reached
        Results by set; ``reached`` is the time to which a set that failed was solved.
    """
    width = len(lanes)
    n_sets, n = x0.shape
    n_segments = breaks.size - 1
    n_members = p.member_reaction.size
    y = work[: (n + 1) * width]
    at = y.size
    x = work[at : at + (n + 1) * width]
    at += x.size
    stages = work[at : at + 8 * n * width]
    at += stages.size
    dense = work[at : at + 3 * n * width]
    at += dense.size
    constants = work[at : at + n_members * width]
    at += constants.size
    fluxes = work[at : at + p.n_fluxes * width]
    at += fluxes.size
    slopes = work[at : at + p.n_slopes * width]
    at += slopes.size
    factors = work[at : at + (p.lower.size + p.upper.size) * width]
    at += factors.size
    pivots = work[at : at + n * width]
    at += pivots.size
    inverse = work[at : at + 2 * width]
    at += inverse.size
    weak = work[at : at + width]
    at += width
    error = work[at : at + width]
    at += width
    accepted = work[at : at + width]
    at += width
    scratch = work[at:]

    work[:] = 0.0
    inverse[:] = 1.0
    y[n * width :] = 1.0
    which = np.full(width, -1)
    segment = np.zeros(width, dtype=np.int64)
    output = np.zeros(width, dtype=np.int64)
    time = np.zeros(width)
    step = np.ones(width)
    may_grow = np.ones(width, dtype=np.int64)
    next_set = 0
    n_running = 0
    for lane in range(width):
        which[lane] = -1
    # Every lane begins as one that has just ended.
    ended = np.ones(width, dtype=np.int64)
    while True:
        for lane in range(width):
            if ended[lane] == 0:
                continue
            ended[lane] = 0
            # Go to the next stretch of time that is not empty, of this set or of a new one.
            while True:
                if which[lane] >= 0:
                    segment[lane] += 1
                    if segment[lane] >= n_segments or status[which[lane]] != COMPLETE:
                        write_now(p, width, lane, y, final[which[lane]])
                        which[lane] = -1
                        n_running -= 1
                if which[lane] < 0:
                    if next_set >= n_sets:
                        break
                    which[lane] = next_set
                    next_set += 1
                    n_running += 1
                    segment[lane] = 0
                    output[lane] = outputs[0]
                    for i in range(n):
                        y[i * width + lane] = x0[which[lane], p.species[i]]
                s, part = which[lane], segment[lane]
                for i in range(n):
                    y[i * width + lane] += added[part, p.species[i]]
                for m in range(n_members):
                    constants[m * width + lane] = (
                        p.member_scale[m] * constants_by_set[s, part, p.member_reaction[m]]
                    )
                time[lane] = 0.0
                reached[s] = breaks[part]
                span = breaks[part + 1] - breaks[part]
                empty = span <= _LEAST_STEP * max(abs(breaks[part]), abs(breaks[part + 1]))
                # A time that is also a dose belongs to what came before the dose.
                while output[lane] < outputs[part + 1] and (empty or times[output[lane]] <= breaks[part]):
                    write_now(p, width, lane, y, amounts[s, output[lane]])
                    output[lane] += 1
                if empty:
                    continue
                step[lane] = first_step(p, width, lane, span, rtol, atol, constants, y, scratch)
                may_grow[lane] = 1
                break
        if n_running == 0:
            break

        interrupted = stop[0] != 0
        for lane in range(width):
            if which[lane] >= 0:
                left = breaks[segment[lane] + 1] - breaks[segment[lane]] - time[lane]
                if step[lane] * 1.000001 >= left:
                    step[lane] = left
                elif step[lane] * 2.0 > left:
                    step[lane] = 0.5 * left
            inverse[lane] = 1.0 / (step[lane] * tableau[152])
            inverse[width + lane] = 1.0 / step[lane]
        try_step(lanes, p, tableau, constants, inverse, x, y, fluxes, slopes, factors, pivots, stages, weak)
        measure_error(lanes, n, rtol, atol, x, y, stages, error)

        any_output = False
        for lane in range(width):
            accepted[lane] = 0.0
            if which[lane] < 0:
                continue
            n_steps[which[lane]] += 1
            if error[lane] <= 1.0 and weak[lane] == 0.0:
                accepted[lane] = 1.0
                if output[lane] < outputs[segment[lane] + 1]:
                    begin = breaks[segment[lane]]
                    any_output |= times[output[lane]] - begin <= time[lane] + step[lane]
                    any_output |= step[lane] >= breaks[segment[lane] + 1] - begin - time[lane]
        if any_output:
            prepare_dense(lanes, n, tableau, stages, dense)
        for lane in range(width):
            s = which[lane]
            if s < 0:
                continue
            begin, span = breaks[segment[lane]], breaks[segment[lane] + 1] - breaks[segment[lane]]
            factor = next_factor(error[lane])
            if accepted[lane] > 0.0:
                last = step[lane] >= span - time[lane]
                while output[lane] < outputs[segment[lane] + 1]:
                    since = times[output[lane]] - begin - time[lane]
                    if since > step[lane] and not last:
                        break
                    write_between(
                        p, width, lane, min(since / step[lane], 1.0), x, y, dense, amounts[s, output[lane]]
                    )
                    output[lane] += 1
                time[lane] += step[lane]
                reached[s] = begin + time[lane]
                ended[lane] = 1 if last else 0
                step[lane] *= factor if may_grow[lane] == 1 else min(factor, 1.0)
                may_grow[lane] = 1
            else:
                n_rejected[s] += 1
                step[lane] *= 0.25 if weak[lane] > 0.0 else min(factor, 0.9)
                may_grow[lane] = 0
                if step[lane] <= _LEAST_STEP * max(time[lane], 1e-9 * span):
                    status[s] = STEP_TOO_SMALL
                    if weak[lane] > 0.0:
                        status[s] = BAD_PIVOT
                    elif not math.isfinite(error[lane]):
                        status[s] = NOT_FINITE
            if ended[lane] == 0 and n_steps[s] >= max_steps and status[s] == COMPLETE:
                status[s] = STEP_LIMIT
            if interrupted:
                status[s] = INTERRUPTED
            if status[s] != COMPLETE:
                ended[lane] = 1
        take = load(lanes, accepted, 0)
        for i in range(n):
            store(y, i, choose(take, load(lanes, x, i), load(lanes, y, i)))
        if interrupted:
            status[next_set:] = INTERRUPTED
            next_set = n_sets
