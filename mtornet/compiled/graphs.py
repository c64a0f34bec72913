"""Formulas whose leaves are rows of numbers, read back from programs, and their derivatives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from mtornet.compiled import operations as op
from mtornet.compiled.formulas import SATURATE, STATE, Formulas
from mtornet.compiled.instructions import OPERATIONS, OPERATORS
from mtornet.compiled.tables import IntArray
from mtornet.errors import ExpressionError
from mtornet.expression import RELATIONS, Apply, Expression, Number, Symbol, derivative, evaluate, parse

_LOW_HALF = 0xFFFFFFFF
_WITH_CONSTANT = {
    op.ADD_CONSTANT: "+",
    op.SUBTRACT_CONSTANT: "-",
    op.MULTIPLY_CONSTANT: "*",
    op.DIVIDE_CONSTANT: "/",
    op.POWER_CONSTANT: "^",
}
_WITH_STATE = {op.ADD_STATE: "+", op.MULTIPLY_STATE: "*"}
_MARKS = 1 << 40
"""Rows from here on are marks."""
_GAPS = dict.fromkeys(RELATIONS, "-") | {"floor": "", "ceil": "", "quotient": "/"}
"""What jumps, and what makes one smooth quantity of its arguments."""


class Atom(NamedTuple):
    """A part of a formula that jumps: a comparison, or rounding to whole numbers.

    Between two jumps it is a constant, its *mark*: a step of the integrator sees no jump, and where the
    jump is to be is found from the *gap*, which goes on smoothly.
    """

    operation: int
    """A comparison of the gap with 0, or the function of it that jumps; ``QUOTIENT`` cuts digits off."""
    gap: int
    """Node."""


class Graph:
    """Nodes by number; a leaf is a row or a number, everything else an operator with its arguments.

    Constants of a program are rows too, unless they are numbers in the formula itself. Every jump
    is a mark; ``atoms`` lists them.
    """

    def __init__(self) -> None:
        self.atoms: list[Atom] = []
        self._marks: dict[Atom, int] = {}
        self._formulas = Formulas({})
        self._reads: dict[int, frozenset[int]] = {}
        self._slopes: dict[tuple[int, int], int] = {}
        self.zero, self.one = self.number(0.0), self.number(1.0)

    def row(self, row: int) -> int:
        """Return the leaf that is a row."""
        return self._formulas.state(row)

    @staticmethod
    def mark(row: int) -> int | None:
        """Return the index of the atom whose mark a row is."""
        return row - _MARKS if row >= _MARKS else None

    def atoms_behind(self, nodes: Sequence[int]) -> set[int]:
        """Return the atoms that nodes depend on, also by way of other atoms."""
        found: set[int] = set()
        pending = list(nodes)
        while pending:
            marks = {self.mark(row) for row in self.reads(pending.pop())}
            new = {mark for mark in marks if mark is not None} - found
            found |= new
            pending.extend(self.atoms[mark].gap for mark in new)
        return found

    def number(self, value: float) -> int:
        """Return the leaf that is a number."""
        return self._formulas.add(Number(value))

    def value(self, node: int) -> float | None:
        """Return what a node is as a number, if it is one."""
        tree = self._formulas.constants.get(node)
        return tree.value if isinstance(tree, Number) else None

    def operator(self, node: int) -> str:
        """Return what computes a node."""
        return self._formulas.operators[node]

    def arguments(self, node: int) -> tuple[int, ...]:
        """Return the nodes that a node is computed from, or the row that it is."""
        return self._formulas.arguments[node]

    def postorder(self, root: int) -> list[int]:
        """Return a node and all its parts, each once, parts first."""
        return self._formulas.postorder(root)

    def apply(self, operator: str, *arguments: int) -> int:
        """Return an operator applied to nodes, with what is obvious left out."""
        values = [self.value(argument) for argument in arguments]
        if None not in values:
            return self.number(_value(operator, values))  # type: ignore[arg-type]
        a, b = (*arguments, self.zero)[:2]
        simpler = {
            "+": b if a == self.zero else a if b == self.zero else None,
            "-": a if b == self.zero else None,
            "*": self.zero if self.zero in (a, b) else b if a == self.one else a if b == self.one else None,
            "/": self.zero if a == self.zero else a if b == self.one else None,
            "^": a if b == self.one else None,
        }.get(operator)
        if simpler is not None:
            return simpler
        if operator == "^" and values[1] == 2.0:
            return self.apply("*", a, a)
        return self._formulas.apply(operator, *arguments)

    def _marked(self, operator: str, arguments: list[int]) -> int:
        """Return an operator applied to nodes, with a mark in the place of a jump."""
        moves = any(row >= 0 for argument in arguments for row in self.reads(argument))
        if operator == "rem" and moves:
            whole = self.apply("*", self._marked("quotient", arguments), arguments[1])
            return self.apply("-", arguments[0], whole)
        if operator not in _GAPS or not moves:
            return self.apply(operator, *arguments)
        gap = self.apply(_GAPS[operator], *arguments) if _GAPS[operator] else arguments[0]
        atom = Atom(OPERATIONS[operator], gap)
        if atom not in self._marks:
            self._marks[atom] = self.row(_MARKS + len(self.atoms))
            self.atoms.append(atom)
        return self._marks[atom]

    def read(
        self,
        code: IntArray,
        begin: int,
        end: int,
        state_row: Sequence[int],
        constant: Sequence[int],
    ) -> int:
        """Return the node of a program.

        Parameters
        ----------
        state_row
            Row of each state.
        constant
            Node of each entry of a row of constants.
        """
        stack: list[int] = []
        kept: dict[int, int] = {}
        for p in range(begin, end):
            operation, argument = int(code[2 * p]), int(code[2 * p + 1])
            if operation == op.STATE:
                stack.append(self.row(state_row[argument]))
            elif operation == op.CONSTANT:
                stack.append(constant[argument])
            elif operation == op.SAVE:
                kept[argument] = stack[-1]
            elif operation == op.LOAD:
                stack.append(kept[argument])
            elif operation in _WITH_CONSTANT:
                stack.append(self.apply(_WITH_CONSTANT[operation], stack.pop(), constant[argument]))
            elif operation in _WITH_STATE:
                other = self.row(state_row[argument])
                stack.append(self.apply(_WITH_STATE[operation], stack.pop(), other))
            elif operation == op.MICHAELIS:
                part = self.apply(
                    SATURATE, self.row(state_row[argument & _LOW_HALF]), constant[argument >> 32]
                )
                stack.append(self.apply("*", stack.pop(), part))
            elif operation == op.SATURATE_WEIGHTED:
                u, weight, half = stack[-3:]
                del stack[-3:]
                below = self.apply("+", half, self.apply("*", u, weight))
                stack.append(self.apply("/", u, below))
            else:
                operator, n = OPERATORS[operation]
                arguments = stack[-n:]
                del stack[-n:]
                stack.append(self._marked(operator, arguments))
        return stack.pop()

    def reads(self, root: int) -> frozenset[int]:
        """Return the rows that a node reads."""
        for node in self.postorder(root) if root not in self._reads else ():
            if node not in self._reads:
                if self.operator(node) == STATE:
                    self._reads[node] = frozenset(self.arguments(node))
                else:
                    self._reads[node] = frozenset().union(*(self._reads[a] for a in self.arguments(node)))
        return self._reads[root]

    def slope(self, root: int, row: int) -> int:
        """Return the derivative of a node by a row."""
        if row not in self.reads(root):
            return self.zero
        for node in self.postorder(root):
            if row in self._reads[node] and (node, row) not in self._slopes:
                self._slopes[node, row] = self._slope_of(node, row)
        return self._slopes[root, row]

    def _slope_of(self, node: int, row: int) -> int:
        operator, arguments = self.operator(node), self.arguments(node)
        if operator == STATE:
            return self.one
        inner = [self._slopes[a, row] if row in self._reads[a] else self.zero for a in arguments]
        if operator in ("+", "-", "neg"):
            return self.apply(operator, *inner)
        if operator == "if":
            # Not the sum of both branches: the one not taken may be infinite.
            return (
                self.zero if inner[1] == inner[2] == self.zero else self.apply("if", arguments[0], *inner[1:])
            )
        total = self.zero
        names = dict(zip("abc", arguments, strict=False))
        for slope, partial in zip(inner, _partials(operator, len(arguments)), strict=True):
            if slope != self.zero:
                total = self.apply("+", total, self.apply("*", self._build(partial, names), slope))
        return total

    def _build(self, tree: Expression, names: dict[str, int]) -> int:
        if isinstance(tree, Number):
            return self.number(tree.value)
        if isinstance(tree, Symbol):
            return names[tree.name]
        return self.apply(tree.operator, *(self._build(argument, names) for argument in tree.arguments))


def _value(operator: str, values: Sequence[float]) -> float:
    if operator == SATURATE:
        operator, values = "/", (values[0], values[1] + values[0])
    try:
        return evaluate(Apply(operator, tuple(Number(value) for value in values)), {})
    except ExpressionError:
        return math.nan


@cache
def _partials(operator: str, n: int) -> tuple[Expression, ...]:
    """Return the derivatives of an operator by its arguments, which are named a, b and c."""
    if operator == SATURATE:
        return parse("b/((b + a)*(b + a))"), parse("-a/((b + a)*(b + a))")
    names = "abc"[:n]
    tree = Apply(operator, tuple(Symbol(name) for name in names))
    return tuple(derivative(tree, name) for name in names)
