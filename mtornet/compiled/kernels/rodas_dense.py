"""What a lane's amounts are at a moment, written by species."""

from mtornet.compiled.kernels.lanes import splat, store, weighted_sum
from mtornet.compiled.kernels.leaf import inner


@inner
def prepare_dense(lanes, n, tableau, stages, dense):
    """Write the three rows of the interpolant of every species."""
    for i in range(n):
        for d in range(3):
            total = weighted_sum(8, splat(lanes, 0.0), tableau, 128 + 8 * d, stages, i, n)
            store(dense, 3 * i + d, total)


@inner
def write_between(p, width, lane, q, x, y, dense, amounts):
    """Write one lane's amounts at the part ``q`` of its step."""
    rest = 1.0 - q
    for i in range(p.species.size):
        at = i * width + lane
        base = 3 * i * width + lane
        curve = dense[base] + q * (dense[base + width] + q * dense[base + 2 * width])
        amounts[p.species[i]] = rest * y[at] + q * (x[at] + rest * curve)


@inner
def write_now(p, width, lane, y, amounts):
    """Write one lane's amounts as they are."""
    for i in range(p.species.size):
        amounts[p.species[i]] = y[i * width + lane]
