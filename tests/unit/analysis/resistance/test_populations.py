"""Birth, death and switching against their exact laws, and sabotaged twins that the same checks catch."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import binom, chi2, norm

from mtornet.analysis.resistance.birth_death import (
    chance_of_extinction,
    descendants,
    mean_and_variance,
    sampled,
)
from mtornet.analysis.resistance.clones import grown_tumours, mean_shares
from mtornet.analysis.resistance.dish import WeekRates, dishes, mean_course, switched_on

FALSE_ALARM = 1e-6
HOUR = 3600.0


def moments_miss(samples: np.ndarray, mean: float, variance: float) -> bool:
    """Whether mean or variance is off by more than chance allows, the kurtosis taken from the samples."""
    n, limit = samples.size, norm.isf(FALSE_ALARM / 4)
    z_mean = np.sqrt(n / variance) * (samples.mean() - mean)
    spread = np.mean((samples - samples.mean()) ** 4) - samples.var() ** 2
    z_variance = (samples.var(ddof=1) - variance) / np.sqrt(spread / n)
    return bool(abs(z_mean) > limit or abs(z_variance) > limit)


@pytest.mark.parametrize(
    ("birth", "death", "duration"),
    [(0.03, 0.01, 40.0), (0.01, 0.03, 40.0), (0.02, 0.02, 50.0), (0.5, 0.0, 4.0)],
)
def test_one_cell_has_the_moments_and_the_extinction_of_the_master_equation(
    birth: float, death: float, duration: float
) -> None:
    rng = np.random.default_rng(5)
    n = 40_000
    samples = sampled(np.ones(n, dtype=np.int64), birth, death, duration, rng)
    assert not moments_miss(samples, *mean_and_variance(1.0, birth, death, duration))
    gone, _ = descendants(birth, death, duration)
    low, high = binom.ppf(FALSE_ALARM / 2, n, gone), binom.isf(FALSE_ALARM / 2, n, gone)
    assert low <= np.sum(samples == 0) <= high


def test_the_law_is_that_of_the_master_equation() -> None:
    """Chi-square against the solution of the master equation by its generator, 0 to 200 cells."""
    from scipy.linalg import expm

    birth, death, duration, n = 0.08, 0.05, 20.0, 30_000
    size = np.arange(201)
    generator = np.diag(-(birth + death) * size).astype(float)
    generator[size[1:], size[1:] - 1] = 0.0
    for k in size[1:]:
        generator[k - 1, k] += death * k
        if k < 200:
            generator[k + 1, k] += birth * k
    law = expm(generator * duration)[:, 1]
    samples = sampled(np.ones(n, dtype=np.int64), birth, death, duration, np.random.default_rng(6))
    edges = [0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 10**6]
    seen = np.histogram(samples, bins=edges)[0]
    expected = np.array([law[a : min(b, 201)].sum() for a, b in pairwise(edges)]) * n
    assert np.sum((seen - expected) ** 2 / expected) < chi2.isf(FALSE_ALARM, len(expected) - 1)


def test_two_steps_are_one() -> None:
    rng = np.random.default_rng(7)
    halves = sampled(np.full(20_000, 3), 0.04, 0.02, 15.0, rng)
    whole = sampled(halves, 0.04, 0.02, 25.0, rng)
    assert not moments_miss(whole, *mean_and_variance(3.0, 0.04, 0.02, 40.0))


def test_a_sabotaged_sampler_is_caught() -> None:
    # Poisson offspring with the right mean: the most common shortcut.
    mean, variance = mean_and_variance(1.0, 0.03, 0.01, 40.0)
    samples = np.random.default_rng(8).poisson(mean, 40_000)
    assert moments_miss(samples, mean, variance)


def test_lines_die_out_as_often_as_theory_says() -> None:
    assert chance_of_extinction(0.03, 0.01) == pytest.approx(1 / 3)
    assert chance_of_extinction(0.01, 0.03) == 1.0
    assert descendants(0.03, 0.01, 5000.0)[0] == pytest.approx(1 / 3)


def test_clones_follow_their_mean_and_a_crowded_tumour_keeps_its_shares() -> None:
    start = np.array([999_000, 1_000], dtype=np.int64)
    division, death = np.array([0.015, 0.019]), np.array([0.0005, 0.0005])
    hours = np.arange(0.0, 52.5, 1.0) * 168.0
    tumours = grown_tumours(start, division, death, hours, tumours=40, seed=(1, 0))
    assert tumours.sum(axis=-1).max() < 1.001e9
    shares = tumours[..., 1] / tumours.sum(axis=-1)
    mean = mean_shares(start, (division - death)[None], hours)[0, :, 1]
    assert mean[0] == pytest.approx(1e-3)
    assert mean[-1] > 0.9
    # A thousand founders: chance moves the log of the share by about 4 %.
    np.testing.assert_allclose(np.log(shares.mean(axis=0)), np.log(mean), atol=0.05)


def test_neutral_clones_keep_their_share_without_chance() -> None:
    shares = mean_shares(np.array([90, 10]), np.array([[0.02, 0.02]]), np.array([0.0, 1e5]))
    np.testing.assert_allclose(shares[0, :, 1], 0.1)


def test_switching_alone_is_exact() -> None:
    """Cells that only switch: each is on independently, so that a dish is binomial."""
    on, off = 2e-6, 5e-6
    week = WeekRates(divide=(0.0, 0.0), die=(0.0, 0.0), switch=(on, off))
    counts = dishes((60, 40), [week, week], n_dishes=400, seed=3)
    np.testing.assert_array_equal(counts.sum(axis=-1), 100)
    for weeks in (1, 2):
        # Those that start on and those that start off differ in their chance to be on.
        stay = switched_on(1.0, on, off, weeks * 168 * HOUR)
        turn = switched_on(0.0, on, off, weeks * 168 * HOUR)
        mean = 40 * stay + 60 * turn
        variance = 40 * stay * (1 - stay) + 60 * turn * (1 - turn)
        assert not moments_miss(counts[weeks, :, 1], mean, variance)
        assert mean_course((60, 40), [week] * weeks)[-1] == pytest.approx(mean / 100)
    assert switched_on(0.3, 0.0, 0.0, 1e9) == 0.3
    assert switched_on(0.0, on, off, 1e9) == pytest.approx(on / (on + off))


def test_dividing_dying_and_switching_dishes_follow_the_mean() -> None:
    week = WeekRates(
        divide=(0.006 / HOUR, 0.012 / HOUR), die=(0.001 / HOUR, 0.002 / HOUR), switch=(1e-7, 5e-7)
    )
    counts = dishes((200, 100), [week] * 3, n_dishes=120, seed=4)
    fraction = counts[..., 1] / counts.sum(axis=-1)
    mean = mean_course((200, 100), [week] * 3)
    error = fraction.std(axis=1, ddof=1) / np.sqrt(120)
    z = (fraction.mean(axis=1)[1:] - mean[1:]) / error[1:]
    # The mean of fractions is not the fraction of means; with 300 cells the difference is below 0.002.
    assert np.all(np.abs(z) * error[1:] < norm.isf(FALSE_ALARM) * error[1:] + 0.002)


def test_dishes_depend_on_nothing_but_seed_and_index() -> None:
    week = WeekRates(divide=(1e-6, 1e-6), die=(0.0, 0.0), switch=(1e-7, 1e-7))
    one = dishes((20, 5), [week, week], n_dishes=6, seed=9, jobs=1)
    many = dishes((20, 5), [week, week], n_dishes=6, seed=9, jobs=3)
    np.testing.assert_array_equal(one, many)
    assert np.any(dishes((20, 5), [week, week], n_dishes=6, seed=10) != one)
