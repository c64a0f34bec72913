"""The start of cells, the same for every method."""

from numba import njit

from mtornet.compiled.kernels.random import seed_state


@njit(cache=True)
def begin(cells, key, first_cell, added):
    """Seed the stream of every cell by its index, and give what the first stretch adds."""
    for cell in range(cells.status.size):
        s0, s1, s2, s3 = seed_state(key, first_cell + cell)
        cells.rng[cell, 0] = s0
        cells.rng[cell, 1] = s1
        cells.rng[cell, 2] = s2
        cells.rng[cell, 3] = s3
        for i in range(cells.x.shape[1]):
            cells.x[cell, i] += added[0, i]
