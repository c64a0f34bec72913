"""Read-outs of sampled states: formulas over species, at the conditions of their time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mtornet.compiled.bind import values_of
from mtornet.compiled.network import CompiledNetwork
from mtornet.expression import Apply, Expression, Number, Symbol, symbols
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.problem import FloatArray

_OPERATORS: dict[str, Any] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
    "neg": np.negative,
    "exp": np.exp,
    "ln": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "min": np.minimum,
    "max": np.maximum,
}


class Observer:
    """Computes read-outs from molecules per species.

    Parameters
    ----------
    readouts
        Ids of read-outs or species; all species, then all read-outs, if not given.
    times
        When states are sampled, in seconds.
    stretches
        ``(start, changed inputs and parameters)`` in order of time; a read-out such as a kinase
        activity depends on the drug that is there.
    copy_scale
        Sampled molecules are divided by it, so that every scale reports molecules per whole cell.
    """

    def __init__(
        self,
        network: ReactionNetwork,
        compiled: CompiledNetwork,
        *,
        readouts: Sequence[str] | None,
        times: FloatArray,
        stretches: Sequence[tuple[float, Mapping[str, float]]],
        copy_scale: float = 1.0,
    ) -> None:
        if readouts is None:
            extra = [name for name in network.readouts if name not in network.species]
            readouts = [*network.species, *extra]
        self.names = tuple(readouts)
        self._copy_scale = copy_scale
        self._columns = {name: i for i, name in enumerate(compiled.species)}
        self._trees: list[Expression] = [
            network.readouts[name].expression
            if name in network.readouts
            else Symbol(network.species[name].id)
            for name in self.names
        ]
        starts = np.array([start for start, _ in stretches])
        # A state sampled at the moment of a dose is the one before it.
        stretch = np.maximum(np.searchsorted(starts, times, side="left") - 1, 0)
        values = [values_of(network, compiled, changed) for _, changed in stretches]
        needed = {s for tree in self._trees for s in symbols(tree)} - set(self._columns)
        self._constants = {name: np.array([values[i][name] for i in stretch]) for name in needed}

    def __call__(self, counts: FloatArray) -> FloatArray:
        """Return read-outs, shape (..., n_times, n_readouts), from counts (..., n_times, n_species)."""
        scaled = counts if self._copy_scale == 1.0 else counts / self._copy_scale
        out = np.empty((*counts.shape[:-1], len(self.names)))
        for i, tree in enumerate(self._trees):
            out[..., i] = self._value(tree, scaled)
        return out

    def _value(self, tree: Expression, counts: FloatArray) -> Any:
        if isinstance(tree, Number):
            return tree.value
        if isinstance(tree, Symbol):
            if tree.name in self._columns:
                return counts[..., self._columns[tree.name]]
            return self._constants[tree.name]
        assert isinstance(tree, Apply)
        return _OPERATORS[tree.operator](*(self._value(argument, counts) for argument in tree.arguments))
