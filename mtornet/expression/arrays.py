"""Formulas evaluated for many states at once, with numpy's arithmetic: no exception, not-a-number instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtornet.expression.operators import FUNCTIONS
from mtornet.expression.tree import Apply, Expression, Number, Symbol

FloatArray = NDArray[np.float64]


def _logic(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: function(*(np.not_equal(a, 0.0) for a in arguments))


_OPERATORS: dict[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
    "neg": np.negative,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "and": _logic(np.logical_and),
    "or": _logic(np.logical_or),
    "xor": _logic(np.logical_xor),
    "not": _logic(np.logical_not),
    "if": lambda condition, then, otherwise: np.where(np.not_equal(condition, 0.0), then, otherwise),
    "exp": np.exp,
    "ln": np.log,
    "log10": np.log10,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "min": np.minimum,
    "max": np.maximum,
    "floor": np.floor,
    "ceil": np.ceil,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "factorial": np.vectorize(FUNCTIONS["factorial"][1], otypes=[np.float64]),
    "rem": np.fmod,
    "quotient": lambda a, b: np.trunc(np.divide(a, b)),
}


def evaluate_arrays(tree: Expression, values: Callable[[str], Any]) -> Any:
    """Return the values of a formula.

    Parameters
    ----------
    values
        Returns a number or an array for a name; arrays are broadcast against each other.
    """
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Symbol):
        return values(tree.name)
    assert isinstance(tree, Apply)
    with np.errstate(all="ignore"):
        arguments = [evaluate_arrays(argument, values) for argument in tree.arguments]
        return np.asarray(_OPERATORS[tree.operator](*arguments), dtype=np.float64)
