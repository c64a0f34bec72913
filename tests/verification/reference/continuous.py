"""Rate equations of a general network with its events, by scipy's LSODA; slow, and nothing of ours in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import LSODA

from mtornet.expression import RELATIONS, Apply, Expression
from mtornet.network.network import ReactionNetwork
from mtornet.network.ratelaws import full_rate
from tests.verification.reference.events import Events, State, initial_state, places
from tests.verification.reference.python_formulas import python_function

FloatArray = NDArray[np.float64]
LOOKS = 16
"""Times within a step of the solver at which triggers are looked at."""
MAX_STOPS = 50_000


def solve_with_events(
    network: ReactionNetwork,
    times: FloatArray,
    *,
    changed: Mapping[str, float] | None = None,
    rtol: float = 1e-9,
    atol: float = 1e-12,
    choose: Callable[[int], int] = lambda _n: 0,
) -> FloatArray:
    """Species, then variables, at ``times`` (from ``times[0]``, where the network starts at), one row each.

    A row is the state after the events of its time.
    """
    known = places(network, changed)
    slope = _slope(network, known)
    events = Events(network, changed=changed, choose=choose)
    watched = python_function([*_conditions(network)], known)
    t, end = float(times[0]), float(times[-1])
    x = events.start(t, initial_state(network))
    rows = [x]
    wanted = [float(time) for time in times[1:]]
    longest = float(np.max(np.diff(times))) if len(times) > 1 else 1.0

    def flags(at: float, state: State) -> tuple[bool, ...]:
        return (*events.are_true(at, state), *(value > 0 for value in watched(state, at)))

    for _ in range(MAX_STOPS):
        while wanted and wanted[0] <= t:
            rows.append(x)
            wanted.pop(0)
        if not wanted:
            return np.array(rows)
        t, x, passed = _advance(slope, flags, t, x, min(end, events.next_due), wanted, longest, (rtol, atol))
        rows += passed
        del wanted[: len(passed)]
        x = events.settle(t, x)
    raise RuntimeError(f"more than {MAX_STOPS} stops")


def _slope(network: ReactionNetwork, known: Mapping[str, str]) -> Callable[[float, State], FloatArray]:
    rates = python_function([full_rate(reaction) for reaction in network.reactions.values()], known)
    moving = [(i, v.rate) for i, v in enumerate(network.variables.values()) if v.rate is not None]
    variable_rates = python_function([rate for _, rate in moving], known)
    n = len(network.species)
    matrix = np.zeros((n + len(network.variables), len(network.reactions)))
    matrix[:n] = network.stoichiometry
    rows = [n + i for i, _ in moving]

    def slope(t: float, x: State | FloatArray) -> FloatArray:
        state = list(map(float, x))
        total = matrix @ np.array(rates(state, t)) if matrix.shape[1] else np.zeros(len(matrix))
        total[rows] += variable_rates(state, t)
        return total

    return slope


def _conditions(network: ReactionNetwork) -> Iterator[Expression]:
    """Every comparison in a rate: where it flips the slope jumps, and the solver starts anew."""
    trees = [full_rate(reaction) for reaction in network.reactions.values()]
    pending = trees + [v.rate for v in network.variables.values() if v.rate is not None]
    while pending:
        tree = pending.pop()
        if isinstance(tree, Apply):
            if tree.operator in RELATIONS:
                yield tree
            pending.extend(tree.arguments)


def _advance(
    slope: Callable[[float, State], FloatArray],
    flags: Callable[[float, State], tuple[bool, ...]],
    t: float,
    x: State,
    until: float,
    wanted: list[float],
    longest: float,
    tolerances: tuple[float, float],
) -> tuple[float, State, list[State]]:
    """Time and state where a flag flips, or at ``until``; and the states at the wanted times before."""
    passed: list[State] = []
    if until <= t:
        return t, x, passed
    before = flags(t, x)
    rtol, atol = tolerances
    solver = LSODA(slope, t, np.array(x), until, rtol=rtol, atol=atol, max_step=longest) if x else None
    while True:
        stop, states = _step(solver, t, until, longest)
        low = t
        for look in [*(t + (stop - t) * k / LOOKS for k in range(1, LOOKS)), stop]:
            if flags(look, states(look)) != before:
                stop = _first_flip(flags, states, before, low, look)
                break
            low = look
        passed += [states(time) for time in wanted[len(passed) :] if time < stop]
        if stop >= until or flags(stop, states(stop)) != before:
            return stop, states(stop), passed
        t = stop


def _step(
    solver: LSODA | None, t: float, until: float, longest: float
) -> tuple[float, Callable[[float], State]]:
    """End of a step, and the state at any time within it; a network without a state only has time."""
    if solver is None:
        return min(until, t + longest), lambda _time: []
    message = solver.step()
    assert solver.status != "failed", message
    dense = solver.dense_output()
    return float(solver.t), lambda time: [float(value) for value in dense(time)]


def _first_flip(
    flags: Callable[[float, State], tuple[bool, ...]],
    states: Callable[[float], State],
    before: tuple[bool, ...],
    low: float,
    high: float,
) -> float:
    """The first floating-point number at which a flag differs."""
    while True:
        middle = (low + high) / 2
        if not low < middle < high:
            return high
        if flags(middle, states(middle)) == before:
            low = middle
        else:
            high = middle
