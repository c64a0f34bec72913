"""Formulas of libSBML to trees of ours; no text in between."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from mtornet.expression import KEYWORDS, TIME, Apply, Expression, Number, Symbol, depth_of, substitute
from mtornet.sbml.formulas import (
    MAX_NODES,
    MAX_TREE_DEPTH,
    ZERO,
    UnsupportedMathError,
    signed_number,
    size_of,
)
from mtornet.sbml.library import load_libsbml
from mtornet.sbml.mathml_functions import ONE, binary, chained, constants, relations, unary

MAX_BRACKETS = 120
"""Brackets within brackets; a long flat sum has none."""
MAX_CALLS = 30

UNDEFINED = Apply("/", (ZERO, ZERO))
"""Value of a piecewise formula without a case that holds."""
RESERVED = frozenset((*KEYWORDS, TIME))
"""Words that mean something else in our formulas, and may be ids in SBML."""
MARK = "'"
"""Put behind an id that is a reserved word, until it is renamed."""
RATE_OF = "rateOf "
"""Beginning of the symbol that stands for the rate of change of what is named behind it."""


def marked(name: str) -> str:
    """Return an id as the reader's trees hold it, told from the word of our formulas."""
    return name + MARK if name in RESERVED else name


@dataclass(slots=True)
class FormulaReader:
    """Turns libSBML formulas into trees; knows a model's function definitions."""

    functions: Mapping[str, Any] = field(default_factory=dict)
    """Function definitions by id, as libSBML has them."""
    _nodes: int = 0
    _depth: int = 0

    def read(self, node: Any) -> Expression:
        """Return the tree of a formula, function definitions expanded.

        An id that is a word of our formulas comes back :func:`marked`; ``rateOf`` becomes a symbol.

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
        if kind in (libsbml.AST_TIMES, libsbml.AST_PLUS):
            return self._sum_or_product(node, kind, calls)
        if kind in constants():
            return constants()[kind]
        if kind == libsbml.AST_NAME_AVOGADRO:
            return Number(float(node.getReal()))
        if node.isNumber():
            return _literal(node)
        if kind == libsbml.AST_NAME:
            return Symbol(marked(node.getName()))
        if kind == libsbml.AST_FUNCTION:
            return self._call(node, calls)
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
            tree: Expression = ZERO if operator == "+" else ONE
        else:
            tree = self._read(node, calls)
        for child in reversed(rest):
            tree = Apply(operator, (tree, self._read(child, calls)))
        return tree

    def _arguments(self, node: Any, calls: int) -> list[Expression]:
        return [self._read(node.getChild(i), calls) for i in range(node.getNumChildren())]

    def _operator(self, node: Any, kind: int, calls: int) -> Expression:
        libsbml = load_libsbml()

        n = node.getNumChildren()
        if n == 1 and kind in unary():
            return unary()[kind](self._read(node.getChild(0), calls))
        if n == 2 and kind in binary():
            return Apply(binary()[kind], tuple(self._arguments(node, calls)))
        if kind in chained():
            operator, empty = chained()[kind]
            return self._chain(operator, empty, node, calls)
        if n >= 2 and kind in relations():
            return _comparison(relations()[kind], self._arguments(node, calls))
        if n == 2 and kind == libsbml.AST_LOGICAL_IMPLIES:
            condition, consequence = self._arguments(node, calls)
            return Apply("or", (Apply("not", (condition,)), consequence))
        if kind == libsbml.AST_FUNCTION_PIECEWISE:
            return self._piecewise(node, calls)
        if n in (1, 2) and kind == libsbml.AST_FUNCTION_ROOT:
            return self._root(node, calls)
        if n in (1, 2) and kind == libsbml.AST_FUNCTION_LOG:
            return self._log(node, calls)
        if n == 1 and kind == libsbml.AST_FUNCTION_RATE_OF and node.getChild(0).getType() == libsbml.AST_NAME:
            return Symbol(RATE_OF + marked(node.getChild(0).getName()))
        raise UnsupportedMathError(_name_of(node))

    def _chain(self, operator: str, empty: Expression | None, node: Any, calls: int) -> Expression:
        arguments = self._arguments(node, calls)
        if not arguments:
            if empty is None:
                raise UnsupportedMathError(f"{operator} of nothing")
            return empty
        tree, *rest = arguments
        for argument in rest:
            tree = Apply(operator, (tree, argument))
        return tree

    def _piecewise(self, node: Any, calls: int) -> Expression:
        arguments = self._arguments(node, calls)
        tree = arguments.pop() if len(arguments) % 2 else UNDEFINED
        while arguments:
            condition, value = arguments.pop(), arguments.pop()
            tree = Apply("if", (condition, value, tree))
        return tree

    def _root(self, node: Any, calls: int) -> Expression:
        *degree, value = self._arguments(node, calls)
        if not degree or degree[0] == Number(2.0):
            return Apply("sqrt", (value,))
        return Apply("^", (value, Apply("/", (ONE, degree[0]))))

    def _log(self, node: Any, calls: int) -> Expression:
        *base, value = self._arguments(node, calls)
        if not base or base[0] == Number(10.0):
            return Apply("log10", (value,))
        return Apply("/", (Apply("ln", (value,)), Apply("ln", (base[0],))))

    def _call(self, node: Any, calls: int) -> Expression:
        definition = self.functions.get(node.getName())
        if definition is None:
            raise UnsupportedMathError(f"the function {node.getName()!r}, which is not defined")
        if calls >= MAX_CALLS:
            raise UnsupportedMathError(f"the function {node.getName()!r}, which calls itself")
        if definition.getNumArguments() != node.getNumChildren() or definition.getBody() is None:
            raise UnsupportedMathError(
                f"the function {node.getName()!r} with {node.getNumChildren()} arguments, "
                f"defined with {definition.getNumArguments()}"
            )
        given = {
            marked(definition.getArgument(i).getName()): self._read(node.getChild(i), calls)
            for i in range(node.getNumChildren())
        }
        body = self._read(definition.getBody(), calls + 1)
        if depth_of(body) > MAX_TREE_DEPTH:
            raise UnsupportedMathError(
                f"the function {node.getName()!r}, nested deeper than {MAX_TREE_DEPTH} levels"
            )
        body = substitute(body, given | _rates_of(given))
        self._nodes += size_of(body, MAX_NODES)
        if self._nodes > MAX_NODES:
            raise UnsupportedMathError(f"a formula of more than {MAX_NODES} nodes")
        return body


def _rates_of(given: Mapping[str, Expression]) -> dict[str, Expression]:
    return {
        RATE_OF + name: Symbol(RATE_OF + tree.name)
        for name, tree in given.items()
        if isinstance(tree, Symbol)
    }


def _comparison(relation: str, arguments: list[Expression]) -> Expression:
    # a < b < c holds if each neighbour pair does.
    pairs = [Apply(relation, pair) for pair in pairwise(arguments)]
    tree: Expression = pairs[0]
    for pair in pairs[1:]:
        tree = Apply("and", (tree, pair))
    return tree


def _literal(node: Any) -> Expression:
    value = float(node.getValue())
    return UNDEFINED if math.isnan(value) else signed_number(value)


def _name_of(node: Any) -> str:
    libsbml = load_libsbml()

    special = {libsbml.AST_FUNCTION_DELAY: "a delay", libsbml.AST_LAMBDA: "a lambda"}
    kind = node.getType()
    if kind in special:
        return special[kind]
    name = node.getName() or node.getOperatorName() or "of an unknown kind"
    return f"the function {name!r} with {node.getNumChildren()} argument(s)"
