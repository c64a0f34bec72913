"""The checks themselves: quiet when all is right, loud when it is not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.verification import statistics
from tests.verification.statistics import (
    ALPHA,
    FALSE_ALARM_BUDGET,
    N_CHECKS,
    assert_agrees,
    assert_detected,
    bonferroni,
    chi_square_p,
    independence_p,
    moments_p,
)


def test_the_checks_share_one_budget() -> None:
    assert pytest.approx(FALSE_ALARM_BUDGET) == ALPHA * N_CHECKS


def test_more_checks_than_registered_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "_made", ["x"] * N_CHECKS)
    with pytest.raises(RuntimeError, match="raise N_CHECKS"):
        assert_agrees(0.5, "one too many")


def test_p_values_of_right_samples_are_uniform() -> None:
    # Drawn with numpy's generator from the exact law: 400 p-values each, fixed seed.
    rng = np.random.default_rng(7)
    law = stats.poisson(12)
    probability = law.pmf(np.arange(80))
    chi, moment = [], []
    for _ in range(400):
        x = rng.poisson(12, size=3000).astype(float)
        chi.append(chi_square_p(x, probability))
        moment.append(moments_p(x, mean=12, var=12, kurtosis=1 / 12))
    assert stats.kstest(chi, "uniform").pvalue > 1e-3
    # The smaller of two corrected p-values is not uniform, but never too often small.
    for level in (0.01, 0.05, 0.2):
        assert np.mean(np.array(moment) < level) < level + 3 * np.sqrt(level / 400)


def test_chi_square_sees_impossible_counts() -> None:
    probability = stats.binom(10, 0.5).pmf(np.arange(30))
    good = np.random.default_rng(1).binomial(10, 0.5, 5000).astype(float)
    assert chi_square_p(good, probability) > 1e-4
    for bad in (-1.0, 11.0, 40.0, 2.5):
        assert chi_square_p(np.append(good, bad), probability) == 0.0


def test_moments_see_a_shift_and_a_wider_spread() -> None:
    x = np.random.default_rng(1).normal(size=10_000)
    assert moments_p(x, mean=0, var=1, kurtosis=0) > 1e-3
    assert moments_p(x + 0.1, mean=0, var=1, kurtosis=0) < ALPHA
    assert moments_p(x - 0.1, mean=0, var=1, kurtosis=0) < ALPHA
    assert moments_p(1.06 * x, mean=0, var=1, kurtosis=0) < ALPHA
    assert moments_p(0.94 * x, mean=0, var=1, kurtosis=0) < ALPHA
    assert moments_p(np.full(5, 3.0), mean=3, var=0, kurtosis=0) == 1.0
    assert moments_p(np.array([3.0, 4.0]), mean=3, var=0, kurtosis=0) == 0.0


def test_independence_sees_copies() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 2000))
    assert independence_p(x, y) > 1e-3
    assert independence_p(x, x) < ALPHA
    assert independence_p(x, 0 * y) == 0.0


def test_bonferroni_and_verdicts() -> None:
    assert bonferroni([0.5, 0.01, 0.2]) == pytest.approx(0.03)
    assert bonferroni([0.9, 0.8]) == 1.0
    assert_detected(ALPHA / 2, "sabotage")
    with pytest.raises(AssertionError, match="was not noticed"):
        assert_detected(0.5, "sabotage")
    with pytest.raises(AssertionError, match="p = 0"):
        assert_agrees(0.0, "wrong")
