"""Law of total variance on a toy whose shares are known, with its interval and a sabotaged twin."""

import numpy as np
import pytest

from mtornet.analysis.variance_shares import variance_shares
from mtornet.errors import ProtocolError

CENTRES = np.array([-1.0, 0.0, 2.0])
WEIGHTS = np.array([0.5, 0.3, 0.2])
BETWEEN = float(WEIGHTS @ (CENTRES - WEIGHTS @ CENTRES) ** 2)
DRAWS, CHANCE = 0.7, 0.4


def toy(n_draws, n_replicates, seed):
    """Draws of normal laws: variance BETWEEN of centres, DRAWS**2 of draws, CHANCE**2 of replicates."""
    rng = np.random.default_rng(seed)
    groups = []
    for centre in CENTRES:
        means = centre + DRAWS * rng.standard_normal(n_draws)
        groups.append(means[:, None] + CHANCE * rng.standard_normal((n_draws, n_replicates)))
    return groups


TOTAL = BETWEEN + DRAWS**2 + CHANCE**2
TRUTH = {"genotype": BETWEEN / TOTAL, "extrinsic": DRAWS**2 / TOTAL, "intrinsic": CHANCE**2 / TOTAL}


def test_known_shares_are_found():
    found = {s.level: s for s in variance_shares(toy(4000, 3, 1), WEIGHTS, resamples=50)}
    for level, share in TRUTH.items():
        assert found[level].share == pytest.approx(share, abs=0.015), level
    assert sum(s.share for s in found.values()) == pytest.approx(1.0)


def test_few_draws_and_replicates_are_not_mistaken_for_differences():
    """Averaged over many small samples, each part is right: the estimator has no bias."""
    parts = np.array(
        [[s.variance for s in variance_shares(toy(3, 2, seed), WEIGHTS, resamples=1)] for seed in range(800)]
    )
    error = parts.std(axis=0, ddof=1) / np.sqrt(len(parts))
    for k, truth in enumerate((BETWEEN, DRAWS**2, CHANCE**2)):
        assert abs(parts[:, k].mean() - truth) < 4.5 * error[k]


def test_the_plain_estimate_would_be_wrong():
    """The sabotaged twin: variances of means taken as they are put chance into the upper levels."""
    naive = np.array(
        [[float(g.mean(axis=1).var(ddof=1)) for g in toy(3, 2, seed)] @ WEIGHTS for seed in range(800)]
    )
    error = naive.std(ddof=1) / np.sqrt(naive.size)
    assert abs(naive.mean() - DRAWS**2) > 4.5 * error


def test_variances_within_may_be_given_instead_of_replicates():
    groups = [g.mean(axis=1) for g in toy(2000, 400, 2)]
    within = [np.full(2000, CHANCE**2)] * 3
    found = {s.level: s.share for s in variance_shares(groups, WEIGHTS, within=within, resamples=10)}
    for level, share in TRUTH.items():
        assert found[level] == pytest.approx(share, abs=0.02), level


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    hits = np.zeros(3)
    for seed in range(120):
        for k, s in enumerate(variance_shares(toy(60, 2, seed), WEIGHTS, resamples=200, seed=seed)):
            hits[k] += s.low <= TRUTH[s.level] <= s.high
    # 120 trials at 95 %: fewer than 100 hits would happen once in a million.
    assert np.all(hits >= 100), hits


@pytest.mark.parametrize(
    ("groups", "within", "message"),
    [
        ([np.zeros(1)], None, "at least two draws"),
        ([np.zeros((3, 1))], None, "at least two replicates"),
        ([np.zeros((3, 2))], [np.zeros(3)], "not both"),
        ([np.zeros(3), np.zeros(3)], None, "expected as many"),
    ],
)
def test_what_makes_no_sense_is_refused(groups, within, message):
    with pytest.raises(ProtocolError, match=message):
        variance_shares(groups, [1.0], within=within)
