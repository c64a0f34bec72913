"""Cells with switched reactions are the cells without them; their cuts divide a climb."""

from dataclasses import replace

import numpy as np
import pytest

from mtornet.analysis.cuts import every_cut, reactions_of, simulate_cuts, with_switches
from mtornet.analysis.feedback import climbs_of
from mtornet.analysis.influence import RegulatoryArm, regulatory_arms
from mtornet.experiment.execute import Experiment

SITES = ("pAKT_S473", "pAKT_T308")
TIMES_S = np.array([0.0, 0.5, 1.0, 4.0, 12.0, 24.0]) * 3600.0


@pytest.fixture(scope="module")
def irs_arms(mtor):
    wanted = ("pGRB10 on IRS", "pS6K on IRS", "pS6K on mTORC2")
    found = [arm for arm in regulatory_arms(mtor) if arm.label in wanted]
    assert sorted(arm.label for arm in found) == sorted(wanted)
    return found


@pytest.mark.parametrize("drug", ["everolimus", "sapanisertib"])
def test_a_switched_cell_is_the_cell_without_the_reactions(drug, irs_arms, mtor, make_arm):
    experiment = Experiment(network=mtor, readouts=SITES, times=TIMES_S)
    treated = make_arm(mtor, drug, "20 nM", duration="24 h", insulin="1 nM")
    wanted = every_cut(irs_arms)
    cuts = simulate_cuts(experiment, treated, wanted)
    assert set(cuts.climbs) == set(wanted)
    for cut in wanted:
        by_hand = replace(experiment, network=mtor.without_reaction(*cut), _networks={}, _rest={})
        for readout, (climb, peak) in climbs_of(by_hand, treated).items():
            assert cuts.climbs[cut][readout][0] == pytest.approx(climb, rel=1e-4, abs=1e-5)
            assert cuts.climbs[cut][readout][1] == pytest.approx(peak, rel=1e-5)


def test_parts_sum_to_what_all_cuts_remove(irs_arms, mtor, make_arm):
    experiment = Experiment(network=mtor, readouts=SITES, times=TIMES_S)
    treated = make_arm(mtor, "everolimus", "20 nM", duration="24 h", insulin="1 nM")
    cuts = simulate_cuts(experiment, treated, every_cut(irs_arms))
    for readout in SITES:
        parts = cuts.parts(readout, irs_arms)
        whole = cuts.cut(readout, irs_arms).share_removed
        assert sum(parts.values()) == pytest.approx(whole, abs=1e-12)


def test_uncut_cells_lose_nothing(loop, make_experiment, make_arm):
    treated = make_arm(loop, "sapanisertib", "5000 nM")
    cuts = simulate_cuts(make_experiment(loop, "output"), treated, [])
    found = cuts.cut("output", [])
    assert found.share_removed == 0.0
    assert found.fold_without == pytest.approx(
        climbs_of(make_experiment(loop, "output"), treated)["output"][1]
    )


def test_arms_that_share_a_reaction_cut_it_once():
    arms = [RegulatoryArm(regulator=r, target="X", reactions=("a", r)) for r in ("b", "c")]
    assert reactions_of(arms) == {"a", "b", "c"}
    assert every_cut(arms) == [frozenset(), {"a", "b"}, {"a", "c"}, {"a", "b", "c"}]


def test_switches_change_nothing_while_on(loop):
    switched = with_switches(loop, ["X_taken"])
    assert set(switched.parameters) - set(loop.parameters) == {"switch_of_X_taken"}
    assert switched.parameters["switch_of_X_taken"].value == 1.0
    assert str(switched.reactions["X_taken"].rate_constant).endswith("*switch_of_X_taken")
    assert switched.reactions["Y_on"] is loop.reactions["Y_on"]
