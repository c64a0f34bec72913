"""Read-outs of sampled states: formulas over species, at the conditions of their time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mtornet.compiled.bind import values_of
from mtornet.compiled.moving import written_out
from mtornet.compiled.network import CompiledNetwork
from mtornet.expression import TIME, Expression, Symbol, symbols
from mtornet.expression.arrays import evaluate_arrays
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.problem import FloatArray


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
            own = [*network.species, *network.variables]
            readouts = [*own, *(name for name in network.readouts if name not in own)]
        self.names = tuple(readouts)
        self._copy_scale = copy_scale
        self._n_molecular = compiled.n_molecular
        self._columns = {name: i for i, name in enumerate(compiled.species)}
        unfold = written_out(network)
        self._trees: list[Expression] = [
            unfold(network.readouts[name].expression)
            if name in network.readouts
            else Symbol(name if name in network.variables else network.species[name].id)
            for name in self.names
        ]
        states = [Symbol(name) for name in compiled.species]
        # Columns that are the state as it stands need no formula.
        self._n_plain = next(
            (i for i, tree in enumerate(self._trees) if i >= len(states) or tree != states[i]),
            len(self._trees),
        )
        starts = np.array([start for start, _ in stretches])
        # A state sampled at the moment of a dose is the one before it.
        stretch = np.maximum(np.searchsorted(starts, times, side="left") - 1, 0)
        values = [values_of(network, compiled, changed) for _, changed in stretches]
        formulas = self._trees[self._n_plain :]
        needed = {s for tree in formulas for s in symbols(tree)} - set(self._columns) - {TIME}
        self._constants = {name: np.array([values[i][name] for i in stretch]) for name in needed}
        self._constants[TIME] = np.asarray(times, dtype=np.float64)

    def __call__(self, counts: FloatArray) -> FloatArray:
        """Return read-outs, shape (..., n_times, n_readouts), from states (..., n_times, n_states).

        Where read-outs are the states, the result may be the argument itself.
        """
        scaled = counts
        if self._copy_scale != 1.0:
            scaled = counts.copy()
            scaled[..., : self._n_molecular] /= self._copy_scale

        def value(name: str) -> FloatArray:
            column = self._columns.get(name)
            return self._constants[name] if column is None else scaled[..., column]

        if self._n_plain == len(self.names) == counts.shape[-1]:
            return scaled
        out = np.empty((*counts.shape[:-1], len(self.names)))
        out[..., : self._n_plain] = scaled[..., : self._n_plain]
        for i in range(self._n_plain, len(self.names)):
            out[..., i] = evaluate_arrays(self._trees[i], value)
        return out

    @property
    def is_plain(self) -> bool:
        """Whether read-outs are the sampled states as they stand."""
        return self._copy_scale == 1.0 and self._n_plain == len(self.names) == len(self._columns)

    def states_read(self, columns: Sequence[int]) -> list[int]:
        """Return the states that some columns depend on, by index."""
        read = {name for k in columns for name in symbols(self._trees[k])}
        return [i for name, i in self._columns.items() if name in read]
