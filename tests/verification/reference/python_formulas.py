"""Formulas as plain Python functions in floating-point arithmetic: no exceptions, but inf and nan."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from mtornet.expression import Apply, Expression, Number, Symbol


def divide(a: float, b: float) -> float:
    if b != 0:
        return a / b
    if a == 0 or math.isnan(a) or math.isnan(b):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def power(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.inf if a == 0 else math.nan


def logarithm(a: float) -> float:
    return -math.inf if a == 0 else math.log(a) if a > 0 else math.nan


def safe(function: Callable[..., float]) -> Callable[..., float]:
    def call(*arguments: float) -> float:
        try:
            return float(function(*arguments))
        except OverflowError:
            return math.inf
        except (ValueError, ZeroDivisionError):
            return math.nan

    return call


OPERATORS: dict[str, str] = {
    "+": "({} + {})", "-": "({} - {})", "*": "({} * {})", "neg": "(-{})",
    "/": "divide({}, {})", "^": "power({}, {})", "ln": "logarithm({})",
    "<": "float({} < {})", "<=": "float({} <= {})", ">": "float({} > {})", ">=": "float({} >= {})",
    "==": "float({} == {})", "!=": "float({} != {})",
    "and": "float({} != 0 and {} != 0)", "or": "float({} != 0 or {} != 0)", "not": "float({} == 0)",
    "xor": "float(({} != 0) != ({} != 0))", "if": "({1} if {0} != 0 else {2})",
    "abs": "abs({})", "min": "min({}, {})", "max": "max({}, {})",
}  # fmt: skip
FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": safe(math.exp),
    "sqrt": safe(math.sqrt),
    "log10": lambda a: logarithm(a) / math.log(10) if a <= 0 else math.log10(a),
    "floor": safe(math.floor),
    "ceil": safe(math.ceil),
    "factorial": safe(lambda n: math.gamma(n + 1)),
    "rem": safe(math.fmod),
    "quotient": safe(lambda a, b: math.trunc(a / b)),
    **{
        name: safe(getattr(math, name))
        for name in (
            "sin",
            "cos",
            "tan",
            "asin",
            "acos",
            "atan",
            "sinh",
            "cosh",
            "tanh",
            "asinh",
            "acosh",
            "atanh",
        )
    },
}


def python_function(
    trees: Sequence[Expression], places: Mapping[str, str]
) -> Callable[..., tuple[float, ...]]:
    """The values of all trees as a function of ``x`` (a list) and ``t``.

    ``places`` says what a name is in Python: ``x[3]``, ``t``, or a number.
    """
    text = ", ".join(source(tree, places) for tree in trees)
    scope = {"divide": divide, "power": power, "logarithm": logarithm, "inf": math.inf, "nan": math.nan}
    scope |= {f"f_{name}": function for name, function in FUNCTIONS.items()}
    return eval(f"lambda x, t: ({text}{',' if trees else ''})", scope)  # our own trees, never text


def source(tree: Expression, places: Mapping[str, str]) -> str:
    """A formula as Python text, by the names of :func:`python_function`."""
    if isinstance(tree, Number):
        return repr(float(tree.value))
    if isinstance(tree, Symbol):
        return places[tree.name]
    assert isinstance(tree, Apply)
    arguments = [source(argument, places) for argument in tree.arguments]
    if tree.operator in OPERATORS:
        return OPERATORS[tree.operator].format(*arguments)
    return f"f_{tree.operator}({', '.join(arguments)})"
