"""What each operator computes, and how tightly it binds in text."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

Operation = Callable[..., float]

RELATIONS: dict[str, Operation] = {
    "<": lambda a, b: float(a < b),
    "<=": lambda a, b: float(a <= b),
    ">": lambda a, b: float(a > b),
    ">=": lambda a, b: float(a >= b),
    "==": lambda a, b: float(a == b),
    "!=": lambda a, b: float(a != b),
}
"""Comparisons of two numbers: 1 for true, 0 for false."""

LOGIC: dict[str, tuple[int, Operation]] = {
    "or": (2, lambda a, b: float(a != 0.0 or b != 0.0)),
    "xor": (2, lambda a, b: float((a != 0.0) != (b != 0.0))),
    "and": (2, lambda a, b: float(a != 0.0 and b != 0.0)),
    "not": (1, lambda a: float(a == 0.0)),
}
"""Number of arguments, and value; whatever is not 0 is true."""

KEYWORDS = frozenset(LOGIC)
"""Words that are no names in text."""


def _factorial(n: float) -> float:
    if not n.is_integer():
        raise ValueError("factorial() of a number that is not whole")
    if n > 170:
        raise OverflowError("factorial() beyond 170")
    return float(math.factorial(int(n)))


def _quotient(a: float, b: float) -> float:
    return float(math.trunc(a / b))


def _choice(condition: float, then: float, otherwise: float) -> float:
    return then if condition != 0.0 else otherwise


FUNCTIONS: dict[str, tuple[int, Operation]] = {
    "if": (3, _choice),
    "exp": (1, math.exp),
    "ln": (1, math.log),
    "log10": (1, math.log10),
    "sqrt": (1, math.sqrt),
    "abs": (1, abs),
    "min": (2, min),
    "max": (2, max),
    "floor": (1, math.floor),
    "ceil": (1, math.ceil),
    "sin": (1, math.sin),
    "cos": (1, math.cos),
    "tan": (1, math.tan),
    "asin": (1, math.asin),
    "acos": (1, math.acos),
    "atan": (1, math.atan),
    "sinh": (1, math.sinh),
    "cosh": (1, math.cosh),
    "tanh": (1, math.tanh),
    "asinh": (1, math.asinh),
    "acosh": (1, math.acosh),
    "atanh": (1, math.atanh),
    "factorial": (1, _factorial),
    # The remainder has the sign of the dividend, the quotient is rounded towards 0, as in SBML's MathML.
    "rem": (2, math.fmod),
    "quotient": (2, _quotient),
}
"""Number of arguments, and value, of what is written as a name with arguments in brackets."""

OPERATIONS: dict[str, Operation] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": math.pow,
    "neg": operator.neg,
    **RELATIONS,
    **{name: operation for name, (_, operation) in LOGIC.items()},
    **{name: operation for name, (_, operation) in FUNCTIONS.items()},
}
"""Every operator that an :class:`~mtornet.expression.Apply` may carry."""

BINDING: dict[str, int] = {
    "or": 1,
    "xor": 2,
    "and": 3,
    "not": 4,
    **dict.fromkeys(RELATIONS, 5),
    "+": 6,
    "-": 6,
    "*": 7,
    "/": 7,
    "neg": 8,
    "^": 9,
}
"""How tightly an operator binds in text; 0 is a bracket."""
RELATIONAL_LEVEL = BINDING["<"]
SUM_LEVEL = BINDING["+"]
