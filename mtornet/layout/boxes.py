"""Boxes of species on a map, and where lines meet them."""

from __future__ import annotations

import math

Position = tuple[float, float]

HALF_WIDTH, HALF_HEIGHT = 2.85, 1.08
"""Half the size of a species, in units of the layout."""


def edge_point(centre: Position, towards: Position, *, gap: float = 0.0) -> Position:
    """Return where the line from the centre of a species towards a point leaves its box."""
    dx, dy = towards[0] - centre[0], towards[1] - centre[1]
    if dx == dy == 0:
        return centre
    reach = min(
        (HALF_WIDTH + gap) / abs(dx) if dx else math.inf,
        (HALF_HEIGHT + gap) / abs(dy) if dy else math.inf,
    )
    return (centre[0] + dx * reach, centre[1] + dy * reach)


def short_of(end: Position, start: Position, distance: float) -> Position:
    """Return the point ``distance`` before ``end`` on the way from ``start``."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy) or 1.0
    return (end[0] - dx / length * distance, end[1] - dy / length * distance)
