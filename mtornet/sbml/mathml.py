"""Formulas between our trees and libSBML's; no text in between."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mtornet.errors import SBMLError
from mtornet.expression import Apply, Expression, Number, Symbol, substitute
from mtornet.sbml.library import load_libsbml

MAX_NODES = 20_000
"""Nodes of one formula after function definitions are expanded."""
MAX_TREE_DEPTH = 300
MAX_BRACKETS = 120
"""Brackets within brackets; a long flat sum has none."""

ZERO = Number(0.0)


class UnsupportedMathError(SBMLError):
    """A formula holds something that our formulas do not have; the text names it."""


def to_ast(tree: Expression, *, zero_unit: str = "dimensionless") -> Any:
    """Return the libSBML formula of a tree; bare numbers are dimensionless, a lone 0 has ``zero_unit``."""
    libsbml = load_libsbml()

    if isinstance(tree, Number):
        node = _number(tree.value)
        node.setUnits(zero_unit if tree == ZERO else "dimensionless")
        return node
    if isinstance(tree, Symbol):
        node = libsbml.ASTNode(libsbml.AST_NAME)
        node.setName(tree.name)
        return node
    types = {
        "+": libsbml.AST_PLUS,
        "-": libsbml.AST_MINUS,
        "*": libsbml.AST_TIMES,
        "/": libsbml.AST_DIVIDE,
        "^": libsbml.AST_POWER,
        "neg": libsbml.AST_MINUS,
        "exp": libsbml.AST_FUNCTION_EXP,
        "ln": libsbml.AST_FUNCTION_LN,
        "sqrt": libsbml.AST_FUNCTION_ROOT,
        "abs": libsbml.AST_FUNCTION_ABS,
        "min": libsbml.AST_FUNCTION_MIN,
        "max": libsbml.AST_FUNCTION_MAX,
    }
    arguments: tuple[Expression, ...] = _chain(tree)
    if tree.operator == "+" and len(arguments) > 1 and ZERO in arguments:
        # "0 + D/K": our 0 fits every unit, SBML's does not.
        arguments = tuple(a for a in arguments if a != ZERO) or (ZERO,)
        if len(arguments) == 1:
            return to_ast(arguments[0], zero_unit=zero_unit)
    node = libsbml.ASTNode(types[tree.operator])
    if tree.operator == "sqrt":
        node.addChild(_number(2.0))
    for argument in arguments:
        node.addChild(to_ast(argument))
    return node


def _number(value: float) -> Any:
    libsbml = load_libsbml()

    if value.is_integer() and abs(value) < 2**31:
        node = libsbml.ASTNode(libsbml.AST_INTEGER)
        node.setValue(int(value))
    else:
        node = libsbml.ASTNode(libsbml.AST_REAL)
        node.setValue(value)
    return node


def _chain(tree: Apply) -> tuple[Expression, ...]:
    """Return the terms of a left-nested sum or product, so that its XML is flat."""
    if tree.operator not in ("+", "*"):
        return tree.arguments
    terms: list[Expression] = []
    spine: Expression = tree
    while isinstance(spine, Apply) and spine.operator == tree.operator:
        terms.append(spine.arguments[1])
        spine = spine.arguments[0]
    return (spine, *reversed(terms))


def flattened(tree: Expression) -> Any:
    """Return a form in which only the grouping of sums and products no longer counts."""
    if isinstance(tree, Number):
        # SBML files carry 15 digits.
        return float(f"{tree.value:.14g}")
    if isinstance(tree, Symbol):
        return tree.name
    if tree.operator in ("+", "*"):
        parts: list[Any] = []
        for argument in _chain(tree):
            part = flattened(argument)
            if isinstance(part, tuple) and part[0] == tree.operator:
                parts.extend(part[1:])
            elif not (tree.operator == "+" and part == 0.0):
                parts.append(part)
        return parts[0] if len(parts) == 1 else ((tree.operator, *parts) if parts else 0.0)
    return (tree.operator, *(flattened(argument) for argument in tree.arguments))


def same_formula(first: Expression, second: Expression) -> bool:
    """Tell whether two formulas are the same up to brackets in sums and products."""
    return bool(flattened(first) == flattened(second))


@dataclass(slots=True)
class FormulaReader:
    """Turns libSBML formulas into trees; knows a model's function definitions."""

    functions: Mapping[str, Any] = field(default_factory=dict)
    """Function definitions by id, as libSBML has them."""
    _nodes: int = 0
    _depth: int = 0

    def read(self, node: Any) -> Expression:
        """Return the tree of a formula, function definitions expanded.

        Raises
        ------
        UnsupportedMathError
            If the formula uses what our formulas do not have; the message names it.
        """
        self._nodes = self._depth = 0
        if node is None:
            raise UnsupportedMathError("an empty formula")
        tree = self._read(node, 0)
        if depth_of(tree) > MAX_TREE_DEPTH:
            raise UnsupportedMathError(f"a formula of more than {MAX_TREE_DEPTH} terms or levels")
        return tree

    def _read(self, node: Any, calls: int) -> Expression:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise UnsupportedMathError(f"a formula of more than {MAX_NODES} nodes")
        if self._depth >= MAX_BRACKETS:
            raise UnsupportedMathError(f"brackets nested deeper than {MAX_BRACKETS} levels")
        self._depth += 1
        tree = self._read_node(node, calls)
        self._depth -= 1
        return tree

    def _read_node(self, node: Any, calls: int) -> Expression:
        libsbml = load_libsbml()

        kind = node.getType()
        if kind == libsbml.AST_TIMES or kind == libsbml.AST_PLUS:
            return self._sum_or_product(node, kind, calls)
        if node.isNumber():
            return _literal(node)
        if kind == libsbml.AST_NAME:
            return Symbol(node.getName())
        if kind == libsbml.AST_FUNCTION:
            return self._call(node, calls)
        if kind == libsbml.AST_CONSTANT_E:
            return Number(math.e)
        if kind == libsbml.AST_CONSTANT_PI:
            return Number(math.pi)
        if kind == libsbml.AST_NAME_AVOGADRO:
            return Number(float(node.getReal()))
        return self._operator(node, kind, calls)

    def _sum_or_product(self, node: Any, kind: int, calls: int) -> Expression:
        # libSBML reads a sum of n terms as a tree n deep; the left spine is walked without recursion.
        libsbml = load_libsbml()

        operator = "+" if kind == libsbml.AST_PLUS else "*"
        rest: list[Any] = []
        while node.getType() == kind and node.getNumChildren() >= 1:
            rest.extend(node.getChild(i) for i in reversed(range(1, node.getNumChildren())))
            node = node.getChild(0)
        if node.getType() == kind:
            tree: Expression = Number(0.0 if operator == "+" else 1.0)
        else:
            tree = self._read(node, calls)
        for child in reversed(rest):
            tree = Apply(operator, (tree, self._read(child, calls)))
        return tree

    def _operator(self, node: Any, kind: int, calls: int) -> Expression:
        libsbml = load_libsbml()

        n = node.getNumChildren()
        if kind == libsbml.AST_MINUS and n == 1:
            return negated(self._read(node.getChild(0), calls))
        binary = {
            libsbml.AST_MINUS: "-",
            libsbml.AST_DIVIDE: "/",
            libsbml.AST_POWER: "^",
            libsbml.AST_FUNCTION_POWER: "^",
        }
        if kind in binary and n == 2:
            return Apply(
                binary[kind], (self._read(node.getChild(0), calls), self._read(node.getChild(1), calls))
            )
        unary = {
            libsbml.AST_FUNCTION_EXP: "exp",
            libsbml.AST_FUNCTION_LN: "ln",
            libsbml.AST_FUNCTION_ABS: "abs",
        }
        if kind in unary and n == 1:
            return Apply(unary[kind], (self._read(node.getChild(0), calls),))
        chained = {libsbml.AST_FUNCTION_MIN: "min", libsbml.AST_FUNCTION_MAX: "max"}
        if kind in chained and n >= 1:
            tree = self._read(node.getChild(0), calls)
            for i in range(1, n):
                tree = Apply(chained[kind], (tree, self._read(node.getChild(i), calls)))
            return tree
        if kind == libsbml.AST_FUNCTION_ROOT and n in (1, 2):
            return self._root(node, calls)
        if kind == libsbml.AST_FUNCTION_LOG and n == 2:
            base, value = (Apply("ln", (self._read(node.getChild(i), calls),)) for i in (0, 1))
            return Apply("/", (value, base))
        raise UnsupportedMathError(_name_of(node))

    def _root(self, node: Any, calls: int) -> Expression:
        value = self._read(node.getChild(node.getNumChildren() - 1), calls)
        degree = self._read(node.getChild(0), calls) if node.getNumChildren() == 2 else Number(2.0)
        if degree == Number(2.0):
            return Apply("sqrt", (value,))
        return Apply("^", (value, Apply("/", (Number(1.0), degree))))

    def _call(self, node: Any, calls: int) -> Expression:
        definition = self.functions.get(node.getName())
        if definition is None:
            raise UnsupportedMathError(f"the function {node.getName()!r}, which is not defined")
        if calls >= 30:
            raise UnsupportedMathError(f"the function {node.getName()!r}, which calls itself")
        if definition.getNumArguments() != node.getNumChildren() or definition.getBody() is None:
            raise UnsupportedMathError(
                f"the function {node.getName()!r} with {node.getNumChildren()} arguments, "
                f"defined with {definition.getNumArguments()}"
            )
        given = {
            definition.getArgument(i).getName(): self._read(node.getChild(i), calls)
            for i in range(node.getNumChildren())
        }
        body = self._read(definition.getBody(), calls + 1)
        if depth_of(body) > MAX_TREE_DEPTH:
            raise UnsupportedMathError(
                f"the function {node.getName()!r}, nested deeper than {MAX_TREE_DEPTH} levels"
            )
        body = substitute(body, given)
        self._nodes += size_of(body, MAX_NODES)
        if self._nodes > MAX_NODES:
            raise UnsupportedMathError(f"a formula of more than {MAX_NODES} nodes")
        return body


def negated(tree: Expression) -> Expression:
    """Return minus the formula, without a double minus."""
    if isinstance(tree, Apply) and tree.operator == "neg":
        return tree.arguments[0]
    return Apply("neg", (tree,))


def _literal(node: Any) -> Expression:
    value = float(node.getValue())
    if not math.isfinite(value):
        raise UnsupportedMathError(f"the number {value}")
    return Number(value) if value >= 0 else Apply("neg", (Number(-value),))


def _name_of(node: Any) -> str:
    libsbml = load_libsbml()

    special = {
        libsbml.AST_NAME_TIME: "the simulation time",
        libsbml.AST_FUNCTION_DELAY: "a delay",
        libsbml.AST_FUNCTION_PIECEWISE: "a piecewise formula",
        libsbml.AST_LAMBDA: "a lambda",
    }
    kind = node.getType()
    if kind in special:
        return special[kind]
    if node.isRelational() or node.isLogical() or node.isBoolean():
        return f"a comparison or logical formula ({node.getName() or node.getOperatorName() or 'true/false'})"
    return f"the function {node.getName() or node.getOperatorName() or 'of an unknown kind'!r}"


def depth_of(tree: Expression) -> int:
    """Return how deep a formula is nested."""
    deepest, stack = 0, [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        if isinstance(node, Apply):
            stack.extend((argument, depth + 1) for argument in node.arguments)
    return deepest


def size_of(tree: Expression, limit: int) -> int:
    """Return the number of nodes of a formula, counted up to ``limit``."""
    count, stack = 0, [tree]
    while stack and count <= limit:
        node = stack.pop()
        count += 1
        if isinstance(node, Apply):
            stack.extend(node.arguments)
    return count
