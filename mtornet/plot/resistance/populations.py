"""Populations over time: clones under selection, and cells with a slow state under a ramp and a holiday."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis.resistance.reversible import RAMP_WEEKS
from mtornet.plot.save import new_figure
from mtornet.plot.theme import CLASS_COLOURS, FAINT, VEHICLE_COLOUR, figure_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from mtornet.analysis.resistance.clones import Clones
    from mtornet.analysis.resistance.reversible import Reversal

LEAST_SHARE = 1e-7


def clones_figure(clones: Clones) -> tuple[Figure, pd.DataFrame]:
    """Draw a panel per drug: share of each clone, the median tumour, the middle 90 % and the mean model."""
    table = clones.table
    columns = min(3, len(clones.drugs))
    rows = -(-len(clones.drugs) // columns)
    colours = dict(zip(clones.names, (VEHICLE_COLOUR, *CLASS_COLOURS), strict=False))
    with figure_style():
        figure = new_figure(9.6, 2.5 * rows + 0.75)
        high = figure.get_figheight()
        for n, drug in enumerate(clones.drugs):
            row, column = divmod(n, columns)
            axes = figure.add_axes(
                (
                    0.075 + 0.31 * column,
                    (0.55 + 2.5 * (rows - 1 - row)) / high + 0.35 / high,
                    0.255,
                    1.6 / high,
                )
            )
            for name in clones.names:
                part = table[(table["drug"] == drug) & (table["clone"] == name)]
                weeks = part["week"].to_numpy()
                low, middle, top = (
                    np.maximum(part[key].to_numpy(dtype=float), LEAST_SHARE)
                    for key in ("share_q05", "share_q50", "share_q95")
                )
                axes.fill_between(weeks, low, top, color=colours[name], alpha=0.18, linewidth=0)
                axes.plot(weeks, middle, color=colours[name], linewidth=1.6, label=name)
                axes.plot(
                    weeks,
                    np.maximum(part["share_mean_model"].to_numpy(dtype=float), LEAST_SHARE),
                    color=colours[name],
                    linewidth=0.8,
                    linestyle=(0, (3, 2)),
                )
            axes.set_yscale("log")
            axes.set_ylim(LEAST_SHARE, 1.6)
            axes.set_yticks([1e-6, 1e-4, 1e-2, 1.0], labels=["1e-6", "1e-4", "0.01", "1"])
            axes.minorticks_off()
            axes.set_title(drug)
            if row == rows - 1 or n + columns >= len(clones.drugs):
                axes.set_xlabel("weeks")
            if column == 0:
                axes.set_ylabel("share of the tumour")
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, loc="lower center", ncols=min(5, len(labels)), fontsize=7.5)
    return figure, table


def reversal_figure(found: Reversal) -> tuple[Figure, pd.DataFrame]:
    """Draw the fraction of cells in the resistant state and the IC50 over ramp and holiday."""
    with figure_style():
        figure = new_figure(7.2, 4.9)
        top = figure.add_axes((0.12, 0.56, 0.84, 0.34))
        below = figure.add_axes((0.12, 0.12, 0.84, 0.34))
        low, high = np.nanquantile(found.dishes, (0.05, 0.95), axis=1)
        top.fill_between(found.weeks, low, high, color=CLASS_COLOURS[0], alpha=0.2, linewidth=0)
        for dish in found.dishes.T[:12]:
            top.plot(found.weeks, dish, color=CLASS_COLOURS[0], linewidth=0.5, alpha=0.5)
        top.plot(found.weeks, found.fraction_on, color="#222222", linewidth=1.4, linestyle=(0, (4, 2)))
        top.set_ylabel("share in the state")
        top.set_ylim(-0.03, 1.03)
        top.set_title(f"{found.state.name} under {found.drug}: ramp, then holiday")
        finite = np.isfinite(found.ic50_nM) & (found.ic50_nM > 0)
        below.plot(found.weeks[finite], found.ic50_nM[finite], color=CLASS_COLOURS[1], linewidth=1.8)
        low_ic50, high_ic50 = _decades(found.ic50_nM[finite])
        below.set_yscale("log")
        below.set_ylim(10.0**low_ic50, 10.0**high_ic50)
        decades = range(low_ic50, high_ic50 + 1)
        below.set_yticks([10.0**k for k in decades], labels=[f"{10.0**k:g}" for k in decades])
        below.minorticks_off()
        below.set_ylabel("IC50 of growth (nM)")
        below.set_xlabel("weeks")
        for axes in (top, below):
            axes.axvline(RAMP_WEEKS, color=FAINT, linewidth=1.0)
            axes.set_xlim(0, found.weeks[-1])
    return figure, found.table


def _decades(values: NDArray[np.float64]) -> tuple[int, int]:
    """Return whole powers of ten around positive values, at least one decade apart."""
    if not values.size:
        return -1, 1
    low, high = int(np.floor(np.log10(values.min()))), int(np.ceil(np.log10(values.max())))
    return low, max(high, low + 1)
