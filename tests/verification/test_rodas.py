"""The batched stiff integrator: its coefficients, its algebra, its accuracy, and that lanes do not mix."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numba import njit

from mtornet.compiled import rodas5p
from mtornet.compiled.bind import Segments, bind, initial_amounts, rate_constants, values_of
from mtornet.compiled.elimination import elimination_lists
from mtornet.compiled.kernels import rodas_lanes, rodas_step
from mtornet.compiled.network import CompiledNetwork, compile_network
from mtornet.compiled.sparsity import minimum_degree_order
from mtornet.compiled.status import BAD_PIVOT, COMPLETE, INTERRUPTED, NOT_FINITE, STEP_LIMIT
from mtornet.compiled.tables import Cells
from mtornet.compiled.workspace import new_rows
from mtornet.errors import IntegrationError, ProtocolError
from mtornet.experiment.drug import find_drug
from mtornet.experiment.mechanisms import with_drug
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods import lsoda, ode
from mtornet.simulation.problem import Problem
from mtornet.simulation.rate_equations import functions
from tests.verification import toys
from tests.verification.reference import rosenbrock
from tests.verification.reference.rosenbrock import Tableau, fixed_steps, residual, stages, trees
from tests.verification.sampling import problem_of
from tests.verification.toys import r, toy

HOUR = 3600.0
TIMES = np.linspace(0, 72 * HOUR, 101)
TIGHT = ode.OdeOptions(rtol=1e-12, atol=1e-10, max_steps=10**6)
DOSES = {"everolimus": 20.0, "sapanisertib": 224.0, "dactolisib": 500.0}


# --- coefficients --------------------------------------------------------------------------------


def worst_residual(order: int, weights: np.ndarray, tableau: Tableau, q: float = 1.0) -> float:
    return max(abs(residual(tree, weights, tableau, q)) for tree in trees(order))


def test_order_conditions_are_counted_right() -> None:
    # Number of rooted trees (OEIS A000081).
    assert [len(trees(n)) for n in range(1, 7)] == [1, 1, 2, 4, 9, 20]
    assert rosenbrock.density(((), ((),))) == 4 * 2


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_solution_has_order_5(order: int) -> None:
    assert worst_residual(order, rodas5p.B, Tableau()) < 1e-13


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_embedded_solution_and_interpolant_have_order_4(order: int) -> None:
    embedded = np.where(np.arange(8) < 7, rodas5p.B, 0.0)
    assert worst_residual(order, embedded, Tableau()) < 1e-13
    for q in (0.1, 0.35, 0.8, 1.0):
        assert worst_residual(order, Tableau().weights_at(q), Tableau(), q) < 1e-13


def test_no_higher_order_is_claimed() -> None:
    embedded = np.where(np.arange(8) < 7, rodas5p.B, 0.0)
    assert worst_residual(6, rodas5p.B, Tableau()) > 1e-3
    # The estimate of the error would be worthless if both solutions had the same order.
    assert worst_residual(5, embedded, Tableau()) > 1e-3


def test_a_changed_digit_is_noticed() -> None:
    # Sabotage: any coefficient off by 1e-9 of itself breaks a condition by far more than rounding.
    for name in ("A", "C"):
        for i, j in zip(*np.nonzero(getattr(rodas5p, name)[:6]), strict=True):
            wrong = getattr(rodas5p, name).copy()
            wrong[i, j] *= 1 + 1e-9
            tableau = replace(Tableau(), **{name: wrong})
            assert max(worst_residual(n, rodas5p.B, tableau) for n in range(1, 6)) > 1e-12, (name, i, j)


def test_the_method_is_l_stable() -> None:
    # R(z) for y' = z y: at most 1 in the left half-plane, 0 at infinity.
    def stability(z: complex) -> complex:
        big_gamma = np.linalg.inv(np.eye(8) / rodas5p.GAMMA - rodas5p.C)
        beta = rodas5p.A @ big_gamma + big_gamma
        return complex(1 + z * (rodas5p.B @ big_gamma) @ np.linalg.solve(np.eye(8) - z * beta, np.ones(8)))

    on_axis = [abs(stability(1j * y)) for y in np.geomspace(1e-2, 1e4, 400)]
    assert max(on_axis) < 1 + 1e-9
    assert abs(stability(-1e8)) < 1e-6


def network_functions(compiled: CompiledNetwork, constants: np.ndarray) -> tuple[Any, Any]:
    right_side, jacobian = functions(compiled, constants)
    return (lambda y: right_side(0.0, y)), (lambda y: jacobian(0.0, y))


def stiff_nonlinear() -> tuple[Any, Any, np.ndarray, float]:
    # An enzyme whose binding is 500 times faster than the time scale of interest.
    network = toy(
        {"S": 25, "E": 4, "ES": 0, "P": 0},
        {"on": 20.0, "off": 30.0, "cat": 0.4},
        bind=r("S + E -> ES", "on"),
        release=r("ES -> S + E", "off"),
        turnover=r("ES -> E + P", "cat"),
    ).network()
    compiled = compile_network(network)
    f, jacobian = network_functions(compiled, rate_constants(compiled, values_of(network, compiled, {})))
    return f, jacobian, initial_amounts(network), 0.02


def observed_order(
    f: Any, jacobian: Any, start: np.ndarray, end: float, weights: np.ndarray | None = None
) -> float:
    from scipy.integrate import solve_ivp

    exact = solve_ivp(lambda _t, y: f(y), (0, end), start, method="Radau", rtol=1e-13, atol=1e-13).y[:, -1]
    errors = [
        np.max(np.abs(fixed_steps(f, jacobian, start, end, n, Tableau(), weights) - exact))
        for n in (32, 64, 128)
    ]
    return float(np.log2(errors[0] / errors[2]) / 2)


def test_observed_order_on_a_stiff_nonlinear_problem() -> None:
    f, jacobian, start, end = stiff_nonlinear()
    assert 4.7 < observed_order(f, jacobian, start, end) < 6.0


def test_a_wrong_entry_of_the_jacobian_costs_order() -> None:
    f, jacobian, start, end = stiff_nonlinear()

    def wrong(y: np.ndarray) -> np.ndarray:
        matrix = jacobian(y)
        matrix[2, 1] *= 1.2
        return matrix

    assert observed_order(f, wrong, start, end) < 3.0


# --- algebra -------------------------------------------------------------------------------------


@cache
def problem_with(drug: str) -> Problem:
    from mtornet.graph.wiring import default_graph
    from mtornet.network.build import from_graph
    from mtornet.simulation.steady_state import find_steady_state

    mtor = from_graph(default_graph("mtor"))
    before = compile_network(mtor)
    rest = find_steady_state(
        before, rate_constants(before, values_of(mtor, before, {})), initial_amounts(mtor), ode.OdeOptions()
    ).amounts
    network = with_drug(mtor, find_drug("mtor", drug))
    compiled = compile_network(network)
    x0 = initial_amounts(network)
    x0[[list(network.species).index(name) for name in mtor.species]] = rest
    segments = bind(network, compiled, [(0.0, {drug: DOSES[drug]}, {})], TIMES[-1])
    return Problem(compiled=compiled, segments=segments, times=TIMES, x0=x0, content=drug)


def perturbed(problem: Problem, n_sets: int, seed: int = 5) -> np.ndarray:
    factors = np.exp(
        0.3 * np.random.default_rng(seed).standard_normal((n_sets, 1, problem.compiled.n_reactions))
    )
    return np.asarray(problem.segments.constants[None] * factors)


@njit
def take_step(lanes: Any, program: Any, tape: Any, tableau: Any, rows: Any) -> None:
    rodas_step.try_step(lanes, program, tape, tableau, rows)


def one_step(
    compiled: CompiledNetwork, constants: np.ndarray, y: np.ndarray, h: np.ndarray, sabotage: bool = False
) -> Any:
    """A step of the kernel in ``h.size`` lanes: stages (8, n, lanes) and solution (n, lanes), by species."""
    (program, tape), lanes = elimination_lists(compiled), h.size
    if sabotage:
        wrong = program.fill_by.copy()
        # One in the middle: what the first ones fill is small beside the largest stage.
        filled = np.flatnonzero(wrong > 0)
        wrong[filled[filled.size // 2]] *= 1.5
        wrong.setflags(write=False)
        program = program._replace(fill_by=wrong)
    n = program.species.size
    rows = new_rows(program, tape, lanes)
    rows.constants[:] = (constants[:, program.member_reaction] * program.member_scale).T.ravel()
    rows.y[: n * lanes] = y[:, program.species].T.ravel()
    rows.inverse[:] = np.concatenate([1 / (h * rodas5p.GAMMA), 1 / h])
    take_step((0,) * lanes, program, tape, ode._tableau(), rows)
    back = np.argsort(program.species)
    return rows.stages.reshape(8, n, lanes)[:, back], rows.x.reshape(-1, lanes)[:n][back], rows.weak


def compare_with_twin(
    compiled: CompiledNetwork, constants: np.ndarray, y: np.ndarray, h: np.ndarray, sabotage: bool
) -> float:
    k, x, weak = one_step(compiled, constants, y, h, sabotage)
    assert not weak.any()
    worst = 0.0
    for lane in range(h.size):
        f, jacobian = network_functions(compiled, constants[lane])
        expected = stages(f, jacobian, y[lane], h[lane], Tableau())
        # The last stages are small differences of the others: their rounding is that of the others.
        scale = np.abs(expected).max()
        worst = max(worst, float(np.max(np.abs(k[:, :, lane] - expected) / scale)))
        np.testing.assert_allclose(
            x[:, lane], y[lane] + rodas5p.B @ k[:, :, lane], rtol=1e-9, atol=1e-9 * scale.max()
        )
    return worst


@pytest.mark.parametrize("drug", DOSES)
def test_a_step_is_that_of_dense_matrices(drug: str) -> None:
    problem = problem_with(drug)
    rng = np.random.default_rng(3)
    y = problem.x0 * rng.lognormal(0, 1, (4, problem.x0.size)) + rng.random((4, problem.x0.size))
    constants, h = perturbed(problem, 4)[:, 0], np.array([1e-3, 1.0, 60.0, 600.0])
    assert compare_with_twin(problem.compiled, constants, y, h, sabotage=False) < 1e-12
    assert compare_with_twin(problem.compiled, constants, y, h, sabotage=True) > 1e-6


@pytest.mark.parametrize(
    "name", ["DIMERISATION", "TRIMERISATION", "CATALYSED_PAIR", "IMMIGRATION_DEATH", "AUTOCATALYSIS"]
)
def test_a_step_of_every_kind_of_law(name: str) -> None:
    network = getattr(toys, name).network()
    compiled = compile_network(network)
    constants = rate_constants(compiled, values_of(network, compiled, {}))[None]
    y = initial_amounts(network)[None] + 1.0
    assert compare_with_twin(compiled, constants, y, np.array([0.3]), sabotage=False) < 1e-12


def test_a_pivot_that_cancels_is_reported() -> None:
    # A -> 2 A: W = 1/(h gamma) - f vanishes at h = 1/(gamma f).
    network = toy({"A": 3}, {"f": 0.5}, grow=r("A -> 2 A", "f")).network()
    compiled = compile_network(network)
    y, constants = np.full((2, 1), 3.0), np.full((2, 1), 0.5)
    _, _, weak = one_step(compiled, constants, y, np.array([1.0, 1 / (0.5 * rodas5p.GAMMA)]))
    np.testing.assert_array_equal(weak > 0, [False, True])


def test_elimination_of_a_tree_fills_nothing() -> None:
    # A star with the hub first: a bad order fills everything, the right one nothing.
    n = 12
    star = [set(range(n)), *({0, i} for i in range(1, n))]
    assert minimum_degree_order(star).index(0) >= n - 2


def test_same_network_is_analysed_once() -> None:
    compiled = problem_with("everolimus").compiled
    assert elimination_lists(compiled) is elimination_lists(compiled)


# --- accuracy ------------------------------------------------------------------------------------


@cache
def reference(drug: str) -> np.ndarray:
    return lsoda.solve(problem_with(drug), TIGHT)[0]


def relative_error(amounts: np.ndarray, expected: np.ndarray) -> float:
    return float(np.max(np.abs(amounts - expected) / (np.abs(expected) + 1.0)))


@pytest.mark.parametrize("drug", DOSES)
def test_error_follows_the_tolerance(drug: str) -> None:
    errors = []
    for rtol in (1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9):
        amounts, _ = ode.solve(problem_with(drug), ode.OdeOptions(rtol=rtol, atol=rtol))
        errors.append(relative_error(amounts, reference(drug)))
        # Every species at every one of the 101 output times, whichever way the steps fell.
        assert errors[-1] < 1.5 * rtol
    slope = np.polyfit(np.log10([1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9]), np.log10(errors), 1)[0]
    assert 0.8 < slope < 1.25


def test_against_radau() -> None:
    from scipy.integrate import solve_ivp

    problem = problem_with("sapanisertib")
    right_side, jacobian = functions(problem.compiled, problem.segments.constants[0])
    times = TIMES[::20]
    expected = solve_ivp(
        right_side,
        (0, times[-1]),
        problem.x0,
        t_eval=times,
        method="Radau",
        jac=jacobian,
        rtol=1e-10,
        atol=1e-8,
    )
    amounts, final = ode.solve(replace(problem, times=times), ode.OdeOptions(rtol=1e-9, atol=1e-8))
    assert relative_error(amounts, expected.y.T) < 1e-8
    np.testing.assert_array_equal(final, amounts[-1])


def test_conserved_totals_stay_to_rounding(mtor_with_everolimus: ReactionNetwork) -> None:
    compiled = compile_network(mtor_with_everolimus)
    problem = problem_with("everolimus")
    assert compiled.species == problem.compiled.species
    amounts, _ = ode.solve(problem, ode.OdeOptions(rtol=1e-4, atol=1e-3))
    moieties = mtor_with_everolimus.conserved_moieties()
    assert moieties
    for moiety in moieties:
        weights = np.array([dict(moiety.species).get(name, 0.0) for name in compiled.species])
        total = amounts @ weights
        assert np.max(np.abs(total - total[0])) <= 1e-11 * max(total[0], 1.0)


def test_linear_chain_with_rates_far_apart() -> None:
    # Bateman's solution; 1e6 between the rates.
    network = toy(
        {"A": 1000, "B": 0, "C": 0}, {"f": 1e4, "g": 0.01}, ab=r("A -> B", "f"), bc=r("B -> C", "g")
    ).network()
    times = [0.0, 1e-5, 1e-4, 1e-3, 1.0, 100.0, 500.0]
    t = np.array(times)
    a = 1000 * np.exp(-1e4 * t)
    b = 1000 * 1e4 / (0.01 - 1e4) * (np.exp(-1e4 * t) - np.exp(-0.01 * t))
    for rtol in (1e-5, 1e-8):
        amounts, _ = ode.solve(problem_of(network, times), ode.OdeOptions(rtol=rtol, atol=rtol))
        np.testing.assert_allclose(
            amounts, np.column_stack([a, b, 1000 - a - b]), rtol=5 * rtol, atol=5 * rtol
        )


ROBERTSON = toy(
    {"A": 1, "B": 0, "C": 0},
    {"slow": 0.04, "fast": 3e7, "back": 1e4},
    leave=r("A -> B", "slow"),
    pair=r("2 B -> B + C", "fast"),
    undo=r("B -> A", "back", catalysts=("C",)),
)


def test_robertson() -> None:
    # Values at 40 and 4e5 s, Hindmarsh 1983 (LSODE), and 1e11 s, test set for IVP solvers, problem ROBER.
    times = [0.0, 40.0, 4e5, 1e11]
    amounts, _ = ode.solve(problem_of(ROBERTSON.network(), times), ode.OdeOptions(rtol=1e-8, atol=1e-14))
    np.testing.assert_allclose(amounts[1], [7.158e-1, 9.185e-6, 2.842e-1], rtol=1e-3)
    np.testing.assert_allclose(amounts[2], [4.940e-3, 1.984e-8, 9.951e-1], rtol=2e-3)
    np.testing.assert_allclose(
        amounts[3], [2.083340149701255e-8, 8.333360770334713e-14, 0.9999999791665050], rtol=1e-5
    )


# --- segments ------------------------------------------------------------------------------------

SCHEDULE = [
    (0.0, {}, {}),
    (3.7, {}, {"X": 40}),
    (5.0, {"g": 0.6}, {}),
    (5.0, {}, {"X": 7}),
    (6.0, {}, {"X": 1}),
]


@pytest.mark.parametrize(
    "times",
    [
        [0.0, 3.0, 3.7, 3.7 + 1e-9, 4.0, 5.0, 5.0, 5.5, 6.0, 6.5],
        [3.7, 5.0, 6.0],
        [0.0, 0.0, 6.5, 6.5],
        [6.0, 6.0 + 1e-12, 6.2],
    ],
)
def test_doses_and_times_as_with_lsoda(times: list[float]) -> None:
    problem = problem_of(toys.PURE_DEATH.network(), times, SCHEDULE)
    options = ode.OdeOptions(rtol=1e-10, atol=1e-10)
    for got, expected in zip(ode.solve(problem, options), lsoda.solve(problem, options), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-8)


def test_no_times_and_no_reactions() -> None:
    problem = problem_of(toys.PURE_DEATH.network(), [0.0, 5.0])
    _, final = ode.solve(replace(problem, times=np.empty(0)), ode.OdeOptions())
    np.testing.assert_allclose(final, [200 * np.exp(-1.5)], rtol=1e-8)
    idle = toy({"A": 3, "B": 0}, {}).network()
    amounts, _ = ode.solve(
        problem_of(idle, [0.0, 1.0], [(0.0, {}, {}), (0.5, {}, {"B": 2})]), ode.OdeOptions()
    )
    np.testing.assert_array_equal(amounts, [[3, 0], [3, 2]])


# --- lanes ---------------------------------------------------------------------------------------

SCAN = ode.OdeOptions(rtol=1e-5, atol=1e-4)


def scan(problem: Problem, constants: np.ndarray, **more: Any) -> ode.SetSolutions:
    segments = problem.segments
    return ode.solve_many(
        problem.compiled,
        **{  # type: ignore[arg-type]
            "breaks": segments.breaks,
            "constants": constants,
            "added": segments.added,
            "times": problem.times,
            "x0": problem.x0,
            "options": SCAN,
            **more,
        },
    )


def assert_same(one: ode.SetSolutions, other: ode.SetSolutions) -> None:
    for name in ode.SetSolutions.__slots__:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def with_two_segments(problem: Problem) -> tuple[Problem, np.ndarray]:
    # The second half without the drug's change of constants: lanes pass the break at different steps.
    breaks = np.array([0.0, 30.3 * HOUR, 72 * HOUR])
    added = np.zeros((2, problem.x0.size))
    added[1, 3] = 100.0
    both = np.repeat(perturbed(problem, 200), 2, axis=1)
    both[:, 1] *= 0.5
    return replace(problem, segments=Segments(breaks=breaks, constants=both[0], added=added)), both


def test_200_sets_equal_their_single_solves_bit_for_bit() -> None:
    problem, constants = with_two_segments(problem_with("everolimus"))
    together = scan(problem, constants)
    assert np.all(together.status == COMPLETE)
    assert not together.by_lsoda.any()
    for i in range(len(constants)):
        segments = replace(problem.segments, constants=constants[i])
        amounts, final = ode.solve(replace(problem, segments=segments), SCAN)
        np.testing.assert_array_equal(amounts, ode.without_rounding(together.amounts[i], SCAN))
        np.testing.assert_array_equal(final, together.final[i])


@pytest.mark.parametrize("lanes", [1, 2, 4, 8, 32])
def test_number_of_lanes_changes_no_bit(lanes: int) -> None:
    problem, constants = with_two_segments(problem_with("everolimus"))
    assert_same(scan(problem, constants[:37], lanes=lanes), scan(problem, constants[:37]))


def test_order_threads_and_neighbours_change_no_bit() -> None:
    problem, constants = with_two_segments(problem_with("sapanisertib"))
    constants = constants[:60]
    plain = scan(problem, constants)
    order = np.random.default_rng(1).permutation(60)
    shuffled = scan(problem, constants[order])
    np.testing.assert_array_equal(shuffled.amounts, plain.amounts[order])
    assert_same(scan(problem, constants, jobs=3), plain)
    # Every other neighbour is nonsense: not finite, or as stiff as numbers go.
    spoiled = constants.copy()
    spoiled[1::4] = np.nan
    spoiled[3::4] *= 1e12
    among = scan(problem, spoiled)
    np.testing.assert_array_equal(among.amounts[::2], plain.amounts[::2])
    assert np.all(among.status[::2] == COMPLETE)
    assert np.all(among.status[1::4] == NOT_FINITE)


def test_a_scan_is_right() -> None:
    problem = problem_with("dactolisib")
    constants = perturbed(problem, 20)
    found = scan(problem, constants)
    for i in (0, 7, 19):
        segments = replace(problem.segments, constants=constants[i])
        expected, _ = lsoda.solve(replace(problem, segments=segments), TIGHT)
        assert relative_error(found.amounts[i], expected) < 1.5e-5
    # Sabotage: the solution of a neighbour is not that of the set.
    assert relative_error(found.amounts[1], found.amounts[0]) > 1e-2


# --- what can go wrong ---------------------------------------------------------------------------

BOOM = toy({"A": 10}, {"k": 1.0}, explode=r("2 A -> 3 A", "k")).network()


def test_blow_up_is_an_error_and_harms_no_neighbour() -> None:
    # A' = A^2 from 10 is infinite at 0.1 s.
    problem = problem_of(BOOM, [0.0, 0.05, 10.0])
    with pytest.raises(IntegrationError, match=r"could not be solved beyond t = 0\.\d+ s"):
        ode.solve(problem, ode.OdeOptions())
    constants = np.array([1e-3, 1.0, 2e-3]).reshape(3, 1, 1)
    found = scan(problem, constants, options=ode.OdeOptions())
    np.testing.assert_array_equal(found.status == COMPLETE, [True, False, True])
    np.testing.assert_allclose(found.reached, [10.0, 0.1, 10.0], rtol=1e-6)
    np.testing.assert_allclose(found.amounts[0, :, 0], 10 / (1 - 1e-3 * 10 * problem.times), rtol=1e-7)
    np.testing.assert_allclose(found.amounts[1, 1], 20.0, rtol=1e-7)
    assert np.isnan(found.amounts[1, 2])


def test_step_limit() -> None:
    problem = problem_with("everolimus")
    with pytest.raises(
        IntegrationError, match=r"could not be solved beyond t = .* \(5 steps were not enough\)"
    ):
        ode.solve(problem, ode.OdeOptions(max_steps=5))
    found = scan(problem, perturbed(problem, 3), options=ode.OdeOptions(max_steps=5))
    np.testing.assert_array_equal(found.status, [STEP_LIMIT] * 3)
    np.testing.assert_array_equal(found.n_steps, [5] * 3)


def test_stop() -> None:
    flag = StopFlag()
    flag.set()
    problem = problem_with("everolimus")
    found = scan(problem, perturbed(problem, 40), stop=flag, lanes=8)
    # Those that ran report it; those that never began have solved nothing.
    assert np.all(found.status == INTERRUPTED)
    assert np.all(found.reached < 72 * HOUR)


def test_a_set_given_up_is_solved_by_lsoda(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_with("sapanisertib")
    constants = perturbed(problem, 3)
    real = rodas_lanes.advance

    def gives_up_the_second(*args: Any) -> None:
        real(*args)
        cells = next(arg for arg in args if isinstance(arg, Cells))
        cells.samples[1], cells.x[1], cells.status[1] = np.nan, np.nan, BAD_PIVOT

    monkeypatch.setattr(rodas_lanes, "advance", gives_up_the_second)
    found = scan(problem, constants)
    np.testing.assert_array_equal(found.by_lsoda, [False, True, False])
    assert np.all(found.status == COMPLETE)
    expected, final = lsoda.solve(
        replace(problem, segments=replace(problem.segments, constants=constants[1])), SCAN
    )
    np.testing.assert_array_equal(found.amounts[1], expected)
    np.testing.assert_array_equal(found.final[1], final)


def test_arrays_that_do_not_fit() -> None:
    problem = problem_with("sapanisertib")
    constants = perturbed(problem, 2)
    with pytest.raises(
        ProtocolError, match=r"constants: expected an array of shape \(2, 1, \d+\), got \(2, 1, 3\)"
    ):
        scan(problem, constants[:, :, :3])
    with pytest.raises(ProtocolError, match="x0: expected"):
        scan(problem, constants, x0=problem.x0[:5])
    with pytest.raises(ProtocolError, match="lanes: expected 1, 2, 4, 8, 16 or 32, got 5"):
        scan(problem, constants, lanes=5)
