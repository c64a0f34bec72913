"""Single cells side by side: how far they differ, and how many come back, at chosen times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mtornet.names import unknown_name
from mtornet.plot.population import ArmFolds, arm_folds, readout_label
from mtornet.plot.save import new_figure
from mtornet.plot.scales import log2_fold, set_fold_axis
from mtornet.plot.theme import (
    FAINT,
    INK,
    ArmStyle,
    arm_styles,
    class_order,
    figure_style,
    legend_columns,
    shade,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mtornet.analysis.compare import Comparison

READOUTS = ("pAKT_S473", "pAKT_T308")
"""Shown unless told otherwise: the question of ``compare`` is whether these come back."""
TIMES_H = (0.0, 1.0, 24.0)
"""Shown unless told otherwise, with the last time."""
POINTS_BELOW = 200
"""With fewer cells every cell is a point; a smoothed outline would claim more than they show."""


def distribution_figure(
    comparison: Comparison, *, readouts: Sequence[str] | None = None, times_h: Sequence[float] | None = None
) -> tuple[Figure, pd.DataFrame]:
    """Draw the fold change of single cells, one panel per read-out and time, one column per arm.

    Returns
    -------
    figure, data
        What was drawn, and its numbers: one row per condition, read-out, time and cell, not clipped.

    Raises
    ------
    UnknownNameError
        If a read-out was not followed in the comparison.
    """
    chosen = _readouts(comparison, readouts)
    at = _time_indices(np.asarray(comparison.times, dtype=float) / 3600.0, times_h)
    folds = arm_folds(comparison)
    styles = arm_styles(comparison.arms, comparison.class_labels, known=class_order(comparison.network.model))
    with figure_style():
        width = max(0.55 * len(folds) * len(at) + 1.2, 7.5)
        columns = legend_columns([style.label for style in styles.values()], width)
        head = 0.6 + 0.19 * math.ceil(len(styles) / columns)
        height = 2.3 * len(chosen) + 0.95 + head
        figure = new_figure(width, height)
        grid = figure.subplots(len(chosen), len(at), squeeze=False, sharey="row")
        for row, readout in zip(grid, chosen, strict=True):
            i = comparison.readouts.index(readout)
            shown = [log2_fold(_values(arm, at, i)) for arm in folds]
            for column, axes in enumerate(row):
                _panel(
                    axes, [values[:, column] for values in shown], [styles[arm.condition] for arm in folds]
                )
            set_fold_axis(row[0], np.concatenate([values.ravel() for values in shown]))
            row[0].set_ylabel(f"{readout_label(comparison, readout)}\nfold of vehicle")
        for axes, index in zip(grid[0], at, strict=True):
            axes.set_title(_time_title(float(comparison.times[index]) / 3600.0))
        names = _arm_names(comparison)
        for axes in grid[-1]:
            axes.set_xticks(range(len(names)), labels=names, rotation=35, ha="right", rotation_mode="anchor")
        figure.subplots_adjust(
            left=0.85 / width, right=1 - 0.1 / width, top=1 - head / height, bottom=0.9 / height
        )
        figure.subplots_adjust(wspace=0.08, hspace=0.16)
        _legend(figure, list(styles.values()), columns, n_cells=len(folds[0].cells))
    return figure, _data(comparison, folds, chosen, at)


def _readouts(comparison: Comparison, asked: Sequence[str] | None) -> tuple[str, ...]:
    known = comparison.readouts
    for name in asked or ():
        if name not in known:
            raise unknown_name("read-out of this comparison", name, known)
    chosen = asked or [name for name in READOUTS if name in known] or known[:2]
    return tuple(chosen)


def _time_indices(hours: NDArray[np.float64], asked: Sequence[float] | None) -> list[int]:
    """Return the indices of the followed times nearest to those asked for, each once."""
    wanted = [*(asked if asked is not None else (*TIMES_H, float(hours[-1])))]
    nearest = [int(np.argmin(np.abs(hours - hour))) for hour in wanted if hour <= hours[-1]]
    return sorted(dict.fromkeys(nearest))


def _values(arm: ArmFolds, at: Sequence[int], i_readout: int) -> NDArray[np.float64]:
    """Return folds of shape (n_cells, n_times); the rate equations count as one cell if there is no other."""
    cells = arm.cells if len(arm.cells) else arm.deterministic[None]
    return np.asarray(cells[:, list(at), i_readout], dtype=float)


def _panel(axes: Axes, values: Sequence[NDArray[np.float64]], styles: Sequence[ArmStyle]) -> None:
    axes.axhline(0.0, color=FAINT, linestyle=":", linewidth=1.0, zorder=0)
    for place, (cells, style) in enumerate(zip(values, styles, strict=True)):
        cells = cells[np.isfinite(cells)]
        if not cells.size:
            continue
        if cells.size >= POINTS_BELOW and np.ptp(cells) > 0:
            _outline(axes, cells, place, style)
        else:
            spread = 0.3 if cells.size > 1 else 0.0
            size = 9.0 if cells.size <= 60 else 5.0
            axes.scatter(
                place + spread * _scatter(cells),
                cells,
                s=size,
                color=style.colour,
                alpha=0.6,
                linewidths=0,
                zorder=2,
            )
        if cells.size > 1:
            low, middle, high = np.quantile(cells, (0.25, 0.5, 0.75))
            dark = shade(style.colour, -0.35)
            axes.plot([place, place], [low, high], color=dark, linewidth=1.2, zorder=3)
            axes.plot([place - 0.34, place + 0.34], [middle, middle], color=dark, linewidth=2.2, zorder=4)
        else:
            axes.plot(
                [place - 0.34, place + 0.34],
                [cells[0], cells[0]],
                color=style.colour,
                linewidth=2.2,
                zorder=4,
            )
    axes.set_xlim(-0.6, len(values) - 0.4)
    axes.set_xticks([])


def _arm_names(comparison: Comparison) -> list[str]:
    """Return short names: the drug alone where that tells the arms apart."""
    drugs = [arm.drug for arm in comparison.arms]
    return [arm.drug if drugs.count(arm.drug) == 1 else arm.condition for arm in comparison.arms]


def _outline(axes: Axes, cells: NDArray[np.float64], place: int, style: ArmStyle) -> None:
    violin = axes.violinplot([cells], positions=[place], widths=0.8, showextrema=False)
    bodies: Any = violin["bodies"]
    for body in bodies:
        body.set(facecolor=style.colour, edgecolor=style.colour, alpha=0.45, linewidth=0.8)


def _scatter(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sideways places in -1 to 1, the same for the same cells: the golden-ratio sequence by rank."""
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.asarray(2.0 * ((0.5 + 0.6180339887498949 * rank) % 1.0) - 1.0, dtype=float)


def _time_title(hour: float) -> str:
    return "before the drug (0 h)" if hour == 0 else f"{hour:g} h"


def _legend(figure: Figure, styles: Sequence[ArmStyle], columns: int, *, n_cells: int) -> None:
    from matplotlib.lines import Line2D

    arms = [
        Line2D([], [], color=style.colour, marker="o", linestyle="none", markersize=6, label=style.label)
        for style in styles
    ]
    height = figure.get_figheight()
    figure.legend(
        handles=arms,
        loc="upper left",
        bbox_to_anchor=(0.01, 1 - 0.05 / height),
        ncols=columns,
        borderaxespad=0,
        fontsize=8.5,
        handletextpad=0.3,
    )
    if n_cells == 0:
        note = "rate equations only: one value per arm, no single cells"
    elif n_cells < POINTS_BELOW:
        note = f"one point = one cell ({n_cells} per arm); thick line: median cell; thin line: middle half"
    else:
        note = f"outline: {n_cells} cells per arm; thick line: median cell; thin line: middle half"
    below = 0.19 + 0.19 * math.ceil(len(arms) / columns)
    figure.text(0.15 / figure.get_figwidth(), 1 - below / height, note, fontsize=8, color=INK, va="center")


def _data(
    comparison: Comparison, folds: Sequence[ArmFolds], readouts: Sequence[str], at: Sequence[int]
) -> pd.DataFrame:
    import pandas as pd

    frames = []
    for arm, own in zip(comparison.arms, folds, strict=True):
        for readout in readouts:
            values = _values(own, at, comparison.readouts.index(readout))
            n_cells, n_times = values.shape
            frames.append(
                pd.DataFrame(
                    {
                        "condition": arm.condition,
                        "drug_class": arm.drug_class,
                        "readout": readout,
                        "time_h": np.tile(
                            np.asarray(comparison.times, dtype=float)[list(at)] / 3600.0, n_cells
                        ),
                        "cell": np.repeat(np.arange(n_cells), n_times),
                        "fold": values.ravel(),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)
