"""The derivative of a formula, as a formula."""

from __future__ import annotations

import math
from collections.abc import Callable

from mtornet.expression.algebra import ONE, ZERO, apply
from mtornet.expression.tree import Apply, Expression, Number, Symbol, postorder

TWO = Number(2.0)


def derivative(tree: Expression, name: str) -> Expression:
    """Return d tree / d name, simplified.

    What jumps or is constant between jumps (comparisons, logic, ``floor``, ``ceil``, ``factorial``,
    ``quotient``) has the derivative 0; an ``if``, ``abs``, ``min`` or ``max`` that of the branch taken.
    """
    slopes: list[Expression] = []
    for node in postorder(tree):
        if isinstance(node, Apply):
            n = len(node.arguments)
            inner = slopes[-n:]
            del slopes[-n:]
            slopes.append(_slope(node, inner))
        else:
            slopes.append(ONE if node == Symbol(name) else ZERO)
    return slopes[0]


def _slope(node: Apply, inner: list[Expression]) -> Expression:
    if all(slope == ZERO for slope in inner):
        return ZERO
    if node.operator in _OUTER:
        return apply("*", _OUTER[node.operator](node.arguments[0]), inner[0])
    rule = _RULES.get(node.operator)
    return rule(*node.arguments, *inner) if rule else ZERO


def _product(a: Expression, b: Expression, da: Expression, db: Expression) -> Expression:
    return apply("+", apply("*", da, b), apply("*", a, db))


def _ratio(a: Expression, b: Expression, da: Expression, db: Expression) -> Expression:
    if db == ZERO:
        return apply("/", da, b)
    return apply("/", apply("-", apply("*", da, b), apply("*", a, db)), apply("^", b, TWO))


def _power(a: Expression, b: Expression, da: Expression, db: Expression) -> Expression:
    by_base = apply("*", apply("*", b, apply("^", a, apply("-", b, ONE))), da)
    if db == ZERO:
        return by_base
    # 0^b is flat in b; the logarithm there is not.
    by_exponent = apply("*", apply("*", Apply("^", (a, b)), apply("ln", a)), db)
    return apply("+", by_base, apply("if", apply("==", a, ZERO), ZERO, by_exponent))


def _choice(c: Expression, _a: Expression, _b: Expression, *inner: Expression) -> Expression:
    return apply("if", c, *inner[1:])


def _remainder(a: Expression, b: Expression, da: Expression, db: Expression) -> Expression:
    return apply("-", da, apply("*", apply("quotient", a, b), db))


_RULES: dict[str, Callable[..., Expression]] = {
    "+": lambda _a, _b, da, db: apply("+", da, db),
    "-": lambda _a, _b, da, db: apply("-", da, db),
    "*": _product,
    "/": _ratio,
    "^": _power,
    "neg": lambda _a, da: apply("neg", da),
    "if": _choice,
    "abs": lambda a, da: apply("if", apply("<", a, ZERO), apply("neg", da), da),
    "min": lambda a, b, da, db: apply("if", apply("<", b, a), db, da),
    "max": lambda a, b, da, db: apply("if", apply(">", b, a), db, da),
    "rem": _remainder,
}


def _one_over(tree: Expression) -> Expression:
    return apply("/", ONE, tree)


def _square(tree: Expression) -> Expression:
    return apply("^", tree, TWO)


def _root(tree: Expression) -> Expression:
    return apply("sqrt", tree)


_OUTER: dict[str, Callable[[Expression], Expression]] = {
    "exp": lambda a: apply("exp", a),
    "ln": _one_over,
    "log10": lambda a: _one_over(apply("*", a, Number(math.log(10.0)))),
    "sqrt": lambda a: _one_over(apply("*", TWO, _root(a))),
    "sin": lambda a: apply("cos", a),
    "cos": lambda a: apply("neg", apply("sin", a)),
    "tan": lambda a: apply("+", ONE, _square(apply("tan", a))),
    "asin": lambda a: _one_over(_root(apply("-", ONE, _square(a)))),
    "acos": lambda a: apply("neg", _one_over(_root(apply("-", ONE, _square(a))))),
    "atan": lambda a: _one_over(apply("+", ONE, _square(a))),
    "sinh": lambda a: apply("cosh", a),
    "cosh": lambda a: apply("sinh", a),
    "tanh": lambda a: apply("-", ONE, _square(apply("tanh", a))),
    "asinh": lambda a: _one_over(_root(apply("+", _square(a), ONE))),
    "acosh": lambda a: _one_over(_root(apply("-", _square(a), ONE))),
    "atanh": lambda a: _one_over(apply("-", ONE, _square(a))),
}
"""d f(a) / d a of the functions of one argument that are smooth."""
