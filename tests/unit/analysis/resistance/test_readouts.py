"""Numbers that are ranked: each on courses whose answer is plain."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.analysis.resistance.clouds import classified, separating_parameters
from mtornet.analysis.resistance.counter import relative_cell_number, removed_rebound
from mtornet.analysis.resistance.readouts import (
    loss_of_response,
    rebound_class,
    rebound_index,
    recovered_share,
)
from mtornet.analysis.resistance.reversible import DOSES_nM, growth_ic50
from mtornet.analysis.resistance.scan import half_dose

TIMES = np.array([0.0, 1.0, 4.0, 24.0]) * 3600.0


def test_loss_of_response() -> None:
    lost = loss_of_response(np.array([[0.2, 1.0, 0.6, 0.1]]), np.array([0.2]))
    np.testing.assert_allclose(lost, [[0.0, 1.0, 0.5, -0.125]])
    assert np.isnan(loss_of_response(np.array([[0.5]]), np.array([0.95]))).all()


def test_classes_of_courses() -> None:
    courses = np.array(
        [
            [1.0, 1.1, 1.1, 1.0],
            [1.0, 1.5, 1.4, 1.3],
            [1.0, 1.5, 1.4, 1.1],
            [1.0, 0.1, 0.5, 0.9],
            [1.0, 0.1, 0.9, 0.5],
            [1.0, 0.1, 0.2, 0.3],
            [1.0, np.nan, 1.0, 1.0],
        ]
    )
    assert rebound_class(courses).tolist() == ["none", "full", "transient", "full", "transient", "none", ""]
    escaped = classified(courses, np.array([0.0, 0.6, 0.0, 0.0, 0.0, 0.9, 0.9]))
    assert escaped.tolist() == ["none", "escape", "transient", "full", "transient", "escape", ""]


def test_rebound_index_and_recovered_share() -> None:
    courses = np.array([[[1.0, 0.25, 2.0, 1.0]], [[1.0, 0.2, 0.4, 0.6]]])
    np.testing.assert_allclose(rebound_index(TIMES, courses), [[1.0], [np.log2(0.6)]])
    np.testing.assert_allclose(recovered_share(courses), [[1.0], [0.5]])
    assert np.isnan(recovered_share(np.array([1.0, 1.2, 1.3, 1.2])))


def test_what_a_second_drug_removes() -> None:
    drug = np.array([[1.0, 1.5, 2.0, 2.0], [1.0, 0.25, 0.5, 1.0]])
    both = np.array([[1.0, 1.0, 1.0, 1.1], [1.0, 0.25, 0.25, 0.5]])
    share, gone = removed_rebound(TIMES, drug, both)
    np.testing.assert_allclose(share, [1.0 - np.log2(1.1), 0.5])
    assert gone.tolist() == [True, True]
    same, _ = removed_rebound(TIMES, drug, drug)
    np.testing.assert_allclose(same, 0.0, atol=1e-12)
    assert not removed_rebound(TIMES, drug, drug)[1].any()


def test_half_dose_is_exact_on_a_hill_curve() -> None:
    doses = 10.0 ** np.arange(-2.0, 4.0)
    ec50, slope = np.array([0.7, 33.0, 1e-4, 1e6]), 1.4
    folds = 1.0 / (1.0 + (doses / ec50[:, None]) ** slope)
    found = half_dose(doses, folds)
    np.testing.assert_allclose(found[:2], ec50[:2], rtol=1e-9)
    assert found[2:].tolist() == [0.0, np.inf]


def test_ic50_of_a_mix_lies_between_its_parts_and_an_unmoved_state_has_none() -> None:
    doses = np.array(DOSES_nM)
    off = np.concatenate([[0.02], 0.02 / (1.0 + doses / 0.5)])
    on = np.full(doses.size + 1, 0.02)
    net = np.stack([off, on], axis=1)
    pure = growth_ic50(net, 0.0)
    # Half of the growth per hour is not half of the doublings only if the curve bends; here both agree.
    assert pure == pytest.approx(0.5, rel=0.02)
    assert pure < growth_ic50(net, 0.2)
    assert growth_ic50(net, 1.0) == np.inf


def test_relative_cell_number() -> None:
    times = np.array([0.0, 36.0, 72.0]) * 3600.0
    growth = np.array([[0.02, 0.01, 0.01]])
    expected = np.exp(-0.01 * 36 / 2 - 0.01 * 36)
    np.testing.assert_allclose(relative_cell_number(times, growth, np.full((1, 3), 0.02)), expected)


def test_the_parameter_that_decides_is_named_first() -> None:
    rng = np.random.default_rng(2)
    logs = rng.normal(size=(120, 6))
    classes = np.where(logs[:, 3] + 0.3 * rng.normal(size=120) > 0, "full", "none")
    names = tuple("abcdef")
    told = separating_parameters(names, logs, classes)
    assert told["parameter"].iloc[0] == "d"
    assert told["auc"].iloc[0] > 0.9 or told["auc"].iloc[0] < 0.1
    # Sabotage: with the classes shuffled nothing separates.
    shuffled = separating_parameters(names, logs, rng.permutation(classes))
    assert not (shuffled["q_value"] < 1e-4).any()
