"""Values meet structure: the only place where names become numbers in arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.network import CompiledNetwork
from mtornet.compiled.programs import COPY_SCALE
from mtornet.errors import ExpressionError, ModelError
from mtornet.expression import Expression, evaluate
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork

FloatArray = NDArray[np.float64]


def values_of(
    network: ReactionNetwork, compiled: CompiledNetwork, changed: Mapping[str, float]
) -> dict[str, float]:
    """Return the value of every compartment, parameter, input and derived quantity.

    Parameters
    ----------
    changed
        Inputs or parameters that differ from the network's values, for example doses in nM.
    """
    values = {c.id: c.size for c in network.compartments.values()}
    values.update({p.id: p.value for p in network.parameters.values()})
    values.update({i.id: i.value for i in network.inputs.values()})
    for name, value in changed.items():
        if name not in network.parameters and name not in network.inputs:
            raise unknown_name("input or parameter", name, [*network.inputs, *network.parameters])
        values[name] = float(value)
    for name, expression in compiled.derived:
        values[name] = evaluate(expression, values)
    return values


def rate_constants(
    compiled: CompiledNetwork, values: Mapping[str, float], *, copy_scale: float = 1.0
) -> FloatArray:
    """Return the constant of each reaction's law, in molecules and seconds.

    With a copy scale ``s`` amounts and volume shrink together: a law of order ``n`` gets the factor
    ``s ** (1 - n)``, so that rate equations are unchanged and only the noise grows.

    Raises
    ------
    ModelError
        If a constant is negative or not finite.
    """
    # Where a program stands for the constant, 1 keeps its place.
    constants = np.array(
        [1.0 if tree is None else evaluate(tree, values) for tree in compiled.rate_constants],
        dtype=np.float64,
    )
    bad = np.flatnonzero(~(constants >= 0) | ~np.isfinite(constants))
    if bad.size:
        name = compiled.reactions[int(bad[0])]
        raise ModelError(
            f"reaction {name!r}: the rate constant is {constants[bad[0]]:g}; expected a finite number >= 0"
        )
    if copy_scale != 1.0:
        constants *= copy_scale ** (1.0 - compiled.order)
    return constants


def row_of_constants(
    compiled: CompiledNetwork, values: Mapping[str, float], *, copy_scale: float = 1.0
) -> FloatArray:
    """Return the rate constants, then the constants of programs; what kernels take for one stretch."""
    rates = rate_constants(compiled, values, copy_scale=copy_scale)
    known = {**values, COPY_SCALE: copy_scale}
    # A constant of a formula that has no finite value is told when a rate with it is not finite.
    pool = [_value_or_nan(tree, known) for tree in compiled.pool]
    return np.concatenate((rates, pool))


def _value_or_nan(tree: Expression, values: Mapping[str, float]) -> float:
    try:
        return evaluate(tree, values)
    except ExpressionError:
        return np.nan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segments:
    """Stretches of time with constant conditions, as arrays; the kernels' picture of a protocol."""

    breaks: FloatArray
    """(n_segments + 1,) start times, then the end, in seconds."""
    constants: FloatArray
    """(n_segments, n_reactions + size of the pool) constants in force, see ``row_of_constants``."""
    added: FloatArray
    """(n_segments, n_species) molecules added at each start."""

    def __post_init__(self) -> None:
        if np.any(np.diff(self.breaks) < 0):
            raise ModelError("the stretches of a protocol must follow each other in time")


def bind(
    network: ReactionNetwork,
    compiled: CompiledNetwork,
    stretches: list[tuple[float, Mapping[str, float], Mapping[str, float]]],
    end: float,
    *,
    copy_scale: float = 1.0,
) -> Segments:
    """Turn ``(start, changed values, molecules added)`` stretches into arrays."""
    index = {name: i for i, name in enumerate(compiled.species)}
    constants = np.empty((len(stretches), compiled.n_reactions + len(compiled.pool)))
    added = np.zeros((len(stretches), compiled.n_species))
    for row, (_, changed, molecules) in enumerate(stretches):
        constants[row] = row_of_constants(
            compiled, values_of(network, compiled, changed), copy_scale=copy_scale
        )
        for name, count in molecules.items():
            if name not in index:
                raise unknown_name("species", name, index)
            added[row, index[name]] = count * copy_scale if name in network.species else count
    breaks = np.array([start for start, _, _ in stretches] + [end], dtype=np.float64)
    return Segments(breaks=breaks, constants=constants, added=added)


def initial_amounts(network: ReactionNetwork, *, copy_scale: float = 1.0) -> FloatArray:
    """Return the state at the start: molecules times the copy scale, then variables, shape (n_states,)."""
    molecules = np.array([s.initial for s in network.species.values()]) * copy_scale
    return np.concatenate((molecules, [v.initial for v in network.variables.values()]))
