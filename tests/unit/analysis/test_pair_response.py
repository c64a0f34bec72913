"""Dose matrices of pairs whose joint action is known."""

import itertools

import numpy as np
import pytest

import mtornet as mt
from mtornet.analysis.pair_response import pair_response, scattered
from mtornet.plot.pair import pair_figure

SERIES = mt.log_doses("0.3 nM", "300 nM", 4)


@pytest.fixture(scope="module")
def found(mtor):
    # Both bind the ATP site of mTORC1 at equilibrium: activity is 1/(1 + a/Ka + b/Kb) right after the dose.
    return pair_response(
        mtor,
        "sapanisertib",
        "torkinib",
        doses_a=SERIES,
        doses_b=SERIES,
        readout="mTORC1_active",
        at=1e-3,
        replicates=3,
        seed=2,
    )


def test_two_drugs_of_one_site_are_additive_by_loewe_and_not_by_bliss(found):
    # Loewe's isobole of 1/(1 + a/Ka + b/Kb) is a straight line, whatever the constants.
    assert np.abs(found.synergy["loewe"].excess).max() < 1e-3
    assert found.synergy["bliss"].excess[1:, 1:].min() < -0.05
    assert found.synergy["bliss"].verdict == "antagonism"


def test_wells_are_the_occupancy_of_the_site(found):
    a, b = found.matrix.doses_a, found.matrix.doses_b
    ratios = 1.0 / found.nominal - 1.0
    # Contributions of the two drugs add up, each in proportion to its dose.
    np.testing.assert_allclose(ratios, ratios[:, :1] + ratios[:1, :], rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(ratios[1:, 0] / a[1:], ratios[1, 0] / a[1], rtol=1e-3)
    np.testing.assert_allclose(ratios[0, 1:] / b[1:], ratios[0, 1] / b[1], rtol=1e-3)
    assert len(found.wells) == 25


def test_the_first_replicate_is_the_network_itself(mtor, found):
    points = scattered(mtor, 4, 0.1, seed=1)
    known = mtor.parameters["k_irs_s6k"].value
    assert points.parameters["k_irs_s6k"][0] == known
    assert len(set(points.parameters["k_irs_s6k"])) == 4
    assert np.array_equal(found.nominal, found.matrix.responses[0])
    flat = scattered(mtor, 2, 0.0, seed=1)
    assert flat.parameters["k_irs_s6k"].tolist() == [known, known]


def test_the_figure_holds_every_panel_apart(found):
    figure, data = pair_figure(found)
    assert len(figure.axes) == 10
    assert data.equals(found.wells)
    figure.canvas.draw()
    panels = [axes.get_tightbbox() for axes in figure.axes[::2]]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(panels, 2))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"doses_a": ["1 nM", "2 nM"]}, "expected 0 and at least 3 ascending doses above it"),
        ({"replicates": 0}, "expected replicates >= 1 and spread >= 0, got 0 and 0.1"),
        ({"at": "0 h"}, "at: expected a time > 0, got '0 h'"),
        ({"drug_b": "sapanisertib"}, "a pair needs two drugs"),
        ({"models": ["blis"]}, "unknown synergy model 'blis'; did you mean 'bliss'"),
    ],
)
def test_questions_without_sense(mtor, asked, message):
    question = {
        "drug_a": "sapanisertib",
        "drug_b": "torkinib",
        "doses_a": SERIES,
        "doses_b": SERIES,
        "readout": "mTORC1_active",
        "at": 1e-3,
        "replicates": 1,
    }
    with pytest.raises(mt.MtorNetError) as caught:
        pair_response(mtor, **{**question, **asked})
    assert message in str(caught.value)
