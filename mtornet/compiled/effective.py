"""Rate constants as they are in one state: those of programs evaluated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.network import CompiledNetwork

FloatArray = NDArray[np.float64]


def effective_constants(
    compiled: CompiledNetwork, row: FloatArray, amounts: FloatArray, time: float
) -> FloatArray:
    """Return what each reaction's product of counts is multiplied by, shape (n_reactions,).

    Parameters
    ----------
    row
        Constants of one stretch, see ``row_of_constants``.
    amounts
        (n_states,).
    """
    tables = compiled.tables
    constants = row[: compiled.n_reactions].copy()
    if tables.has_programs:
        from mtornet.compiled.kernels.bytecode import evaluate

        state = np.concatenate((amounts, [1.0, time]))
        stack = np.empty(tables.depth)
        for j in np.flatnonzero(np.diff(tables.program_start)):
            begin, end = int(tables.program_start[j]), int(tables.program_start[j + 1])
            constants[j] = evaluate(tables.code, begin, end, state, row, stack)
    return constants
