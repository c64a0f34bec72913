"""Rate equations against closed solutions and against another integrator."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.compiled.bind import bind, rate_constants, values_of
from mtornet.compiled.network import compile_network
from mtornet.errors import IntegrationError
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.methods import ode
from mtornet.simulation.problem import Problem
from mtornet.simulation.rate_equations import functions
from mtornet.simulation.run import simulate
from tests.verification import toys
from tests.verification.sampling import problem_of
from tests.verification.toys import r, toy

TIMES = np.array([0.0, 0.1, 1.0, 3.0, 10.0, 40.0])
TOLERANCE = 1e-7
"""The default rtol, which bounds the achieved error."""


def test_chain_of_two_decays() -> None:
    # Bateman: B = A0 f/(g-f) (exp(-f t) - exp(-g t)).
    chain = toy({"A": 1000, "B": 0, "C": 0}, {"f": 0.5, "g": 0.2}, ab=r("A -> B", "f"), bc=r("B -> C", "g"))
    a = 1000 * np.exp(-0.5 * TIMES)
    b = 1000 * 0.5 / (0.2 - 0.5) * (np.exp(-0.5 * TIMES) - np.exp(-0.2 * TIMES))
    result = simulate(chain.network(), TIMES)
    np.testing.assert_allclose(result.mean, np.column_stack([a, b, 1000 - a - b]), rtol=TOLERANCE, atol=1e-5)


def test_second_order_decay() -> None:
    # 2 A -> 0 as rate k A**2, two molecules each: A = A0/(1 + 2 k A0 t). Not A.
    pairs = toy({"A": 50}, {"k": 0.01}, meet=r("2 A ->", "k"))
    np.testing.assert_allclose(
        simulate(pairs.network(), TIMES)["A"], 50 / (1 + 2 * 0.01 * 50 * TIMES), rtol=TOLERANCE
    )


def test_logistic_growth() -> None:
    # W + A -> 2 A with W + A = N: the logistic curve.
    network = toy({"A": 3, "W": 97}, {"f": 0.01}, copy=r("W + A -> 2 A", "f")).network()
    grown = 100 * 3 * np.exp(TIMES) / (97 + 3 * np.exp(TIMES))
    np.testing.assert_allclose(simulate(network, TIMES)["A"], grown, rtol=TOLERANCE)


def test_isomerisation_and_immigration() -> None:
    np.testing.assert_allclose(
        simulate(toys.IMMIGRATION_DEATH.network(), TIMES)["X"],
        100 * (1 - np.exp(-0.1 * TIMES)),
        rtol=TOLERANCE,
        atol=1e-7,
    )
    rest = 90 * 0.2 / 0.7
    np.testing.assert_allclose(
        simulate(toys.ISOMERISATION.network(), TIMES)["A"],
        rest + (80 - rest) * np.exp(-0.7 * TIMES),
        rtol=TOLERANCE,
    )


@pytest.mark.parametrize(
    "name", ["DIMERISATION", "ENZYME", "TRIMERISATION", "CATALYSED_PAIR", "AUTOCATALYSIS"]
)
def test_against_a_taylor_like_reference(name: str) -> None:
    compare_with_scipy(getattr(toys, name).network(), TIMES)


def test_mtor_network_against_another_integrator(mtor_with_everolimus: ReactionNetwork) -> None:
    compare_with_scipy(mtor_with_everolimus, np.array([0.0, 600.0, 6 * 3600.0, 24 * 3600.0]), rtol=2e-6)


def compare_with_scipy(network: ReactionNetwork, times: np.ndarray, rtol: float = TOLERANCE) -> None:
    from scipy.integrate import solve_ivp

    compiled = compile_network(network)
    constants = rate_constants(compiled, values_of(network, compiled, {}))
    right_side, jacobian = functions(compiled, constants)
    start = np.array([s.initial for s in network.species.values()])
    reference = solve_ivp(
        right_side,
        (times[0], times[-1]),
        start,
        t_eval=times,
        method="Radau",
        jac=jacobian,
        rtol=1e-12,
        atol=1e-10,
    )
    result = simulate(network, times)
    np.testing.assert_allclose(result.mean[:, : start.size], reference.y.T, rtol=rtol, atol=1e-4)


def test_doses_at_their_time() -> None:
    # Decay at 0.3/s, +40 at 3.7 s, rate doubled at 5 s: closed solution piece by piece.
    schedule = [(0.0, {}, {}), (3.7, {}, {"X": 40}), (5.0, {"g": 0.6}, {})]
    times = [0.0, 3.0, 3.7, 3.7 + 1e-9, 4.0, 5.0, 6.5]
    amounts, final = ode.solve(problem_of(toys.PURE_DEATH.network(), times, schedule), ode.OdeOptions())
    before = 200 * np.exp(-0.3 * np.array([0.0, 3.0, 3.7]))
    at_4 = (before[2] + 40) * np.exp(-0.3 * 0.3)
    at_5 = (before[2] + 40) * np.exp(-0.3 * 1.3)
    at_end = at_5 * np.exp(-0.6 * 1.5)
    np.testing.assert_allclose(amounts[:, 0], [*before, before[2] + 40, at_4, at_5, at_end], rtol=TOLERANCE)
    np.testing.assert_allclose(final, [at_end], rtol=TOLERANCE)


def test_a_step_is_not_smeared() -> None:
    # Switched on at 10 s: nothing before, and a straight line after, at any sampling.
    source = toy({"X": 0}, {"k": 0.0}, birth=r("-> X", "k")).network()
    times = [0.0, 9.999999, 10.0, 10.000001, 11.0, 20.0]
    problem = problem_of(source, times, [(0.0, {}, {}), (10.0, {"k": 1e6}, {})])
    amounts, _ = ode.solve(problem, ode.OdeOptions())
    assert np.all(amounts[:3] == 0)
    np.testing.assert_allclose(amounts[3:, 0], [1.0, 1e6, 1e7], rtol=1e-6)


def test_several_doses_at_one_time_and_repeated_times() -> None:
    source = toy({"X": 0}, {"k": 0.0}, birth=r("-> X", "k")).network()
    schedule = [(0.0, {}, {}), (5.0, {}, {"X": 11}), (5.0, {}, {"X": 100}), (8.0, {}, {"X": 1000})]
    amounts, final = ode.solve(problem_of(source, [0.0, 5.0, 5.0, 6.0, 8.0], schedule), ode.OdeOptions())
    np.testing.assert_array_equal(amounts[:, 0], [0, 0, 0, 111, 111])
    assert final == [1111.0]


def test_a_short_gap_between_doses_is_harmless() -> None:
    # Gaps of one rounding step come from schedules such as "for 0.1 s every 0.1 s".
    gap = np.nextafter(3.0, 4) - 3.0
    schedule = [(0.0, {}, {}), (3.0, {"g": 0.0}, {}), (3.0 + gap, {"g": 0.3}, {})]
    amounts, _ = ode.solve(problem_of(toys.PURE_DEATH.network(), [0.0, 3.0, 5.0], schedule), ode.OdeOptions())
    np.testing.assert_allclose(amounts[:, 0], 200 * np.exp(-0.3 * np.array([0, 3, 5])), rtol=TOLERANCE)


def test_blow_up_is_an_error_with_the_time() -> None:
    boom = toy({"A": 10}, {"k": 1.0}, explode=r("2 A -> 3 A", "k")).network()
    with pytest.raises(IntegrationError, match=r"could not be solved beyond t = 0\.\d+ s"):
        simulate(boom, [0, 10])


def test_tolerances_are_used() -> None:
    network, times = toys.ENZYME.network(), TIMES
    fine = simulate(network, times, rtol=1e-12, atol=1e-12).mean
    coarse = simulate(network, times, rtol=1e-3, atol=1e-3).mean
    default = simulate(network, times).mean
    assert 1e-6 < np.max(np.abs(coarse - fine)) < 0.5
    assert np.max(np.abs(default - fine)) < 1e-6
    with pytest.raises(IntegrationError):
        simulate(network, times, max_steps=1)


def test_start_time_is_the_first_time() -> None:
    network = toys.PURE_DEATH.network()
    np.testing.assert_allclose(
        simulate(network, [100.0, 101.0])["X"], [200, 200 * np.exp(-0.3)], rtol=TOLERANCE
    )
    np.testing.assert_allclose(simulate(network, ["1 min", "2 min"])["X"][0], 200)
    problem = Problem(
        compiled=compile_network(network),
        segments=bind(network, compile_network(network), [(0.0, {}, {})], 5.0),
        times=np.empty(0),
        x0=np.array([200.0]),
        content="",
    )
    np.testing.assert_allclose(ode.solve(problem, ode.OdeOptions())[1], 200 * np.exp(-1.5), rtol=TOLERANCE)
