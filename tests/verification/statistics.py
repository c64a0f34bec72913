"""Statistical checks that decide by themselves and share one false-alarm budget.

Every check ends in one p-value, Bonferroni-corrected over what it looks at, and is refused below
``ALPHA``. If everything is right, a whole run of the suite fails by chance with a probability of
at most ``FALSE_ALARM_BUDGET`` (docs/adr/0004).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

FloatArray = NDArray[np.float64]

FALSE_ALARM_BUDGET = 1e-4
"""Probability that a full run of a correct program fails, slow tests included."""
N_CHECKS = 600
"""Checks that may be made in one run; :func:`assert_agrees` refuses to make more."""
ALPHA = FALSE_ALARM_BUDGET / N_CHECKS
MIN_EXPECTED = 20.0
"""Bins with fewer expected cells are pooled. The usual 5 serves p-values of a few percent; at the
1e-9 of one comparison here a Poisson count of mean 5 has a tail far heavier than chi-square's."""


@cache
def test_seed() -> int:
    """Seed of all statistical checks: fixed, or rotated with MTORNET_TEST_SEED."""
    return int(os.environ.get("MTORNET_TEST_SEED", "20261123"))


test_seed.__test__ = False  # type: ignore[attr-defined]

_made: list[str] = []


def assert_agrees(p: float, what: str) -> None:
    """Fail if a p-value says that more than chance is at work; uses up one check of the budget."""
    _made.append(what)
    if len(_made) > N_CHECKS:
        raise RuntimeError(f"more than {N_CHECKS} statistical checks in one run; raise N_CHECKS")
    assert p >= ALPHA, f"{what}: p = {p:.2g} < {ALPHA:.2g} (seed {test_seed()})"


def assert_detected(p: float, what: str) -> None:
    """Fail if a sabotaged program passes the check: then the check is none."""
    assert p < ALPHA, f"{what} was not noticed: p = {p:.2g}"


def moments_p(samples: FloatArray, *, mean: float, var: float, kurtosis: float) -> float:
    """p-value of mean and variance together, two-sided each; the excess kurtosis is known.

    The variance is compared with a chi-square law of the same first two moments, which carries the
    skew that a normal limit would miss.
    """
    n = samples.size
    if var == 0.0:
        return 1.0 if np.all(samples == mean) else 0.0
    p_mean = 2 * stats.norm.sf(abs(samples.mean() - mean) * np.sqrt(n / var))
    freedom = 2 * n / (2 + kurtosis)
    scaled = samples.var(ddof=1) / var * freedom
    p_var = 2 * min(stats.chi2.sf(scaled, freedom), stats.chi2.cdf(scaled, freedom))
    return float(min(1.0, 2 * min(p_mean, p_var)))


def chi_square_p(samples: FloatArray, probability: FloatArray) -> float:
    """p-value of counts against the exact probabilities of 0, 1, 2, ... molecules."""
    counts = samples.astype(np.int64)
    if np.any(counts != samples) or np.any(counts < 0) or np.any(counts >= probability.size):
        return 0.0
    expected = probability * counts.size
    observed = np.bincount(counts, minlength=probability.size).astype(np.float64)
    # Chance of any count where the exact law has next to none.
    impossible = expected < 1e-7
    if observed[impossible].sum() > 0:
        return 0.0
    pooled = _pool(observed, expected)
    if len(pooled) < 2:
        return 1.0
    seen, wanted = np.array(pooled).T
    return float(stats.chi2.sf(np.sum((seen - wanted) ** 2 / wanted), len(pooled) - 1))


def _pool(observed: FloatArray, expected: FloatArray) -> list[tuple[float, float]]:
    pooled: list[tuple[float, float]] = []
    seen = wanted = 0.0
    for o, e in zip(observed, expected, strict=True):
        seen, wanted = seen + o, wanted + e
        if wanted >= MIN_EXPECTED:
            pooled.append((seen, wanted))
            seen = wanted = 0.0
    if pooled and (wanted or seen):
        last_seen, last_wanted = pooled.pop()
        pooled.append((last_seen + seen, last_wanted + wanted))
    return pooled


def bonferroni(p_values: Sequence[float]) -> float:
    """One p-value for several comparisons on the same samples."""
    return min(1.0, min(p_values) * len(p_values))


def independence_p(first: FloatArray, second: FloatArray) -> float:
    """p-value of no correlation between two columns over cells (Fisher's z)."""
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    z = np.arctanh(np.clip(np.corrcoef(first, second)[0, 1], -1 + 1e-15, 1 - 1e-15))
    return float(2 * stats.norm.sf(abs(z) * np.sqrt(first.size - 3)))
