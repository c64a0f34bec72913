"""Formulas built with what is obvious left out: ``0*x``, ``1*x``, ``x + 0``, arithmetic of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

from mtornet.errors import ExpressionError
from mtornet.expression.evaluation import evaluate
from mtornet.expression.tree import Apply, Expression, Number

ZERO = Number(0.0)
ONE = Number(1.0)


def number(value: float) -> Expression:
    """Return a number as text would give it: of a negative one, the sign is an operation."""
    return Apply("neg", (Number(-value),)) if value < 0 else Number(value)


def is_number(tree: Expression) -> bool:
    """Tell whether a formula is a number, or minus a number."""
    return isinstance(tree, Number) or (
        isinstance(tree, Apply) and tree.operator == "neg" and isinstance(tree.arguments[0], Number)
    )


def apply(operator: str, *arguments: Expression) -> Expression:
    """Return an operator with its arguments, simplified; a zero factor makes zero of anything."""
    if all(is_number(argument) for argument in arguments):
        folded = _folded(Apply(operator, arguments))
        if folded is not None:
            return folded
    rule = _RULES.get(operator)
    simpler = rule(*arguments) if rule else None
    return Apply(operator, arguments) if simpler is None else simpler


def _folded(tree: Apply) -> Expression | None:
    try:
        value = evaluate(tree, {})
    except ExpressionError:
        return None
    return number(value) if math.isfinite(value) else None


def _without_sign(tree: Expression) -> Expression | None:
    if isinstance(tree, Apply) and tree.operator == "neg":
        return tree.arguments[0]
    return None


def _sum(a: Expression, b: Expression) -> Expression | None:
    if ZERO in (a, b):
        return b if a == ZERO else a
    if (c := _without_sign(b)) is not None:
        return apply("-", a, c)
    return None


def _difference(a: Expression, b: Expression) -> Expression | None:
    if ZERO in (a, b):
        return a if b == ZERO else apply("neg", b)
    if (c := _without_sign(b)) is not None:
        return apply("+", a, c)
    return None


def _product(a: Expression, b: Expression) -> Expression | None:
    if ZERO in (a, b):
        return ZERO
    if ONE in (a, b):
        return b if a == ONE else a
    return _sign_in_front("*", a, b)


def _ratio(a: Expression, b: Expression) -> Expression | None:
    if a == ZERO:
        return ZERO
    return a if b == ONE else _sign_in_front("/", a, b)


def _sign_in_front(operator: str, a: Expression, b: Expression) -> Expression | None:
    c, d = _without_sign(a), _without_sign(b)
    if c is None and d is None:
        return None
    positive = apply(operator, a if c is None else c, b if d is None else d)
    return positive if c is not None and d is not None else apply("neg", positive)


def _power(a: Expression, b: Expression) -> Expression | None:
    if b == ZERO:
        return ONE
    return a if b == ONE else None


def _choice(condition: Expression, then: Expression, otherwise: Expression) -> Expression | None:
    if isinstance(condition, Number):
        return then if condition.value != 0.0 else otherwise
    return then if then == otherwise else None


_RULES: dict[str, Callable[..., Expression | None]] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": _ratio,
    "^": _power,
    "neg": _without_sign,
    "if": _choice,
}
