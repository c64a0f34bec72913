"""Variates of the rejection kernel: bit for bit like their twins, and of the right law."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.verification.reference import variates as twin
from tests.verification.reference.generator import Stream, seed_state
from tests.verification.statistics import (
    assert_agrees,
    assert_detected,
    bonferroni,
    chi_square_p,
    moments_p,
    test_seed,
)

MEANS = [0.0, 1e-9, 0.3, 4.0, 9.99, 10.0, 37.5, 300.0, 1024.0]


def draw_all(kind: str, first: float, second: float, n: int) -> np.ndarray:
    from numba import njit

    from mtornet.compiled.kernels import variates

    kernel = getattr(variates, kind)
    key = np.uint64(test_seed())

    if kind == "poisson":

        @njit
        def draws(s0, s1, s2, s3, a, out):  # type: ignore[no-untyped-def]
            for i in range(out.size):
                out[i], s0, s1, s2, s3 = kernel(a, s0, s1, s2, s3)

        out = np.empty(n)
        draws(*(np.uint64(w) for w in seed_state(int(key), 0)), first, out)
        return out

    @njit
    def ordered(s0, s1, s2, s3, k, m, out):  # type: ignore[no-untyped-def]
        for i in range(out.size):
            out[i], s0, s1, s2, s3 = kernel(k, m, s0, s1, s2, s3)

    out = np.empty(n)
    ordered(*(np.uint64(w) for w in seed_state(int(key), 0)), int(first), int(second), out)
    return out


@pytest.mark.parametrize("mean", MEANS)
def test_poisson(mean: float, cells: int) -> None:
    found = draw_all("poisson", mean, 0, 3 * cells)
    rng = Stream(test_seed(), 0)
    np.testing.assert_array_equal(found[:300], [twin.poisson(mean, rng) for _ in range(300)])
    law = stats.poisson(mean).pmf(np.arange(3000)) if mean else np.eye(3000)[0]
    assert_agrees(chi_square_p(found, law), f"Poisson of mean {mean}")
    if mean >= 4:
        assert_detected(
            moments_p(1.02 * found, mean=mean, var=mean, kurtosis=1 / mean), "a spread 2 % too wide, and mean"
        )


def test_normal(cells: int) -> None:
    from numba import njit

    from mtornet.compiled.kernels.variates import normal

    @njit
    def draws(s0, s1, s2, s3, out):  # type: ignore[no-untyped-def]
        for i in range(out.size):
            out[i], s0, s1, s2, s3 = normal(s0, s1, s2, s3)

    found = np.empty(100 * cells)
    draws(*(np.uint64(w) for w in seed_state(test_seed(), 0)), found)
    rng = Stream(test_seed(), 0)
    # Enough to pass through the wedges and the tail of the ziggurat.
    n = 20_000
    np.testing.assert_array_equal(found[:n], [twin.normal(rng) for _ in range(n)])
    assert np.abs(found[:n]).max() > twin.EDGES[1]
    p_tail = [
        float(stats.binomtest(int((sign * found > z).sum()), found.size, stats.norm.sf(z)).pvalue)
        for sign in (1, -1)
        for z in (0.0, 0.5, 1.0, 2.0, 3.0, 3.45, 4.0, 4.5)
    ]
    p_values = [
        float(stats.kstest(found, "norm").pvalue),
        moments_p(found, mean=0, var=1, kurtosis=0),
        *p_tail,
    ]
    assert_agrees(bonferroni(p_values), "normal variates")
    assert_detected(moments_p(1.01 * found, mean=0, var=1, kurtosis=0), "a spread 1 % too wide")


def test_exponential(cells: int) -> None:
    from numba import njit

    from mtornet.compiled.kernels.variates import exponential

    @njit
    def draws(s0, s1, s2, s3, out):  # type: ignore[no-untyped-def]
        for i in range(out.size):
            out[i], s0, s1, s2, s3 = exponential(s0, s1, s2, s3)

    found = np.empty(100 * cells)
    draws(*(np.uint64(w) for w in seed_state(test_seed(), 0)), found)
    rng = Stream(test_seed(), 0)
    # Enough to pass through the wedges and, twice, through the tail of the ziggurat.
    n = 20_000
    np.testing.assert_array_equal(found[:n], [twin.exponential(rng) for _ in range(n)])
    assert found[:n].max() > twin.EXPONENTIAL_EDGES[1]
    # The layers meet at the top of the density.
    last = twin.EXPONENTIAL_EDGES[255]
    assert np.exp(-last) == pytest.approx(1 - 3.9496598225815571993e-3 / last, rel=1e-12)
    p_tail = [
        float(stats.binomtest(int((found > z).sum()), found.size, np.exp(-z)).pvalue)
        for z in (0.001, 0.01, 0.1, 0.7, 2.0, 5.0, 7.5, 7.8, 9.0, 11.0)
    ]
    p_values = [
        float(stats.kstest(found, "expon").pvalue),
        moments_p(found, mean=1, var=1, kurtosis=6),
        *p_tail,
    ]
    assert_agrees(bonferroni(p_values), "exponential variates")
    assert_detected(moments_p(1.01 * found, mean=1, var=1, kurtosis=6), "a mean 1 % too large")


@pytest.mark.parametrize(("k", "n"), [(1, 1), (1, 10), (10, 10), (3, 1024), (700, 1024)])
def test_order_statistic(k: int, n: int, cells: int) -> None:
    found = draw_all("order_statistic", k, n, 3 * cells)
    rng = Stream(test_seed(), 0)
    np.testing.assert_array_equal(found[:100], [twin.order_statistic(k, n, rng) for _ in range(100)])
    law = stats.beta(k, n - k + 1)
    assert_agrees(float(stats.kstest(found, law.cdf).pvalue), f"order statistic {k} of {n}")
    shifted = stats.beta(k + 1, n - k + 1)
    if n < 20:
        assert_detected(float(stats.kstest(found, shifted.cdf).pvalue), "the next order statistic")
