"""Laws that read the time: how long a bound on them is worth keeping, so that thinning stays exact."""

import numpy as np

from mtornet.compiled.kernels.laws import upper_bound
from mtornet.compiled.kernels.leaf import leaf

# Bounds may be this much wider than with the time held ...
_WIDER = 1.25
# ... unless fewer trials than this are to be expected before they end.
_FEW_TRIALS = 1.0
_MOST_CUTS = 30


@leaf
def hold_time(t, end, low, high, c, tables, stack, other_stack):
    """Choose how long from ``t`` on, at most to ``end``, the time may stay within its interval.

    Writes that interval, the last of ``low`` and ``high``; those of the species stand there already.
    """
    clock = low.size - 1
    low[clock] = t
    high[clock] = t
    least = _sum_of_bounds(low, high, c, tables, stack, other_stack)
    span = end - t
    high[clock] = end
    for _ in range(_MOST_CUTS):
        bound = _sum_of_bounds(low, high, c, tables, stack, other_stack)
        if bound <= _WIDER * least or bound * span <= _FEW_TRIALS:
            break
        span *= 0.25
        high[clock] = max(t + span, np.nextafter(t, end))
    return high[clock]


@leaf
def _sum_of_bounds(low, high, c, tables, stack, other_stack):
    total = 0.0
    for k in range(tables.timed.size):
        total += upper_bound(tables.timed[k], low, high, c, tables, stack, other_stack)
    return total
