"""Formulas in which equal parts are one, and quotients that saturate are recognised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from mtornet.expression import Apply, Expression, Number, Symbol

STATE = "state"
CONSTANT = "constant"
SATURATE = "saturate"
"""``saturate(u, K)`` is ``u/(K + u)``."""

_MOST_FACTORS = 64
"""A product is searched for saturating quotients up to here; the search takes its square."""


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
        self._simplified: dict[int, int] = {}

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
                known[id(node)] = self._leaf(node)
        return known[id(tree)]

    def apply(self, operator: str, *arguments: int) -> int:
        """Return the number of an operator applied to nodes."""
        if all(argument in self.constants for argument in arguments):
            tree = Apply(operator, tuple(self.constants[argument] for argument in arguments))
            return self._node((operator, *arguments), CONSTANT, (), tree)
        return self._node((operator, *arguments), operator, arguments)

    def _leaf(self, leaf: Number | Symbol) -> int:
        if isinstance(leaf, Symbol) and leaf.name in self._state:
            place = self._state[leaf.name]
            return self._node((STATE, place), STATE, (place,))
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

    def simplified(self, root: int) -> int:
        """Return a node in which quotients ``a*u/(K + u)`` are ``a * saturate(u, K)``.

        One operation instead of several, ``u`` computed once, and monotone for interval arithmetic. The value
        differs by rounding.
        """
        done = self._simplified
        for number in self.postorder(root):
            if number in done:
                continue
            parts = self.parts(number)
            result = self.apply(self.operators[number], *[done[part] for part in parts]) if parts else number
            done[number] = self._saturating(result)
        return done[root]

    def _saturating(self, number: int) -> int:
        if self.operators[number] not in ("*", "/"):
            return number
        above, below = self._factors(number)
        found = []
        while len(above) + len(below) <= _MOST_FACTORS and (match := self._match(above, below)):
            saturating, above, below = match
            found.append(saturating)
        if not found:
            return number
        result = self._product([*self._constants_first(above), *found])
        return self.apply("/", result, self._product(self._constants_first(below))) if below else result

    def _factors(self, number: int) -> tuple[list[int], list[int]]:
        """Return the factors above and below the line of a product or quotient."""
        above: list[int] = []
        below: list[int] = []
        pending = [(number, False)]
        while pending and len(above) + len(below) <= _MOST_FACTORS:
            node, inverse = pending.pop()
            if self.operators[node] in ("*", "/"):
                left, right = self.arguments[node]
                pending.append((right, inverse != (self.operators[node] == "/")))
                pending.append((left, inverse))
            else:
                (below if inverse else above).append(node)
        return above, below

    def _match(self, above: list[int], below: list[int]) -> tuple[int, list[int], list[int]] | None:
        """Find a sum below the line with a term that is also a factor of the whole; take both out."""
        for total in below:
            if self.operators[total] != "+":
                continue
            others = list(below)
            others.remove(total)
            terms = self._terms(total)
            for i, term in enumerate(terms):
                if term in self.constants:
                    continue
                term_above, term_below = self._factors(term)
                rest_above, rest_below = _without(above, term_above), _without(others, term_below)
                if rest_above is not None and rest_below is not None:
                    half = reduce(lambda a, b: self.apply("+", a, b), terms[:i] + terms[i + 1 :])
                    return self.apply(SATURATE, term, half), rest_above, rest_below
        return None

    def _terms(self, number: int) -> list[int]:
        terms: list[int] = []
        pending = [number]
        while pending:
            node = pending.pop()
            if self.operators[node] == "+":
                pending.extend(reversed(self.arguments[node]))
            else:
                terms.append(node)
        return terms

    def _constants_first(self, numbers: Iterable[int]) -> list[int]:
        return sorted(numbers, key=lambda number: number not in self.constants)

    def _product(self, numbers: list[int]) -> int:
        return reduce(lambda a, b: self.apply("*", a, b), numbers)


def _without(numbers: list[int], removed: list[int]) -> list[int] | None:
    """Return ``numbers`` less ``removed``, or None if some are not there."""
    rest = list(numbers)
    for number in removed:
        if number not in rest:
            return None
        rest.remove(number)
    return rest
