import pytest

import mtornet as mt
from mtornet.analysis.provenance_counts import provenance_counts
from mtornet.experiment.drug import drugs
from mtornet.experiment.mechanisms import with_drug
from mtornet.provenance import CONFIDENCES


def totals(network: mt.ReactionNetwork) -> dict[str, int]:
    return provenance_counts(network).groupby("kind")["count"].sum().to_dict()


def test_every_element_is_counted_once(mtor):
    assert totals(mtor) == {
        "parameter": len(mtor.parameters),
        "species": len(mtor.species),
        "reaction": len(mtor.reactions),
    }
    table = provenance_counts(mtor)
    assert list(table.columns) == ["kind", "confidence", "count"]
    assert set(table["confidence"]) <= set(CONFIDENCES)
    assert not table.duplicated(["kind", "confidence"]).any()


@pytest.mark.parametrize("name", sorted(drugs("mtor")))
def test_constants_of_a_drug_are_counted_apart(mtor, name):
    network = with_drug(mtor, drugs("mtor")[name])
    own = len(network.parameters) - len(mtor.parameters)
    assert own >= 1
    assert totals(network)["drug constant"] == own
    assert totals(network)["parameter"] == len(mtor.parameters)


def test_counts_follow_the_rows(mtor):
    wanted: dict[str, int] = {}
    for parameter in mtor.parameters.values():
        wanted[parameter.provenance.confidence] = wanted.get(parameter.provenance.confidence, 0) + 1
    table = provenance_counts(mtor)
    found = table[table["kind"] == "parameter"].set_index("confidence")["count"].to_dict()
    assert found == wanted
