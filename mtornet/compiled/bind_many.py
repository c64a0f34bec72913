"""Values meet structure for many points at once: the rate constants of whole arrays of values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.network import CompiledNetwork
from mtornet.compiled.programs import COPY_SCALE
from mtornet.errors import ModelError
from mtornet.expression.arrays import evaluate_arrays
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork

FloatArray = NDArray[np.float64]
Values = dict[str, FloatArray]
"""By name, each () or (n_points,)."""


def values_of_points(
    network: ReactionNetwork, compiled: CompiledNetwork, changed: Mapping[str, FloatArray | float]
) -> Values:
    """Return the values of every compartment, parameter, input and derived quantity at every point.

    Parameters
    ----------
    changed
        Inputs or parameters that differ from the network's values: a number, or (n_points,) of them.
    """
    values: Values = {c.id: np.array(c.size) for c in network.compartments.values()}
    values.update({p.id: np.array(p.value) for p in network.parameters.values()})
    values.update({i.id: np.array(i.value) for i in network.inputs.values()})
    for name, value in changed.items():
        if name not in network.parameters and name not in network.inputs:
            raise unknown_name("input or parameter", name, [*network.inputs, *network.parameters])
        values[name] = np.asarray(value, dtype=np.float64)
    for name, expression in compiled.derived:
        values[name] = evaluate_arrays(expression, values.__getitem__)
    return values


def rows_of_constants(compiled: CompiledNetwork, values: Values, n_points: int) -> FloatArray:
    """Return what kernels take for one stretch, (n_points, n_reactions + size of the pool).

    Raises
    ------
    ModelError
        If a constant is negative or not finite.
    """
    known = {**values, COPY_SCALE: np.array(1.0)}
    rows = np.ones((n_points, compiled.n_reactions + len(compiled.pool)))
    for j, tree in enumerate(compiled.rate_constants):
        if tree is not None:
            rows[:, j] = evaluate_arrays(tree, known.__getitem__)
    rates = rows[:, : compiled.n_reactions]
    bad = np.argwhere(~(rates >= 0) | ~np.isfinite(rates))
    if bad.size:
        i, j = bad[0]
        raise ModelError(
            f"reaction {compiled.reactions[j]!r}: the rate constant is {rates[i, j]:g} at point {i}; "
            "expected a finite number >= 0"
        )
    for k, tree in enumerate(compiled.pool):
        rows[:, compiled.n_reactions + k] = evaluate_arrays(tree, known.__getitem__)
    return rows
