"""How well the interpolant solves the equations in the middle of a step.

A fast quantity that follows the time, such as one bound to a drug that comes and goes, is right at the end
of a step of any length: its relaxation leaves no error there to be seen. Between, the interpolant can
be wrong. What is missing to a solution there is a second estimate of the error.
"""

from mtornet.compiled.kernels.lanes import (
    absolute,
    add,
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
)
from mtornet.compiled.kernels.leaf import inner
from mtornet.compiled.kernels.rodas_step import evaluate_fluxes, set_time
from mtornet.compiled.kernels.tape_lanes import run_tape

# The middle is not where the interpolant is worst.
_NOT_ONLY_THERE = 2.0


@inner
def add_defect(lanes, p, tape, rtol, rows):
    """Take the defect in the middle of the step into ``rows.error``; the interpolant must be prepared."""
    n, width = p.species.size, len(lanes)
    x, y, dense, missing = rows.x, rows.y, rows.dense, rows.stages
    half = splat(lanes, 0.5)
    for i in range(n):
        end = load(lanes, x, i)
        store(rows.ahead, i, end)
        curve = multiply_add(half, load(lanes, dense, 3 * i + 2), load(lanes, dense, 3 * i + 1))
        curve = multiply_add(half, curve, load(lanes, dense, 3 * i))
        store(x, i, multiply(half, add(load(lanes, y, i), multiply_add(half, curve, end))))
    set_time(lanes, 0.5, rows, n)
    run_tape(lanes, tape.code, 0, tape.n_value, rows.taped)
    evaluate_fluxes(lanes, p, rows.constants, x, rows.fluxes)
    by_step = load(lanes, rows.inverse[width:], 0)
    quarter = splat(lanes, 0.25)
    change, left = 0, 0
    for i in range(n):
        bend = add(load(lanes, dense, 3 * i + 1), load(lanes, dense, 3 * i + 2))
        slope = multiply_add(quarter, bend, subtract(load(lanes, rows.ahead, i), load(lanes, y, i)))
        total = multiply_subtract(slope, by_step, splat(lanes, 0.0))
        flux = peek(p.change_flux, change)
        while flux >= 0:
            by = splat(lanes, peek(p.change_by, change))
            total = multiply_add(by, load(lanes, rows.fluxes, flux), total)
            change += 1
            flux = peek(p.change_flux, change)
        change += 1
        column = peek(p.lower, left)
        while column >= 0:
            total = multiply_subtract(load(lanes, rows.factors, left), load(lanes, missing, column), total)
            left += 1
            column = peek(p.lower, left)
        left += 1
        store(missing, i, total)
    largest, safety = load(lanes, rows.error, 0), splat(lanes, _NOT_ONLY_THERE)
    right = 0
    for backwards in range(n):
        i = n - 1 - backwards
        total = multiply(load(lanes, missing, i), load(lanes, rows.pivots, i))
        column = peek(p.upper, right)
        while column >= 0:
            row = load(lanes, rows.factors, p.lower.size + right)
            total = multiply_subtract(row, load(lanes, missing, column), total)
            right += 1
            column = peek(p.upper, right)
        right += 1
        store(missing, i, total)
        size = larger(absolute(load(lanes, y, i)), absolute(load(lanes, rows.ahead, i)))
        scale = multiply_add(splat(lanes, rtol), size, load(lanes, rows.atol, i))
        largest = larger(largest, multiply(safety, divide(absolute(total), scale)))
        store(x, i, load(lanes, rows.ahead, i))
    store(rows.error, 0, largest)
