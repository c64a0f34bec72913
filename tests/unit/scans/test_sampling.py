"""Samples by index: any stretch is what the whole sample has there, and the samples are what they say."""

import numpy as np
import pytest
from scipy.stats import kstest

from mtornet.scans.sampling import sample_rows

NAMES = ("parameter.a", "parameter.b", "amount.c")


def rows(kind, first, end, *, n=1000, seed=4, names=NAMES):
    return sample_rows(kind, n=n, names=names, seed=seed, first=first, end=end)


@pytest.mark.parametrize("kind", ["sobol", "lhs", "random"])
def test_a_stretch_is_that_of_the_whole(kind):
    whole = rows(kind, 0, 1000)
    assert whole.shape == (1000, 3)
    assert np.all((whole > 0) & (whole < 1))
    for first, end in ((0, 1), (1, 2), (3, 9), (500, 777), (999, 1000)):
        assert np.array_equal(rows(kind, first, end), whole[first:end])


@pytest.mark.parametrize("kind", ["sobol", "lhs", "random"])
def test_columns_are_uniform_and_of_their_own(kind):
    whole = rows(kind, 0, 1000)
    for column in whole.T:
        assert kstest(column, "uniform").pvalue > 1e-6
    assert abs(np.corrcoef(whole.T)[0, 1]) < 0.2
    # A dimension keeps its numbers whoever its neighbours are, as far as the method allows.
    if kind != "sobol":
        assert np.array_equal(rows(kind, 0, 9, names=("amount.c",))[:, 0], whole[:9, 2])
    assert not np.array_equal(rows(kind, 0, 9, seed=5), whole[:9])


@pytest.mark.parametrize("n", [1, 2, 3, 16, 17, 1000])
def test_a_latin_hypercube_has_one_point_in_each_slice(n):
    whole = rows("lhs", 0, n, n=n)
    for column in whole.T:
        assert sorted(np.floor(column * n)) == list(range(n))


def test_sabotage_random_points_do_not_fill_the_slices():
    column = rows("random", 0, 100, n=100)[:, 0]
    assert sorted(np.floor(column * 100)) != list(range(100))


def test_sobol_points_fill_every_box():
    whole = rows("sobol", 0, 256)
    counts = np.histogramdd(whole[:, :2], bins=(16, 16), range=[(0, 1), (0, 1)])[0]
    assert np.all(counts == 1)


def test_a_million_points_cost_nothing_ahead():
    last = rows("lhs", 999_999, 1_000_000, n=1_000_000)
    assert last.shape == (1, 3)
