"""Streaming mean, spread and quantiles against numpy over all cells."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.simulation.moments import EXACT_CELLS, RELATIVE_WIDTH, StreamingMoments

QUANTILES = [0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0]


def streamed(values: np.ndarray) -> StreamingMoments:
    moments = StreamingMoments(*values.shape[1:])
    for cell in values:
        moments.add(cell)
    return moments


@pytest.mark.parametrize("n", [2, 3, 100, EXACT_CELLS])
def test_exact_up_to_the_limit(n: int) -> None:
    values = np.random.default_rng(n).lognormal(3, 2, size=(n, 4, 3))
    moments = streamed(values)
    np.testing.assert_allclose(moments.mean, values.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(moments.sd, values.std(axis=0, ddof=1), rtol=1e-10)
    for q in QUANTILES:
        np.testing.assert_allclose(moments.quantile(q), np.quantile(values, q, axis=0), rtol=1e-12)


def test_within_the_stated_error_beyond_it() -> None:
    n = EXACT_CELLS + 1500
    values = np.random.default_rng(1).lognormal(3, 3, size=(n, 3, 2))
    values[: n // 10, 0, 0] = 0.0
    moments = streamed(values)
    np.testing.assert_allclose(moments.mean, values.mean(axis=0), rtol=1e-11)
    np.testing.assert_allclose(moments.sd, values.std(axis=0, ddof=1), rtol=1e-9)
    for q in QUANTILES:
        # Anything below 1e-3 counts as 0: less than a molecule.
        exact = np.quantile(values, q, axis=0, method="lower")
        np.testing.assert_allclose(moments.quantile(q), exact, rtol=RELATIVE_WIDTH / 2 * 1.01, atol=1e-3)


def test_the_step_over_the_limit_forgets_no_cell() -> None:
    values = np.arange(1.0, EXACT_CELLS + 2)[:, None, None]
    moments = streamed(values)
    assert moments.n == EXACT_CELLS + 1
    assert moments.quantile(1.0) == pytest.approx(EXACT_CELLS + 1, rel=RELATIVE_WIDTH)
    assert moments.quantile(0.5) == pytest.approx(EXACT_CELLS / 2 + 1, rel=RELATIVE_WIDTH)


def test_none_one_and_equal_cells() -> None:
    none = StreamingMoments(2, 1)
    assert np.all(np.isnan(none.mean))
    assert np.all(np.isnan(none.sd))
    assert np.all(np.isnan(none.quantile(0.5)))
    one = streamed(np.full((1, 2, 1), 7.0))
    np.testing.assert_array_equal(one.mean, 7.0)
    np.testing.assert_array_equal(one.sd, 0.0)
    np.testing.assert_array_equal(one.quantile(0.9), 7.0)
    same = streamed(np.full((50, 2, 1), 1e12 + 0.1))
    np.testing.assert_array_equal(same.sd, 0.0)


def test_a_small_spread_on_a_large_mean_survives() -> None:
    values = 1e9 + np.random.default_rng(3).normal(size=(500, 1, 1))
    assert streamed(values).sd[0, 0] == pytest.approx(values.std(ddof=1), rel=1e-6)


def test_results_are_copies() -> None:
    moments = streamed(np.ones((3, 1, 1)))
    moments.mean[:] = 5
    assert moments.mean[0, 0] == 1.0
