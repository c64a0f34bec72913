"""Drugs: found by any name, wired by their mechanism, combined without interfering."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.compiled.bind import values_of
from mtornet.compiled.network import compile_network
from mtornet.errors import UnknownNameError
from mtornet.experiment.drug import drugs, find_drug
from mtornet.experiment.mechanisms import with_drug
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.run import simulate


@pytest.mark.parametrize("name", ["everolimus", "RAD001", "rad001", " Afinitor ", "EVEROLIMUS"])
def test_aliases(name: str) -> None:
    assert find_drug("mtor", name).id == "everolimus"


def test_every_alias_leads_to_one_drug() -> None:
    seen: dict[str, str] = {}
    for drug in drugs("mtor").values():
        for alias in drug.aliases:
            assert find_drug("mtor", alias).id == drug.id, alias
            assert seen.setdefault(alias.lower(), drug.id) == drug.id
    assert {"bez235", "mln0128"} <= set(seen)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("everolimos", r"unknown drug 'everolimos'; did you mean 'everolimus'\?"),
        ("RAD01", r"unknown drug 'RAD01'; did you mean 'rad001'\?"),
        ("aspirin", "unknown drug 'aspirin'"),
        ("", "unknown drug ''; known: abemaciclib"),
    ],
)
def test_unknown_drugs(name: str, message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        find_drug("mtor", name)


@pytest.mark.parametrize("name", drugs("mtor"))
def test_every_drug_enters_the_network_without_effect_at_zero(name: str, mtor: ReactionNetwork) -> None:
    drug = find_drug("mtor", name)
    network = with_drug(mtor, drug)
    assert network.inputs[name].role == "drug"
    assert network.inputs[name].value == 0.0
    assert with_drug(network, drug) is network
    plain, dosed = simulate(mtor, [0, 3600.0]), simulate(network, [0, 3600.0])
    for species in mtor.species:
        np.testing.assert_allclose(dosed[species], plain[species], rtol=1e-6, atol=1e-3)
    # Which species a drug moves is its class's business; one that moves none acts on nothing. What blocks
    # a ligand needs the ligand.
    bathed = network.with_parameters(**{i.id: 1.0 for i in mtor.inputs.values() if i.value == 0.0})
    plain = simulate(bathed, [0, 3600.0])
    moved = simulate(bathed.with_parameters(**{name: 1e5}), [0, 3600.0])
    assert max(np.max(np.abs(moved[s] - plain[s]) / (1.0 + plain[s])) for s in mtor.species) > 0.01


def test_occupancy_adds_over_drugs(mtor: ReactionNetwork) -> None:
    network = mtor
    for name in ("sapanisertib", "dactolisib"):
        network = with_drug(network, find_drug("mtor", name))
    values = values_of(network, compile_network(network), {"sapanisertib": 6.0, "dactolisib": 13.0})
    # D/K of mTORC1: 6/3 + 13/6.5; shifts of mTORC2: 13/(20.7*2.9).
    assert values["x_mTORC1"] == pytest.approx(2 + 2)
    assert values["f_mTORC1"] == pytest.approx(1 / 5)
    assert values["x_mTORC2"] == pytest.approx(2 + 13 / (20.7 * 2.9))
    assert values["x_IR"] == 0.0


def test_two_rapalogs_live_in_one_cell(mtor: ReactionNetwork) -> None:
    network = mtor
    for name in ("everolimus", "sirolimus"):
        network = with_drug(network, find_drug("mtor", name))
    for name in ("everolimus", "sirolimus"):
        assert f"{name}_FKBP12" in network.species
        assert f"mTORC1_{name}" in network.species
        assert any(reaction.endswith(name) for reaction in network.reactions)
    assert network.parameters["everolimus_koff_factor"].value == 3.3
    assert network.parameters["sirolimus_koff_factor"].value == 1.0
    # Both compete for one pool of FKBP12.
    totals = {m.name: dict(m.species) for m in network.conserved_moieties()}
    assert {"FKBP12", "everolimus_FKBP12", "sirolimus_FKBP12"} <= set(totals["FKBP12"])
    both = simulate(network.with_parameters(everolimus=20.0, sirolimus=20.0), [0, 6 * 3600.0])
    alone = simulate(network.with_parameters(everolimus=20.0), [0, 6 * 3600.0])
    assert 0 < both["mTORC1_everolimus"][-1] < alone["mTORC1_everolimus"][-1]
    assert both["mTORC1_sirolimus"][-1] > 0
    assert alone["mTORC1_sirolimus"][-1] == 0


def test_order_of_drugs_does_not_matter_for_the_outcome(mtor: ReactionNetwork) -> None:
    outcomes = []
    for order in (("everolimus", "sapanisertib"), ("sapanisertib", "everolimus")):
        network = mtor
        for name in order:
            network = with_drug(network, find_drug("mtor", name))
        outcomes.append(
            simulate(network.with_parameters(everolimus=5.0, sapanisertib=5.0), [0, 7200.0])["pS6K"]
        )
    np.testing.assert_allclose(outcomes[0], outcomes[1], rtol=1e-6)
