"""The three kinds of node that a formula is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

TIME = "time"
"""The symbol that means the simulated time, in seconds."""


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number, dimensionless."""

    value: float

    def __str__(self) -> str:
        return _text(self)


@dataclass(frozen=True, slots=True)
class Symbol:
    """The value of something that has a name."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator applied to its arguments.

    The operators are ``+ - * / ^`` and ``neg``, the comparisons and the words of logic
    (:mod:`mtornet.expression.operators`), ``if`` and the functions.
    """

    operator: str
    arguments: tuple[Expression, ...]

    def __str__(self) -> str:
        return _text(self)


Expression = Number | Symbol | Apply


def _text(tree: Expression) -> str:
    from mtornet.expression.writing import to_text  # it stands on this module

    return to_text(tree)


def postorder(tree: Expression) -> Iterator[Expression]:
    """Yield every node after its arguments; no recursion, so that depth is no limit."""
    pending = [(tree, False)]
    while pending:
        node, arguments_done = pending.pop()
        if arguments_done or not isinstance(node, Apply):
            yield node
        else:
            pending.append((node, True))
            pending.extend((argument, False) for argument in reversed(node.arguments))


def symbols(tree: Expression) -> Iterator[str]:
    """Yield the names in a formula, in reading order, with repetitions."""
    return (node.name for node in postorder(tree) if isinstance(node, Symbol))


def depth_of(tree: Expression) -> int:
    """Return how many operations and leaves stand inside each other at most."""
    deepest, pending = 0, [(tree, 1)]
    while pending:
        node, level = pending.pop()
        deepest = max(deepest, level)
        if isinstance(node, Apply):
            pending.extend((argument, level + 1) for argument in node.arguments)
    return deepest


def substitute(tree: Expression, replacements: Mapping[str, Expression]) -> Expression:
    """Replace names by formulas."""
    if isinstance(tree, Symbol):
        return replacements.get(tree.name, tree)
    if isinstance(tree, Apply):
        return Apply(tree.operator, tuple(substitute(a, replacements) for a in tree.arguments))
    return tree
