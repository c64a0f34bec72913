"""Regulation as a graph: local responses with a known answer, loops with their sign and delay."""

import networkx as nx
import numpy as np
import pytest

import mtornet as mt
from mtornet.analysis.loops import delay_class, loops_at_rest, loops_in, loops_through
from mtornet.analysis.regulation import (
    blocks_of,
    readout_node,
    regulatory_graph,
    with_readouts,
)
from mtornet.errors import UnknownNameError

# A cycle of two covalent modifications: E turns S into pS, pS turns P into pP, pP brakes E's maker.
TOY = """
model toy
  compartment cell = 1;
  species E in cell, S in cell, pS in cell, P in cell, pP in cell;
  substanceOnly species E, S, pS, P, pP;
  E = 10; S = 100; pS = 0; P = 100; pP = 0;
  make: -> E; 1.0;
  lose: E -> ; 0.02*E*(1 + pP/50);
  on1: S -> pS; 0.001*E*S;
  off1: pS -> S; 0.02*pS;
  on2: P -> pP; 0.0005*pS*P;
  off2: pP -> P; 0.01*pP;
end
"""


@pytest.fixture
def toy(tmp_path):
    path = tmp_path / "toy.ant"
    path.write_text(TOY, encoding="utf-8")
    return mt.read_antimony(path)


def rest(network):
    return mt.simulate(network, [0.0, 1e5]).mean[-1][: len(network.species)]


def test_blocks_are_what_reactions_turn_into_each_other(toy):
    assert blocks_of(toy) == (("E",), ("S", "pS"), ("P", "pP"))


def test_local_responses_are_those_of_the_closed_forms(toy):
    amounts = dict(zip(toy.species, rest(toy), strict=True))
    graph = regulatory_graph(toy, {}, np.array(list(amounts.values())))
    # pS = 100 E/(E + 20): d ln pS / d ln E = 20/(E + 20) = S/100; the same for pP with pS + 20.
    assert graph.edges["E", "pS"]["response"] == pytest.approx(amounts["S"] / 100, rel=1e-6)
    assert graph.edges["E", "S"]["response"] == pytest.approx(-amounts["pS"] / 100, rel=1e-6)
    assert graph.edges["pS", "pP"]["response"] == pytest.approx(20 / (amounts["pS"] + 20), rel=1e-6)
    # E = 50/(1 + pP/50): d ln E / d ln pP = -pP/(50 + pP).
    assert graph.edges["pP", "E"]["response"] == pytest.approx(
        -amounts["pP"] / (50 + amounts["pP"]), rel=1e-6
    )
    # A two-state switch forgets at the sum of its rates.
    lag = 1 / (0.001 * amounts["E"] + 0.02)
    assert graph.edges["E", "pS"]["lag_s"] == pytest.approx(lag, rel=1e-6)


def test_the_toys_loop(toy):
    graph = regulatory_graph(toy, {}, rest(toy))
    (loop,) = loops_in(toy, graph)
    edges = [("E", "pS"), ("pS", "pP"), ("pP", "E")]
    assert loop.sign == -1
    assert loop.gain == pytest.approx(np.prod([graph.edges[e]["response"] for e in edges]))
    assert loop.delay_s == pytest.approx(sum(graph.edges[e]["lag_s"] for e in edges))
    assert loop.text == "E → pS → pP ⊣ E"
    (through,) = loops_through(toy, [loop], "pP")
    assert through.text == "pP ⊣ E → pS → pP"
    assert loops_through(toy, [loop], "pS")[0].regulators[0] == "pS"


def test_an_unknown_node_is_named(toy):
    with pytest.raises(UnknownNameError, match="did you mean 'pS'"):
        loops_through(toy, (), "pSS")


@pytest.mark.parametrize(
    ("seconds", "name"), [(1, "seconds"), (59, "seconds"), (600, "minutes"), (7200, "hours"), (2e5, "days")]
)
def test_delay_classes(seconds, name):
    assert delay_class(seconds) == name


@pytest.fixture(scope="module")
def loops(mtor):
    return loops_at_rest(mtor)


def test_the_known_feedback_loops_are_found(loops):
    texts = [loop.text for loop in loops]
    assert any("mTORC1a → pS6K ⊣ PI3K" in text and "→ PIP3" in text for text in texts)
    assert any("AKT_TS ⊣ FOXOn → gERBB3 → mRTK → PI3K" in text for text in texts)
    assert any("pGRB10 ⊣" in text for text in texts)
    transcription = next(loop for loop in loops if "mRTK" in loop.regulators)
    fast = next(loop for loop in loops if "pGRB10" in loop.regulators)
    assert transcription.delay_class in ("hours", "days")
    assert fast.delay_s < transcription.delay_s / 10


def test_every_loop_is_a_circle_of_the_graph_with_the_sign_of_its_steps(loops):
    for loop in loops:
        signs = [sign for _, sign, _ in loop.steps]
        assert len(set(loop.regulators)) == len(loop.regulators)
        if loop.routes == 1:
            assert loop.sign == np.prod(signs)


def test_loops_through_a_molecule_are_those_of_its_states(mtor, loops):
    by_name = {loop.text for loop in loops_through(mtor, loops, "AKT_TS")}
    by_readout = {loop.text for loop in loops_through(mtor, loops, "pAKT_S473")}
    assert by_name == by_readout
    assert len(loops_through(mtor, loops, "IRS")) > 0


def test_a_readout_answers_as_the_sum_that_it_is(mtor):
    from mtornet.experiment.arms import arm_of, constant_protocol
    from mtornet.experiment.execute import Experiment

    protocol = constant_protocol(variant="wild_type", inputs={}, given={}, duration=1.0)
    setup = Experiment(network=mtor, readouts=(), times=np.zeros(1)).prepare(arm_of(mtor, protocol))
    graph = regulatory_graph(mtor, {}, setup.steady.amounts)
    wider = with_readouts(graph, mtor, {}, setup.steady.amounts)
    amounts = dict(zip(mtor.species, setup.steady.amounts, strict=True))
    total = amounts["AKT_S"] + amounts["AKT_TS"]
    expected = sum(
        graph.edges["PIP3", name]["response"] * amounts[name] / total for name in ("AKT_S", "AKT_TS")
    )
    assert wider.edges["PIP3", readout_node("pAKT_S473")]["response"] == pytest.approx(expected, rel=1e-4)
    assert isinstance(wider, nx.DiGraph)
