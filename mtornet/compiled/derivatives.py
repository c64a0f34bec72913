"""Programs of formulas together with programs of their derivatives, for Jacobians."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.bytecode import Bytecode, compile_programs
from mtornet.expression import Expression, Number, derivative, symbols

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Differentiated:
    """Formulas and what they change with, in compressed rows.

    Of ``n`` formulas, program ``i`` below ``n`` is the value of formula ``i``, and program ``n + k`` its
    derivative by ``x[by[k]]``, for ``k`` from ``start[i]`` to ``start[i + 1]``.
    """

    programs: Bytecode
    start: IntArray
    """First derivative of each formula, then their number, shape (n + 1,)."""
    by: IntArray
    """Place in the state vector, rising within each formula; that of the time too."""


def compile_with_derivatives(
    trees: Sequence[Expression], state: Mapping[str, int], first_constant: int = 0
) -> Differentiated:
    """Compile formulas and their derivatives by every name of the state that they read.

    Derivatives that are 0 everywhere, such as that of a formula by what only a condition reads, are left out.
    Arguments are those of :func:`~mtornet.compiled.bytecode.compile_programs`.
    """
    start, by = [0], []
    slopes: list[Expression] = []
    for tree in trees:
        read = {state[name]: name for name in symbols(tree) if name in state}
        for place in sorted(read):
            slope = derivative(tree, read[place])
            if slope != Number(0.0):
                by.append(place)
                slopes.append(slope)
        start.append(len(by))
    arrays = (np.array(start, dtype=np.int64), np.array(by, dtype=np.int64))
    for array in arrays:
        array.setflags(write=False)
    programs = compile_programs([*trees, *slopes], state, first_constant)
    return Differentiated(programs=programs, start=arrays[0], by=arrays[1])
