"""Names become indices once; values come in at ``bind``."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.compiled.bind import Segments, bind, initial_amounts, rate_constants, values_of
from mtornet.compiled.network import compile_network
from mtornet.errors import ModelError, UnknownNameError
from mtornet.network.build import from_graph
from mtornet.network.network import ReactionNetwork
from tests.verification import toys
from tests.verification.sampling import cells_of, problem_of
from tests.verification.toys import r, toy


def test_values_do_not_recompile() -> None:
    network = toys.ENZYME.network()
    compiled = compile_network(network)
    assert compile_network(network.with_parameters(cat=9.0).with_amounts(S=1)) is compiled
    assert compile_network(network.without_reaction("release")) is not compiled


def test_factors_of_a_law() -> None:
    compiled = compile_network(toys.CATALYSED_PAIR.network())
    a, e, dummy = compiled.species.index("A"), compiled.species.index("E"), compiled.n_species
    np.testing.assert_array_equal(compiled.tables.factors[0], [a, a, e])
    np.testing.assert_array_equal(compiled.tables.drawn[0], [0, 1, 0])
    np.testing.assert_array_equal(compiled.tables.factors[1], [compiled.species.index("B"), dummy, dummy])
    np.testing.assert_array_equal(compiled.order, [3, 1])
    assert compiled.tables.guard_species.size == 0
    with pytest.raises(ValueError, match="read-only"):
        compiled.tables.factors[0, 0] = 1


def test_a_catalyst_that_is_also_a_reactant_is_drawn_after_it() -> None:
    network = toy({"A": 5, "B": 0}, {"k": 1.0}, step=r("A -> B", "k", catalysts=("A",))).network()
    compiled = compile_network(network)
    np.testing.assert_array_equal(compiled.tables.drawn[0], [0, 1, 0])


def test_laws_of_too_many_molecules_are_refused() -> None:
    network = toy({"A": 9}, {"k": 1.0}, step=r("4 A ->", "k")).network()
    with pytest.raises(ModelError, match="reaction 'step' multiplies 4 molecules; at most 3 are simulated"):
        compile_network(network)


def test_guards_need_all_molecules() -> None:
    compiled = compile_network(toys.PAIR_CONSUMPTION.network())
    np.testing.assert_array_equal(compiled.tables.guard_least, [2.0])


def test_a_reactant_on_two_edges_is_guarded_for_both(algorithm: str) -> None:
    graph = toy({"X": 5}, {"use": 3.0}, leave=r("X ->", "use", law="constant_rate")).graph()
    graph.add_edge("X", "leave", role="reactant", stoichiometry=1)
    network = from_graph(graph)
    chunks = cells_of(problem_of(network, [0.0, 50.0]), 20, algorithm=algorithm)
    assert {float(x) for chunk in chunks for x in chunk.final[:, 0]} == {1.0}


def test_dependents_are_exactly_the_reactions_that_read_a_change(
    mtor_with_everolimus: ReactionNetwork,
) -> None:
    network = mtor_with_everolimus
    compiled = compile_network(network)
    reads = {
        reaction.id: {name for name, _ in (*reaction.reactants, *reaction.modifiers)}
        for reaction in network.reactions.values()
    }
    for j, reaction in enumerate(network.reactions.values()):
        row = compiled.tables.dependents[
            compiled.tables.dependent_start[j] : compiled.tables.dependent_start[j + 1]
        ]
        expected = {k for k, other in enumerate(network.reactions) if reads[other] & set(reaction.net)}
        assert set(row.tolist()) == expected


def test_values_include_derived_quantities_in_order() -> None:
    graph = toys.PURE_DEATH.graph()
    graph.graph["derived"] = {"c": {"expression": "b + 1"}, "b": {"expression": "2*g"}}
    graph.nodes["death"]["rate_constant"] = "c"
    network = from_graph(graph)
    compiled = compile_network(network)
    values = values_of(network, compiled, {"g": 5.0})
    assert (values["b"], values["c"], values["cell"]) == (10.0, 11.0, 1.0)
    np.testing.assert_array_equal(rate_constants(compiled, values), [11.0])
    with pytest.raises(UnknownNameError, match=r"unknown input or parameter 'gg'"):
        values_of(network, compiled, {"gg": 1.0})


@pytest.mark.parametrize(("value", "shown"), [(-1.0, "-1"), (float("inf"), "inf"), (float("nan"), "nan")])
def test_constants_that_make_no_sense(value: float, shown: str) -> None:
    network = toys.PURE_DEATH.network()
    compiled = compile_network(network)
    with pytest.raises(
        ModelError, match=f"reaction 'death': the rate constant is {shown}; expected a finite number >= 0"
    ):
        rate_constants(compiled, values_of(network, compiled, {"g": value}))


def test_copy_scale_by_order() -> None:
    network = toy(
        {"A": 1, "B": 1},
        {"k": 2.0},
        zero=r("-> A", "k"),
        one=r("A ->", "k"),
        two=r("A + B ->", "k"),
        three=r("3 A ->", "k"),
    ).network()
    compiled = compile_network(network)
    values = values_of(network, compiled, {})
    np.testing.assert_allclose(rate_constants(compiled, values, copy_scale=0.1), [0.2, 2.0, 20.0, 200.0])
    np.testing.assert_array_equal(initial_amounts(network, copy_scale=0.5), [0.5, 0.5])


def test_stretches_become_arrays() -> None:
    network = toys.IMMIGRATION_DEATH.network()
    compiled = compile_network(network)
    segments = bind(network, compiled, [(0.0, {}, {}), (2.0, {"k": 0.0}, {"X": 3})], 5.0)
    np.testing.assert_array_equal(segments.breaks, [0, 2, 5])
    np.testing.assert_array_equal(segments.constants, [[10, 0.1], [0, 0.1]])
    np.testing.assert_array_equal(segments.added, [[0], [3]])
    with pytest.raises(UnknownNameError, match="unknown species 'Y'"):
        bind(network, compiled, [(0.0, {}, {"Y": 1})], 1.0)
    with pytest.raises(ModelError, match="must follow each other in time"):
        Segments(breaks=np.array([0.0, 2.0, 1.0]), constants=np.zeros((2, 1)), added=np.zeros((2, 1)))
