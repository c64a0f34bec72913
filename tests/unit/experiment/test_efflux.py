"""Pumps lower the free drug in the cell, for drugs that are their substrates only."""

import pytest

import mtornet as mt
from mtornet.compiled.bind import values_of
from mtornet.compiled.network import compile_network
from mtornet.experiment.drug import drugs, find_drug
from mtornet.experiment.mechanisms import with_drug


def values(network, **inputs):
    return values_of(network, compile_network(network), inputs)


def test_transporters_are_read_from_the_table():
    assert find_drug("mtor", "everolimus").transporters == ("ABCB1",)
    assert find_drug("mtor", "apitolisib").transporters == ("ABCB1", "ABCG2")
    assert find_drug("mtor", "sapanisertib").transporters == ()


def test_the_reference_cell_exports_nothing_extra(mtor):
    dosed = with_drug(mtor, find_drug("mtor", "dactolisib"))
    found = values(dosed, dactolisib=6.5)
    assert found["dactolisib_exit"] == 1.0
    assert found["x_mTORC1"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("variant", "drug", "exit_"),
    [
        ("ABCG2_high", "dactolisib", 5.95),
        ("ABCB1_high", "apitolisib", 5.95),
        ("ABCB1_high", "dactolisib", 1.0),
    ],
)
def test_a_pump_divides_the_free_concentration_of_its_substrates(variant, drug, exit_, mtor):
    # 1 + 5e-6 per pump x (1e6 - 1e4) pumps above the reference cell.
    plain = values(with_drug(mtor, find_drug("mtor", drug)), **{drug: 100.0})
    pumped = values(with_drug(mtor.with_variant(variant), find_drug("mtor", drug)), **{drug: 100.0})
    assert pumped[f"{drug}_exit"] == pytest.approx(exit_)
    assert pumped["x_mTORC1"] == pytest.approx(plain["x_mTORC1"] / exit_)


def test_a_drug_without_pump_does_not_notice(mtor):
    plain = with_drug(mtor, find_drug("mtor", "sapanisertib"))
    pumped = with_drug(mtor.with_variant("ABCB1_high"), find_drug("mtor", "sapanisertib"))
    assert values(plain, sapanisertib=3.0)["x_mTORC1"] == values(pumped, sapanisertib=3.0)["x_mTORC1"]
    assert "sapanisertib_exit" not in plain.derived


def test_a_pump_lowers_the_rapalog_in_the_cell(mtor):
    def inside(variant):
        network = with_drug(mtor.with_variant(variant), find_drug("mtor", "everolimus"))
        result = mt.simulate(network.with_parameters(everolimus=20.0), [0.0, 86400.0])
        return result.mean[-1][result.species.index("everolimus_in")]

    assert inside("ABCB1_high") == pytest.approx(inside("wild_type") / 5.95, rel=0.02)
    assert inside("ABCG2_high") == pytest.approx(inside("wild_type"), rel=1e-6)


def test_an_unknown_pump_is_refused(mtor):
    from dataclasses import replace

    wrong = replace(drugs("mtor")["sapanisertib"], transporters=("ABCB2",))
    with pytest.raises(
        mt.ModelError, match=r"unknown transporter 'ABCB2' of drug 'sapanisertib'; did you mean"
    ):
        with_drug(mtor, wrong)
