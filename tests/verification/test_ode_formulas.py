"""Rate equations with formulas as rates: tapes against programs, exact solutions, order, lanes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numba import njit

from mtornet.compiled import rodas5p
from mtornet.compiled.bind import row_of_constants, values_of
from mtornet.compiled.elimination import elimination_lists
from mtornet.compiled.kernels import jump_lanes, rodas_step, tape_lanes
from mtornet.compiled.network import compile_network
from mtornet.compiled.workspace import new_rows
from mtornet.expression import TIME, Expression, Number, parse, to_text
from mtornet.network.catalogue import Catalogue
from mtornet.network.elements import Variable
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.methods import ode
from mtornet.simulation.rate_equations import functions
from mtornet.simulation.run import simulate
from tests.unit.network import general
from tests.verification import toys
from tests.verification.reference.formulas import random_tree
from tests.verification.reference.general_rates import solution
from tests.verification.sampling import problem_of
from tests.verification.test_rodas import assert_same
from tests.verification.toys import r, toy


def moving(rates: dict[str, tuple[float, str | Expression]], **parameters: float) -> ReactionNetwork:
    """A network of variables: start and rate of each."""
    base = toy({"X": 1}, {"k": 0.1, **parameters}, death=r("X ->", "k")).network()
    variables = [
        Variable(id=name, initial=start, rate=parse(rate) if isinstance(rate, str) else rate)
        for name, (start, rate) in rates.items()
    ]
    return replace(base, variables=Catalogue("variable", variables))


def with_law(network: ReactionNetwork, **laws: str) -> ReactionNetwork:
    """The same network with formulas as whole rates of some reactions."""
    reactions = network.reactions
    for name, law in laws.items():
        changed = replace(reactions[name], law="expression", rate_constant=parse(law))
        reactions = reactions.replaced(changed)
    return replace(network, reactions=reactions)


def constants_of(network: ReactionNetwork) -> np.ndarray:
    compiled = compile_network(network)
    return row_of_constants(compiled, values_of(network, compiled, {}))


# --- tapes ---------------------------------------------------------------------------------------


@njit
def run_laws(lanes: Any, p: Any, tape: Any, time: float, rows: Any) -> None:
    for lane in range(len(lanes)):
        jump_lanes.set_marks(lanes, p, tape, lane, time, rows)
    tape_lanes.run_tape(lanes, tape.code, 0, tape.n_step, rows.taped)


def laws_by_tape(network: ReactionNetwork, t: float, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values of the laws (n_members, lanes) and their derivatives, for states (lanes, n_states)."""
    compiled = compile_network(network)
    program, tape = elimination_lists(compiled)
    assert tape is not None
    lanes, n = len(x), compiled.n_species
    rows = new_rows(program, tape, lanes)
    constants = constants_of(network)
    members = program.member_reaction.size
    by_row = rows.constants.reshape(-1, lanes)
    first = members + tape.n_extra - tape.numbers.size - tape.column.size
    by_row[first : first + tape.column.size] = constants[tape.column][:, None]
    rows.y.reshape(-1, lanes)[:n] = x[:, program.species].T
    run_laws((0,) * lanes, program, tape, t, rows)
    return by_row[:members].copy(), by_row[members : members + tape.n_derivatives].copy()


@cache
def random_network() -> ReactionNetwork:
    rng = np.random.default_rng(3)
    names = ["u", "v", "w", TIME, "p", "q"]
    rates = {f"f{i}": (1.0, random_tree(rng, names, 4)) for i in range(150)}
    return moving({"u": (0.3, "1"), "v": (2.0, "1"), "w": (-1.0, "1"), **rates}, p=0.7, q=2.0)


def program_values(network: ReactionNetwork, t: float, x: np.ndarray) -> np.ndarray:
    from mtornet.compiled.kernels.bytecode import evaluate

    compiled = compile_network(network)
    tables, constants = compiled.tables, constants_of(network)
    state, stack = np.concatenate([x, [1.0, t]]), np.empty(tables.depth)
    program, _ = elimination_lists(compiled)
    spans = zip(tables.program_start[:-1], tables.program_start[1:], strict=True)
    values = [
        evaluate(tables.code, begin, end, state, constants, stack) if begin < end else np.nan
        for begin, end in spans
    ]
    return np.array(values)[program.member_reaction]


@pytest.mark.parametrize("lanes", [1, 8])
def test_a_tape_computes_what_the_programs_do(lanes: int) -> None:
    network = random_network()
    rng = np.random.default_rng(lanes)
    compiled = compile_network(network)
    members = elimination_lists(compiled).program.member_reaction
    has = np.diff(compiled.tables.program_start)[members] > 0
    # A remainder by way of its quotient is off by rounding.
    texts = ["", *(to_text(v.rate) for v in network.variables.values() if v.rate is not None)]
    remainders = np.array(["rem" in texts[j] or "quotient" in texts[j] for j in members])[has]
    for t in (0.0, 0.7, 3.0):
        x = rng.normal(0.0, 2.0, (lanes, compiled.n_species))
        found, _ = laws_by_tape(network, t, x)
        for lane in range(lanes):
            # To the last bit: a trigger must flip for the integrator when it does for the event.
            expected = program_values(network, t, x[lane])[has]
            real = np.isfinite(expected) & np.isfinite(found[has, lane]) & ~remainders
            assert np.sum(real) > 0.4 * has.sum()
            np.testing.assert_array_equal(found[has, lane][real], expected[real])
            # The difference of two infinite sides has no sign: 2 % of these formulas are so far out.
            lost = np.isfinite(expected) != np.isfinite(found[has, lane])
            assert np.sum(lost) <= 0.02 * has.sum()


def numerical_jacobian(network: ReactionNetwork, t: float, x: np.ndarray) -> np.ndarray:
    right_side, _ = functions(compile_network(network), constants_of(network))
    columns = []
    for i in range(x.size):
        h = 1e-5 * max(1.0, abs(x[i]))
        shift = np.zeros(x.size)
        shift[i] = h
        slopes = [right_side(t, x + k * shift) for k in (-2, -1, 1, 2)]
        columns.append((slopes[0] - 8 * slopes[1] + 8 * slopes[2] - slopes[3]) / (12 * h))
    return np.column_stack(columns)


def test_the_jacobian_of_any_formula() -> None:
    network = random_network()
    compiled = compile_network(network)
    _, jacobian = functions(compiled, constants_of(network))
    rng = np.random.default_rng(8)
    right = total = 0
    for _ in range(5):
        t, x = float(rng.uniform(0, 3)), rng.normal(0.5, 1.5, compiled.n_species)
        expected, found = numerical_jacobian(network, t, x), jacobian(t, x)
        # Near a jump or a pole the numerical derivative is the wrong one.
        smooth = np.isfinite(expected) & np.isfinite(found) & (np.abs(expected) < 1e6)
        close = np.isclose(found, expected, rtol=1e-6, atol=1e-6)
        right += int(np.sum(close & smooth & (expected != 0)))
        total += int(np.sum(smooth & (expected != 0)))
    assert total > 500
    assert right > 0.97 * total


def test_the_jacobian_of_every_law() -> None:
    network = replace(general.network(), events=Catalogue("event", ()))
    compiled = compile_network(network)
    _, jacobian = functions(compiled, constants_of(network))
    x = np.array([70.0, 20.0, 9.0, 3.0, 1.0, 2e-12])
    expected = numerical_jacobian(network, 5.0, x)[:, :-1]
    np.testing.assert_allclose(jacobian(5.0, x)[:, :-1], expected, rtol=1e-8, atol=1e-9)


# --- exact solutions -----------------------------------------------------------------------------

TIMES = np.array([0.0, 0.3, 1.0, 4.0, 10.0, 30.0])
CLOSE = 2e-7


def test_michaelis_menten_in_closed_form() -> None:
    # S' = -V S/(K + S): S = K W(S0/K exp((S0 - V t)/K)) with Lambert's W (Schnell and Mendoza 1997).
    from scipy.special import lambertw

    network = with_law(toys.PURE_DEATH.network(), death="3*X/(20 + X)")
    exact = 20 * lambertw(200 / 20 * np.exp((200 - 3 * TIMES) / 20)).real
    np.testing.assert_allclose(simulate(network, TIMES)["X"], exact, rtol=CLOSE)


def test_logistic_growth_of_a_variable() -> None:
    network = moving({"n": (2.0, "0.5*n*(1 - n/1000)")})
    grown = 1000 * 2 * np.exp(0.5 * TIMES) / (998 + 2 * np.exp(0.5 * TIMES))
    np.testing.assert_allclose(simulate(network, TIMES)["n"], grown, rtol=CLOSE)


def test_a_periodic_input() -> None:
    # u' = w cos(w t) - k (u - sin(w t)), u(0) = 5: u = sin(w t) + 5 exp(-k t).
    network = moving({"u": (5.0, "w*cos(w*time) - k*(u - sin(w*time))")}, w=3.0)
    exact = np.sin(3 * TIMES) + 5 * np.exp(-0.1 * TIMES)
    np.testing.assert_allclose(simulate(network, TIMES)["u"], exact, rtol=CLOSE, atol=CLOSE)


def test_a_stiff_relaxation_to_a_moving_target() -> None:
    # Prothero and Robinson 1974: the error of a method of too low a stage order shows here.
    network = moving({"u": (1.0, "-1e6*(u - cos(time)) - sin(time)")})
    np.testing.assert_allclose(simulate(network, TIMES)["u"], np.cos(TIMES), rtol=CLOSE, atol=CLOSE)


def test_a_fading_rate_constant() -> None:
    # A -> with k exp(-t/2): A = A0 exp(-2 k (1 - exp(-t/2))); a program times a product of amounts.
    network = toys.PURE_DEATH.network()
    fading = replace(network.reactions["death"], rate_constant=parse("g*exp(-time/2)"))
    network = replace(network, reactions=network.reactions.replaced(fading))
    exact = 200 * np.exp(-2 * 0.3 * (1 - np.exp(-TIMES / 2)))
    np.testing.assert_allclose(simulate(network, TIMES)["X"], exact, rtol=CLOSE)


def test_a_rate_of_either_sign() -> None:
    network = with_law(toys.ISOMERISATION.network(), forth="0.5*A - 0.2*B", back="0")
    network = replace(
        network, reactions=network.reactions.replaced(replace(network.reactions["forth"], signed=True))
    )
    rest = 90 * 0.2 / 0.7
    start = network.species["A"].initial
    exact = rest + (start - rest) * np.exp(-0.7 * TIMES)
    np.testing.assert_allclose(simulate(network, TIMES)["A"], exact, rtol=CLOSE)


def test_every_law_against_another_integrator() -> None:
    network = replace(general.network(), events=Catalogue("event", ()))
    network = replace(
        network, variables=network.variables.replaced(replace(network.variables["v"], initial=1.0))
    )
    times = np.array([3.0, 3.5, 5.0, 10.0, 30.0])
    expected = solution(network, times)
    found = simulate(network, times).mean[:, : expected.shape[1]]
    np.testing.assert_allclose(found, expected, rtol=CLOSE, atol=CLOSE)
    # A tiny variable has its own scale: the size of the cell, in litres.
    np.testing.assert_allclose(found[:, -1], 2e-12 * np.exp(0.001 * (times - 3.0)), rtol=CLOSE)


def test_amounts_of_a_model_in_moles() -> None:
    network = with_law(toys.PURE_DEATH.network(), death="3e-20*X/(20e-20 + X)").with_amounts({"X": 200e-20})
    plain = with_law(toys.PURE_DEATH.network(), death="3*X/(20 + X)")
    np.testing.assert_allclose(
        simulate(network, TIMES)["X"], 1e-20 * simulate(plain, TIMES)["X"], rtol=2 * CLOSE
    )


# --- order ---------------------------------------------------------------------------------------


@njit
def take_step(lanes: Any, p: Any, tape: Any, tableau: Any, rows: Any) -> None:
    rodas_step.try_step(lanes, p, tape, tableau, rows)


def fixed_steps(
    network: ReactionNetwork, end: float, n_steps: int, tableau: np.ndarray, tape: Any
) -> np.ndarray:
    """The state after steps of one length, from time 0."""
    compiled = compile_network(network)
    program = elimination_lists(compiled).program
    rows = new_rows(program, tape, 1)
    constants = constants_of(network)
    members = program.member_reaction
    rows.constants[: members.size] = program.member_scale * constants[members]
    first = members.size + tape.n_extra - tape.numbers.size - tape.column.size
    rows.constants[first : first + tape.column.size] = constants[tape.column]
    n, h = compiled.n_species, end / n_steps
    start = [s.initial for s in network.species.values()] + [v.initial for v in network.variables.values()]
    rows.y[:n] = np.array(start)[program.species]
    rows.inverse[:] = 1 / (h * rodas5p.GAMMA), 1 / h
    rows.step[:] = h
    for k in range(n_steps):
        rows.clock[:] = k * h
        take_step((0,), program, tape, tableau, rows)
        rows.y[:n] = rows.x[:n]
    state = np.empty(n)
    state[program.species] = rows.y[:n]
    return state


FORCED = moving({"u": (1.0, "-u^2*sin(2*time) + v/(1 + time)"), "v": (0.5, "u*cos(time) - v*exp(-time)")})


def observed_order(tableau: np.ndarray, tape: Any) -> float:
    exact = solution(FORCED, np.array([0.0, 2.0]))[-1]
    errors = [np.max(np.abs(fixed_steps(FORCED, 2.0, n, tableau, tape) - exact)) for n in (20, 40)]
    return float(np.log2(errors[0] / errors[1]))


def test_order_with_time_in_the_rates() -> None:
    tape = elimination_lists(compile_network(FORCED)).tape
    assert 4.5 < observed_order(ode._tableau(), tape) < 6.0


def test_a_wrong_derivative_by_time_costs_order() -> None:
    # Sabotage: df/dt left out, stages at a wrong time, a wrong derivative by a state.
    tape = elimination_lists(compile_network(FORCED)).tape
    assert tape is not None
    without, early = ode._tableau().copy(), ode._tableau().copy()
    without[161:] = 0.0
    early[154] *= 0.9
    assert observed_order(without, tape) < 3.0
    assert observed_order(early, tape) < 3.0
    k = int(np.argmax(tape.code.reshape(-1, 5)[tape.n_value : tape.n_step, 0] == tape_lanes.MULTIPLY))
    code = tape.code.copy().reshape(-1, 5)
    code[tape.n_value + k, 0] = tape_lanes.ADD
    assert observed_order(ode._tableau(), tape._replace(code=code.ravel())) < 3.0


# --- jumps ---------------------------------------------------------------------------------------


def test_a_short_pulse_is_not_passed_over() -> None:
    network = with_law(toys.IMMIGRATION_DEATH.network(), birth="if(time >= 1000 and time < 1000.01, 500, 0)")
    network = network.with_parameters(g=0.0)
    found = simulate(network, [0, 999, 1000, 1000.005, 1000.01, 1e6])["X"]
    np.testing.assert_allclose(found, [0, 0, 0, 2.5, 5, 5], atol=1e-7)


def test_a_rate_that_jumps_with_the_state() -> None:
    # X' = -2 above 50, then -X/25: a straight line, then an exponential.
    network = with_law(toys.PURE_DEATH.network(), death="if(X > 50, 2, X/25)")
    times = np.array([0.0, 10.0, 74.9, 75.0, 75.1, 100.0, 200.0])
    exact = np.where(times < 75, 200 - 2 * times, 50 * np.exp(-(times - 75) / 25))
    np.testing.assert_allclose(simulate(network, times)["X"], exact, rtol=CLOSE)


@pytest.mark.parametrize(
    ("law", "level"), [("floor(time)", 0.0), ("ceil(time)", 1.0), ("quotient(time, 1)", 0.0)]
)
def test_a_staircase(law: str, level: float) -> None:
    network = moving({"u": (0.0, law)})
    t = np.array([0.0, 0.5, 1.0, 2.25, 7.0])
    whole = np.floor(t)
    exact = whole * (whole - 1) / 2 + whole * (t - whole) + level * t
    np.testing.assert_allclose(simulate(network, t)["u"], exact, rtol=1e-9, atol=1e-9)


def test_a_sawtooth() -> None:
    t = np.array([0.0, 0.5, 1.0, 2.25, 7.0])
    found = simulate(moving({"u": (0.0, "rem(time, 1)")}), t)["u"]
    np.testing.assert_allclose(found, np.floor(t) / 2 + (t - np.floor(t)) ** 2 / 2, rtol=1e-9, atol=1e-9)


def test_a_rate_that_holds_the_state_where_it_jumps() -> None:
    # Above 1 down, below 1 up: the state slides along 1. No exact meaning, but an end and a good value.
    network = moving({"u": (0.0, "if(u < 1, 1, -1)")})
    found = simulate(network, [0, 0.5, 1.5, 3.0], rtol=1e-4, atol=1e-3)["u"]
    np.testing.assert_allclose(found, [0, 0.5, 1.0, 1.0], atol=1e-2)


# --- lanes ---------------------------------------------------------------------------------------


def scan(problem: Any, constants: np.ndarray, **more: Any) -> ode.SetSolutions:
    segments = problem.segments
    arguments = {
        "breaks": segments.breaks,
        "constants": constants,
        "added": segments.added,
        "times": problem.times,
        "x0": problem.x0,
        "options": ode.OdeOptions(rtol=1e-6, atol=1e-6),
        **more,
    }
    return ode.solve_many(problem.compiled, **arguments)


def general_sets(n_sets: int, *, events: bool) -> tuple[Any, np.ndarray]:
    """The general network in two segments, each set with constants of its own."""
    network = general.network()
    if not events:
        network = replace(network, events=Catalogue("event", ()))
    problem = problem_of(network, np.linspace(0, 40, 23), [(0.0, {}, {}), (17.3, {"k1": 0.2}, {"A": 30})])
    rng = np.random.default_rng(2)
    factors = np.exp(0.3 * rng.standard_normal((n_sets, 1, problem.segments.constants.shape[1])))
    # Numbers of the formulas themselves are the same in all sets.
    compiled = problem.compiled
    for k, tree in enumerate(compiled.pool, compiled.n_reactions):
        if isinstance(tree, Number):
            factors[:, :, k] = 1.0
    return problem, problem.segments.constants[None] * factors


@pytest.mark.parametrize("events", [False, True])
def test_lanes_order_and_threads_change_no_bit(events: bool) -> None:
    problem, constants = general_sets(40, events=events)
    plain = scan(problem, constants)
    assert np.all(plain.status == 0)
    for lanes in (1, 8):
        assert_same(scan(problem, constants, lanes=lanes), plain)
    assert_same(scan(problem, constants, jobs=3), plain)
    order = np.random.default_rng(1).permutation(40)
    np.testing.assert_array_equal(scan(problem, constants[order]).amounts, plain.amounts[order])
    spoiled = constants.copy()
    spoiled[1::2] = np.nan
    np.testing.assert_array_equal(scan(problem, spoiled).amounts[::2], plain.amounts[::2])
    for i in (0, 11):
        one = replace(problem, segments=replace(problem.segments, constants=constants[i]))
        amounts, _ = ode.solve(one, ode.OdeOptions(rtol=1e-6, atol=1e-6))
        np.testing.assert_allclose(amounts, plain.amounts[i], rtol=0, atol=1e-17)


def test_what_rodas_gives_up_lsoda_solves(monkeypatch: pytest.MonkeyPatch) -> None:
    from mtornet.compiled.kernels import rodas_lanes
    from mtornet.compiled.status import BAD_PIVOT

    problem, constants = general_sets(3, events=False)
    real = rodas_lanes.advance

    def gives_up_the_second(*args: Any) -> None:
        real(*args)
        next(arg for arg in args if hasattr(arg, "status")).status[1] = BAD_PIVOT

    expected = scan(problem, constants).amounts
    monkeypatch.setattr(rodas_lanes, "advance", gives_up_the_second)
    found = scan(problem, constants)
    np.testing.assert_array_equal(found.by_lsoda, [False, True, False])
    np.testing.assert_allclose(found.amounts, expected, rtol=1e-4, atol=1e-4)


def test_a_network_without_formulas_has_no_tape() -> None:
    assert elimination_lists(compile_network(toys.ENZYME.network())).tape is None
