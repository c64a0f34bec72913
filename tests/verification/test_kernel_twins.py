"""The kernels against their plain-Python twins, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.compiled.bind import bind, rate_constants, values_of
from mtornet.compiled.network import compile_network
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.problem import Problem
from mtornet.simulation.rate_equations import functions
from mtornet.simulation.rounding import round_conserving
from tests.verification import toys
from tests.verification.reference.composition_method import CompositionMethod
from tests.verification.reference.direct_method import DirectMethod, choose_reaction
from tests.verification.reference.grouped_method import GroupedMethod
from tests.verification.reference.rate_equations import complex_step_jacobian, slopes
from tests.verification.reference.rejection_method import RejectionMethod
from tests.verification.sampling import cells_of, problem_of
from tests.verification.toys import r, toy

# Formulas have no twin here: their programs are tested operation by operation, their laws by distributions.
PRODUCTS = {"mass_action", "constant_rate"}
TOYS = {
    name: value
    for name, value in vars(toys).items()
    if isinstance(value, toys.Toy) and {reaction.law for reaction in value.reactions.values()} <= PRODUCTS
}
TIMES = [0.0, 0.3, 1.0, 4.0, 9.0]


TWINS = {
    "direct": DirectMethod,
    "rejection": RejectionMethod,
    "composition": CompositionMethod,
    "grouped": GroupedMethod,
}


def assert_twins_agree(
    problem: Problem, algorithm: str, *, cells: int, seed: int, max_events: int = 10**9
) -> None:
    chunks = cells_of(problem, cells, seed=seed, max_events=max_events, algorithm=algorithm)
    counts = np.concatenate([c.counts for c in chunks])
    final = np.concatenate([c.final for c in chunks])
    n_events = np.concatenate([c.n_events for c in chunks])
    status = np.concatenate([c.status for c in chunks])
    twin = TWINS[algorithm](problem, seed=seed, max_events=max_events)
    for i in range(cells):
        cell = twin.run(i)
        np.testing.assert_array_equal(counts[i], cell.samples)
        np.testing.assert_array_equal(final[i], cell.final)
        assert (n_events[i], status[i]) == (cell.n_events, cell.status)


@pytest.mark.parametrize("name", TOYS)
@pytest.mark.parametrize("seed", [0, 20261123])
def test_toys(name: str, seed: int, algorithm: str) -> None:
    assert_twins_agree(problem_of(TOYS[name].network(), TIMES), algorithm, cells=30, seed=seed)


def test_doses(algorithm: str) -> None:
    schedule = [
        (0.0, {}, {}),
        (2.5, {"k": 0.0}, {"X": 7}),
        (4.0, {"k": 30.0, "g": 0.0}, {}),
        (4.0, {"k": 1.0}, {"X": 3}),
    ]
    assert_twins_agree(
        problem_of(toys.IMMIGRATION_DEATH.network(), TIMES, schedule), algorithm, cells=40, seed=3
    )


def test_event_limit(algorithm: str) -> None:
    problem = problem_of(toys.IMMIGRATION_DEATH.network(), TIMES)
    assert_twins_agree(problem, algorithm, cells=20, seed=3, max_events=60)


def test_explosion_and_overflow(algorithm: str) -> None:
    boom = toy({"X": 1}, {"k": 1e308}, twice=r("X -> 2 X", "k"))
    assert_twins_agree(problem_of(boom.network(), TIMES), algorithm, cells=3, seed=1)
    huge = toy({"X": 0}, {"k": 1.0}, add=r("-> X", "k")).network().with_amounts(X=9.0e15 - 2)
    assert_twins_agree(problem_of(huge, TIMES), algorithm, cells=10, seed=1)


def test_many_events_pass_a_refresh(algorithm: str) -> None:
    # More than 65 536 events in one cell, so that the running sums are summed anew.
    fast = toy({"A": 900, "B": 0}, {"f": 7.0, "b": 3.0}, forth=r("A -> B", "f"), back=r("B -> A", "b"))
    assert_twins_agree(problem_of(fast.network(), [0.0, 10.0, 20.0]), algorithm, cells=1, seed=4)


def test_bounds_tighten_when_a_fast_reaction_runs_dry(algorithm: str) -> None:
    stuck = toy(
        {"A": 7, "B": 0, "C": 9, "D": 0}, {"f": 1e5, "s": 0.3}, fast=r("2 A -> B", "f"), slow=r("C -> D", "s")
    )
    assert_twins_agree(problem_of(stuck.network(), TIMES), algorithm, cells=10, seed=2)


def test_mtor_network_with_a_rapalog(mtor_with_everolimus: ReactionNetwork, algorithm: str) -> None:
    network, scale = mtor_with_everolimus, 1e-3
    compiled = compile_network(network)
    start = round_conserving(
        np.array([s.initial for s in network.species.values()]) * scale,
        network.conserved_moieties(),
        compiled.species,
    )
    problem = Problem(
        compiled=compiled,
        segments=bind(
            network, compiled, [(0.0, {}, {}), (150.0, {"everolimus": 0.0}, {})], 300.0, copy_scale=scale
        ),
        times=np.array([0.0, 20.0, 150.0, 300.0]),
        x0=start,
        content="twin",
    )
    assert_twins_agree(problem, algorithm, cells=3, seed=11)


def test_choice_of_a_reaction_at_the_edges() -> None:
    from mtornet.compiled.kernels.ssa_direct import choose_reaction as kernel

    propensities = [0.0, 0.0, 2.0, 0.0, 0.0, 1.5, 0.0, 0.0, 0.5, 0.0]
    for shift in (1, 2, 3, 4):
        sums = [sum(propensities[i : i + (1 << shift)]) for i in range(0, len(propensities), 1 << shift)]
        points = [
            0.0,
            1e-300,
            2.0,
            np.nextafter(2.0, 0),
            3.5,
            np.nextafter(3.5, 0),
            np.nextafter(4.0, 0),
            4.0,
            9.0,
        ]
        wanted = [2, 2, 5, 2, 8, 5, 8, -1, -1]
        for point, owner in zip(points, wanted, strict=True):
            assert kernel(np.array(propensities), np.array(sums), shift, point) == owner
            assert choose_reaction(propensities, sums, shift, point) == owner


def test_choice_never_takes_a_reaction_of_propensity_zero() -> None:
    from mtornet.compiled.kernels.ssa_direct import choose_reaction as kernel

    def always_within_reach(propensities: list[float], target: float) -> int:
        """A wrong choice: ``<=`` lets the point 0 fall on a reaction that cannot happen."""
        for j, a in enumerate(propensities):
            if target <= a:
                return j
            target -= a
        return -1

    propensities = [0.0, 0.0, 3.0]
    assert always_within_reach(propensities, 0.0) == 0  # the mistake this test is about
    assert kernel(np.array(propensities), np.array([3.0]), 2, 0.0) == 2
    # Rounding left the block sum above the sum of what stands in it: no owner, rather than a wrong one.
    assert kernel(np.array([0.0, 1.0, 0.0]), np.array([1.0 + 1e-9]), 2, 1.0 + 1e-10) == -1


def _constants(network: ReactionNetwork) -> tuple[np.ndarray, dict[str, float]]:
    compiled = compile_network(network)
    constants = rate_constants(compiled, values_of(network, compiled, {}))
    return constants, dict(zip(compiled.reactions, constants.tolist(), strict=True))


@pytest.mark.parametrize("name", [*TOYS, "mtor"])
def test_rate_equations_and_jacobian(name: str, mtor_with_everolimus: ReactionNetwork) -> None:
    network = mtor_with_everolimus if name == "mtor" else TOYS[name].network()
    constants, by_name = _constants(network)
    right_side, jacobian = functions(compile_network(network), constants)
    rng = np.random.default_rng(5)
    for _ in range(3):
        x = rng.lognormal(4, 2, len(network.species))
        amounts = dict(zip(network.species, x.tolist(), strict=True))
        expected = np.array(list(slopes(network, amounts, by_name).values()))
        matrix = complex_step_jacobian(network, amounts, by_name)
        # Sums of terms of either sign: right to rounding of the largest term.
        size = np.abs(network.stoichiometry) @ _rates(network, amounts, by_name)
        np.testing.assert_array_less(np.abs(right_side(0.0, x) - expected), 1e-13 * size + 1e-300)
        np.testing.assert_allclose(jacobian(0.0, x), matrix, rtol=1e-10, atol=1e-13 * np.abs(matrix).max())


def _rates(network: ReactionNetwork, x: dict[str, float], constants: dict[str, float]) -> np.ndarray:
    from mtornet.network.ratelaws import rate_law

    return np.array(
        [
            constants[reaction.id]
            * np.prod(
                [x[n] ** p for n, p in rate_law(reaction.law).factors(reaction.reactants, reaction.modifiers)]
            )
            for reaction in network.reactions.values()
        ]
    )


def test_jacobian_at_zero_amounts() -> None:
    # A power of 2 at x = 0: the slope is 0, not a division by zero.
    network = toys.DIMERISATION.network()
    constants, by_name = _constants(network)
    _, jacobian = functions(compile_network(network), constants)
    np.testing.assert_array_equal(
        jacobian(0.0, np.zeros(2)), complex_step_jacobian(network, {"A": 0.0, "B": 0.0}, by_name)
    )
