"""A fit: measurements with their error bars over the band of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mtornet.plot.save import new_figure
from mtornet.plot.scales import log2_fold, set_fold_axis, set_time_axis
from mtornet.plot.theme import CLASS_COLOURS, FAINT, figure_style, legend_columns, shade

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mtornet.analysis.fitting.run import Fit

COLUMNS = 3
_PANEL_W, _PANEL_H = 3.1, 2.0
_MARKERS = ("o", "s", "^", "D", "v", "P")


def fit_figure(found: Fit) -> tuple[Figure, pd.DataFrame]:
    """Draw one panel per read-out: fold change over time, one colour per condition.

    Returns
    -------
    figure, data
        What was drawn, and the measurements with their predictions.
    """
    readouts = list(dict.fromkeys(found.data["readout"]))
    conditions = list(dict.fromkeys(found.data["condition"]))
    columns = min(COLUMNS, len(readouts))
    rows = -(-len(readouts) // columns)
    width = max(columns * _PANEL_W + 0.15, 4.6)
    across = legend_columns(conditions, width - 0.3)
    legend_in = 0.2 * (-(-len(conditions) // across)) + 0.15
    height = rows * (_PANEL_H + 0.35) + legend_in + 0.1
    end_h = float(found.data["time_s"].max()) / 3600.0
    with figure_style():
        figure = new_figure(width, height)
        for i, readout in enumerate(readouts):
            row, column = divmod(i, columns)
            axes = figure.add_axes(
                (
                    (column * _PANEL_W + 0.72) / width,
                    (height - 0.35 - row * (_PANEL_H + 0.35) - (_PANEL_H - 0.45)) / height,
                    (_PANEL_W - 0.72) / width,
                    (_PANEL_H - 0.45) / height,
                )
            )
            drawn = [_condition(axes, found, readout, name, k) for k, name in enumerate(conditions)]
            axes.axhline(0.0, color=FAINT, linestyle=":", linewidth=1.0, zorder=0)
            if end_h > 0:
                set_time_axis(axes, end_h)
                axes.set_xlim(-0.002 * end_h, end_h * 1.03)
            set_fold_axis(axes, np.concatenate(drawn))
            axes.set_title(readout)
            if i + columns >= len(readouts):
                axes.set_xlabel("time after the first dose (h)")
            if column == 0:
                axes.set_ylabel("fold of vehicle")
        from matplotlib.lines import Line2D

        handles = [
            Line2D([], [], color=_colour(k), marker=_MARKERS[k % len(_MARKERS)], markersize=5, label=name)
            for k, name in enumerate(conditions)
        ]
        figure.legend(handles=handles, loc="lower left", ncols=across, borderaxespad=0.3)
    return figure, found.data


def _colour(k: int) -> str:
    colour = CLASS_COLOURS[k % len(CLASS_COLOURS)]
    return shade(colour, -0.35) if (k // len(CLASS_COLOURS)) % 2 else colour


def _condition(axes: Axes, found: Fit, readout: str, name: str, k: int) -> np.ndarray:
    """Draw one condition in a panel and return what was drawn, in log2."""
    course = found.courses[(found.courses["condition"] == name) & (found.courses["readout"] == readout)]
    rows = found.data[(found.data["condition"] == name) & (found.data["readout"] == readout)]
    if rows.empty:
        return np.empty(0)
    hours = course["time_s"].to_numpy() / 3600.0
    low, middle, high = (log2_fold(course[column]) for column in ("low", "predicted", "high"))
    axes.fill_between(hours, low, high, color=_colour(k), alpha=0.18, linewidth=0, zorder=1)
    axes.plot(hours, middle, color=_colour(k), linewidth=1.5, zorder=2)
    fold, sd = rows["fold_change"].to_numpy(), rows["sd"].to_numpy()
    at = log2_fold(fold)
    ends = log2_fold(np.maximum(fold - sd, 0.0)), log2_fold(fold + sd)
    axes.errorbar(
        rows["time_s"] / 3600.0,
        at,
        yerr=[at - ends[0], ends[1] - at],
        fmt=_MARKERS[k % len(_MARKERS)],
        color=shade(_colour(k), -0.25),
        markersize=4.5,
        elinewidth=1.0,
        capsize=2.0,
        linestyle="none",
        zorder=3,
    )
    return np.concatenate([low, high, at, *ends])
