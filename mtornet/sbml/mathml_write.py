"""Trees of ours to formulas of libSBML; no text in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from mtornet.errors import UnitError
from mtornet.expression import LOGIC, RELATIONS, TIME, Apply, Expression, Number, Symbol, unit_of
from mtornet.sbml.formulas import ZERO, chain
from mtornet.sbml.library import load_libsbml
from mtornet.units import DIMENSIONLESS, Unit

_LIKE_EACH_OTHER = frozenset(("+", "-", "min", "max", "rem", "quotient", *RELATIONS))
"""Operators whose arguments have the same unit."""


@cache
def _types() -> dict[str, int]:
    libsbml = load_libsbml()

    functions = {
        "exp": "EXP", "ln": "LN", "sqrt": "ROOT", "log10": "LOG", "abs": "ABS", "min": "MIN", "max": "MAX",
        "floor": "FLOOR", "ceil": "CEILING", "factorial": "FACTORIAL", "rem": "REM", "quotient": "QUOTIENT",
        "sin": "SIN", "cos": "COS", "tan": "TAN", "sinh": "SINH", "cosh": "COSH", "tanh": "TANH",
        "asin": "ARCSIN", "acos": "ARCCOS", "atan": "ARCTAN",
        "asinh": "ARCSINH", "acosh": "ARCCOSH", "atanh": "ARCTANH", "if": "PIECEWISE",
    }  # fmt: skip
    others = {
        "+": "PLUS", "-": "MINUS", "*": "TIMES", "/": "DIVIDE", "^": "POWER", "neg": "MINUS",
        "<": "RELATIONAL_LT", "<=": "RELATIONAL_LEQ", ">": "RELATIONAL_GT", ">=": "RELATIONAL_GEQ",
        "==": "RELATIONAL_EQ", "!=": "RELATIONAL_NEQ",
        "and": "LOGICAL_AND", "or": "LOGICAL_OR", "xor": "LOGICAL_XOR", "not": "LOGICAL_NOT",
    }  # fmt: skip
    types = {operator: getattr(libsbml, f"AST_FUNCTION_{name}") for operator, name in functions.items()}
    return types | {operator: getattr(libsbml, f"AST_{name}") for operator, name in others.items()}


@dataclass(frozen=True, slots=True)
class FormulaWriter:
    """Makes libSBML formulas whose numbers carry units, if the model has units at all.

    A number is dimensionless, except where 0 stands alone or beside a quantity: our 0 fits every unit,
    SBML's does not.
    """

    units: Mapping[str, Unit] = field(default_factory=dict)
    """Units of the names."""
    id_of: Callable[[Unit], str] | None = None
    """Gives the id that stands for a unit in the model; ``None`` for a model without units."""

    def write(self, tree: Expression, unit: Unit = DIMENSIONLESS) -> Any:
        """Return the libSBML formula of a tree as :func:`for_sbml` spells it; a lone 0 gets ``unit``."""
        return self._node(for_sbml(tree), unit)

    def condition(self, tree: Expression) -> Any:
        """Return the libSBML formula of a condition."""
        return self._node(condition_for_sbml(tree), DIMENSIONLESS)

    def _node(self, tree: Expression, unit: Unit) -> Any:
        libsbml = load_libsbml()

        if isinstance(tree, Number):
            return self._number(tree, unit)
        if isinstance(tree, Symbol):
            node = libsbml.ASTNode(libsbml.AST_NAME_TIME if tree.name == TIME else libsbml.AST_NAME)
            node.setName(tree.name)
            return node
        node = libsbml.ASTNode(_types()[tree.operator])
        if tree.operator in ("sqrt", "log10"):
            node.addChild(_literal(2.0 if tree.operator == "sqrt" else 10.0))
        arguments = chain(tree)
        if tree.operator == "if":
            condition, then, otherwise = arguments
            # SBML has the value before its condition.
            arguments = (then, condition, otherwise)
            inner = self._unit_beside((then, otherwise), unit)
        elif tree.operator in _LIKE_EACH_OTHER:
            inner = self._unit_beside(arguments, unit if tree.operator not in RELATIONS else DIMENSIONLESS)
        else:
            inner = unit if tree.operator == "neg" else DIMENSIONLESS
        for argument in arguments:
            node.addChild(self._node(argument, inner))
        return node

    def _number(self, tree: Number, unit: Unit) -> Any:
        node = _literal(tree.value)
        if self.id_of is not None:
            node.setUnits(self.id_of(unit if tree == ZERO else DIMENSIONLESS))
        return node

    def _unit_beside(self, arguments: tuple[Expression, ...], otherwise: Unit) -> Unit:
        if ZERO in arguments:
            for argument in arguments:
                if argument != ZERO:
                    try:
                        return unit_of(argument, self.units)
                    except UnitError:
                        return otherwise
        return otherwise


ONE = Number(1.0)


def for_sbml(tree: Expression) -> Expression:
    """Return a formula in which numbers and truth values do not stand for each other.

    Our formulas count truth values as 1 and 0; most readers of SBML tell them apart. So a condition
    that is no comparison becomes ``x != 0``, and a comparison used as a number ``if(c, 1, 0)``.
    Zeros are left out of sums.
    """
    return _number_of(tree)


def is_truth(tree: Expression) -> bool:
    """Tell whether a formula is a comparison or logic."""
    return isinstance(tree, Apply) and (tree.operator in RELATIONS or tree.operator in LOGIC)


def condition_for_sbml(tree: Expression) -> Expression:
    """Return a formula that SBML takes as a condition."""
    if is_truth(tree):
        assert isinstance(tree, Apply)
        make = condition_for_sbml if tree.operator in LOGIC else _number_of
        return Apply(tree.operator, tuple(make(argument) for argument in tree.arguments))
    return Apply("!=", (_number_of(tree), ZERO))


def _number_of(tree: Expression) -> Expression:
    if not isinstance(tree, Apply):
        return tree
    if is_truth(tree):
        return Apply("if", (condition_for_sbml(tree), ONE, ZERO))
    if tree.operator == "if":
        condition, then, otherwise = tree.arguments
        return Apply("if", (condition_for_sbml(condition), _number_of(then), _number_of(otherwise)))
    if tree.operator == "+" and ZERO in (arguments := chain(tree)):
        # "0 + D/K": our 0 fits every unit, SBML's does not.
        terms = [_number_of(argument) for argument in arguments if argument != ZERO] or [ZERO]
        total = terms[0]
        for term in terms[1:]:
            total = Apply("+", (total, term))
        return total
    return Apply(tree.operator, tuple(_number_of(argument) for argument in tree.arguments))


def _literal(value: float) -> Any:
    libsbml = load_libsbml()

    if value.is_integer() and abs(value) < 2**31:
        node = libsbml.ASTNode(libsbml.AST_INTEGER)
        node.setValue(int(value))
    else:
        node = libsbml.ASTNode(libsbml.AST_REAL)
        node.setValue(value)
    return node
