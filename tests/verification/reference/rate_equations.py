"""Rate equations and their Jacobian, straight from the network's reactions."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TypeVar

import numpy as np

from mtornet.network.network import ReactionNetwork
from mtornet.network.ratelaws import rate_law

Number = TypeVar("Number", float, complex)


def slopes(
    network: ReactionNetwork, x: Mapping[str, Number], constants: Mapping[str, float]
) -> dict[str, Number]:
    """dx/dt by species; ``x`` may be complex, for derivatives by a complex step."""
    slope = dict.fromkeys(network.species, 0.0)
    for reaction in network.reactions.values():
        factors = rate_law(reaction.law).factors(reaction.reactants, reaction.modifiers)
        rate = constants[reaction.id] * prod(x[name] ** power for name, power in factors)
        for name, by in reaction.net.items():
            slope[name] += by * rate  # type: ignore[assignment]
    return slope  # type: ignore[return-value]


def complex_step_jacobian(
    network: ReactionNetwork, x: Mapping[str, float], constants: Mapping[str, float]
) -> np.ndarray:
    """d(dx/dt)/dx, exact to rounding: the imaginary part after a step of 1e-40 i."""
    names = list(network.species)
    matrix = np.empty((len(names), len(names)))
    for column, by in enumerate(names):
        moved = {name: complex(value, 1e-40 if name == by else 0.0) for name, value in x.items()}
        slope = slopes(network, moved, constants)
        matrix[:, column] = [complex(slope[name]).imag / 1e-40 for name in names]
    return matrix
