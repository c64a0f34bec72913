"""Protocols with doses in mg: what the network sees, and what steps do to each other."""

from __future__ import annotations

import numpy as np
import pytest

import mtornet as mt
from mtornet.errors import ProtocolError
from mtornet.experiment.arms import arm_of, drug_courses
from mtornet.experiment.execute import Experiment
from mtornet.network.network import ReactionNetwork

H, DAY = 3600.0, 86400.0


@pytest.fixture(scope="module")
def network() -> ReactionNetwork:
    return mt.load_model("mtor")


def course(
    network: ReactionNetwork, protocol: mt.Protocol, hours: list[float], drug: str = "everolimus"
) -> np.ndarray:
    """Return the free concentration at some times, in nM."""
    pieces = drug_courses(network, protocol)[drug]
    found = []
    for hour in hours:
        held = [piece for piece, until in pieces if piece.start <= hour * H < until]
        found.append(float(held[0].at(np.array([hour * H]))[0]) if held else 0.0)
    return np.array(found)


def doses(drug: str, dose: str) -> mt.Condition:
    return mt.Condition(drugs={drug: dose}, inputs={"insulin": "1 nM"})


def test_a_patient_on_a_daily_dose(network: ReactionNetwork) -> None:
    protocol = mt.Protocol().settle().apply(doses("everolimus", "10 mg QD"), at="6 h").until("60 h")
    found = course(network, protocol, [3.0, 7.0, 29.9, 31.0, 59.0])
    exact = mt.exposure("everolimus", "10 mg QD", duration="54 h")
    after = np.interp([H, 23.9 * H, 25 * H, 53 * H], exact.times, exact.free_nM)
    assert found[0] == 0.0
    np.testing.assert_allclose(found[1:], after, rtol=0.015)
    arm = arm_of(network, protocol)
    assert arm.condition == "everolimus 10 mg QD"
    assert arm.dose_nM == pytest.approx(exact.free_nM.max(), rel=0.015)


def test_a_new_schedule_finds_what_is_left_in_the_body(network: ReactionNetwork) -> None:
    protocol = (
        mt.Protocol()
        .apply(doses("everolimus", "10 mg QD"))
        .apply(doses("everolimus", "5 mg QD"), at="48 h")
        .until("72 h")
    )
    twice = mt.exposure("everolimus", "10 mg QD x 2", duration="72 h")
    once = mt.exposure("everolimus", "5 mg", duration="24 h")
    expected = np.interp(50 * H, twice.times, twice.free_nM) + np.interp(2 * H, once.times, once.free_nM)
    assert course(network, protocol, [50.0])[0] == pytest.approx(expected, rel=0.015)


def test_a_washout_and_a_concentration_take_the_place_of_the_body(network: ReactionNetwork) -> None:
    protocol = (
        mt.Protocol()
        .apply(doses("everolimus", "10 mg QD"))
        .wash("everolimus", at="30 h")
        .apply(doses("everolimus", "20 nM for 6 h"), at="40 h")
        .until("72 h")
    )
    np.testing.assert_array_equal(course(network, protocol, [31.0, 41.0, 47.0, 71.0]), [0.0, 20.0, 0.0, 0.0])
    assert course(network, protocol, [29.0])[0] > 0.1


def test_without_further_doses_the_drug_fades(network: ReactionNetwork) -> None:
    protocol = mt.Protocol().apply(doses("everolimus", "10 mg QD for 2 d")).until("10 d")
    found = course(network, protocol, [47.0, 120.0, 239.0])
    assert found[0] > found[1] > found[2] > 0.0


def test_doses_that_contradict_each_other(network: ReactionNetwork) -> None:
    first = mt.Protocol().apply(doses("everolimus", "10 mg QD"))
    with pytest.raises(ProtocolError, match="begins 'at steady state', but the body holds drug"):
        first.apply(doses("everolimus", "5 mg QD at steady state"), at="24 h").until("48 h").stretches(
            network
        )
    with pytest.raises(ProtocolError, match="doses name 'ter_heine_2018' and 'de_wit_2016'"):
        first.apply(doses("everolimus", "5 mg QD (de_wit_2016)"), at="24 h").until("48 h").stretches(network)
    with pytest.raises(ProtocolError, match="'torkinib' has no PK model"):
        mt.Protocol().apply(doses("torkinib", "100 mg QD")).until("48 h").stretches(network)
    with pytest.raises(ProtocolError, match="gives no fraction_unbound"):
        mt.Protocol().apply(doses("gedatolisib", "154 mg QW")).until("48 h").stretches(network)


def test_one_network_serves_every_schedule(network: ReactionNetwork) -> None:
    experiment = Experiment(network=network, readouts=("pAKT_S473",), times=np.array([0.0, H]))
    networks = [
        experiment.check(arm_of(network, mt.Protocol().apply(doses("everolimus", dose)).until("14 d")))[1]
        for dose in ("10 mg QD", "50 mg QW")
    ]
    assert networks[0] is networks[1]
    assert len({n.sha256 for n in networks}) == 1


def test_a_course_that_is_flat_is_a_constant_dose(network: ReactionNetwork) -> None:
    # The formula with its constants must do what the plain input does.
    held = mt.Protocol().settle().apply(doses("sapanisertib", "20 nM"))
    with_formula = held.apply(doses("sapanisertib", "1 mg"), at="71.9 h").until("72 h")
    times = ["0 h", "1 h", "24 h", "48 h"]
    plain = mt.run(network, held.until("72 h"), readouts=["pS6K_T389", "pAKT_S473"], times=times).summary
    formula = mt.run(network, with_formula, readouts=["pS6K_T389", "pAKT_S473"], times=times).summary
    np.testing.assert_allclose(formula["mean"], plain["mean"], rtol=2e-4)


def test_two_drugs_on_schedules_of_their_own(network: ReactionNetwork) -> None:
    both = mt.Condition(
        drugs={"everolimus": "10 mg QD", "alpelisib": "300 mg QD"}, inputs={"insulin": "1 nM"}
    )
    protocol = mt.Protocol().settle().apply(both).wash("alpelisib", at="36 h").until("48 h")
    run = mt.run(network, protocol, readouts=["pAKT_S473", "pS6K_T389"], times=["0 h", "25 h", "48 h"])
    table = run.summary.query("drug != 'vehicle'").pivot(
        index="time_s", columns="readout", values="fold_change"
    )
    alone = mt.run(
        network,
        mt.Protocol().settle().apply(doses("everolimus", "10 mg QD")).until("48 h"),
        readouts=["pAKT_S473"],
        times=["25 h"],
    ).summary.query("drug != 'vehicle'")
    # While the PI3K inhibitor is there the rebound under everolimus is held down.
    assert table.loc[25 * H, "pAKT_S473"] < 0.5 * alone["fold_change"].item()
    assert table.loc[48 * H, "pAKT_S473"] > table.loc[25 * H, "pAKT_S473"]
    assert table.loc[25 * H, "pS6K_T389"] < 0.2
