"""Typed graph to network and back; edits; every problem of a malformed graph at once."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import pytest

from mtornet.errors import ModelError
from mtornet.network.build import from_graph, to_graph
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.run import simulate
from tests.verification import toys

TOYS = {name: value for name, value in vars(toys).items() if isinstance(value, toys.Toy)}


def assert_same_graph(first: nx.MultiDiGraph, second: nx.MultiDiGraph) -> None:
    assert list(first.nodes(data=True)) == list(second.nodes(data=True))
    assert sorted(map(repr, first.edges(data=True))) == sorted(map(repr, second.edges(data=True)))
    assert first.graph == second.graph


@pytest.mark.parametrize("name", [*TOYS, "mtor", "everolimus"])
def test_graph_to_network_to_graph_is_the_identity(
    name: str, mtor: ReactionNetwork, mtor_with_everolimus: ReactionNetwork
) -> None:
    network = {"mtor": mtor, "everolimus": mtor_with_everolimus}.get(name) or TOYS[name].network()
    graph = network.graph
    again = from_graph(graph)
    assert again == network
    assert again.sha256 == network.sha256
    assert_same_graph(to_graph(again), graph)


def test_the_graph_is_a_copy(mtor: ReactionNetwork) -> None:
    before = mtor.sha256
    graph = mtor.graph
    graph.remove_node("AKT")
    graph.graph["parameters"].clear()
    assert "AKT" in mtor.species
    assert mtor.graph.graph["parameters"]
    assert from_graph(mtor.graph).sha256 == before


def test_a_cut_catalyst_edge_stops_its_process(mtor: ReactionNetwork) -> None:
    graph = mtor.graph
    graph.remove_edge("TSC", "R55")
    cut = from_graph(graph)
    assert "R55" not in cut.reactions
    assert len(cut.reactions) == len(mtor.reactions) - 1
    assert len(cut.notes) == 1
    assert cut.notes[0].startswith("process 'R55' is left out: ")
    assert "R55" in mtor.reactions


def test_species_and_process_can_be_added(mtor: ReactionNetwork) -> None:
    graph = mtor.graph
    graph.add_node("Trap", kind="species", initial=100, compartment="cytoplasm")
    graph.add_node("TrapS6K", kind="species", compartment="cytoplasm")
    graph.graph["parameters"]["k_trap"] = {"value": 1e-8, "unit": "1/(molecule*s)"}
    graph.add_node("trapping", kind="process", rate_constant="k_trap")
    for species in ("Trap", "pS6K"):
        graph.add_edge(species, "trapping", role="reactant")
    graph.add_edge("trapping", "TrapS6K", role="product")
    network = from_graph(graph)
    assert dict(network.reactions["trapping"].reactants) == {"Trap": 1, "pS6K": 1}
    result = simulate(network, [0, 3600])
    assert 0 < result["TrapS6K"][-1] < 100
    assert network.sha256 != mtor.sha256


def _broken(edit: Callable[[nx.MultiDiGraph], None], mtor: ReactionNetwork) -> ModelError:
    graph = mtor.graph
    edit(graph)
    with pytest.raises(ModelError) as caught:
        from_graph(graph)
    return caught.value


PROBLEMS: dict[str, tuple[Callable[[nx.MultiDiGraph], None], str]] = {
    "node without kind": (
        lambda g: g.add_node("X"),
        "node 'X': found no kind, expected one of species, input, process",
    ),
    "unknown kind": (lambda g: g.add_node("X", kind="gene"), "found kind 'gene'"),
    "unknown attribute": (
        lambda g: g.nodes["AKT"].update(amount=3),
        "species 'AKT': unknown attribute 'amount'; expected name, initial",
    ),
    "negative amount": (
        lambda g: g.nodes["AKT"].update(initial=-3),
        "initial amount must be >= 0 molecules, got -3.0",
    ),
    "amount that is not a number": (
        lambda g: g.nodes["AKT"].update(initial="many"),
        "could not convert string to float: 'many'",
    ),
    "amount that is NaN": (
        lambda g: g.nodes["AKT"].update(initial=float("nan")),
        "initial amount must be >= 0",
    ),
    "negative insulin": (
        lambda g: g.nodes["insulin"].update(value=-1),
        "input 'insulin': must be >= 0 nM, got -1.0",
    ),
    "unknown compartment": (
        lambda g: g.nodes["AKT"].update(compartment="cytoplas"),
        "unknown compartment 'cytoplas'; did you mean 'cytoplasm'?",
    ),
    "unknown law": (
        lambda g: g.nodes["R50"].update(law="mass_acton"),
        "unknown rate law 'mass_acton'; did you mean 'mass_action'?",
    ),
    "unknown constant": (
        lambda g: g.nodes["R50"].update(rate_constant="k_tsc_akd"),
        "unknown name 'k_tsc_akd' in the rate constant; did you mean 'k_tsc_akt'?",
    ),
    "species as constant": (
        lambda g: g.nodes["R50"].update(rate_constant="AKT"),
        "rate constant names the species 'AKT'; make it a reactant or a modifier",
    ),
    "unreadable formula": (
        lambda g: g.nodes["R50"].update(rate_constant="k +"),
        "expected a number, a name or '('",
    ),
    "wrong unit": (
        lambda g: g.nodes["R50"].update(rate_constant="k_tsc_dephos"),
        "reaction 'R50' (2 molecules take part): 'k_tsc_dephos' has the unit 1/s, expected 1/(molecule*s)",
    ),
    "bad role": (
        lambda g: g.add_edge("AKT", "R50", role="cat"),
        "edge 'AKT' -> 'R50': role 'cat', expected reactant, catalyst",
    ),
    "product with another role": (
        lambda g: g.add_edge("R50", "AKT", role="reactant"),
        "edge 'R50' -> 'AKT': role 'reactant', expected 'product'",
    ),
    "edge between species": (
        lambda g: g.add_edge("IR", "AKT", role="catalyst"),
        "edge 'IR' -> 'AKT': no end is a process",
    ),
    "half a molecule": (
        lambda g: g.add_edge("AKT", "R50", role="reactant", stoichiometry=0.5),
        "a reactant's stoichiometry is not whole; the law 'mass_action' counts molecules",
    ),
    "no molecule": (
        lambda g: g.add_edge("AKT", "R50", role="reactant", stoichiometry=0),
        "stoichiometry 0, expected a number > 0",
    ),
    "a number as text": (
        lambda g: g.add_edge("AKT", "R50", role="reactant", stoichiometry="2"),
        "stoichiometry '2' of 'AKT', expected a number",
    ),
    "ligand as reactant": (
        lambda g: g.add_edge("insulin", "R50", role="reactant"),
        "unknown species 'insulin'",
    ),
    "process without species": (
        lambda g: g.add_node("P", kind="process", rate_constant="1"),
        "nothing goes in and nothing comes out",
    ),
    "parameter as a number": (
        lambda g: g.graph["parameters"].update(k_tsc_akt=0.5),
        "graph.graph['parameters']['k_tsc_akt']: expected a dictionary such as {'value': 1.0}, got 0.5",
    ),
    "parameter that is infinite": (
        lambda g: g.graph["parameters"]["k_tsc_akt"].update(value=float("inf")),
        "must be a finite number, got inf",
    ),
    "section of the wrong kind": (
        lambda g: g.graph.update(derived=[1]),
        "graph.graph['derived']: expected a dictionary by id, got list",
    ),
    "compartment of no size": (
        lambda g: g.graph["compartments"]["cytoplasm"].update(size=0),
        "size must be > 0 L, got 0.0",
    ),
    "name used twice": (
        lambda g: g.graph["parameters"].update(AKT={"value": 1.0}),
        "'AKT' names a species already",
    ),
    "name that is no identifier": (
        lambda g: g.add_node("4EBP", kind="species", compartment="cytoplasm"),
        "'4EBP' is not an identifier",
    ),
    "derived in a circle": (
        lambda g: g.graph["derived"].update(a={"expression": "b"}, b={"expression": "a"}),
        "derived quantities depend on each other in a circle: a, b",
    ),
    "read-out of an unknown": (
        lambda g: g.graph["readouts"].update(x={"expression": "AKTT"}),
        "'x': unknown name 'AKTT' in 'AKTT'; did you mean 'AKT_T'?",
    ),
    "unit that is none": (
        lambda g: g.graph["parameters"]["k_tsc_akt"].update(unit="furlong"),
        "unknown unit 'furlong'",
    ),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_a_problem_is_named(case: str, mtor: ReactionNetwork) -> None:
    edit, message = PROBLEMS[case]
    error = _broken(edit, mtor)
    assert any(message in problem for problem in error.problems), str(error)


def test_all_problems_at_once(mtor: ReactionNetwork) -> None:
    names = (
        "node without kind",
        "unknown attribute",
        "negative insulin",
        "bad role",
        "edge between species",
        "parameter as a number",
    )

    def all_of_them(graph: nx.MultiDiGraph) -> None:
        for name in names:
            PROBLEMS[name][0](graph)

    error = _broken(all_of_them, mtor)
    assert str(error).startswith(f"{len(error.problems)} problems in the model")
    for name in names:
        assert any(PROBLEMS[name][1] in problem for problem in error.problems), name


def test_problems_say_where_the_row_stands(mtor: ReactionNetwork) -> None:
    error = _broken(lambda g: g.nodes["R50"].update(law="x"), mtor)
    assert str(error).startswith("models/mtor/modules/mtorc1.tsv:5: reaction 'R50'")


def test_something_else_than_a_graph() -> None:
    with pytest.raises(ModelError, match=r"expected a networkx\.MultiDiGraph, got DiGraph"):
        from_graph(nx.DiGraph())


def test_a_graph_without_compartments_gets_one() -> None:
    network = toys.PURE_DEATH.network()
    assert list(network.compartments) == ["cell"]
    assert network.species["X"].compartment == "cell"
