"""Where chance matters: its size beside that of differing abundances, and the molecules it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mtornet.experiment.drug import VEHICLE
from mtornet.plot.save import new_figure
from mtornet.plot.theme import INK, figure_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mtornet.analysis.noise import Noise

CHANCE, ABUNDANCE = "#8C8C8C", "#DD8452"
_PALETTE = ("#4C72B0", "#55A868", "#C44E52", "#8172B3", "#CCB974", "#64B5CD", "#937860")
OTHERS = "#DDDDDD"


def noise_figure(noise: Noise) -> tuple[Figure, pd.DataFrame]:
    """Draw one row per condition and read-out: both coefficients of variation, and the sources of chance.

    Returns
    -------
    figure, data
        What was drawn, and its numbers.
    """
    table = noise.table[noise.table["cv_intrinsic"].notna()].reset_index(drop=True)
    leading = _leading(noise.sources)
    with figure_style():
        height = 1.75 + 0.24 * len(table)
        figure = new_figure(10.0, height)
        grid = figure.add_gridspec(
            1, 2, left=0.26, right=0.98, top=1 - 1.0 / height, bottom=0.6 / height, wspace=0.05
        )
        sizes = figure.add_subplot(grid[0, 0])
        sources = figure.add_subplot(grid[0, 1], sharey=sizes)
        _sizes(sizes, table, noise.witness)
        _sources(sources, table, noise.sources, leading)
    return figure, table.merge(
        noise.sources.pivot_table(index=["condition", "readout"], columns="molecule", values="share")[
            leading
        ],
        on=["condition", "readout"],
        how="left",
    )


def _leading(sources: pd.DataFrame) -> list[str]:
    total = sources.groupby("molecule")["share"].sum().sort_values(ascending=False)
    return list(total.index[: len(_PALETTE)])


def _sizes(axes: Axes, table: pd.DataFrame, witness: pd.DataFrame) -> None:
    y = np.arange(len(table))[::-1]
    axes.hlines(y, table["cv_intrinsic"], table["cv_extrinsic"], color=OTHERS, linewidth=2, zorder=1)
    axes.scatter(table["cv_intrinsic"], y, color=CHANCE, s=26, zorder=3, label="chance")
    axes.scatter(table["cv_extrinsic"], y, color=ABUNDANCE, s=26, zorder=3, label="abundances")
    # Exact cells are untreated ones, and only those of real size have these numbers of molecules.
    exact = table.assign(y=y)[table["drug"] == VEHICLE].merge(
        witness[witness["copy_scale"] == 1.0], on="readout", how="inner"
    )
    if len(exact):
        cv = exact["cv_exact"]
        axes.errorbar(
            cv,
            exact["y"],
            xerr=[cv - exact["low"], exact["high"] - cv],
            fmt="D",
            color=INK,
            markersize=3.5,
            linewidth=0.8,
            zorder=4,
            label="chance, exact cells",
        )
    axes.set_xlim(left=0.0)
    axes.set_xlabel("coefficient of variation")
    axes.set_yticks(y, labels=[f"{row.condition}  {row.readout}" for row in table.itertuples()])
    axes.set_ylim(-0.7, len(table) - 0.3)
    for i in range(1, len(table)):
        if table["condition"][i] != table["condition"][i - 1]:
            axes.axhline(y[i] + 0.5, color=INK, linewidth=0.5)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, fontsize=8)


def _sources(axes: Axes, table: pd.DataFrame, sources: pd.DataFrame, leading: list[str]) -> None:
    shares = {
        (row["condition"], row["readout"], row["molecule"]): float(row["share"])
        for row in sources.to_dict(orient="records")
    }
    y = np.arange(len(table))[::-1]
    rows = list(zip(table["condition"], table["readout"], strict=True))
    start = np.zeros(len(table))
    for name, colour in zip(leading, _PALETTE, strict=False):
        width = np.array([shares.get((*row, name), 0.0) for row in rows])
        axes.barh(y, width, left=start, color=colour, height=0.7, label=name)
        start += width
    axes.barh(y, np.maximum(1.0 - start, 0.0), left=start, color=OTHERS, height=0.7, label="all others")
    axes.set_xlim(0, 1)
    axes.tick_params(axis="y", labelleft=False)
    axes.set_xlabel("part of the variance by chance")
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, fontsize=7, columnspacing=1.0, handlelength=1.2
    )
