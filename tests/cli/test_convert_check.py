import json
import xml.etree.ElementTree as ElementTree

import networkx as nx
import pytest

import mtornet as mt
from mtornet.graph.exchange import read_node_link

NEEDS_ANTIMONY = pytest.mark.skipif(
    __import__("importlib.util").util.find_spec("antimony") is None,
    reason="the antimony extra is not installed",
)


def test_json_and_back_is_the_identity(mtornet, mtor, tmp_path):
    assert mtornet("convert", "mtor", "m.json").code == 0
    network = mt.from_graph(read_node_link(tmp_path / "m.json"))
    assert network.sha256 == mtor.sha256
    assert network == mtor


def test_sbml_and_back(mtornet, mtor, tmp_path):
    # What SBML can hold comes back: species, amounts, reactions, parameters, moieties.
    assert mtornet("convert", "mtor", "m.xml").code == 0
    network = mt.read_sbml(tmp_path / "m.xml")
    assert list(network.species) == list(mtor.species)
    assert list(network.reactions) == list(mtor.reactions)
    assert {s.id: s.initial for s in network.species.values()} == {
        s.id: s.initial for s in mtor.species.values()
    }
    for name, parameter in mtor.parameters.items():
        assert network.parameters[name].value == parameter.value
    assert (network.stoichiometry == mtor.stoichiometry).all()
    assert {m.total for m in network.conserved_moieties()} == {m.total for m in mtor.conserved_moieties()}


@NEEDS_ANTIMONY
def test_sbml_to_antimony_to_sbml(mtornet, toy_xml, tmp_path):
    assert mtornet("convert", toy_xml, "a.ant").code == 0
    assert mtornet("convert", "a.ant", "b.xml").code == 0
    first, last = mt.read_sbml(toy_xml), mt.read_sbml(tmp_path / "b.xml")
    assert list(first.species) == list(last.species)
    assert first.species["A"].initial == last.species["A"].initial == 100
    assert first.parameters["k"].value == last.parameters["k"].value
    assert (first.stoichiometry == last.stoichiometry).all()


def test_json_to_sbml(mtornet, tmp_path):
    assert mtornet("convert", "mtor", "m.json").code == 0
    assert mtornet("convert", "m.json", "from_json.xml").code == 0
    assert mtornet("convert", "mtor", "direct.xml").code == 0
    assert set(mt.read_sbml(tmp_path / "from_json.xml").reactions) == set(
        mt.read_sbml(tmp_path / "direct.xml").reactions
    )


def test_graphml_for_drawing(mtornet, mtor, tmp_path):
    assert mtornet("convert", "mtor", "m.graphml").code == 0
    ElementTree.parse(tmp_path / "m.graphml")
    graph = nx.read_graphml(tmp_path / "m.graphml", force_multigraph=True)
    assert set(graph) == set(mtor.graph)
    assert graph.number_of_edges() == mtor.graph.number_of_edges()
    assert {d["role"] for *_, d in graph.edges(data=True)} >= {
        "reactant",
        "product",
        "catalyst",
        "stimulator",
    }


def test_graphml_is_not_read(mtornet):
    mtornet("convert", "mtor", "m.graphml")
    done = mtornet("convert", "m.graphml", "x.xml")
    assert done.code == 2
    assert "unknown suffix '.graphml'" in done.err


def test_with_drug_and_variant(mtornet, tmp_path):
    done = mtornet(
        "convert", "mtor", "m.json", "--drug", "RAD001", "--drug", "torin1", "--variant", "PTEN_loss"
    )
    assert done.code == 0
    network = mt.from_graph(read_node_link(tmp_path / "m.json"))
    assert {"everolimus", "torin1"} <= set(network.inputs)
    assert network.inputs["everolimus"].value == 0
    assert network.species["PTEN"].initial == 0
    assert network.variant == "PTEN_loss"
    assert "mTORC1_everolimus" in network.species


def test_nothing_half_written(mtornet, delayed_xml, tmp_path):
    assert mtornet("convert", delayed_xml, "x.json").code == 2
    assert {path.name for path in tmp_path.iterdir()} == {"delayed.xml"}


def test_check_of_the_shipped_model(mtornet):
    done = mtornet("check", "mtor")
    assert done.code == 0
    assert "35 conserved moieties" in done.out
    assert done.out.endswith("no problem found\n")
    found = json.loads(mtornet("check", "mtor", "--json").out)
    assert found["problems"] == []
    assert found["moieties"] == 35


def test_check_lists_every_problem(mtornet, mtor, tmp_path):
    graph = mtor.graph
    graph.nodes["R10"]["rate_constant"] = "k_irs_yy"
    graph.nodes["R67"]["rate_constant"] = "k_s6k_dephos"
    graph.nodes["R12"]["law"] = "mass_acton"
    from mtornet.graph.exchange import write_node_link

    write_node_link(graph, tmp_path / "broken.json")
    done = mtornet("check", "broken.json")
    assert done.code == 1
    assert "unknown name 'k_irs_yy' in the rate constant; did you mean 'k_irs_y'?" in done.out
    assert "unknown rate law 'mass_acton'; did you mean 'mass_action'?" in done.out
    assert done.out.endswith("2 problem(s)\n"), "units are looked at when every name resolves"
    found = json.loads(mtornet("check", "broken.json", "--json").out)
    assert len(found["problems"]) == 2


def test_check_finds_a_wrong_unit(mtornet, mtor, tmp_path):
    from mtornet.graph.exchange import write_node_link

    graph = mtor.graph
    graph.nodes["R67"]["rate_constant"] = "k_s6k_dephos"
    write_node_link(graph, tmp_path / "unit.json")
    done = mtornet("check", "unit.json")
    assert done.code == 1
    assert "R67" in done.out
    assert "unit" in done.out


def test_check_of_an_unsupported_file(mtornet, delayed_xml):
    done = mtornet("check", delayed_xml)
    assert done.code == 1
    assert "delay" in done.out
    assert "1 problem(s)" in done.out


def test_check_of_a_file_that_is_not_there(mtornet):
    assert mtornet("check", "nowhere.xml").code == 2


def test_check_says_what_stochastic_methods_refuse(mtornet, tmp_path):
    from tests.unit.network.general import network

    mt.write_sbml(network(), tmp_path / "general.xml")
    done = mtornet("check", "general.xml")
    assert done.code == 0
    assert "note: for rate equations only: reaction 'net' has a net rate that may be negative" in done.out
    assert "reaction 'any' makes or takes a part of a molecule" in done.out
    assert "variable 'cell' changes continuously" in done.out


def test_a_general_model_in_every_format(mtornet, tmp_path):
    from tests.unit.network.general import network

    mt.write_sbml(network(), tmp_path / "general.xml")
    assert mtornet("convert", "general.xml", "general.json").code == 0
    assert mtornet("convert", "general.json", "again.xml").code == 0
    assert mt.read_sbml(tmp_path / "again.xml") == network()
    assert mtornet("convert", "general.xml", "general.graphml").code == 0
    assert mtornet("convert", "general.xml", "general.ant").code == 0
    assert "at (2*start) after" in (tmp_path / "general.ant").read_text(encoding="utf-8")
