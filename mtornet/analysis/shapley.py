"""Shapley value: what each of several causes contributes, whatever the order in which they are removed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import combinations
from math import comb
from typing import TypeVar

Player = TypeVar("Player", bound=Hashable)


def coalitions(players: Sequence[Player]) -> list[frozenset[Player]]:
    """Return all 2^n subsets of n players, the smallest first."""
    return [frozenset(members) for size in range(len(players) + 1) for members in combinations(players, size)]


def shapley_values(
    players: Sequence[Player], worth: Callable[[frozenset[Player]], float]
) -> dict[Player, float]:
    """Return what each player adds to those before it, as the mean over all orders of the players.

    Parameters
    ----------
    players
        Each once.
    worth
        What a subset achieves together; asked once for each of the 2^n subsets.

    Returns
    -------
    dict of float
        By player; their sum is ``worth(all) - worth(none)``. NaN where the worth of a subset is NaN.

    Notes
    -----
    Exact, over all subsets. The only division of the whole that gives equal players equal parts,
    players without effect nothing, and that adds up over games (Shapley 1953, A value for n-person
    games, in Contributions to the Theory of Games II, 307-317).
    """
    known = {members: worth(members) for members in coalitions(players)}
    values = {}
    for player in players:
        others = [other for other in players if other != player]
        values[player] = sum(
            # Before the player stand just these members in 1 of n * comb(n-1, size) orders.
            (known[members | {player}] - known[members]) / (len(players) * comb(len(others), len(members)))
            for members in coalitions(others)
        )
    return values
