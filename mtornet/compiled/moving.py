"""Formulas in terms of what moves: derived quantities that change with time or a variable are written out."""

from __future__ import annotations

from collections.abc import Callable

from mtornet.errors import ModelError
from mtornet.expression import TIME, Expression, substitute, symbols
from mtornet.network.network import ReactionNetwork


def ordered_derived(network: ReactionNetwork) -> tuple[tuple[str, Expression], ...]:
    """Return derived quantities in an order in which each needs only earlier ones."""
    pending = {d.id: d.expression for d in network.derived.values()}
    ordered: list[tuple[str, Expression]] = []
    while pending:
        ready = [name for name, tree in pending.items() if not set(symbols(tree)) & set(pending)]
        if not ready:
            raise ModelError(f"derived quantities depend on each other in a circle: {', '.join(pending)}")
        ordered.extend((name, pending.pop(name)) for name in ready)
    return tuple(ordered)


def moving_derived(network: ReactionNetwork) -> dict[str, Expression]:
    """Return the derived quantities that depend on time or variables, in terms of these and constants."""
    moving: dict[str, Expression] = {}
    moves = {TIME, *network.variables}
    for name, tree in ordered_derived(network):
        if any(symbol in moves or symbol in moving for symbol in symbols(tree)):
            moving[name] = substitute(tree, moving)
    return moving


def written_out(network: ReactionNetwork) -> Callable[[Expression], Expression]:
    """Return a function that puts the formulas of moving derived quantities in the place of their names."""
    moving = moving_derived(network)
    return (lambda tree: substitute(tree, moving)) if moving else (lambda tree: tree)
