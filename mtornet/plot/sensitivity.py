"""Sensitivity of outcomes: the strongest factors of each, with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mtornet.plot.save import new_figure
from mtornet.plot.theme import CLASS_COLOURS, FAINT, figure_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mtornet.analysis.sensitivity.run import Sensitivity

MOST_FACTORS = 16
COLUMNS = 3

_SERIES = {
    "sobol": (("ST", "total, with interactions", "o"), ("S1", "alone", "D")),
    "morris": (
        ("mu_star", "mean size of the effect", "o"),
        ("sigma", "spread: interactions, curvature", "D"),
    ),
    "prcc": (("PRCC", "partial rank correlation", "o"),),
}
_AXIS = {
    "sobol": "share of the variance",
    "morris": "effect of the whole range",
    "prcc": "partial rank correlation",
}


def sensitivity_figure(found: Sensitivity) -> tuple[Figure, pd.DataFrame]:
    """Draw one panel per outcome: its strongest factors from the top, with intervals.

    Returns
    -------
    figure, data
        What was drawn, and the whole table of indices.
    """
    main = _SERIES[found.method][0][0]
    ranked = {
        outcome: found.table[(found.table["outcome"] == outcome) & (found.table["index"] == main)]["factor"]
        .head(MOST_FACTORS)
        .tolist()
        for outcome in found.outcomes
    }
    rows = -(-len(ranked) // COLUMNS)
    columns = min(COLUMNS, len(ranked))
    panel_height = 0.6 + 0.24 * max(len(names) for names in ranked.values())
    longest = max(len(name) for names in ranked.values() for name in names)
    left = 0.25 + 0.075 * longest
    width, height = columns * (left + 2.9), rows * (panel_height + 0.25) + 0.4
    with figure_style():
        figure = new_figure(width, height)
        for i, (outcome, names) in enumerate(ranked.items()):
            row, column = divmod(i, COLUMNS)
            tall = 0.24 * len(names) + 0.1
            axes = figure.add_axes(
                (
                    (column * (left + 2.9) + left) / width,
                    (height - 0.4 - row * (panel_height + 0.25) - tall) / height,
                    2.6 / width,
                    tall / height,
                )
            )
            _panel(axes, found, outcome, names)
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(
            handles, labels, loc="lower left", ncols=len(labels) if columns > 1 else 1, borderaxespad=0.3
        )
    return figure, found.table


def _panel(axes: Axes, found: Sensitivity, outcome: str, names: list[str]) -> None:
    rows = found.table[found.table["outcome"] == outcome]
    places = np.arange(len(names))
    series = _SERIES[found.method]
    for k, (index, label, marker) in enumerate(series):
        values = rows[rows["index"] == index].set_index("factor").loc[names]
        shift = 0.13 * (2 * k - (len(series) - 1))
        bars = np.stack([values["value"] - values["low"], values["high"] - values["value"]])
        axes.errorbar(
            values["value"],
            places + shift,
            xerr=np.maximum(np.nan_to_num(bars), 0.0),
            fmt=marker,
            color=CLASS_COLOURS[k],
            markerfacecolor=CLASS_COLOURS[k] if k == 0 else "white",
            markersize=4.5,
            elinewidth=1.1,
            linestyle="none",
            label=f"{label} ({found.confidence:.0%} interval)" if k == 0 else label,
        )
    axes.axvline(0.0, color=FAINT, linewidth=0.8, zorder=0)
    axes.set_yticks(places, labels=names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    if found.method == "prcc":
        axes.set_xlim(-1.02, 1.02)
    axes.set_xlabel(_AXIS[found.method])
    axes.set_title(outcome)
