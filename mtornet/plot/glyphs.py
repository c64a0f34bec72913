"""Shapes of the map, after SBGN process descriptions: what a species is shows in its outline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mtornet.layout.boxes import HALF_HEIGHT, HALF_WIDTH, Position

if TYPE_CHECKING:
    from matplotlib.path import Path

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
