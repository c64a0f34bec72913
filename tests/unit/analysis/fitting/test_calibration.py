"""Intervals and posteriors mean what they say, on a model cheap enough to repeat hundreds of times."""

import numpy as np
import pytest
from scipy.stats import binom, chi2, kstest

from mtornet.analysis.fitting.abc_smc import abc_smc
from mtornet.analysis.fitting.likelihood import (
    covariance,
    optimum,
    profile_intervals,
    refined,
    wald_intervals,
    with_slopes,
)

TIMES = np.linspace(0.0, 4.0, 9)
TRUTH = np.array([0.45, 0.6])
SD = 0.1


def decay(places):
    """Logarithm of ``a exp(-b t) + 0.1`` with a and b between a tenth and ten, on a log scale."""
    a, b = 10.0 ** (2.0 * places - 1.0).T
    return np.log(a[:, None] * np.exp(-b[:, None] * TIMES) + 0.1)


def residuals_of(data, sd=SD):
    return lambda places: (decay(places) - data) / sd


def datasets(n, seed):
    rng = np.random.default_rng(seed)
    return decay(TRUTH[None]) + SD * rng.standard_normal((n, TIMES.size))


def middle():
    return np.full(2, 0.5)


def test_exact_data_give_back_the_constants_from_any_start():
    found = optimum(residuals_of(decay(TRUTH[None])[0]), np.array([0.01, 0.99]), starts=3, seed=0)
    np.testing.assert_allclose(found.places, TRUTH, atol=1e-5)
    assert found.chi2 < 1e-8
    np.testing.assert_allclose(found.reached, 0.0, atol=1e-8)


def test_slopes_are_those_of_the_formula():
    places = np.array([0.3, 0.7])
    _, slopes = with_slopes(residuals_of(np.zeros(TIMES.size)), places, np.arange(2))
    a, b = 10.0 ** (2.0 * places - 1.0)
    inner = a * np.exp(-b * TIMES)
    by_log = np.stack([inner, -b * TIMES * inner]) / (inner + 0.1)
    np.testing.assert_allclose(slopes.T, by_log * 2.0 * np.log(10.0) / SD, rtol=1e-5, atol=1e-6)


REPEATS = 150


@pytest.fixture(scope="module")
def fits():
    found = []
    for data in datasets(REPEATS, 5):
        residuals = residuals_of(data)
        best = refined(residuals, middle())
        profile = profile_intervals(residuals, best, confidence=0.95)
        found.append((best, profile, wald_intervals(best, 0.95)))
    return found


def coverage(intervals, width=1.0):
    centre, half = intervals.mean(axis=-1), np.ptp(intervals, axis=-1) / 2 * width
    return np.sum(np.abs(TRUTH - centre) <= half, axis=0)


@pytest.mark.parametrize("kind", [1, 2], ids=["profile", "wald"])
def test_intervals_cover_the_truth_in_95_percent(fits, kind):
    # Bounds at 1e-5 on either side for two constants; one percent is left for the curvature of the model.
    hits = coverage(np.array([fit[kind] for fit in fits]))
    assert np.all(hits >= binom.ppf(1e-5, REPEATS, 0.94))
    assert np.all(hits <= binom.isf(1e-5, REPEATS, 0.96))


@pytest.mark.parametrize("kind", [1, 2], ids=["profile", "wald"])
def test_sabotage_intervals_of_half_the_width_are_caught(fits, kind):
    hits = coverage(np.array([fit[kind] for fit in fits]), width=0.5)
    assert np.all(hits < binom.ppf(1e-5, REPEATS, 0.94))


def test_chi_squared_follows_its_law(fits):
    values = [fit[0].chi2 for fit in fits]
    assert kstest(values, chi2(TIMES.size - 2).cdf).pvalue > 1e-5
    assert kstest(values, chi2(TIMES.size).cdf).pvalue < 1e-5


def test_profile_ends_where_chi_squared_has_risen_enough(fits):
    data = datasets(1, 5)[0]
    residuals, (best, profile, _) = residuals_of(data), fits[0]
    for k in range(2):
        for end in profile[k]:
            moved = best.places.copy()
            moved[k] = end
            rise = refined(residuals, moved, fixed=k).chi2 - best.chi2
            assert rise == pytest.approx(chi2.ppf(0.95, 1), rel=0.03)


def test_what_the_data_do_not_hold_is_open_at_the_bounds():
    def blind(places):
        return (decay(np.column_stack([places[:, 0], np.full(len(places), 0.6)])) - decay(TRUTH[None])) / SD

    best = refined(blind, middle())
    assert profile_intervals(blind, best, confidence=0.95)[1].tolist() == [0.0, 1.0]
    assert wald_intervals(best, 0.95)[1].tolist() == [0.0, 1.0]
    assert covariance(best)[1, 1] == pytest.approx(1 / 12)


def exact_posterior(residuals, n=300):
    """Draws from the posterior on a fine grid."""
    side = (np.arange(n) + 0.5) / n
    grid = np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1).reshape(-1, 2)
    weights = -0.5 * np.sum(residuals(grid) ** 2, axis=1)
    weights = np.exp(weights - weights.max())
    weights /= weights.sum()
    mean = weights @ grid
    return mean, np.sqrt(weights @ (grid - mean) ** 2)


def test_abc_draws_have_the_moments_of_the_posterior():
    residuals = residuals_of(datasets(1, 8)[0])
    mean, sd = exact_posterior(residuals)
    found = abc_smc(residuals, 2, particles=4000, seed=1)
    # Moves leave neighbours alike: an effective size of a quarter of the particles.
    error = 5.0 * sd / np.sqrt(1000)
    assert np.all(np.abs(found.places.mean(axis=0) - mean) < error)
    np.testing.assert_allclose(found.places.std(axis=0), sd, rtol=0.12)
    assert found.widths[-1] == 1.0
    assert np.all(np.diff(found.widths) < 0)
    assert np.all(found.accepted > 0.1)
    # Sabotage: a kernel of twice the width.
    wide = abc_smc(lambda places: residuals(places) / 2, 2, particles=4000, seed=1)
    assert np.all(wide.places.std(axis=0) > 1.3 * sd)


@pytest.mark.parametrize(("factor", "fair"), [(1.0, True), (0.5, False)])
def test_ranks_of_the_truth_among_abc_draws_are_uniform(factor, fair):
    # Simulation-based calibration (Talts 2018): truths from the prior, data from the truths.
    rng, repeats, bins = np.random.default_rng(12), 120, 6
    counts = np.zeros((2, bins))
    for i in range(repeats):
        truth = rng.random(2)
        data = decay(truth[None])[0] + SD * rng.standard_normal(TIMES.size)
        found = abc_smc(residuals_of(data, sd=SD * factor), 2, particles=150, seed=i)
        ranks = np.mean(found.places < truth, axis=0)
        counts[np.arange(2), np.minimum((ranks * bins).astype(int), bins - 1)] += 1
    statistic = ((counts - repeats / bins) ** 2 / (repeats / bins)).sum(axis=1)
    assert np.all(statistic < chi2.isf(1e-4, bins - 1)) == fair


def test_abc_repeats_with_its_seed():
    residuals = residuals_of(datasets(1, 8)[0])
    first, again, other = (abc_smc(residuals, 2, particles=50, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.places, again.places)
    assert not np.array_equal(first.places, other.places)
