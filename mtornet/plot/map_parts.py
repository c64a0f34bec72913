"""What the map is drawn from: processes with their arrows, species with their colours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mtornet.graph.schema import CATALYST, INHIBITOR, STIMULATOR
from mtornet.layout.boxes import edge_point, short_of
from mtornet.layout.processes import Placer, Process
from mtornet.plot.glyphs import glyph_path
from mtornet.plot.theme import FOLD_COLOURS, INK, ArmStyle

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mtornet.network.elements import Species

LIMIT_LOG2 = 4.0
"""The colour bar ends at 1/16 and 16; beyond, the end colour."""

FLOW, MODIFIER, NO_VALUE = "#4A4A4A", "#8C93B8", "#EDEDED"
_PALE_FLOW = "#9A9A9A"
_LONG = 14.0
_SQUARE, _DISC = 0.38, 0.36


def draw_process(
    axes: Axes, process: Process, at: Mapping[str, tuple[float, float]], placer: Placer, colour: str | None
) -> None:
    """Draw one process: its square, what goes in and out, what modifies it; ``colour`` marks it."""
    from matplotlib.patches import Circle, Rectangle

    if process.reactants and process.products:
        centre = placer.between(process)
    else:
        centre, (dx, dy) = placer.beside((*process.reactants, *process.products)[0], 0.9)
        nothing = (centre[0] + 1.15 * dx, centre[1] + 1.15 * dy)
        ends = (nothing, centre) if process.products else (centre, nothing)
        _arrow(axes, ends[0], short_of(ends[1], ends[0], 0.35), "-", FLOW, 0.7)
        axes.add_patch(Circle(nothing, 0.42, facecolor="white", edgecolor=FLOW, linewidth=0.6, zorder=3))
        slash = 0.42 * 0.95
        axes.plot(
            [nothing[0] - slash, nothing[0] + slash],
            [nothing[1] - slash, nothing[1] + slash],
            color=FLOW,
            linewidth=0.6,
            zorder=3.1,
        )
    for name in process.reactants:
        style = "<|-" if process.reversible else "-"
        _arrow(axes, edge_point(at[name], centre), centre, style, _flow_colour(at[name], centre), 0.75)
    for name in process.products:
        _arrow(axes, centre, edge_point(at[name], centre), "-|>", _flow_colour(at[name], centre), 0.75)
    for name, role in process.modifiers:
        _modifier(axes, at[name], centre, role)
    size = _SQUARE * (1.45 if colour else 1.0)
    axes.add_patch(
        Rectangle(
            (centre[0] - size, centre[1] - size),
            2 * size,
            2 * size,
            facecolor=colour or "white",
            edgecolor=INK if colour else FLOW,
            linewidth=0.6,
            zorder=3.5,
        )
    )


def _flow_colour(place: tuple[float, float], centre: tuple[float, float]) -> str:
    """Return a paler grey for what goes a long way, or long lines would outshout the near ones."""
    return FLOW if math.dist(place, centre) < _LONG else _PALE_FLOW


def _modifier(axes: Axes, place: tuple[float, float], centre: tuple[float, float], role: str) -> None:
    from matplotlib.patches import Circle

    start = edge_point(place, centre)
    if role == CATALYST:
        disc = short_of(centre, start, _SQUARE + _DISC + 0.05)
        _arrow(axes, start, short_of(disc, start, _DISC), "-", MODIFIER, 0.6, zorder=1)
        axes.add_patch(Circle(disc, _DISC, facecolor="white", edgecolor=MODIFIER, linewidth=0.7, zorder=3))
        return
    heads = {STIMULATOR: "-|>", INHIBITOR: "|-|,widthA=0,widthB=0.35"}
    end = short_of(centre, start, _SQUARE + 0.1)
    _arrow(axes, start, end, heads.get(role, "-"), MODIFIER, 0.6, zorder=1, fill="white")


def _arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    style: str,
    colour: str,
    width: float,
    *,
    zorder: float = 2,
    fill: str | None = None,
) -> None:
    from matplotlib.patches import FancyArrowPatch

    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle=style,
            mutation_scale=5.5,
            shrinkA=0,
            shrinkB=0,
            edgecolor=colour,
            facecolor=fill or colour,
            linewidth=width,
            zorder=zorder,
        )
    )


def draw_species(
    axes: Axes,
    species: Species,
    place: tuple[float, float],
    fold: float | None,
    style: ArmStyle,
    tints: Mapping[str, str],
    drugs: Sequence[str],
) -> None:
    """Draw one species, filled by its fold change; grey if there is none."""
    from matplotlib.patches import PathPatch

    if tints[species.compartment] != "#FFFFFF":
        halo = glyph_path("macromolecule", place, pad=0.75)
        axes.add_patch(PathPatch(halo, facecolor=tints[species.compartment], edgecolor="none", zorder=0.5))
    fill = _fill(fold)
    of_drug = bool(set(drugs).intersection(species.components))
    edge, width = (style.colour, 2.0) if of_drug else (INK, 0.7)
    outline = glyph_path(species.glyph, place)
    axes.add_patch(PathPatch(outline, facecolor=fill, edgecolor=edge, linewidth=width, zorder=4))
    label = short_label(species.id, drugs)
    axes.text(
        *place,
        label,
        ha="center",
        va="center_baseline" if "\n" not in label else "center",
        fontsize=6.4 if len(label) <= 9 else 5.6,
        linespacing=1.12,
        color="white" if _is_dark(fill) else "black",
        zorder=5,
    )


def _fill(fold: float | None) -> str:
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    if fold is None or not np.isfinite(fold):
        return NO_VALUE
    power = np.clip(np.log2(max(fold, 2.0**-LIMIT_LOG2)), -LIMIT_LOG2, LIMIT_LOG2)
    return to_hex(colormaps[FOLD_COLOURS](0.5 + power / (2 * LIMIT_LOG2)))


def _is_dark(colour: str) -> bool:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.42


def short_label(name: str, drugs: Sequence[str]) -> str:
    """Return a label that fits into a species: drug names cut to three letters, long ids on two lines."""
    for drug in drugs:
        if drug and drug in name:
            parts = [part for part in name.replace(drug, f"_{drug[:3]}_").split("_") if part]
            first, rest = ":".join(parts[:2]), ":".join(parts[2:])
            return f"{first}\n:{rest}" if rest else first
    if len(name) <= 11 or "_" not in name:
        return name
    middle = min((i for i, c in enumerate(name) if c == "_"), key=lambda i: abs(i - len(name) / 2))
    return f"{name[:middle]}\n{name[middle:]}"
