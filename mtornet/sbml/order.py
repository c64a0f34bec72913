"""An order in which everything comes after what it needs."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Set


def in_order(needs: Mapping[str, Set[str]]) -> tuple[list[str], list[str]]:
    """Return names after what they need, in steady order; and those that stand or wait behind a circle.

    Parameters
    ----------
    needs
        What each name needs; names without an entry of their own are there already.
    """
    waiting = {name: len(needed & needs.keys()) for name, needed in needs.items()}
    needed_by: dict[str, list[str]] = {name: [] for name in needs}
    for name, needed in needs.items():
        for other in needed & needs.keys():
            needed_by[other].append(name)
    ready = deque(name for name, count in waiting.items() if count == 0)
    ordered = []
    while ready:
        name = ready.popleft()
        ordered.append(name)
        for other in needed_by[name]:
            waiting[other] -= 1
            if waiting[other] == 0:
                ready.append(other)
    return ordered, [name for name, count in waiting.items() if count]
