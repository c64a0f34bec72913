"""Sums over cells in one pass: running mean, squares and logarithmic counts."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def add_cells(values, before, mean, squares):
    """Take cells (n_cells, n_values) into mean and sum of squares (Welford 1962), after ``before`` others."""
    for cell in range(values.shape[0]):
        n = float(before + cell + 1)
        for i in range(values.shape[1]):
            difference = values[cell, i] - mean[i]
            mean[i] += difference / n
            squares[i] += difference * (values[cell, i] - mean[i])


@njit(cache=True, nogil=True)
def count_cells(values, smallest, log_width, bins):
    """Count cells (n_cells, n_values) in logarithmic bins (n_values, n_bins); bin 0 is for none."""
    last = float(bins.shape[1] - 1)
    for cell in range(values.shape[0]):
        for i in range(values.shape[1]):
            place = 0
            if values[cell, i] > smallest:
                place = int(min(1.0 + np.log(values[cell, i] / smallest) / log_width, last))
            bins[i, place] += 1
