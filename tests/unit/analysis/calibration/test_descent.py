"""A descent finds values that meet a fact which the tables miss, and stays inside what is allowed."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.analysis.calibration.identify import identifiability
from mtornet.analysis.calibration.refine import descend
from mtornet.analysis.calibration.sample import as_good, draws_around
from mtornet.analysis.calibration.space import Free, Space, free_space
from mtornet.analysis.calibration.target import ROOM, Target
from mtornet.analysis.facts.panel import Panel
from mtornet.errors import ProtocolError
from tests.unit.analysis.facts.test_table import GOOD, load

NAMES = ("k_irs_s6k", "k_irs_syn", "k_gsk_dephos")


@pytest.fixture(scope="module")
def target(mtor, tmp_path_factory) -> Target:
    # AKT is asked to rise more than the tables' values let it; S6K is off as before.
    rows = [
        {**GOOD, "id": "A", "quantity": "fold(pAKT_S473, a, 24 h)", "low": "1.7", "high": ""},
        {**GOOD, "id": "B", "quantity": "fold(pS6K_T389, a, 24 h)", "low": "", "high": "0.1"},
    ]
    facts = load(tmp_path_factory.mktemp("facts"), *rows)
    free = tuple(
        Free(name=name, prior=(v := mtor.parameters[name].value), low=v / 20, high=v * 20) for name in NAMES
    )
    return Target(Panel(mtor, facts), Space(free=free))


@pytest.fixture(scope="module")
def places(target):
    return list(descend(target, target.space.prior, steps=8))


def test_it_meets_the_fact(places, target):
    first, last = places[0], places[-1]
    assert first.margins[0] < 0, "the tables' values miss it, or this tests nothing"
    assert np.all(last.margins >= 0.9 * ROOM)
    assert np.all((target.space.low <= last.point) & (last.point <= target.space.high))


def test_a_value_that_does_not_matter_keeps_its_prior(places, target):
    assert target.felt(places[0].slopes) == ["k_irs_s6k", "k_irs_syn"]
    assert places[-1].point[2] == pytest.approx(target.space.prior[2], abs=1e-6)
    found = identifiability(places[-1], target.space)
    assert found.shrinkage[2] == pytest.approx(1.0)
    assert found.shrinkage[:2].min() < 0.9
    assert 1 <= found.n_determined <= 2


def test_it_is_the_same_each_time(places, target):
    again = list(descend(target, target.space.prior, steps=8))
    assert np.array_equal(again[-1].point, places[-1].point)


def test_draws_around_the_end_are_kept_if_they_hold_the_same_facts(places, target):
    points = draws_around(target, places[-1], n=16, seed=3, scale=1.0)
    good = as_good(target, places[-1], target.margins(points))
    assert good.sum() >= 4
    wrong = target.space.prior[None]
    assert not as_good(target, places[-1], target.margins(wrong))[0], "the first place misses the fact"


def test_only_chosen_values_with_bounds_are_free(mtor):
    space = free_space(mtor)
    assert "k_irs_syn" in space.names
    assert "k_akt_T" not in space.names, "read in a file"
    assert "BT474.n_her2" in space.names
    assert np.all((space.low <= space.prior) & (space.prior <= space.high))
    known = {"k_irs_syn": 0.2}
    assert np.exp(free_space(mtor, known).prior[space.names.index("k_irs_syn")]) == pytest.approx(0.2)
    with pytest.raises(ProtocolError, match="outside its bounds"):
        free_space(mtor, {"k_irs_syn": 1e9})
