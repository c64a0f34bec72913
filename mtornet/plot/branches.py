"""Branches of steady states: stable ones solid, unstable ones dashed, folds and Hopf points marked."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from mtornet.plot.save import new_figure
from mtornet.plot.theme import CLASS_COLOURS, INK, VEHICLE_COLOUR, figure_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mtornet.analysis.continuation.run import Continuation

COLUMNS = 3
_PANEL_W, _PANEL_H = 3.1, 2.3
_MARKS = {"fold": ("o", "fold"), "Hopf": ("s", "Hopf point")}


def branches_figure(found: Continuation) -> tuple[Figure, pd.DataFrame]:
    """Draw one panel per read-out over the value that moves.

    Returns
    -------
    figure, data
        What was drawn, and every point of the branches.
    """
    from matplotlib.lines import Line2D

    columns = min(COLUMNS, len(found.readouts))
    rows = -(-len(found.readouts) // columns)
    width, height = columns * _PANEL_W + 0.2, rows * (_PANEL_H + 0.2) + 0.45
    with figure_style():
        figure = new_figure(width, height)
        for i, readout in enumerate(found.readouts):
            row, column = divmod(i, columns)
            axes = figure.add_axes(
                (
                    (column * _PANEL_W + 0.85) / width,
                    (height - 0.35 - row * (_PANEL_H + 0.2) - (_PANEL_H - 0.6)) / height,
                    (_PANEL_W - 0.95) / width,
                    (_PANEL_H - 0.6) / height,
                )
            )
            _panel(axes, found, readout)
        handles = [
            Line2D([], [], color=CLASS_COLOURS[0], linewidth=1.8, label="stable"),
            Line2D([], [], color=VEHICLE_COLOUR, linewidth=1.4, linestyle=(0, (3, 2)), label="unstable"),
        ]
        for word in dict.fromkeys(found.special["special"]):
            marker, label = _MARKS[word]
            handles.append(
                Line2D([], [], color=INK, marker=marker, markersize=5, linestyle="none", label=label)
            )
        figure.legend(handles=handles, loc="lower left", ncols=len(handles), borderaxespad=0.3)
    return figure, found.table


def _panel(axes: Axes, found: Continuation, readout: str) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    for _, branch in found.table.groupby("branch", sort=True):
        x, y = branch[found.target].to_numpy(), branch[readout].to_numpy()
        stable = branch["stable"].to_numpy()
        at = 0
        for is_stable, run in groupby(stable):
            n = len(list(run))
            # A run begins where the last one ended, so that the line has no gap.
            part = slice(max(at - 1, 0), at + n)
            axes.plot(
                x[part],
                y[part],
                color=CLASS_COLOURS[0] if is_stable else VEHICLE_COLOUR,
                linewidth=1.8 if is_stable else 1.4,
                linestyle="-" if is_stable else (0, (3, 2)),
                zorder=2,
            )
            at += n
    for word, rows in found.special.groupby("special"):
        axes.plot(
            rows[found.target],
            rows[readout],
            _MARKS[str(word)][0],
            color=INK,
            markersize=4.5,
            zorder=3,
            linestyle="none",
        )
    if found.logarithmic:
        axes.set_xscale("log")
        # Powers of ten in words: the style of the figures reads no mathematical markup.
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(found.low, found.high)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.set_title(readout)
    axes.set_ylabel(found.units[found.readouts.index(readout)])
    axes.set_xlabel(f"{found.target} ({found.unit})" if found.unit else found.target)
