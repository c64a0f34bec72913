"""The rate equations of a network as functions of Python: dx/dt and its Jacobian."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mtornet.compiled.network import CompiledNetwork
from mtornet.errors import ProtocolError
from mtornet.simulation.problem import FloatArray

Function = Callable[[float, FloatArray], FloatArray]


def refuse_formulas(compiled: CompiledNetwork) -> None:
    """Raise an error for what these solvers do not know."""
    if compiled.tables.has_programs or compiled.events is not None:
        raise ProtocolError(
            "rate equations are solved for mass action in conditions that a protocol sets, not for formulas "
            "as rates or events of a model — use method 'ssa'"
        )


def functions(compiled: CompiledNetwork, constants: FloatArray) -> tuple[Function, Function]:
    """Return dx/dt and its Jacobian as functions of ``(t, x)``.

    Raises
    ------
    ProtocolError
        If a rate is a formula, or the model has events.
    """
    refuse_formulas(compiled)
    from mtornet.compiled.kernels import rates

    n = compiled.n_species
    padded, slope, matrix = np.ones(n + 1), np.empty(n + 1), np.empty((n + 1, n + 1))
    structure = (
        compiled.tables.factors,
        compiled.tables.change_start,
        compiled.tables.change_species,
        compiled.tables.change_by,
    )

    def right_side(_t: float, x: FloatArray) -> FloatArray:
        padded[:n] = x
        rates.rate_equations(padded, constants, *structure, slope)
        return slope[:n].copy()

    def jacobian(_t: float, x: FloatArray) -> FloatArray:
        padded[:n] = x
        rates.jacobian(padded, constants, *structure, matrix)
        return matrix[:n, :n].copy()

    return right_side, jacobian
