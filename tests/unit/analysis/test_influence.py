"""Signs and control coefficients against finite differences, on the toy loop and on the shipped network."""

import numpy as np
import pytest

import mtornet as mt
from mtornet.analysis.influence import control_by_arm, influence_graph, regulatory_arms
from mtornet.compiled.bind import initial_amounts, rate_constants, values_of
from mtornet.compiled.network import compile_network
from mtornet.simulation.methods.ode_options import OdeOptions
from mtornet.simulation.rate_equations import functions
from mtornet.simulation.steady_state import find_steady_state


def at_rest(network: mt.ReactionNetwork) -> np.ndarray:
    compiled = compile_network(network)
    constants = rate_constants(compiled, values_of(network, compiled, {}))
    return find_steady_state(compiled, constants, initial_amounts(network), OdeOptions()).amounts


def derivative(network: mt.ReactionNetwork, amounts: np.ndarray) -> np.ndarray:
    """Jacobian by central differences of the right-hand side; rates are polynomials: steps may be large."""
    compiled = compile_network(network)
    right_side, _ = functions(compiled, rate_constants(compiled, values_of(network, compiled, {})))
    columns = []
    for j in range(amounts.size):
        step = np.zeros(amounts.size)
        step[j] = 1e-3 * (amounts[j] + 1.0)
        columns.append((right_side(0.0, amounts + step) - right_side(0.0, amounts - step)) / (2 * step[j]))
    return np.column_stack(columns)


def turned(network: mt.ReactionNetwork, reactions: tuple[str, ...], factor: float) -> mt.ReactionNetwork:
    """The same network with the rate constants of some reactions times a factor."""
    graph = network.graph
    for name in reactions:
        graph.nodes[name]["rate_constant"] = f"{factor!r}*({graph.nodes[name]['rate_constant']})"
    return mt.from_graph(graph)


def value(network: mt.ReactionNetwork, amounts: np.ndarray, readout: str) -> float:
    by_name = dict(zip(network.species, amounts, strict=True))
    formula = {"output": ("pY",), "pAKT_S473": ("AKT_S", "AKT_TS"), "pS6K_T389": ("pS6K",)}[readout]
    return sum(by_name[name] for name in formula)


@pytest.fixture(params=["loop", "mtor"])
def network(request) -> mt.ReactionNetwork:
    return request.getfixturevalue(request.param)


def test_signs_are_those_of_finite_differences(network):
    amounts = at_rest(network)
    graph = influence_graph(network, {}, amounts)
    numeric = derivative(network, amounts)
    species = list(network.species)
    assert set(graph.nodes) == set(species)
    tiny = 1e-9 * np.abs(numeric).max()
    for j, source in enumerate(species):
        for i, target in enumerate(species):
            if i == j:
                continue
            if abs(numeric[i, j]) > tiny:
                assert graph.edges[source, target]["sign"] == np.sign(numeric[i, j]), (source, target)
                wanted = abs(numeric[i, j]) * 3600.0 * amounts[j] / (amounts[i] + 1.0)
                assert graph.edges[source, target]["strength"] == pytest.approx(wanted, rel=1e-5, abs=1e-9)
            elif graph.has_edge(source, target):
                assert (
                    graph.edges[source, target]["strength"] * (amounts[i] + 1)
                    <= 3600 * tiny * (amounts[j] + 1) * 10
                )


def test_the_loop_s_signs(loop):
    graph = influence_graph(loop, {}, at_rest(loop))
    assert graph.edges["pK", "X"]["sign"] == -1
    assert graph.edges["X", "pY"]["sign"] == 1
    assert graph.edges["pY", "pK"]["sign"] == 1
    assert not graph.has_edge("Z", "pY")


def check_control(network: mt.ReactionNetwork, readout: str, arms: list) -> None:
    amounts = at_rest(network)
    all_arms = regulatory_arms(network)
    control = control_by_arm(network, {}, amounts, [readout], all_arms)[readout]
    assert set(control) == set(all_arms)
    for arm in arms:
        up, down = (
            value(network, at_rest(turned(network, arm.reactions, f)), readout) for f in (1.01, 1 / 1.01)
        )
        slope = (np.log(up) - np.log(down)) / (2 * np.log(1.01))
        # The next term of the difference is a hundredth of a percent of the curvature.
        assert control[arm] == pytest.approx(slope, rel=1e-3, abs=2e-5), arm.label


def test_control_on_the_loop_is_that_of_finite_differences(loop):
    check_control(loop, "output", list(regulatory_arms(loop)))


@pytest.mark.parametrize("readout", ["pAKT_S473", "pS6K_T389"])
def test_control_on_the_shipped_model_is_that_of_finite_differences(mtor, readout):
    wanted = {
        "pS6K on IRS",
        "mTORC1a on IRS",
        "pS6K on mTORC2",
        "AKT_TS on FOXO",
        "PIP3 on AKT",
        "mTORC1a on S6K",
    }
    arms = [arm for arm in regulatory_arms(mtor) if arm.label in wanted]
    assert len(arms) == len(wanted), [arm.label for arm in regulatory_arms(mtor)]
    check_control(mtor, readout, arms)


def test_a_read_out_of_nothing_has_no_control(mtor):
    network = mtor.with_variant("TSC2_loss")
    with pytest.raises(mt.ModelError, match="read-out 'pTSC2_T1462' is 0 at this state"):
        control_by_arm(network, {}, at_rest(network), ["pTSC2_T1462"], regulatory_arms(network))


def test_every_modifier_belongs_to_one_arm(mtor):
    arms = regulatory_arms(mtor)
    listed = [(arm.regulator, name) for arm in arms for name in arm.reactions]
    edges = [(name, r.id) for r in mtor.reactions.values() for name, _ in r.modifiers]
    assert sorted(listed) == sorted(edges)
    assert len({arm.label for arm in arms}) == len(arms)
