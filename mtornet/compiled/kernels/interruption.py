"""What becomes of the cells of a chunk that an interruption kept from running."""

import numpy as np
from numba import njit

from mtornet.compiled.status import INTERRUPTED


@njit(cache=True)
def mark_unstarted(first, samples, final, n_events, status):
    """Leave no uninitialised number in the cells from ``first`` on."""
    status[first:] = INTERRUPTED
    n_events[first:] = 0
    samples[first:] = np.nan
    final[first:] = np.nan
