"""Sums over cells in one pass: running mean, squares and logarithmic counts."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def add_cell(values, n, mean, squares):
    """Take the ``n``-th cell into mean and sum of squares (Welford 1962); all arrays are flat."""
    for i in range(values.size):
        difference = values[i] - mean[i]
        mean[i] += difference / n
        squares[i] += difference * (values[i] - mean[i])


@njit(cache=True, nogil=True)
def count_cell(values, smallest, log_width, bins):
    """Count each value in its logarithmic bin; ``bins`` is (n_values, n_bins), bin 0 is for none."""
    last = float(bins.shape[1] - 1)
    for i in range(values.size):
        place = 0
        if values[i] > smallest:
            place = int(min(1.0 + np.log(values[i] / smallest) / log_width, last))
        bins[i, place] += 1
