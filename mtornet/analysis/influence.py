"""Signed influences at a steady state, and how each regulatory arm holds a read-out up or down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.bind import rate_constants, values_of
from mtornet.compiled.network import compile_network
from mtornet.errors import ModelError
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.observe import Observer
from mtornet.simulation.rate_equations import functions
from mtornet.simulation.steady_state import possible_changes, step_to_rest

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulatoryArm:
    """The reactions by which one species acts on the states of one molecule."""

    regulator: str
    target: str
    reactions: tuple[str, ...]

    @property
    def label(self) -> str:
        """Text such as ``pS6K on IRS``."""
        return f"{self.regulator} on {self.target}"


def regulatory_arms(network: ReactionNetwork) -> tuple[RegulatoryArm, ...]:
    """Group reactions with a modifier by who acts on which molecule."""
    groups: dict[tuple[str, str], list[str]] = {}
    for reaction in network.reactions.values():
        changed = [name for name, _ in (*reaction.reactants, *reaction.products)]
        for regulator, _ in reaction.modifiers:
            groups.setdefault((regulator, _molecule(network, changed[0])), []).append(reaction.id)
    return tuple(
        RegulatoryArm(regulator=regulator, target=_target_label(network, ids), reactions=tuple(ids))
        for (regulator, _), ids in groups.items()
    )


def _molecule(network: ReactionNetwork, species: str) -> str:
    components = network.species[species].components
    return components[0] if components else species


def _target_label(network: ReactionNetwork, reactions: list[str]) -> str:
    """Name what an arm acts on: the molecule if it acts on it alone too, else the smallest complex."""
    acted_on = [(r.reactants or r.products)[0][0] for r in (network.reactions[name] for name in reactions)]
    alone = [name for name in acted_on if len(network.species[name].components) <= 1]
    return _molecule(network, alone[0]) if alone else min(acted_on, key=len)


def influence_graph(network: ReactionNetwork, inputs: Mapping[str, float], amounts: FloatArray) -> nx.DiGraph:
    """Return who pushes whom up or down at a state, from the signs of the Jacobian.

    Edges carry ``sign`` (+1 or -1) and ``strength`` (relative change per hour for a relative change
    of the source).
    """
    compiled = compile_network(network)
    _, jacobian = functions(compiled, rate_constants(compiled, values_of(network, compiled, inputs)))
    matrix = jacobian(0.0, amounts)
    graph = nx.DiGraph()
    graph.add_nodes_from(compiled.species)
    for i, j in zip(*np.nonzero(matrix), strict=True):
        if i != j:
            strength = abs(matrix[i, j]) * 3600.0 * amounts[j] / (amounts[i] + 1.0)
            graph.add_edge(
                compiled.species[j],
                compiled.species[i],
                sign=int(np.sign(matrix[i, j])),
                strength=float(strength),
            )
    return graph


def control_by_arm(
    network: ReactionNetwork,
    inputs: Mapping[str, float],
    amounts: FloatArray,
    readouts: Sequence[str],
    arms: tuple[RegulatoryArm, ...],
) -> dict[str, dict[RegulatoryArm, float]]:
    """Return d ln(read-out) / d ln(rate) of each arm at a steady state, by read-out.

    Negative: the arm holds the read-out down, and losing it lets the read-out rise.

    Notes
    -----
    Response coefficients of metabolic control analysis (Reder 1988, J Theor Biol 135:175), with the
    conserved totals held.
    """
    compiled = compile_network(network)
    constants = rate_constants(compiled, values_of(network, compiled, inputs))
    _, jacobian = functions(compiled, constants)
    matrix = jacobian(0.0, amounts)
    padded = np.append(amounts, 1.0)
    rates = constants * np.prod(padded[compiled.tables.factors], axis=1)
    stoichiometry = network.stoichiometry
    pushes = np.column_stack(
        [
            stoichiometry[:, [compiled.reactions.index(r) for r in arm.reactions]]
            @ rates[[compiled.reactions.index(r) for r in arm.reactions]]
            for arm in arms
        ]
    )
    moved = step_to_rest(matrix, possible_changes(compiled), pushes)
    control = {}
    for readout in readouts:
        gradient, value = readout_gradient(network, inputs, amounts, readout)
        if value <= 0:
            raise ModelError(f"read-out {readout!r} is 0 at this state; what controls it has no meaning")
        control[readout] = {arm: float(gradient @ moved[:, k] / value) for k, arm in enumerate(arms)}
    return control


def readout_gradient(
    network: ReactionNetwork, inputs: Mapping[str, float], amounts: FloatArray, readout: str
) -> tuple[FloatArray, float]:
    """Return a read-out's derivative by each species, shape (n_species,), and its value, at a state."""
    compiled = compile_network(network)
    observer = Observer(
        network, compiled, readouts=(readout,), times=np.zeros(1), stretches=[(-1.0, dict(inputs))]
    )
    value = float(observer(amounts[None])[0, 0])
    steps = 1e-6 * (np.abs(amounts) + 1.0)
    shifted = amounts[None, None, :] + np.diag(steps)[:, None, :]
    return (observer(shifted)[:, 0, 0] - value) / steps, value
