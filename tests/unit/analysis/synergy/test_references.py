"""Reference models on matrices whose answer is known exactly."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.analysis.synergy import synergy
from mtornet.analysis.synergy.curves import Curves, fit_curves, occupancy
from mtornet.analysis.synergy.loewe import combination_index
from mtornet.analysis.synergy.matrix import dose_matrix

DOSES_A = np.array([0.0, 1.0, 3.0, 10.0, 30.0, 100.0])
DOSES_B = np.array([0.0, 2.0, 5.0, 20.0, 50.0])


def hill(doses: np.ndarray, ec50: float, slope: float, end: float) -> np.ndarray:
    return 1.0 + (end - 1.0) * occupancy(doses, np.log(ec50), np.asarray(slope))


ALONE_A, ALONE_B = hill(DOSES_A, 10.0, 1.3, 0.2), hill(DOSES_B, 8.0, 2.0, 0.1)


def scored(responses: np.ndarray, doses_a: np.ndarray = DOSES_A, doses_b: np.ndarray = DOSES_B):
    return synergy(
        dose_matrix("a", "b", doses_a=doses_a, doses_b=doses_b, responses=responses), resamples=200
    )


def test_curves_are_recovered_exactly() -> None:
    found = fit_curves(DOSES_A, np.stack([ALONE_A, hill(DOSES_A, 25.0, 0.7, 0.0)]), np.ones(2))
    np.testing.assert_allclose(np.exp(found.log_ec50), [10.0, 25.0], rtol=1e-5)
    np.testing.assert_allclose(found.hill, [1.3, 0.7], rtol=1e-5)
    np.testing.assert_allclose(found.end, [0.2, 0.0], atol=1e-5)
    np.testing.assert_allclose(found.doses_for(found.at(DOSES_A)), np.stack([DOSES_A] * 2), rtol=1e-4)


def test_the_dose_for_what_a_drug_cannot_reach_is_infinite() -> None:
    found = fit_curves(DOSES_A, ALONE_A[None], np.ones(1))
    np.testing.assert_array_equal(found.doses_for(np.array([[0.1, 1.2]])), [[np.inf, 0.0]])


def test_independent_drugs_have_no_bliss_and_no_zip_interaction() -> None:
    found = scored(np.outer(ALONE_A, ALONE_B))
    assert abs(found["bliss"].excess).max() < 1e-12
    assert abs(found["zip"].excess).max() < 1e-6
    assert found["bliss"].verdict == found["zip"].verdict == "no interaction"


def test_a_drug_with_itself_is_loewe_additive() -> None:
    """The sham experiment of Berenbaum 1989: only Loewe calls it no interaction."""
    doses = np.array([0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0])
    total = doses[:, None] + doses[None, :]
    found = scored(hill(total, 10.0, 1.5, 0.15), doses, doses)
    assert abs(found["loewe"].excess).max() < 1e-6
    assert found["loewe"].verdict == "no interaction"
    assert found["bliss"].verdict == "antagonism"


def test_the_sham_with_a_twin_of_other_strength_is_loewe_additive_too() -> None:
    total = DOSES_A[:, None] + 4.0 * DOSES_B[None, :]
    found = scored(hill(total, 30.0, 1.2, 0.0))
    assert abs(found["loewe"].excess).max() < 1e-5


def test_a_synergy_of_known_size_is_found_by_every_model() -> None:
    more = np.outer(ALONE_A, ALONE_B)
    more[1:, 1:] *= 0.6
    found = scored(more)
    np.testing.assert_allclose(found["bliss"].mean, (np.outer(ALONE_A, ALONE_B)[1:, 1:] * 0.4).mean())
    assert {score.verdict for score in found.scores.values()} == {"synergy"}


def test_highest_single_agent_is_the_better_drug() -> None:
    found = scored(np.minimum.outer(ALONE_A, ALONE_B))
    assert abs(found["hsa"].excess).max() == 0.0
    np.testing.assert_array_equal(found["hsa"].expected[3], np.minimum(ALONE_A[3], ALONE_B))


def test_beyond_the_weaker_drug_loewe_follows_the_stronger() -> None:
    weak, strong = hill(DOSES_A, 10.0, 1.0, 0.7), hill(DOSES_B, 8.0, 2.0, 0.0)
    found = scored(np.outer(weak, strong))
    # At 50 of b alone nothing that a can do comes near, so a adds nothing.
    np.testing.assert_allclose(found["loewe"].expected[:, -1], strong[-1], atol=1e-6)


def test_drugs_of_opposite_effect_have_no_loewe_surface() -> None:
    found = scored(np.outer(hill(DOSES_A, 10.0, 1.0, 1.8), ALONE_B))
    assert np.isnan(found["loewe"].mean)
    assert found["loewe"].verdict == "undefined"


def test_combination_index_of_the_published_paclitaxel_cisplatin_data() -> None:
    """Data of Chou 1994, J Natl Cancer Inst 86:1517; the index by the median-effect line, worked out here."""
    data = (
        (np.array([0.002, 0.004, 0.005, 0.01, 0.02]), np.array([0.429, 0.708, 0.761, 0.882, 0.932])),
        (
            np.array([0.05, 0.1, 0.2, 0.5, 1.0, 2.0]),
            np.array([0.055, 0.233, 0.301, 0.559, 0.821, 0.953]),
        ),
    )
    curves, needed = [], []
    affected = np.array([0.45, 0.701, 0.910, 0.968])
    for doses, fa in data:
        slope, intercept = np.polyfit(np.log10(doses), np.log10(fa / (1 - fa)), 1)
        median = 10 ** (-intercept / slope)
        needed.append(median * (affected / (1 - affected)) ** (1 / slope))
        one = np.ones(1)
        curves.append(Curves(start=one, end=0 * one, log_ec50=np.log([median]), hill=slope * one))
    doses_a, doses_b = np.array([0.001, 0.002, 0.005, 0.01]), np.array([0.1, 0.2, 0.5, 1.0])
    expected = doses_a / needed[0] + doses_b / needed[1]
    responses = np.broadcast_to(1 - affected[:, None], (1, 4, 4))
    found = combination_index(*curves, doses_a, doses_b, responses)
    np.testing.assert_allclose(np.diagonal(found[0]), expected, rtol=1e-10)
    assert np.all(expected[1:] < 1.0)  # synergistic at the higher doses, as published


@pytest.mark.parametrize("name", ["bliss", "hsa", "loewe", "zip"])
def test_other_implementation_agrees(name: str) -> None:
    """Against the package `synergy`, which is used in tests only (its licence is the GPL)."""
    other = pytest.importorskip("synergy.combination")
    rng = np.random.default_rng(3)
    b = hill(DOSES_B, 8.0, 2.0, 0.2)
    table = np.outer(ALONE_A, b)
    table[1:, 1:] *= 0.8
    table = np.clip(table + rng.normal(0, 0.004, table.shape), 0.0, 1.0)
    table[0, 0] = 1.0
    ours = scored(table)[name]
    a, b = (grid.ravel() for grid in np.meshgrid(DOSES_A, DOSES_B, indexing="ij"))
    bounds = {"E0_bounds": (1.0 - 1e-9, 1.0 + 1e-9), "Emax_bounds": (0.0, 1.0)}
    if name in ("bliss", "hsa"):
        theirs = {"bliss": other.Bliss, "hsa": other.HSA}[name]().fit(a, b, table.ravel())
        np.testing.assert_allclose(ours.excess.ravel(), theirs, atol=1e-9)
        return
    from synergy.single import Hill

    models = {"drug1_model": Hill(**bounds), "drug2_model": Hill(**bounds)}
    if name == "loewe":
        theirs = other.Loewe(mode="delta_nan", **models).fit(a, b, table.ravel())
        both = np.isfinite(theirs) & (theirs != 0)
        assert both.sum() > 12
        np.testing.assert_allclose(ours.excess.ravel()[both], theirs[both], atol=2e-3)
    else:
        theirs = other.ZIP(**models).fit(a, b, table.ravel())
        inner = (a > 0) & (b > 0)
        np.testing.assert_allclose(ours.excess.ravel()[inner], theirs[inner], atol=5e-3)
