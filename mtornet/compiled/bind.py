"""Values meet structure: the only place where names become numbers in arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.network import CompiledNetwork
from mtornet.compiled.programs import COPY_SCALE
from mtornet.errors import ExpressionError, ModelError
from mtornet.expression import Expression, evaluate, symbols
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
        _check_constant(compiled.reactions[int(bad[0])], float(constants[bad[0]]))
    if copy_scale != 1.0:
        constants *= copy_scale ** (1.0 - compiled.order)
    return constants


def _check_constant(reaction: str, value: float) -> None:
    if not (0.0 <= value < np.inf):
        raise ModelError(
            f"reaction {reaction!r}: the rate constant is {value:g}; expected a finite number >= 0"
        )


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
    row_of = _Rows(network, compiled, [changed for _, changed, _ in stretches], copy_scale)
    for row, (_, changed, molecules) in enumerate(stretches):
        constants[row] = row_of(changed)
        for name, count in molecules.items():
            if name not in index:
                raise unknown_name("species", name, index)
            added[row, index[name]] = count * copy_scale if name in network.species else count
    breaks = np.array([start for start, _, _ in stretches] + [end], dtype=np.float64)
    return Segments(breaks=breaks, constants=constants, added=added)


class _Rows:
    """Rows of constants of stretches: what no stretch changes is computed once."""

    def __init__(
        self,
        network: ReactionNetwork,
        compiled: CompiledNetwork,
        stretches: Sequence[Mapping[str, float]],
        copy_scale: float,
    ) -> None:
        self._network, self._compiled, self._scale = network, compiled, copy_scale
        self._first: Mapping[str, float] = stretches[0] if stretches else {}
        self._values = values_of(network, compiled, self._first)
        self._row = row_of_constants(compiled, self._values, copy_scale=copy_scale)
        moves = {
            name
            for changed in stretches
            for name in (*changed, *self._first)
            if changed.get(name, np.nan) != self._first.get(name, np.nan)
        }
        self._derived = []
        for name, tree in compiled.derived:
            if not moves.isdisjoint(symbols(tree)):
                moves.add(name)
                self._derived.append((name, tree))
        self._rates = [
            (j, tree)
            for j, tree in enumerate(compiled.rate_constants)
            if tree is not None and not moves.isdisjoint(symbols(tree))
        ]
        self._pool = [
            (k, tree) for k, tree in enumerate(compiled.pool) if not moves.isdisjoint(symbols(tree))
        ]

    def __call__(self, changed: Mapping[str, float]) -> FloatArray:
        values = self._values.copy()
        inputs = self._network.inputs
        for name in self._first:
            if name not in changed:
                values[name] = inputs[name].value if name in inputs else self._network.parameters[name].value
        for name, value in changed.items():
            if name not in inputs and name not in self._network.parameters:
                raise unknown_name("input or parameter", name, [*inputs, *self._network.parameters])
            values[name] = float(value)
        for name, tree in self._derived:
            values[name] = evaluate(tree, values)
        row = self._row.copy()
        for j, tree in self._rates:
            row[j] = evaluate(tree, values) * self._scale ** (1.0 - self._compiled.order[j])
            _check_constant(self._compiled.reactions[j], row[j])
        known = {**values, COPY_SCALE: self._scale}
        for k, tree in self._pool:
            row[self._compiled.n_reactions + k] = _value_or_nan(tree, known)
        return row


def initial_amounts(network: ReactionNetwork, *, copy_scale: float = 1.0) -> FloatArray:
    """Return the state at the start: molecules times the copy scale, then variables, shape (n_states,)."""
    molecules = np.array([s.initial for s in network.species.values()]) * copy_scale
    return np.concatenate((molecules, [v.initial for v in network.variables.values()]))
