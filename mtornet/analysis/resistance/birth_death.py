"""Cells that divide and die: exact samples, exact moments, and the deterministic limit.

The number of descendants of one cell after a time has a known law (a geometric one with an extra
mass at 0), so that whole tumours are sampled exactly without an event per cell.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def descendants(birth: float, death: float, duration: float) -> tuple[float, float]:
    """Return the chance that a cell has no descendant left, and the ratio of the geometric law.

    Rates per unit of ``duration``.

    Notes
    -----
    Kendall 1948, Ann Math Stat 19:1; Bailey 1964, The elements of stochastic processes, chapter 8.
    """
    if birth == death:
        gone = birth * duration / (1.0 + birth * duration)
        return gone, gone
    # Written with the exponential that does not overflow.
    if birth > death:
        shrunk = np.exp(-(birth - death) * duration)
        below = birth - death * shrunk
        return float(death * (1.0 - shrunk) / below), float(birth * (1.0 - shrunk) / below)
    grown = np.exp((birth - death) * duration)
    below = death - birth * grown
    return float(death * (1.0 - grown) / below), float(birth * (1.0 - grown) / below)


def sampled(
    cells: IntArray, birth: float, death: float, duration: float, rng: np.random.Generator
) -> IntArray:
    """Return how many cells each population has after a time: an exact sample."""
    gone, ratio = descendants(birth, death, duration)
    surviving = rng.binomial(cells, 1.0 - gone)
    more = np.zeros_like(surviving)
    some = surviving > 0
    if ratio > 0.0 and np.any(some):
        more[some] = rng.negative_binomial(surviving[some], 1.0 - ratio)
    return np.asarray(surviving + more)


def mean_and_variance(cells: float, birth: float, death: float, duration: float) -> tuple[float, float]:
    """Return the exact mean and variance of the number of cells after a time."""
    net = birth - death
    grown = float(np.exp(net * duration))
    if net == 0.0:
        return cells, cells * 2.0 * birth * duration
    return cells * grown, cells * (birth + death) / net * grown * (grown - 1.0)


def chance_of_extinction(birth: float, death: float) -> float:
    """Return the chance that the line of one cell dies out in the end."""
    return 1.0 if birth <= death else death / birth
