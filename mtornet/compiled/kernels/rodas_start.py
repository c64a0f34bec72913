"""The length of a lane's first step."""

import math

from mtornet.compiled.kernels.leaf import inner
from mtornet.compiled.kernels.tape_lanes import run_tape

# Assumed error of the first step, in units of h^5 y'''''; it only decides where the search begins.
_FIRST_ERROR = 1e-2
_DEAF = 3.0


@inner
def compute_laws(lanes, p, tape, lane, time, rows):
    """Compute the values and derivatives of programs for one lane; other lanes compute what nobody reads."""
    n, width = p.species.size, len(lanes)
    for i in range(n):
        rows.x[i * width + lane] = rows.y[i * width + lane]
    rows.x[(n + 1) * width + lane] = time
    run_tape(lanes, tape.code, 0, tape.n_step, rows.taped)


@inner
def first_step(lanes, p, tape, lane, time, span, rtol, deaf, rows):
    """Guess a first step from the first two derivatives of one lane.

    A fifth derivative is guessed as that of a relaxation with the rate ``|y''| / |y'|``. A deaf lane,
    which passes over jumps, goes no further than a few times the tolerance.
    """
    n, width = p.species.size, len(lanes)
    if tape is not None:
        compute_laws(lanes, p, tape, lane, time, rows)
    constants, y, fluxes = rows.constants, rows.y, rows.scratch
    fluxes[: p.n_fluxes] = 0.0
    for m in range(p.member_flux.size):
        fluxes[p.member_flux[m]] += (
            constants[m * width + lane]
            * y[p.member_factors[3 * m] * width + lane]
            * y[p.member_factors[3 * m + 1] * width + lane]
            * y[p.member_factors[3 * m + 2] * width + lane]
        )
    speed, bend = 0.0, 0.0
    atol = rows.atol[lane]
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
        if tape is not None:
            atol = rows.atol[i * width + lane]
        speed = max(speed, abs(move) / (atol + rtol * abs(y[i * width + lane])))
    fluxes[: p.n_fluxes] = 0.0
    for m in range(p.member_flux.size):
        a, b, c = p.member_factors[3 * m], p.member_factors[3 * m + 1], p.member_factors[3 * m + 2]
        x_a, x_b, x_c = y[a * width + lane], y[b * width + lane], y[c * width + lane]
        by = moves[a] * x_b * x_c + x_a * moves[b] * x_c + x_a * x_b * moves[c]
        fluxes[p.member_flux[m]] += constants[m * width + lane] * by
    if tape is not None:
        row = p.member_reaction.size
        for k in range(tape.slope_flux.size):
            fluxes[tape.slope_flux[k]] += constants[row * width + lane] * moves[tape.slope_place[k]]
            row += 1
        for k in range(tape.timed_flux.size):
            fluxes[tape.timed_flux[k]] += constants[row * width + lane]
            row += 1
    q = 0
    for i in range(n):
        turn = 0.0
        while p.change_flux[q] >= 0:
            turn += p.change_by[q] * fluxes[p.change_flux[q]]
            q += 1
        q += 1
        if tape is not None:
            atol = rows.atol[i * width + lane]
        bend = max(bend, abs(turn) / (atol + rtol * abs(y[i * width + lane])))
    longest = 0.1 * span
    if deaf != 0 and speed > 0.0:
        longest = min(longest, _DEAF / speed)
    if not (speed > 0.0 and bend > 0.0 and math.isfinite(speed) and math.isfinite(bend)):
        return longest
    rate = bend / speed
    return min(longest, (1.0 / (_FIRST_ERROR * speed / rate)) ** 0.2 / rate)
