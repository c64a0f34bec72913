"""Are two sets of moments the same for all practical purposes? An equivalence test with stated errors.

Absence of a significant difference is no agreement: with few cells nothing is significant. A row is
``good`` only if confidence intervals lie within what is allowed (two one-sided tests, Schuirmann 1987).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

BIAS_ALLOWED = 0.1
"""Difference of means, in standard deviations of the exact cells."""

SPREAD_ALLOWED = 0.05
"""Relative difference of standard deviations."""

FALSE_GOOD = 0.05
"""Largest chance that a method is called good although a row is out of bounds. All rows must pass, so
the chance is that of one row, however many there are (intersection-union test, Berger 1982)."""

FALSE_BAD = 0.01
"""Largest chance that a method within bounds is called bad in any row."""

FEWEST_MOLECULES = 1.0
"""Rows whose exact mean is below this are shown and not judged: moments say little there."""

_LEAST_KURTOSIS = -1.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Mean and spread of one quantity over ``n`` cells; over infinitely many if computed."""

    mean: float
    sd: float
    kurtosis: float
    n: float

    @property
    def log_sd_error(self) -> float:
        """Standard error of the logarithm of ``sd``; heavy tails make it less certain."""
        return float(np.sqrt((2.0 + max(self.kurtosis, _LEAST_KURTOSIS)) / (4.0 * self.n)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far two sets of moments are apart, with standard errors, and what follows."""

    bias_sd: float
    bias_error: float
    sd_ratio: float
    sd_ratio_error: float
    verdict: str
    cells_factor: float
    """How many times the cells would be needed to tell; 1 where it is told."""


def compare_moments(exact: Moments, found: Moments, *, rows: int) -> Agreement:
    """Judge one of ``rows`` rows.

    Returns
    -------
    Agreement
        ``good`` or ``bad`` with the error probabilities of this module; ``undecided`` where the number
        of cells cannot tell; ``too few molecules`` where it is not judged.
    """
    from scipy.stats import norm

    if exact.sd == 0.0:
        return _unvaried(exact, found)
    ratio = found.sd / exact.sd
    bias = (found.mean - exact.mean) / exact.sd
    bias_error = float(np.sqrt(1.0 / exact.n + ratio**2 / found.n))
    spread = float(np.log(max(ratio, 1e-12)))
    spread_error = float(np.hypot(exact.log_sd_error, found.log_sd_error))
    distances = np.abs([bias, spread])
    errors = np.array([bias_error, spread_error])
    allowed = np.array([BIAS_ALLOWED, np.log1p(SPREAD_ALLOWED)])
    sure, alarm = norm.isf(FALSE_GOOD), norm.isf(FALSE_BAD / (4.0 * rows))
    factor = 1.0
    if exact.mean < FEWEST_MOLECULES:
        verdict = "too few molecules"
    elif np.any(distances > allowed + alarm * errors):
        verdict = "bad"
    elif np.all(distances + sure * errors < allowed):
        verdict = "good"
    else:
        verdict = "undecided"
        # How far it is from what is allowed is itself known to no more than the error.
        margin = np.maximum(np.abs(allowed - distances), np.minimum(errors, allowed))
        factor = float(np.max((sure * errors / margin) ** 2))
    return Agreement(
        bias_sd=float(bias),
        bias_error=bias_error,
        sd_ratio=float(ratio),
        sd_ratio_error=float(ratio * spread_error),
        verdict=verdict,
        cells_factor=max(factor, 1.0),
    )


def _unvaried(exact: Moments, found: Moments) -> Agreement:
    """Judge a row in which no exact cell differs from another: it may vary in one cell of many."""
    same = abs(found.mean - exact.mean) <= 1e-6 * (1.0 + abs(exact.mean))
    still = found.sd <= 1e-6 * (1.0 + abs(exact.mean))
    verdict = ("good" if same else "bad") if still else "undecided"
    return Agreement(
        bias_sd=0.0 if same else np.inf,
        bias_error=0.0 if still else np.inf,
        sd_ratio=1.0 if still else np.inf,
        sd_ratio_error=0.0 if still else np.inf,
        verdict=verdict,
        cells_factor=np.inf if verdict == "undecided" else 1.0,
    )


def excess_kurtosis(values: FloatArray) -> FloatArray:
    """Return the excess kurtosis over the first axis; 0 where nothing varies."""
    centred = values - values.mean(axis=0)
    variance = np.mean(centred**2, axis=0)
    fourth = np.mean(centred**4, axis=0)
    return np.asarray(np.where(variance > 0, fourth / np.where(variance > 0, variance, 1.0) ** 2 - 3.0, 0.0))
