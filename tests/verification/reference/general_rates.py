"""dx/dt of a network by names, straight from its definition; and its solution between events."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from mtornet.expression import TIME, evaluate, symbols
from mtornet.network.network import ReactionNetwork
from mtornet.network.ratelaws import rate_law


def right_side(network: ReactionNetwork) -> Callable[[float, np.ndarray], np.ndarray]:
    """Return dx/dt; a state is the species, then the variables, in order."""
    names = [*network.species, *network.variables]
    fixed = {c.id: c.size for c in network.compartments.values()}
    fixed |= {p.id: p.value for p in network.parameters.values()}
    fixed |= {i.id: i.value for i in network.inputs.values()}

    def values(t: float, x: np.ndarray) -> dict[str, float]:
        known = fixed | {TIME: t} | dict(zip(names, map(float, x), strict=True))
        left = {d.id: d.expression for d in network.derived.values()}
        while left:
            for name in [n for n, tree in left.items() if all(s in known for s in symbols(tree))]:
                known[name] = evaluate(left.pop(name), known)
        return known

    def f(t: float, x: np.ndarray) -> np.ndarray:
        known = values(t, x)
        slope = dict.fromkeys(names, 0.0)
        for reaction in network.reactions.values():
            law = rate_law(reaction.law)
            if law.formula is not None:
                rate = evaluate(law.formula(reaction), known)
            else:
                factors = law.factors(reaction.reactants, reaction.modifiers)
                rate = evaluate(reaction.rate_constant, known)
                rate *= math.prod(known[name] ** power for name, power in factors)
            for name, by in reaction.net.items():
                slope[name] += by * rate
        for variable in network.variables.values():
            if variable.rate is not None:
                slope[variable.id] = evaluate(variable.rate, known)
        return np.array([slope[name] for name in names])

    return f


def solution(network: ReactionNetwork, times: np.ndarray, start: np.ndarray | None = None) -> np.ndarray:
    """Return the states at times, shape (n_times, n_states); no events happen."""
    from scipy.integrate import solve_ivp

    if start is None:
        start = np.array(
            [s.initial for s in network.species.values()] + [v.initial for v in network.variables.values()]
        )
    found = solve_ivp(
        right_side(network),
        (times[0], times[-1]),
        start,
        t_eval=times,
        method="Radau",
        rtol=1e-11,
        atol=1e-11,
    )
    assert found.success, found.message
    return np.asarray(found.y.T)
