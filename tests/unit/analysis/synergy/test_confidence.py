"""Intervals of synergy scores keep their promise, and a broken one is caught."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from mtornet.analysis.synergy import score, synergy
from mtornet.analysis.synergy.curves import occupancy
from mtornet.analysis.synergy.matrix import DoseMatrix, dose_matrix
from mtornet.errors import ProtocolError, UnknownNameError

DOSES = np.array([0.0, 1.0, 3.0, 10.0, 30.0, 100.0])
ALONE = 1.0 - 0.9 * occupancy(DOSES, np.log(8.0), np.asarray(1.4))
NULL = np.outer(ALONE, ALONE)
FALSE_ALARM = 1e-4


def matrices(n: int, replicates: int, sd: float) -> list[DoseMatrix]:
    rng = np.random.default_rng(11)
    return [
        dose_matrix(
            "a", "b", doses_a=DOSES, doses_b=DOSES, responses=NULL + rng.normal(0, sd, (replicates, 6, 6))
        )
        for _ in range(n)
    ]


def misses(found: list[DoseMatrix]) -> int:
    """Count null matrices whose interval of the Bliss score leaves 0 out."""
    intervals = [synergy(one, models=["bliss"], resamples=120)["bliss"].interval for one in found]
    return sum(not low <= 0 <= high for low, high in intervals)


def test_replicates_give_intervals_that_hold_zero() -> None:
    n = 60
    # A bootstrap of ten is a little too narrow: 95 % becomes about 90 %.
    assert misses(matrices(n, 10, 0.05)) <= binom.isf(FALSE_ALARM, n, 0.10)


def test_residuals_give_intervals_that_hold_zero() -> None:
    n = 60
    assert misses(matrices(n, 1, 0.03)) <= binom.isf(FALSE_ALARM, n, 0.10)


def test_intervals_of_a_sabotaged_resampling_miss(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_sure(matrix: DoseMatrix, n: int, rng: np.random.Generator):
        from mtornet.analysis.synergy.resampling import resampled

        drawn, words = resampled(matrix, n, rng)
        return matrix.mean + 0.2 * (drawn - matrix.mean), words

    monkeypatch.setattr(score, "resampled", too_sure)
    n = 60
    assert misses(matrices(n, 10, 0.05)) > binom.isf(FALSE_ALARM, n, 0.10)


def test_equal_seeds_give_equal_scores_and_models_do_not_disturb_each_other() -> None:
    one = matrices(1, 5, 0.05)[0]
    alone = synergy(one, models=["bliss"], seed=4)["bliss"]
    among = synergy(one, seed=4)["bliss"]
    assert (alone.mean, alone.interval, alone.p_value) == (among.mean, among.interval, among.p_value)


def test_tables_hold_what_the_scores_say() -> None:
    found = synergy(matrices(1, 3, 0.02)[0])
    table, wells = found.to_frame(), found.wells()
    assert list(table["model"]) == ["Bliss", "HSA", "Loewe", "ZIP"]
    assert len(wells) == 36
    inner = wells[(wells.dose_a > 0) & (wells.dose_b > 0)]
    np.testing.assert_allclose(inner.excess_bliss.mean(), table.mean_excess[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"doses_a": [1.0, 2.0, 3.0, 4.0]}, "expected 0 and at least 3 ascending doses"),
        ({"responses": np.ones((5, 4))}, r"expected shape \(4, 4\)"),
        ({"responses": np.full((4, 4), np.nan)}, "16 are not numbers"),
    ],
)
def test_a_matrix_that_makes_no_sense_is_refused(change: dict[str, object], message: str) -> None:
    good = {"doses_a": [0, 1, 2, 3], "doses_b": [0, 1, 2, 3], "responses": np.ones((4, 4))}
    with pytest.raises(ProtocolError, match=message):
        dose_matrix("a", "b", **{**good, **change})


def test_an_unknown_model_is_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'bliss'"):
        synergy(matrices(1, 1, 0.01)[0], models=["blis"])
