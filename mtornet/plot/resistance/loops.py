"""Bars: the part of the rebound that is each feedback loop's; ticks: what is gone when it alone is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mtornet.plot.save import new_figure
from mtornet.plot.theme import CLASS_COLOURS, FAINT, INK, figure_style, shade

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

LEAST_DRAWN = -0.3
"""A cut that makes the climb larger than this is drawn at the edge."""


def loops_figure(table: pd.DataFrame, title: str) -> tuple[Figure, pd.DataFrame]:
    """Draw one group of bars per loop, one bar per read-out, and all loops cut together below.

    A bar is the loop's part of the climb, a tick what is gone when the loop alone is cut.
    """
    data = table[table["cut"] != "pair"].copy()
    data.loc[data["cut"] == "all", "loop"] = "all loops cut together"
    readouts = list(dict.fromkeys(data["readout"]))
    order = data[data["cut"] == "alone"].groupby("loop")["part"].max().sort_values(ascending=False)
    names = [*order.index, *(["all loops cut together"] if (data["cut"] == "all").any() else [])]
    with figure_style():
        figure = new_figure(7.6, 1.5 + 0.42 * max(len(names), 1))
        axes = figure.add_axes((0.42, 0.9 / figure.get_figheight(), 0.53, 1.0 - 1.4 / figure.get_figheight()))
        thick = 0.8 / max(len(readouts), 1)
        for k, readout in enumerate(readouts):
            rows = data[data["readout"] == readout].set_index("loop").reindex(names)
            heights = np.arange(len(names)) + (k - (len(readouts) - 1) / 2) * thick
            axes.barh(
                heights,
                100.0 * rows["part"].clip(LEAST_DRAWN, 1.0),
                height=thick,
                color=shade(CLASS_COLOURS[0], 0.45 * k),
                label=readout,
            )
            alone = rows["share_removed"].where(rows["cut"] == "alone")
            axes.plot(
                100.0 * alone.clip(LEAST_DRAWN, 1.0),
                heights,
                linestyle="none",
                marker="|",
                markersize=0.8 * 72 * 0.42 * thick,
                color=INK,
                label="cut alone" if k == len(readouts) - 1 else None,
            )
        axes.set_yticks(range(len(names)), labels=names)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.axvline(0.0, color=FAINT, linewidth=0.8)
        least = float(data[["part", "share_removed"]].min(skipna=True).min()) if len(data) else 0.0
        axes.set_xlim(100.0 * max(min(0.0, 1.1 * least), LEAST_DRAWN), 104)
        axes.set_xlabel("part of the climb, mean over all orders of cutting (%)")
        figure.text(0.02, 1.0 - 0.3 / figure.get_figheight(), title, fontsize=10, fontweight="bold")
        if readouts:
            # Below the axis: above it stands the title, and the bars leave no corner free.
            figure.legend(loc="lower right", bbox_to_anchor=(0.96, 0.0), ncols=len(readouts) + 1, fontsize=8)
    return figure, data
