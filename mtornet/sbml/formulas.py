"""Formulas compared and measured: what counts as the same, how large one is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mtornet.errors import SBMLError
from mtornet.expression import Apply, Expression, Number, Symbol, depth_of, substitute, symbols

MAX_NODES = 20_000
"""Nodes of one formula, after function definitions and rules are put in."""
MAX_TREE_DEPTH = 300

ZERO = Number(0.0)


class UnsupportedMathError(SBMLError):
    """A formula holds something that our formulas do not have; the text names it."""


def chain(tree: Apply) -> tuple[Expression, ...]:
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
        for argument in chain(tree):
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


def negated(tree: Expression) -> Expression:
    """Return minus the formula, without a double minus."""
    if isinstance(tree, Apply) and tree.operator == "neg":
        return tree.arguments[0]
    return Apply("neg", (tree,))


def signed_number(value: float) -> Expression:
    """Return a number as text would give it: of a negative one, the sign is an operation."""
    return Apply("neg", (Number(-value),)) if value < 0 else Number(value)


def size_of(tree: Expression, limit: int) -> int:
    """Return the number of nodes of a formula, counted up to ``limit``."""
    count, stack = 0, [tree]
    while stack and count <= limit:
        node = stack.pop()
        count += 1
        if isinstance(node, Apply):
            stack.extend(node.arguments)
    return count


def put_in(tree: Expression, *replacements: Mapping[str, Expression]) -> Expression:
    """Replace names by formulas; of several mappings the first that has a name counts.

    Raises
    ------
    UnsupportedMathError
        If the result is larger or deeper than what is read.
    """
    found = {
        name: next(mapping[name] for mapping in replacements if name in mapping)
        for name in dict.fromkeys(symbols(tree))
        if any(name in mapping for mapping in replacements)
    }
    if not found:
        return tree
    whole = substitute(tree, found)
    if size_of(whole, MAX_NODES) > MAX_NODES:
        raise UnsupportedMathError(f"a formula of more than {MAX_NODES} nodes")
    if depth_of(whole) > MAX_TREE_DEPTH:
        raise UnsupportedMathError(f"a formula of more than {MAX_TREE_DEPTH} terms or levels")
    return whole
