"""The rate equations of a network as functions of Python: dx/dt and its Jacobian."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mtornet.compiled.elimination import elimination_lists
from mtornet.compiled.network import CompiledNetwork
from mtornet.compiled.workspace import new_rows
from mtornet.simulation.problem import FloatArray

Function = Callable[[float, FloatArray], FloatArray]


def functions(compiled: CompiledNetwork, constants: FloatArray) -> tuple[Function, Function]:
    """Return dx/dt and its Jacobian as functions of ``(t, x)``.

    Parameters
    ----------
    constants
        (n_constants,) in force, see ``row_of_constants``.
    """
    from mtornet.compiled.kernels.jacobian import jacobian as kernel
    from mtornet.compiled.kernels.rates import rate_equations

    n, tables = compiled.n_species, compiled.tables
    state, slope, stack, matrix = np.ones(n + 2), np.empty(n), np.empty(tables.depth), np.empty((n, n))
    program, tape = elimination_lists(compiled)
    rows = new_rows(program, tape, 1)
    members = program.member_reaction
    rows.constants[: members.size] = program.member_scale * constants[members]
    if tape is not None:
        first = members.size + tape.n_extra - tape.numbers.size - tape.column.size
        rows.constants[first : first + tape.column.size] = constants[tape.column]

    def right_side(t: float, x: FloatArray) -> FloatArray:
        state[:n], state[n + 1] = x, t
        rate_equations(state, constants, tables, stack, slope)
        return slope.copy()

    def jacobian(t: float, x: FloatArray) -> FloatArray:
        rows.y[:n] = x[program.species]
        kernel((0,), program, tape, t, rows, matrix)
        return matrix.copy()

    return right_side, jacobian
