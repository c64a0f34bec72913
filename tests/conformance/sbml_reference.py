"""An independent solution of a network, straight from its definition, for comparisons with other tools."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from mtornet.expression import evaluate, symbols
from mtornet.network.network import ReactionNetwork
from mtornet.network.ratelaws import rate_law

FloatArray = NDArray[np.float64]


def conformance_data() -> Path:
    """Folder of the public suites, which are not part of the repository."""
    given = os.environ.get("MTORNET_CONFORMANCE")
    folder = Path(given) if given else Path(__file__).resolve().parents[3] / "shared" / "conformance"
    if not folder.is_dir():
        pytest.skip(f"no conformance data at {folder}; set MTORNET_CONFORMANCE to their folder")
    return folder


def constants(network: ReactionNetwork, changed: Mapping[str, float] | None = None) -> dict[str, float]:
    """Values of everything that is not a species."""
    values = {c.id: c.size for c in network.compartments.values()}
    values |= {i.id: i.value for i in network.inputs.values()}
    values |= {p.id: p.value for p in network.parameters.values()}
    values |= changed or {}
    left = dict(network.derived)
    while left:
        for name in [n for n, d in left.items() if all(s in values for s in symbols(d.expression))]:
            values[name] = evaluate(left.pop(name).expression, values)
    return values


def solve(
    network: ReactionNetwork,
    times: FloatArray,
    *,
    start: FloatArray | None = None,
    changed: Mapping[str, float] | None = None,
    method: str = "LSODA",
    rtol: float = 1e-10,
    atol: float = 1e-9,
) -> FloatArray:
    """Amounts, shape (n_times, n_species): d x/d t = N (k * product of powers), by scipy."""
    values = constants(network, changed)
    index = {name: i for i, name in enumerate(network.species)}
    reactions = list(network.reactions.values())
    k = np.array([evaluate(r.rate_constant, values) for r in reactions])
    powers = np.zeros((len(reactions), len(index)))
    for j, reaction in enumerate(reactions):
        for name, power in rate_law(reaction.law).factors(reaction.reactants, reaction.modifiers):
            powers[j, index[name]] += power
    rows, columns = np.nonzero(powers)
    exponents = powers[rows, columns]
    matrix = network.stoichiometry.astype(float)

    def derivative(_t: float, x: FloatArray) -> FloatArray:
        rate = k.copy()
        np.multiply.at(rate, rows, x[columns] ** exponents)
        return np.asarray(matrix @ rate)

    x0 = np.array([s.initial for s in network.species.values()]) if start is None else start
    solution = solve_ivp(
        derivative, (times[0], times[-1]), x0, method=method, t_eval=times, rtol=rtol, atol=atol
    )
    assert solution.success, solution.message
    return np.asarray(solution.y.T)


def observed(network: ReactionNetwork, amounts: FloatArray, name: str) -> FloatArray:
    """A read-out, a derived quantity or a species over time."""
    if name in network.species:
        return amounts[:, list(network.species).index(name)]
    values = constants(network)
    if name not in network.readouts:
        return np.full(len(amounts), values[name])
    formula = network.readouts[name].expression
    return np.array(
        [evaluate(formula, values | dict(zip(network.species, row, strict=True))) for row in amounts]
    )
