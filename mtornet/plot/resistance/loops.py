"""Bars: the share of the rebound that is gone when a feedback loop is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mtornet.plot.save import new_figure
from mtornet.plot.theme import CLASS_COLOURS, FAINT, figure_style, shade

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


def loops_figure(table: pd.DataFrame, title: str) -> tuple[Figure, pd.DataFrame]:
    """Draw one group of bars per loop, one bar per read-out; redundant pairs and all loops below."""
    data = table[table["cut"] != "pair"].copy()
    data.loc[data["cut"] == "all", "loop"] = "all loops cut together"
    readouts = list(dict.fromkeys(data["readout"]))
    order = data[data["cut"] == "alone"].groupby("loop")["share_removed"].max().sort_values(ascending=False)
    names = [*order.index, *(["all loops cut together"] if (data["cut"] == "all").any() else [])]
    with figure_style():
        figure = new_figure(7.6, 1.5 + 0.42 * max(len(names), 1))
        axes = figure.add_axes((0.42, 0.9 / figure.get_figheight(), 0.53, 1.0 - 1.4 / figure.get_figheight()))
        thick = 0.8 / max(len(readouts), 1)
        for k, readout in enumerate(readouts):
            shares = data[data["readout"] == readout].set_index("loop")["share_removed"]
            values = np.array([shares.get(name, np.nan) for name in names], dtype=float)
            axes.barh(
                np.arange(len(names)) + (k - (len(readouts) - 1) / 2) * thick,
                100.0 * np.clip(values, -0.3, 1.0),
                height=thick,
                color=shade(CLASS_COLOURS[0], 0.45 * k),
                label=readout,
            )
        axes.set_yticks(range(len(names)), labels=names)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.axvline(0.0, color=FAINT, linewidth=0.8)
        axes.set_xlim(
            min(0.0, 100.0 * float(data["share_removed"].min(skipna=True)) if len(data) else 0.0), 104
        )
        axes.set_xlabel("share of the climb that is gone without the loop (%)")
        figure.text(0.02, 1.0 - 0.3 / figure.get_figheight(), title, fontsize=10, fontweight="bold")
        if readouts:
            axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(readouts), fontsize=8)
    return figure, data
