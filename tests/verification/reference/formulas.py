"""Formulas node by node in plain Python, with IEEE arithmetic instead of exceptions; and random ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from mtornet.expression import FUNCTIONS, LOGIC, RELATIONS, Apply, Expression, Number, Symbol

ONE = ["neg", *(name for name, (n, _) in {**FUNCTIONS, **LOGIC}.items() if n == 1)]
TWO = [*"+-*/^", *RELATIONS, *(name for name, (n, _) in {**FUNCTIONS, **LOGIC}.items() if n == 2)]
COMMON = [*"++--**//^"]


def value(tree: Expression, values: Mapping[str, float]) -> float:
    """Return the value of a formula; of an ``if``, both branches are computed, as kernels do."""
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Symbol):
        return values[tree.name]
    arguments = [value(argument, values) for argument in tree.arguments]
    if tree.operator in _OWN:
        return _OWN[tree.operator](*arguments)
    if tree.operator in RELATIONS or tree.operator in LOGIC:
        return float({**RELATIONS, **{k: f for k, (_, f) in LOGIC.items()}}[tree.operator](*arguments))
    try:
        return float(FUNCTIONS[tree.operator][1](*arguments))
    except OverflowError:
        return _overflow(tree.operator, *arguments)
    except ValueError:
        return math.nan


def _overflow(name: str, a: float) -> float:
    return math.copysign(math.inf, a) if name == "sinh" else math.inf


def _divide(a: float, b: float) -> float:
    if b != 0.0:
        return a / b
    if a == 0.0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def _power(a: float, b: float) -> float:
    if b in (1.0, 2.0, 3.0):
        return a if b == 1.0 else a * a if b == 2.0 else a * a * a
    if b == 4.0:
        return (a * a) * (a * a)
    odd = math.isfinite(b) and math.fmod(b, 2.0) in (1.0, -1.0)
    try:
        return math.pow(a, b)
    except OverflowError:
        return math.copysign(math.inf, a) if odd else math.inf
    except ValueError:
        if a != 0.0:
            return math.nan
        return math.copysign(math.inf, a) if odd else math.inf


def _logarithm(f: Callable[[float], float]) -> Callable[[float], float]:
    return lambda a: -math.inf if a == 0.0 else f(a) if a > 0.0 else math.nan


def _atanh(a: float) -> float:
    return math.copysign(math.inf, a) if abs(a) == 1.0 else math.atanh(a) if abs(a) < 1.0 else math.nan


def _factorial(n: float) -> float:
    if not (n >= 0.0 and n == np.floor(n)):
        return math.nan
    return float(math.factorial(int(n))) if n <= 170.0 else math.inf


_OWN: dict[str, Callable[..., float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "^": _power,
    "neg": lambda a: -a,
    "ln": _logarithm(math.log),
    "log10": _logarithm(math.log10),
    "atanh": _atanh,
    # Python's own make whole numbers, which know no infinity and no minus zero.
    "floor": lambda a: float(np.floor(a)),
    "ceil": lambda a: float(np.ceil(a)),
    "factorial": _factorial,
    "quotient": lambda a, b: float(np.trunc(_divide(a, b))),
}


def random_tree(
    rng: np.random.Generator, names: Sequence[str], depth: int, operators: Sequence[str] = ()
) -> Expression:
    """Return a formula over some names; with ``operators``, these and arithmetic only."""
    kind = rng.random()
    if depth == 0 or kind < 0.1:
        if rng.random() < 0.75:
            return Symbol(names[rng.integers(len(names))])
        return Number(float(rng.choice([0.0, 1.0, 2.0, 3.0, 4.0, 0.5, 2.5, 10.0])))
    if kind < 0.5:
        operator = str(rng.choice(COMMON))
    elif operators:
        operator = str(rng.choice(operators))
    else:
        operator = "if" if kind < 0.55 else str(rng.choice(ONE if kind < 0.75 else TWO))
    n = 3 if operator == "if" else 2 if operator in TWO else 1
    return Apply(operator, tuple(random_tree(rng, names, depth - 1, operators) for _ in range(n)))
