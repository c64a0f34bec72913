"""A search of schedules: what each family reaches, and the courses under its best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mtornet.plot.save import new_figure
from mtornet.plot.theme import CLASS_COLOURS, FAINT, figure_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from mtornet.analysis.schedules.search import ScheduleSearch

MOST_READOUTS = 4
_PANEL_H = 1.75


def schedule_figure(found: ScheduleSearch) -> tuple[Figure, pd.DataFrame]:
    """Draw the goal of every schedule by family, beside the courses of the best one of each.

    Returns
    -------
    figure, data
        What was drawn, and the courses.
    """
    from matplotlib.ticker import FuncFormatter, NullFormatter

    families = list(dict.fromkeys(found.tried["family"]))
    colours = {name: CLASS_COLOURS[i % len(CLASS_COLOURS)] for i, name in enumerate(families)}
    readouts = list(dict.fromkeys(found.courses["readout"]))[:MOST_READOUTS]
    n = max(len(readouts), 1)
    width, height = 9.4, max(n * _PANEL_H, 0.32 * len(families) + 1.0) + 0.9
    with figure_style():
        figure = new_figure(width, height)
        axes = figure.add_axes((1.15 / width, 0.85 / height, 2.6 / width, 1.0 - 1.35 / height))
        for i, name in enumerate(families):
            rows = found.tried[found.tried["family"] == name]
            spread = np.linspace(-0.22, 0.22, len(rows))
            good = rows["feasible"].to_numpy()
            values = rows[found.goal].to_numpy()
            axes.plot(values[~good], i + spread[~good], "x", color=FAINT, markersize=3.5, zorder=1)
            axes.plot(values[good], i + spread[good], "o", color=colours[name], alpha=0.35, markersize=4)
            best = found.best[found.best["family"] == name]
            axes.plot(best[found.goal], [i] * len(best), "D", color=colours[name], markersize=7, zorder=3)
        axes.set_yticks(range(len(families)), labels=families)
        for label in axes.get_yticklabels():
            label.set_color(colours[label.get_text()])
        axes.set_ylim(len(families) - 0.5, -0.5)
        every = found.tried[found.goal]
        if every.min() > 0 and every.max() > 30 * every.min():
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:g}"))
            axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel(found.goal)
        axes.set_title("diamond: best; cross: out of bounds", fontweight="normal", fontsize=8.5)
        for k, readout in enumerate(readouts):
            panel = figure.add_axes(
                (
                    4.65 / width,
                    (height - 0.45 - (k + 1) * _PANEL_H + 0.45) / height,
                    (width - 4.8) / width,
                    (_PANEL_H - 0.45) / height,
                )
            )
            for name in found.best["family"]:
                rows = found.courses[
                    (found.courses["family"] == name) & (found.courses["readout"] == readout)
                ]
                panel.plot(
                    rows["time_s"] / 86400.0, rows["fold"], color=colours[name], linewidth=1.3, label=name
                )
            panel.axhline(1.0, color=FAINT, linestyle=":", linewidth=1.0, zorder=0)
            panel.set_ylim(bottom=0.0)
            panel.set_title(f"{readout}, fold of vehicle", fontsize=9)
            if k == len(readouts) - 1:
                panel.set_xlabel("time (d)")
    return figure, found.courses
