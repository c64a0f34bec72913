"""The errors that the equivalence test states are those it makes."""

import numpy as np
import pytest
from scipy import stats

from mtornet.analysis.equivalence import (
    BIAS_ALLOWED,
    FALSE_BAD,
    FALSE_GOOD,
    SPREAD_ALLOWED,
    Moments,
    compare_moments,
    excess_kurtosis,
)

TRIALS = 4000


def sample(rng, n, mean, sd):
    """Moments of ``n`` normal cells, drawn as such."""
    return Moments(
        mean=float(rng.normal(mean, sd / np.sqrt(n))),
        sd=float(sd * np.sqrt(rng.chisquare(n - 1) / (n - 1))),
        kurtosis=0.0,
        n=float(n),
    )


def verdicts(n, more, mean, sd, rows=1, seed=1):
    rng = np.random.default_rng(seed)
    return [
        compare_moments(sample(rng, n, 100.0, 10.0), sample(rng, more, mean, sd), rows=rows).verdict
        for _ in range(TRIALS)
    ]


@pytest.mark.parametrize(
    ("mean", "sd"),
    [(100 + 10 * BIAS_ALLOWED, 10.0), (100.0, 10 * (1 + SPREAD_ALLOWED)), (100.0, 10 / (1 + SPREAD_ALLOWED))],
)
def test_a_method_at_the_bound_is_rarely_called_good(mean, sd):
    wrongly = verdicts(3000, 12_000, mean, sd).count("good")
    # More often than the stated 5 % by chance: once in a million.
    assert stats.binom(TRIALS, FALSE_GOOD * 1.02).sf(wrongly - 1) > 1e-6
    # As often as stated, nearly: the test is not blunt.
    assert wrongly > 0.5 * FALSE_GOOD * TRIALS


def test_a_perfect_method_is_rarely_called_bad():
    rows = 40
    wrongly = verdicts(200, 800, 100.0, 10.0, rows=rows).count("bad")
    assert stats.binom(TRIALS, FALSE_BAD / rows).sf(wrongly - 1) > 1e-6


def test_with_enough_cells_it_tells():
    good = verdicts(20_000, 80_000, 100.2, 10.1)
    assert good.count("good") > 0.99 * TRIALS
    bad = verdicts(5000, 20_000, 102.5, 10.0)
    assert bad.count("bad") > 0.99 * TRIALS
    assert set(verdicts(50, 200, 100.0, 10.0)) <= {"undecided", "bad"}


def test_moments_without_cells_have_no_error():
    exact = Moments(mean=100.0, sd=10.0, kurtosis=0.0, n=10_000.0)
    found = compare_moments(exact, Moments(mean=100.0, sd=10.0, kurtosis=0.0, n=np.inf), rows=5)
    assert found.verdict == "good"
    assert found.bias_error == pytest.approx(0.01)
    assert found.sd_ratio_error == pytest.approx(np.sqrt(0.5 / 10_000))


def test_heavy_tails_make_a_spread_less_certain():
    rng = np.random.default_rng(2)
    values = rng.standard_exponential((200, 5000))
    sds = values.std(axis=1, ddof=1)
    kurtosis = float(np.mean(excess_kurtosis(values.T)))
    stated = Moments(mean=1.0, sd=1.0, kurtosis=kurtosis, n=5000.0).log_sd_error
    assert stated == pytest.approx(np.std(np.log(sds)), rel=0.2)


def test_what_does_not_vary_must_agree():
    still = Moments(mean=5.0, sd=0.0, kurtosis=0.0, n=100.0)
    assert compare_moments(still, still, rows=1).verdict == "good"
    moved = Moments(mean=5.1, sd=0.0, kurtosis=0.0, n=100.0)
    assert compare_moments(still, moved, rows=1).verdict == "bad"
    # One cell in a thousand may differ, and none did.
    rarely = Moments(mean=5.001, sd=0.03, kurtosis=900.0, n=1e4)
    assert compare_moments(still, rarely, rows=1).verdict == "undecided"


def test_rows_with_next_to_no_molecules_are_not_judged():
    few = Moments(mean=0.2, sd=0.4, kurtosis=3.0, n=1e6)
    far = Moments(mean=0.9, sd=0.4, kurtosis=3.0, n=1e6)
    assert compare_moments(few, far, rows=1).verdict == "too few molecules"


def test_undecided_says_how_many_cells_would_tell():
    one = Moments(mean=100.0, sd=10.0, kurtosis=0.0, n=200.0)
    two = Moments(mean=100.0, sd=10.0, kurtosis=0.0, n=800.0)
    found = compare_moments(one, two, rows=1)
    assert found.verdict == "undecided"
    n = 200 * found.cells_factor
    more = [Moments(mean=100.0, sd=10.0, kurtosis=0.0, n=k * n * 1.01) for k in (1, 4)]
    assert compare_moments(*more, rows=1).verdict == "good"
    fewer = [Moments(mean=100.0, sd=10.0, kurtosis=0.0, n=k * n * 0.99) for k in (1, 4)]
    assert compare_moments(*fewer, rows=1).verdict == "undecided"
