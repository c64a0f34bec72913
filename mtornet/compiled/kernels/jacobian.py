"""The Jacobian of the rate equations as a matrix, from the lists of the lane integrator."""

from mtornet.compiled.kernels.jump_lanes import set_marks
from mtornet.compiled.kernels.leaf import inner, outer
from mtornet.compiled.kernels.rodas_step import compute_slopes
from mtornet.compiled.kernels.tape_lanes import run_tape


@outer
def jacobian(lanes, p, tape, time, rows, matrix):
    """Write d(dx/dt)/dx at the amounts in ``rows.y``; ``lanes`` is one lane."""
    for i in range(p.species.size):
        rows.x[i] = rows.y[i]
    if tape is not None:
        set_marks(lanes, p, tape, 0, time, rows)
        run_tape(lanes, tape.code, 0, tape.n_step, rows.taped)
    compute_slopes(lanes, p, rows.constants, rows.x, rows.slopes)
    matrix[:, :] = 0.0
    fill, left = 0, 0
    for i in range(p.species.size):
        row = p.species[i]
        while p.lower[left] >= 0:
            matrix[row, p.species[p.lower[left]]], fill = _sum(p, rows.slopes, fill)
            left += 1
        left += 1
        matrix[row, row], fill = _sum(p, rows.slopes, fill)
        right = p.upper_start[i]
        while p.upper[right] >= 0:
            matrix[row, p.species[p.upper[right]]], fill = _sum(p, rows.slopes, fill)
            right += 1


@inner
def _sum(p, slopes, q):
    total = 0.0
    while p.fill_slope[q] >= 0:
        total -= p.fill_by[q] * slopes[p.fill_slope[q]]
        q += 1
    return total, q + 1
