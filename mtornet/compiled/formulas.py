"""Formulas in which equal parts are one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from mtornet.expression import Apply, Expression, Number, Symbol

STATE = "state"
CONSTANT = "constant"
SATURATE = "saturate"
"""``saturate(u, K)`` is ``u/(K + u)``, and ``saturate(u, w, K)`` is ``u/(K + u*w)``; see ``saturation``."""


class Formulas:
    """Nodes by number; equal formulas have equal numbers, so that comparing them costs nothing.

    The node ``i`` has an operator and the numbers of its arguments. A name of the state is ``STATE`` of its
    place; whatever reads no state is a ``CONSTANT`` without arguments, and its formula is kept.
    """

    def __init__(self, state: Mapping[str, int]) -> None:
        self.operators: list[str] = []
        self.arguments: list[tuple[int, ...]] = []
        self.constants: dict[int, Expression] = {}
        self._state = state
        self._numbers: dict[tuple[object, ...], int] = {}

    def add(self, tree: Expression) -> int:
        """Return the number of a formula."""
        known: dict[int, int] = {}  # by identity: a derivative has the same part in many places
        pending = [(tree, False)]
        while pending:
            node, arguments_done = pending.pop()
            if id(node) in known:
                continue
            if isinstance(node, Apply) and not arguments_done:
                pending.append((node, True))
                pending.extend((argument, False) for argument in reversed(node.arguments))
            elif isinstance(node, Apply):
                known[id(node)] = self.apply(node.operator, *[known[id(a)] for a in node.arguments])
            else:
                known[id(node)] = self.leaf(node)
        return known[id(tree)]

    def state(self, place: int) -> int:
        """Return the number of a place in the state."""
        return self._node((STATE, place), STATE, (place,))

    def apply(self, operator: str, *arguments: int) -> int:
        """Return the number of an operator applied to nodes."""
        if all(argument in self.constants for argument in arguments):
            tree = Apply(operator, tuple(self.constants[argument] for argument in arguments))
            return self._node((operator, *arguments), CONSTANT, (), tree)
        return self._node((operator, *arguments), operator, arguments)

    def joined(self, operator: str, numbers: Iterable[int]) -> int:
        """Return nodes joined by an operator, from the left; constants come first, so that they are one."""
        ordered = sorted(numbers, key=lambda number: number not in self.constants)
        return reduce(lambda a, b: self.apply(operator, a, b), ordered)

    def leaf(self, leaf: Number | Symbol) -> int:
        """Return the number of a number or a name."""
        if isinstance(leaf, Symbol) and leaf.name in self._state:
            return self.state(self._state[leaf.name])
        return self._node((CONSTANT, leaf), CONSTANT, (), leaf)

    def _node(
        self,
        key: tuple[object, ...],
        operator: str,
        arguments: tuple[int, ...],
        constant: Expression | None = None,
    ) -> int:
        number = self._numbers.setdefault(key, len(self.operators))
        if number == len(self.operators):
            self.operators.append(operator)
            self.arguments.append(arguments)
            if constant is not None:
                self.constants[number] = constant
        return number

    def parts(self, number: int) -> tuple[int, ...]:
        """Return the nodes that a node is made of."""
        return () if self.operators[number] == STATE else self.arguments[number]

    def postorder(self, root: int) -> list[int]:
        """Return a node and all its parts, each once, parts first."""
        seen: dict[int, None] = {}
        pending = [(root, False)]
        while pending:
            number, parts_done = pending.pop()
            if parts_done:
                seen[number] = None
            elif number not in seen:
                pending.append((number, True))
                pending.extend((part, False) for part in reversed(self.parts(number)))
        return list(seen)
