"""Time courses as small multiples, one panel per read-out, like the strips of a blot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mtornet.plot.population import QUANTILES, ArmFolds, arm_folds
from mtornet.plot.save import new_figure
from mtornet.plot.scales import log2_fold, set_fold_axis, set_time_axis
from mtornet.plot.theme import FAINT, ArmStyle, arm_styles, class_order, figure_style, shade

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mtornet.analysis.compare import Comparison

PANELS_PER_ROW = 4
SHOWN_CELLS = 3
_BAR_STEP = 0.034
"""Distance between drug bars, in heights of a panel."""


def courses_figure(comparison: Comparison) -> tuple[Figure, pd.DataFrame]:
    """Draw fold change over vehicle against time for every read-out.

    Returns
    -------
    figure, data
        What was drawn, and its numbers: one row per condition, read-out and time, not clipped.
    """
    hours = np.asarray(comparison.times, dtype=float) / 3600.0
    folds = arm_folds(comparison)
    styles = arm_styles(comparison.arms, comparison.class_labels, known=class_order(comparison.network.model))
    n = len(comparison.readouts)
    columns = min(PANELS_PER_ROW, n)
    rows = math.ceil(n / columns)
    drug_arms = [arm.condition for arm in comparison.arms if comparison.drug_bars.get(arm.condition)]
    bar_room = _BAR_STEP * (len(drug_arms) + 1)
    with figure_style():
        height = 2.15 * rows + 1.35
        figure = new_figure(max(2.85 * columns, 6.0), height)
        grid = figure.subplots(rows, columns, squeeze=False)
        for i, axes in enumerate(grid.flat):
            if i >= n:
                axes.set_axis_off()
                continue
            _panel(axes, hours, folds, i, styles)
            readout = comparison.network.readouts.get(comparison.readouts[i])
            axes.set_title((readout.label or readout.name) if readout else comparison.readouts[i])
            _drug_bars(axes, comparison.drug_bars, drug_arms, styles)
            lowest_of_column = i + columns >= n
            axes.tick_params(axis="x", labelbottom=lowest_of_column, length=2.2, pad=2 + 95 * bar_room)
            if lowest_of_column:
                axes.set_xlabel("time after the first dose (h)")
            if i % columns == 0:
                axes.set_ylabel("fold of vehicle")
        top = 1 - 0.80 / height
        figure.subplots_adjust(
            left=0.075 if columns > 2 else 0.13, right=0.985, top=top, bottom=0.78 / height, wspace=0.33, hspace=0.42
        )
        _legend(figure, comparison, styles, has_cells=bool(len(folds[0].cells)))
    return figure, _data(comparison, hours, folds)


def _panel(
    axes: Axes, hours: Any, folds: Sequence[ArmFolds], i_readout: int, styles: Mapping[str, ArmStyle]
) -> None:
    axes.axhline(0.0, color=FAINT, linestyle=":", linewidth=1.0, zorder=0)
    drawn: list[Any] = []
    for order, arm in enumerate(folds):
        style = styles[arm.condition]
        exact = log2_fold(arm.deterministic[:, i_readout])
        drawn.append(exact)
        if not len(arm.cells):
            axes.plot(hours, exact, color=style.colour, linestyle=style.line, linewidth=1.8, zorder=4)
            continue
        q05, q25, q50, q75, q95 = log2_fold(arm.quantiles(i_readout))
        drawn += [q05, q95]
        axes.fill_between(hours, q05, q95, color=style.colour, alpha=0.13, linewidth=0, zorder=1)
        axes.fill_between(hours, q25, q75, color=style.colour, alpha=0.25, linewidth=0, zorder=2)
        if order:
            shown = log2_fold(arm.cells[:SHOWN_CELLS, :, i_readout])
            drawn += list(shown)
            for cell in shown:
                axes.plot(hours, cell, color=style.colour, linewidth=0.45, alpha=0.55, zorder=3)
        axes.plot(hours, q50, color=style.colour, linestyle=style.line, linewidth=1.7, zorder=5)
        if order:
            dark = shade(style.colour, -0.45)
            axes.plot(hours, exact, color=dark, linestyle=(0, (3.5, 2)), linewidth=0.9, zorder=6)
    set_time_axis(axes, float(hours[-1]))
    set_fold_axis(axes, np.concatenate(drawn))


def _drug_bars(
    axes: Axes,
    bars: Mapping[str, Sequence[tuple[float, float, float]]],
    drug_arms: Sequence[str],
    styles: Mapping[str, ArmStyle],
) -> None:
    """Draw when each drug is there as bars under the axis, one line per arm."""
    from matplotlib.patches import Rectangle

    for k, condition in enumerate(drug_arms):
        bottom = -_BAR_STEP * (k + 1.4)
        for start_s, end_s, _ in bars[condition]:
            axes.add_patch(
                Rectangle(
                    (start_s / 3600.0, bottom),
                    (end_s - start_s) / 3600.0,
                    _BAR_STEP * 0.62,
                    transform=axes.get_xaxis_transform(),
                    facecolor=styles[condition].colour,
                    edgecolor="none",
                    clip_on=False,
                )
            )


def _legend(figure: Figure, comparison: Comparison, styles: Mapping[str, ArmStyle], *, has_cells: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    arms = [
        Line2D([], [], color=style.colour, linestyle=style.line, linewidth=2.2, label=style.label)
        for style in styles.values()
    ]
    size = figure.get_figheight()
    figure.legend(
        handles=arms, loc="upper left", bbox_to_anchor=(0.01, 1 - 0.04 / size), ncols=min(len(arms), 4), borderaxespad=0
    )
    marks: list[Any] = []
    if has_cells:
        ink = "#444444"
        marks = [
            Line2D([], [], color=ink, linewidth=1.7, label="median cell"),
            Patch(facecolor=ink, alpha=0.45, label="middle 50 % of cells"),
            Patch(facecolor=ink, alpha=0.15, label="middle 90 %"),
            Line2D([], [], color=ink, linewidth=0.5, label=f"{SHOWN_CELLS} single cells"),
            Line2D([], [], color=ink, linewidth=0.9, linestyle=(0, (3.5, 2)), label="rate equations (no noise)"),
        ]
    if any(comparison.drug_bars.values()):
        marks.append(Patch(facecolor="#444444", label="bar under the axis: drug present"))
    if marks:
        figure.legend(
            handles=marks,
            loc="upper left",
            bbox_to_anchor=(0.01, 1 - 0.28 / size),
            ncols=len(marks),
            borderaxespad=0,
            fontsize=8,
            handlelength=1.6,
            columnspacing=1.2,
        )


def _data(comparison: Comparison, hours: Any, folds: Sequence[ArmFolds]) -> pd.DataFrame:
    import pandas as pd

    frames = []
    for arm, own in zip(comparison.arms, folds, strict=True):
        for i, readout in enumerate(comparison.readouts):
            columns: dict[str, Any] = {
                "condition": arm.condition,
                "drug": arm.drug,
                "drug_class": arm.drug_class,
                "dose_nM": arm.dose_nM,
                "readout": readout,
                "time_h": hours,
                "fold_deterministic": own.deterministic[:, i],
            }
            if len(own.cells):
                quantiles = own.quantiles(i)
                columns |= {
                    f"fold_q{round(100 * q):02d}": values for q, values in zip(QUANTILES, quantiles, strict=True)
                }
                columns |= {f"fold_cell_{k}": cell for k, cell in enumerate(own.cells[:SHOWN_CELLS, :, i])}
            frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)
