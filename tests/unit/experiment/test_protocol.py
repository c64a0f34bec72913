"""Protocols: what is in the medium, and from when."""

from __future__ import annotations

import pytest

from mtornet.errors import MtorNetError, ProtocolError, UnknownNameError
from mtornet.experiment.arms import arm_of, check_distinct, constant_protocol
from mtornet.experiment.condition import Condition, without_drugs
from mtornet.experiment.drug import find_drug
from mtornet.experiment.mechanisms import with_drug
from mtornet.experiment.protocol import Protocol
from mtornet.network.network import ReactionNetwork

H = 3600.0


@pytest.fixture(scope="module")
def network(mtor: ReactionNetwork) -> ReactionNetwork:
    for name in ("everolimus", "sapanisertib"):
        mtor = with_drug(mtor, find_drug("mtor", name))
    return mtor


def given(**drugs: str) -> Condition:
    return Condition(drugs=drugs)


def test_apply_wash_until(network: ReactionNetwork) -> None:
    protocol = (
        Protocol()
        .settle(inputs={"insulin": "0.1 nM"})
        .apply(Condition(drugs={"RAD001": "20 nM"}, inputs={"insulin": "1 nM"}), at="1 h")
        .wash("everolimus", at="48 h")
        .until("72 h")
    )
    assert protocol.stretches(network) == [
        (0.0, {"insulin": 0.1}),
        (H, {"insulin": 1.0, "everolimus": 20.0}),
        (48 * H, {"insulin": 1.0, "everolimus": 0.0}),
    ]
    assert protocol.drug_names(network) == ("everolimus",)


def test_steps_may_be_written_in_any_order(network: ReactionNetwork) -> None:
    late, early = given(sapanisertib="5 nM"), given(everolimus="20 nM")
    one = Protocol().apply(early).apply(late, at="2 h").until("3 h")
    other = Protocol().apply(late, at="2 h").apply(early).until("3 h")
    assert one.stretches(network) == other.stretches(network)
    assert one.stretches(network)[-1] == (2 * H, {"everolimus": 20.0, "sapanisertib": 5.0})


def test_repeats_and_their_wash(network: ReactionNetwork) -> None:
    repeated = Protocol().apply(given(everolimus="20 nM for 6 h every 24 h")).until("60 h")
    assert [(t / H, v["everolimus"]) for t, v in repeated.stretches(network)] == [
        (0, 20),
        (6, 0),
        (24, 20),
        (30, 0),
        (48, 20),
        (54, 0),
    ]
    washed = repeated.wash("everolimus", at="25 h")
    assert [(t / H, v["everolimus"]) for t, v in washed.stretches(network)] == [
        (0, 20),
        (6, 0),
        (24, 20),
        (25, 0),
    ]
    at_a_dose = repeated.wash("everolimus", at="24 h")
    assert [(t / H, v["everolimus"]) for t, v in at_a_dose.stretches(network)] == [(0, 20), (6, 0), (24, 0)]


def test_a_new_dose_replaces_the_rest_of_a_schedule(network: ReactionNetwork) -> None:
    protocol = (
        Protocol()
        .apply(given(everolimus="20 nM for 6 h every 24 h"))
        .apply(given(everolimus="5 nM"), at="25 h")
        .until("100 h")
    )
    assert [(t / H, v["everolimus"]) for t, v in protocol.stretches(network)] == [
        (0, 20),
        (6, 0),
        (24, 20),
        (25, 5),
    ]


def test_a_drug_after_its_wash_can_come_back(network: ReactionNetwork) -> None:
    protocol = (
        Protocol()
        .apply(given(everolimus="20 nM"))
        .wash("everolimus", at="1 h")
        .apply(given(everolimus="3 nM"), at="2 h")
        .until("4 h")
    )
    assert [(t / H, v["everolimus"]) for t, v in protocol.stretches(network)] == [(0, 20), (1, 0), (2, 3)]


def test_drugs_that_are_not_named_stay(network: ReactionNetwork) -> None:
    protocol = (
        Protocol().apply(given(everolimus="20 nM")).apply(given(sapanisertib="5 nM"), at="1 h").until("2 h")
    )
    assert protocol.stretches(network)[-1][1] == {"everolimus": 20.0, "sapanisertib": 5.0}


def test_settling_takes_the_ligands_of_the_first_condition(network: ReactionNetwork) -> None:
    protocol = Protocol().settle().apply(Condition(inputs={"insulin": "100 nM"})).until("1 h")
    assert protocol.settle_inputs(network) == {"insulin": 100.0}
    assert Protocol().until("1 h").settle_inputs(network) == {}


def test_vehicle_keeps_cell_and_ligands(network: ReactionNetwork) -> None:
    treated = Condition(variant="PTEN_loss", drugs={"everolimus": "20 nM"}, inputs={"insulin": "1 nM"})
    protocol = Protocol().settle().apply(treated).wash("everolimus", at="2 h").until("3 h")
    vehicle = protocol.vehicle()
    assert vehicle.drug_names(network) == ()
    assert vehicle.variant == "PTEN_loss"
    assert vehicle.stretches(network) == [(0.0, {"insulin": 1.0})]
    assert without_drugs(treated).inputs == {"insulin": "1 nM"}
    assert protocol.drug_names(network) == ("everolimus",)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda n: Protocol().stretches(n), r"the protocol has no end; add .until\('72 h'\)"),
        (lambda n: Protocol().until(0).stretches(n), "the protocol ends at 0 s; expected a time after 0"),
        (lambda n: Protocol().until("-3 h").stretches(n), "expected a time after 0"),
        (lambda _: Protocol().until("inf"), "until: expected a finite time"),
        (lambda _: Protocol().apply(Condition(), at="nan"), "apply at: expected a finite time"),
        (lambda _: Protocol().apply(Condition(), at="-1 h"), "lies before time 0; use settle"),
        (
            lambda n: Protocol().apply(Condition(), at="5 h").until("2 h").stretches(n),
            "a step at 18000 s lies after the end at 7200 s",
        ),
        (
            lambda n: Protocol().wash("everolimus", at="1 h").until("2 h").stretches(n),
            "unknown drug of this protocol 'everolimus'",
        ),
        (lambda n: Protocol().wash("aspirin", at="1 h").until("2 h").stretches(n), "unknown drug 'aspirin'"),
        (
            lambda n: Protocol().apply(given(evrolimus="2 nM")).until("2 h").stretches(n),
            "did you mean 'everolimus'",
        ),
        (lambda _: Protocol().until("2 nM"), "until: '2 nM' has the unit 'nM'"),
        (
            lambda n: Protocol().apply(Condition(inputs={"insuline": "1 nM"})).until("2 h").stretches(n),
            r"unknown input 'insuline'; did you mean 'insulin'\?",
        ),
        (
            lambda n: Protocol().apply(Condition(inputs={"everolimus": "1 nM"})).until("2 h").stretches(n),
            "unknown input 'everolimus'",
        ),
        (
            lambda n: Protocol().apply(Condition(inputs={"insulin": "-1 nM"})).until("2 h").stretches(n),
            "input insulin: expected a concentration >= 0",
        ),
        (
            lambda n: Protocol().apply(Condition(inputs={"insulin": "1"})).until("2 h").stretches(n),
            "input insulin: '1' has no unit",
        ),
        (
            lambda _: Protocol().apply(Condition()).apply(Condition(variant="PTEN_loss"), at="1 h").variant,
            "cells keep their genotype, but the protocol names wild_type and PTEN_loss",
        ),
        (
            lambda n: Condition(drugs={"everolimus": "1 nM", "RAD001": "2 nM"}).doses(n),
            "drug 'everolimus' is dosed twice in one condition",
        ),
        (lambda _: Condition(drugs={"everolimus": "20"}), "dose of everolimus: '20' has no unit"),
    ],
)
def test_mistakes(make, message: str, network: ReactionNetwork) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(MtorNetError, match=message):
        make(network)


def test_arms_are_named_after_their_drugs(network: ReactionNetwork) -> None:
    arm = arm_of(network, Protocol().apply(given(RAD001="20 nM")).until("1 h"))
    assert (arm.condition, arm.drug, arm.drug_class, arm.dose_nM) == (
        "everolimus 20 nM",
        "everolimus",
        "rapalog",
        20.0,
    )
    both = arm_of(network, Protocol().apply(given(everolimus="20 nM", sapanisertib="5 nM")).until("1 h"))
    assert both.condition == "everolimus 20 nM + sapanisertib 5 nM"
    assert both.drug_class == "rapalog+atp_competitive"
    assert both.dose_nM != both.dose_nM
    vehicle = arm_of(network, constant_protocol(variant="wild_type", inputs={}, given={}, duration="1 h"))
    assert (vehicle.drug, vehicle.dose_nM) == ("vehicle", 0.0)
    with pytest.raises(ProtocolError, match="'vehicle' is asked for twice"):
        check_distinct([vehicle, vehicle])


def test_unknown_names_are_unknown_name_errors(network: ReactionNetwork) -> None:
    with pytest.raises(UnknownNameError):
        Protocol().apply(given(evrolimus="2 nM")).until("2 h").stretches(network)
