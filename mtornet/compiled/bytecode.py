"""Formulas become programs of a stack machine that kernels run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.formulas import Formulas
from mtornet.compiled.instructions import Instructions
from mtornet.compiled.saturation import saturating
from mtornet.expression import Expression

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bytecode:
    """Programs for :func:`mtornet.compiled.kernels.bytecode.evaluate` and ``bounds``."""

    code: IntArray
    """Operation and argument of each instruction in turn, shape (2 * n_instructions,)."""
    start: IntArray
    """First instruction of each program, then the end of the last, shape (n_programs + 1,)."""
    pool: tuple[Expression, ...]
    """Formulas of what is constant within a segment; entry ``k`` is ``constants[first_constant + k]``."""
    depth: int
    """Numbers that the stack must hold."""


def compile_programs(
    trees: Sequence[Expression], state: Mapping[str, int], first_constant: int = 0
) -> Bytecode:
    """Compile each formula to one program.

    Parameters
    ----------
    state
        Place in the state vector of every name that changes within a segment, the time included.
        Other names are constants: the largest parts of a formula that read no state are not
        computed by the program but stand in the pool.
    first_constant
        Place of the pool in the row of constants.
    """
    formulas = Formulas(state)
    roots = [saturating(formulas, formulas.add(tree)) for tree in trees]
    instructions = Instructions(formulas, first_constant)
    start = [0]
    for root in roots:
        instructions.add_program(root)
        start.append(len(instructions.code))
    arrays = (
        np.array(instructions.code, dtype=np.int64).reshape(-1),
        np.array(start, dtype=np.int64),
    )
    for array in arrays:
        array.setflags(write=False)
    return Bytecode(
        code=arrays[0], start=arrays[1], pool=tuple(instructions.pool), depth=max(instructions.depth, 1)
    )
