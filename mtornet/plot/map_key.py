"""The legend of the map: colours, shapes and lines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mtornet.layout.boxes import HALF_WIDTH
from mtornet.plot.glyphs import GLYPHS, glyph_path
from mtornet.plot.map_parts import FLOW, LIMIT_LOG2, MODIFIER, NO_VALUE
from mtornet.plot.theme import FOLD_COLOURS, INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mtornet.network.network import ReactionNetwork


def draw_key(figure: Figure, head: float, tints: Mapping[str, str], network: ReactionNetwork) -> None:
    """Draw colour bar and legend into the top ``head`` inches of a figure."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch, PathPatch

    width, height = figure.get_size_inches()
    axes = figure.add_axes((0.03, 1 - 0.55 / height, 0.30, 0.15 / height))
    norm = Normalize(-LIMIT_LOG2, LIMIT_LOG2)
    bar = figure.colorbar(
        ScalarMappable(norm, FOLD_COLOURS), cax=axes, orientation="horizontal", extend="both", extendfrac=0.04
    )
    bar.set_ticks([-4, -2, 0, 2, 4], labels=["1/16", "1/4", "1", "4", "16"])
    outline: Any = bar.outline
    outline.set_linewidth(0.5)
    axes.set_title("amount, fold of vehicle", fontsize=9, fontweight="normal", pad=4)
    key = figure.add_axes((0.36, 1 - head / height, 0.64, (head - 0.05) / height))
    key.set_axis_off()
    unit = width / 100
    key.set_xlim(0, 0.64 * width / unit)
    key.set_ylim(0, (head - 0.05) / unit)
    top = (head - 0.05) / unit - 1.6
    for i, kind in enumerate(GLYPHS):
        centre = (3.4 + 15.6 * i, top)
        key.add_patch(PathPatch(glyph_path(kind, centre), facecolor="white", edgecolor=INK, linewidth=0.7))
        key.text(centre[0] + HALF_WIDTH + 0.6, top, kind, fontsize=7.5, va="center")
    lines: list[Any] = [
        Line2D(
            [], [], color=FLOW, marker=">", markersize=4, linewidth=0.8, label="turns into (square: process)"
        ),
        Line2D(
            [],
            [],
            color=FLOW,
            marker=_empty_set(),
            markersize=8,
            linestyle="none",
            label="made or degraded",
            mfc="white",
        ),
        Line2D([], [], color=MODIFIER, marker="o", markerfacecolor="white", markersize=5, label="catalyses"),
        Line2D([], [], color=MODIFIER, marker=">", markerfacecolor="white", markersize=5, label="stimulates"),
        Line2D([], [], color=MODIFIER, marker="|", markersize=7, label="inhibits"),
        Patch(facecolor=NO_VALUE, edgecolor="#777777", linewidth=2, label="holds the drug: none in vehicle"),
        Patch(facecolor="#777777", edgecolor=INK, linewidth=0.6, label="process set by the dose"),
    ]
    lines += [
        Patch(
            facecolor=tint,
            edgecolor="#BBBBBB",
            linewidth=0.5,
            label=network.compartments[name].name or name,
        )
        for name, tint in tints.items()
    ]
    key.legend(
        handles=lines,
        loc="upper left",
        bbox_to_anchor=(0, 1 - 0.36 / head),
        ncols=math.ceil(len(lines) / 4),
        fontsize=7.5,
        borderaxespad=0,
        columnspacing=1.4,
    )


def _empty_set() -> Any:
    """Return the SBGN sign of what comes from nowhere or goes nowhere, as a marker."""
    from matplotlib.path import Path

    circle = Path.unit_circle()
    return Path.make_compound_path(circle, Path([(-0.9, -0.9), (0.9, 0.9)]))
