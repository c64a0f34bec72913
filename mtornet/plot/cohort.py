"""A virtual cohort: which tumours rise under a drug, by how much, and where the differences come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.cohort_tables import ALL
from mtornet.analysis.features import RESPONDER_FOLD
from mtornet.plot.save import new_figure
from mtornet.plot.theme import CLASS_COLOURS, FAINT, INK, figure_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mtornet.analysis.cohort import Cohort

LEVEL_COLOURS = {"genotype": "#4C72B0", "extrinsic": "#DD8452", "intrinsic": "#8C8C8C"}
LEVEL_WORDS = {
    "genotype": "between kinds of tumours",
    "extrinsic": "between tumours of one kind (abundances)",
    "intrinsic": "between cells of one tumour (chance)",
}
_FLOOR = 1 / 16


def cohort_figure(cohort: Cohort, drug: str, readout: str, *, label: str = "") -> tuple[Figure, pd.DataFrame]:
    """Draw one drug on a cohort.

    Left: fold change of every tumour over its own vehicle, kind by kind. Middle: the fraction above
    1.2-fold with its 95 % interval. Below: shares of the variance of log2 fold changes.

    Returns
    -------
    figure, data
        What was drawn, and the patients behind it.
    """
    rows = cohort.contexts
    rows = rows[(rows["drug"] == drug) & (rows["readout"] == readout)]
    overall = rows[rows["context"] == ALL]
    kinds = rows[rows["context"] != ALL].sort_values(["fraction_up", "q50"])
    patients = cohort.patients
    patients = patients[(patients["drug"] == drug) & (patients["readout"] == readout)]
    order = [*kinds["context"], ALL]
    with figure_style():
        height = 1.9 + 0.32 * len(order)
        figure = new_figure(9.6, height)
        below = 1.25 / height
        grid = figure.add_gridspec(
            1, 2, left=0.15, right=0.97, top=1 - 0.62 / height, bottom=below, wspace=0.06, width_ratios=(3, 2)
        )
        folds = figure.add_subplot(grid[0, 0])
        fractions = figure.add_subplot(grid[0, 1], sharey=folds)
        _folds(folds, patients, order, label or readout)
        _fractions(fractions, kinds, overall, order)
        bar = figure.add_axes((0.15, 0.30 / height, 0.82, 0.16 / height))
        _shares(bar, cohort.shares, drug, readout)
        met = cohort.exposures[drug]
        figure.text(
            0.15, 1 - 0.2 / height, f"{drug}, {met.words}", fontsize=10.5, fontweight="bold", va="top"
        )
    return figure, patients.drop(columns=["drug", "readout"]).reset_index(drop=True)


def _folds(axes: Axes, patients: pd.DataFrame, order: list[str], label: str) -> None:
    for y, context in enumerate(order):
        own = patients if context == ALL else patients[patients["context"] == context]
        values = np.maximum(own["fold_change"].to_numpy(), _FLOOR)
        # Spread by rank, the same each time, so that equal tumours do not hide each other.
        offset = 0.27 * (2.0 * ((np.arange(values.size) * 0.618034) % 1.0) - 1.0)
        risen = own["responder"].to_numpy()
        for chosen, colour in ((risen, CLASS_COLOURS[0]), (~risen, FAINT)):
            axes.scatter(
                values[chosen], y + offset[chosen], s=9, color=colour, linewidths=0, alpha=0.8, zorder=2
            )
        low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
        axes.plot([low, high], [y, y], color=INK, linewidth=1.6, zorder=3, solid_capstyle="butt")
        axes.plot([middle], [y], marker="|", color=INK, markersize=9, markeredgewidth=1.6, zorder=4)
    axes.axvline(RESPONDER_FOLD, color=INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    axes.axhline(len(order) - 1.5, color=FAINT, linewidth=0.6)
    axes.set_xscale("log", base=2)
    axes.set_yticks(range(len(order)), labels=[*order[:-1], "all tumours"])
    axes.set_ylim(-0.6, len(order) - 0.4)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}" if value >= 1 else f"1/{1 / value:g}")
    axes.set_xlabel(f"{label}, fold of own vehicle (bar: middle half)")


def _fractions(axes: Axes, kinds: pd.DataFrame, overall: pd.DataFrame, order: list[str]) -> None:
    rows = [*kinds.to_dict(orient="records"), overall.iloc[0].to_dict()]
    for y, row in enumerate(rows):
        colour = INK if row["context"] == ALL else CLASS_COLOURS[0]
        axes.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=1.4)
        axes.plot([row["fraction_up"]], [y], marker="o", color=colour, markersize=5)
    axes.set_xlim(-0.03, 1.03)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0], labels=["0", "", "½", "", "1"])
    axes.axhline(len(order) - 1.5, color=FAINT, linewidth=0.6)
    axes.tick_params(axis="y", labelleft=False)
    axes.set_xlabel(f"fraction above {RESPONDER_FOLD:g}-fold (95 % interval)")


def _shares(axes: Axes, shares: pd.DataFrame, drug: str, readout: str) -> None:
    rows = shares[(shares["drug"] == drug) & (shares["readout"] == readout)]
    by_level = dict(zip(rows["level"], rows["share"].astype(float), strict=True))
    start = 0.0
    for level, colour in LEVEL_COLOURS.items():
        part = max(by_level[level], 0.0)
        axes.barh([0], [part], left=[start], color=colour, height=1.0)
        if part > 0.06:
            axes.text(
                start + part / 2,
                0,
                f"{part:.0%}",
                ha="center",
                va="center_baseline",
                color="white",
                fontsize=8,
            )
        start += part
    axes.set_xlim(0, max(start, 1e-9))
    axes.set_axis_off()
    # Under the bar, so that it does not depend on how small a part is.
    places = (0.0, 0.30, 0.72)
    for place, (level, colour) in zip(places, LEVEL_COLOURS.items(), strict=True):
        axes.text(
            place,
            -0.35,
            f"■ {LEVEL_WORDS[level]}",
            color=colour,
            fontsize=7.5,
            va="top",
            transform=axes.transAxes,
        )
    axes.set_title("variance of log2 fold", fontsize=8, loc="left", pad=2)
