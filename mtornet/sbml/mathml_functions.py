"""What each operator and function of MathML is in our formulas, by libSBML's types."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from mtornet.expression import TIME, Apply, Expression, Number, Symbol
from mtornet.sbml.formulas import ZERO, negated
from mtornet.sbml.library import load_libsbml

ONE = Number(1.0)


def _one_over(tree: Expression) -> Expression:
    return Apply("/", (ONE, tree))


def _of_inverse(function: str) -> Callable[[Expression], Expression]:
    return lambda tree: Apply(function, (_one_over(tree),))


def _inverse_of(function: str) -> Callable[[Expression], Expression]:
    return lambda tree: _one_over(Apply(function, (tree,)))


def _arccot(tree: Expression) -> Expression:
    at_zero = Apply("==", (tree, ZERO))
    return Apply("if", (at_zero, Number(math.pi / 2), Apply("atan", (_one_over(tree),))))


@cache
def unary() -> dict[int, Callable[[Expression], Expression]]:
    """Return what a function of one argument becomes, by libSBML's type."""
    libsbml = load_libsbml()

    plain = {
        "EXP": "exp", "LN": "ln", "ABS": "abs", "FLOOR": "floor", "CEILING": "ceil", "FACTORIAL": "factorial",
        "SIN": "sin", "COS": "cos", "TAN": "tan", "SINH": "sinh", "COSH": "cosh", "TANH": "tanh",
        "ARCSIN": "asin", "ARCCOS": "acos", "ARCTAN": "atan",
        "ARCSINH": "asinh", "ARCCOSH": "acosh", "ARCTANH": "atanh",
    }  # fmt: skip
    composed = {
        "SEC": _inverse_of("cos"), "CSC": _inverse_of("sin"), "COT": _inverse_of("tan"),
        "SECH": _inverse_of("cosh"), "CSCH": _inverse_of("sinh"), "COTH": _inverse_of("tanh"),
        "ARCSEC": _of_inverse("acos"), "ARCCSC": _of_inverse("asin"), "ARCCOT": _arccot,
        "ARCSECH": _of_inverse("acosh"), "ARCCSCH": _of_inverse("asinh"), "ARCCOTH": _of_inverse("atanh"),
    }  # fmt: skip
    known: dict[int, Callable[[Expression], Expression]] = {
        getattr(libsbml, f"AST_FUNCTION_{name}"): make for name, make in composed.items()
    }
    for name, function in plain.items():
        known[getattr(libsbml, f"AST_FUNCTION_{name}")] = _plain(function)
    known[libsbml.AST_LOGICAL_NOT] = _plain("not")
    known[libsbml.AST_MINUS] = negated
    return known


def _plain(function: str) -> Callable[[Expression], Expression]:
    return lambda tree: Apply(function, (tree,))


@cache
def binary() -> dict[int, str]:
    """Return operators of two arguments, by libSBML's type."""
    libsbml = load_libsbml()

    return {
        libsbml.AST_MINUS: "-",
        libsbml.AST_DIVIDE: "/",
        libsbml.AST_POWER: "^",
        libsbml.AST_FUNCTION_POWER: "^",
        libsbml.AST_FUNCTION_REM: "rem",
        libsbml.AST_FUNCTION_QUOTIENT: "quotient",
        libsbml.AST_RELATIONAL_NEQ: "!=",
    }


@cache
def chained() -> dict[int, tuple[str, Expression | None]]:
    """Return operators of any number of arguments, and their value without any."""
    libsbml = load_libsbml()

    return {
        libsbml.AST_FUNCTION_MIN: ("min", None),
        libsbml.AST_FUNCTION_MAX: ("max", None),
        libsbml.AST_LOGICAL_AND: ("and", ONE),
        libsbml.AST_LOGICAL_OR: ("or", ZERO),
        libsbml.AST_LOGICAL_XOR: ("xor", ZERO),
    }


@cache
def relations() -> dict[int, str]:
    """Return comparisons, by libSBML's type."""
    libsbml = load_libsbml()

    return {
        libsbml.AST_RELATIONAL_EQ: "==",
        libsbml.AST_RELATIONAL_LT: "<",
        libsbml.AST_RELATIONAL_LEQ: "<=",
        libsbml.AST_RELATIONAL_GT: ">",
        libsbml.AST_RELATIONAL_GEQ: ">=",
    }


@cache
def constants() -> dict[int, Expression]:
    """Return what stands for itself, by libSBML's type."""
    libsbml = load_libsbml()

    return {
        libsbml.AST_NAME_TIME: Symbol(TIME),
        libsbml.AST_CONSTANT_E: Number(math.e),
        libsbml.AST_CONSTANT_PI: Number(math.pi),
        libsbml.AST_CONSTANT_TRUE: ONE,
        libsbml.AST_CONSTANT_FALSE: ZERO,
    }
