"""Shapes of the map, after SBGN process descriptions: what a species is shows in its outline."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.path import Path

Position = tuple[float, float]

HALF_WIDTH, HALF_HEIGHT = 2.85, 1.08
"""Half the size of a species, in units of the layout."""

GLYPHS = ("macromolecule", "complex", "simple chemical", "nucleic acid feature")


def glyph_path(kind: str, centre: Position, *, pad: float = 0.0) -> Path:
    """Return the outline of a species; ``pad`` widens it. An unknown kind is a plain rectangle."""
    w, h = HALF_WIDTH + pad, HALF_HEIGHT + pad
    corners = {
        "macromolecule": ("round", 0.55, 0.55),
        "complex": ("cut", 0.6, 0.6),
        "simple chemical": ("round", h, h),
        "nucleic acid feature": ("round", 0.0, 0.7),
    }
    style, top, bottom = corners.get(kind, ("cut", 0.0, 0.0))
    return _outline(centre, w, h, top, bottom, rounded=style == "round")


def _outline(centre: Position, w: float, h: float, top: float, bottom: float, *, rounded: bool) -> Path:
    from matplotlib.path import Path

    x, y = centre
    points: list[Position] = []
    codes: list[Any] = []
    corners = ((w, -h, bottom, 1, 0), (w, h, top, 0, 1), (-w, h, top, -1, 0), (-w, -h, bottom, 0, -1))
    for dx, dy, cut, along_x, along_y in corners:
        # Walk counter-clockwise: come in along the last side, go out along the next.
        come = (x + dx - cut * along_x, y + dy - cut * along_y)
        corner = (x + dx, y + dy)
        out = (x + dx - cut * along_y, y + dy + cut * along_x)
        points.append(come)
        codes.append(Path.LINETO if points[1:] else Path.MOVETO)
        if cut and rounded:
            points += [corner, out]
            codes += [Path.CURVE3, Path.CURVE3]
        elif cut:
            points.append(out)
            codes.append(Path.LINETO)
    points.append(points[0])
    codes.append(Path.CLOSEPOLY)
    return Path(points, codes)


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
