"""One step of Rodas5P in every lane: fluxes, factors of the matrix, the eight stages, error, interpolant.

All lanes run the same lists of operations (``mtornet.compiled.elimination``) on rows of a workspace.
"""

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
from mtornet.compiled.kernels.leaf import inner
from mtornet.compiled.kernels.tape_lanes import run_tape

# A pivot that is this small a part of what it was made of has lost its digits.
_PIVOT_PART = 1e-12


@inner
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


@inner
def compute_slopes(lanes, p, constants, x, slopes):
    """Write the derivatives of the fluxes at the amounts ``x``."""
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


@inner
def factorise(lanes, p, constants, x, inverse_step, slopes, factors, pivots, weak):
    """Factorise ``W = inverse_step - J(x)``; ``weak`` gets a number above 0 where a pivot lost its digits.

    ``factors`` holds the lower triangle divided by the pivots of its columns, and the upper one
    divided by those of its rows; ``pivots`` the inverse pivots.
    """
    n = p.species.size
    compute_slopes(lanes, p, constants, x, slopes)
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


@inner
def _entry(lanes, p, slopes, q, total):
    slope = peek(p.fill_slope, q)
    while slope >= 0:
        total = multiply_add(splat(lanes, peek(p.fill_by, q)), load(lanes, slopes, slope), total)
        q += 1
        slope = peek(p.fill_slope, q)
    return total, q + 1


@inner
def _eliminated(lanes, p, factors, q, total):
    left = peek(p.drop_pairs, q)
    while left >= 0:
        right = load(lanes, factors, peek(p.drop_pairs, q + 1))
        total = multiply_subtract(load(lanes, factors, left), right, total)
        q += 2
        left = peek(p.drop_pairs, q)
    return total, q + 2


@inner
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


@inner
def set_time(lanes, part, rows, n):
    """Write the time at a part of the step."""
    store(
        rows.x, n + 1, multiply_add(splat(lanes, part), load(lanes, rows.step, 0), load(lanes, rows.clock, 0))
    )


@inner
def add_slopes_by_time(lanes, tape, weight, n_members, constants, step, fluxes):
    """Add ``weight * step`` times the derivatives of the fluxes by time."""
    by = multiply(splat(lanes, weight), load(lanes, step, 0))
    first = n_members + tape.slope_flux.size
    for k in range(tape.timed_flux.size):
        flux = peek(tape.timed_flux, k)
        store(fluxes, flux, multiply_add(by, load(lanes, constants, first + k), load(lanes, fluxes, flux)))


@inner
def try_step(lanes, p, tape, tableau, rows):
    """Take a step of every lane from ``y``; the solution is left in ``x``, the error in the last stage.

    ``tape`` is None if no law has a program.
    """
    n, width = p.species.size, len(lanes)
    by_gamma, by_step = rows.inverse[:width], rows.inverse[width:]
    for i in range(n + 1):
        store(rows.x, i, load(lanes, rows.y, i))
    if tape is not None:
        set_time(lanes, 0.0, rows, n)
        run_tape(lanes, tape.code, 0, tape.n_step, rows.taped)
    factorise(lanes, p, rows.constants, rows.x, by_gamma, rows.slopes, rows.factors, rows.pivots, rows.weak)
    for s in range(8):
        if tape is not None and s > 0:
            set_time(lanes, tableau[153 + s], rows, n)
            run_tape(lanes, tape.code, 0, tape.n_value, rows.taped)
        evaluate_fluxes(lanes, p, rows.constants, rows.x, rows.fluxes)
        if tape is not None:
            n_members = p.member_reaction.size
            add_slopes_by_time(
                lanes, tape, tableau[161 + s], n_members, rows.constants, rows.step, rows.fluxes
            )
        solve_stage(
            lanes, s, p, tableau, by_step, rows.x, rows.y, rows.fluxes, rows.factors, rows.pivots, rows.stages
        )


@inner
def measure_error(lanes, n, tape, rtol, rows):
    """Write the norm of the estimated error of every lane; not-a-number stays so.

    The norm is the largest of ``|error| / (atol + rtol * max(|y0|, |y1|))`` over the states.
    """
    largest = splat(lanes, 0.0)
    atol = load(lanes, rows.atol, 0)
    for i in range(n):
        size = larger(absolute(load(lanes, rows.y, i)), absolute(load(lanes, rows.x, i)))
        if tape is not None:
            atol = load(lanes, rows.atol, i)
        scale = multiply_add(splat(lanes, rtol), size, atol)
        largest = larger(largest, divide(absolute(load(lanes, rows.stages, 7 * n + i)), scale))
    store(rows.error, 0, largest)
