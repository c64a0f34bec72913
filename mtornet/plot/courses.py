"""Time courses as small multiples, one panel per read-out, like the strips of a blot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mtornet.names import unknown_name
from mtornet.plot.population import (
    FEW_MOLECULES,
    QUANTILES,
    ArmFolds,
    arm_folds,
    readout_label,
    vehicle_molecules,
)
from mtornet.plot.save import new_figure
from mtornet.plot.scales import log2_fold, set_fold_axis, set_time_axis
from mtornet.plot.theme import FAINT, ArmStyle, arm_styles, class_order, figure_style, legend_columns, shade

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mtornet.analysis.shown import Shown

PANELS_PER_ROW = 4
SHOWN_CELLS = 3
_PANEL_IN, _BAR_IN = 1.42, 0.05
"""Heights of a panel and of the line of one drug bar, in inches."""


def courses_figure(
    comparison: Shown, *, readouts: Sequence[str] | None = None
) -> tuple[Figure, pd.DataFrame]:
    """Draw fold change over vehicle against time, one panel for each read-out.

    Parameters
    ----------
    readouts
        Which of the comparison's; all if not given.

    Returns
    -------
    figure, data
        What was drawn, and its numbers: one row per condition, read-out and time, not clipped.

    Raises
    ------
    UnknownNameError
        If a read-out was not followed in the comparison.
    """
    chosen = tuple(readouts) if readouts is not None else comparison.readouts
    for name in chosen:
        if name not in comparison.readouts:
            raise unknown_name("read-out of this comparison", name, comparison.readouts)
    hours = np.asarray(comparison.times, dtype=float) / 3600.0
    folds = arm_folds(comparison)
    styles = arm_styles(comparison.arms, comparison.class_labels, known=class_order(comparison.network.model))
    n = len(chosen)
    columns = min(PANELS_PER_ROW, n)
    rows = math.ceil(n / columns)
    drug_arms = [arm.condition for arm in comparison.arms if comparison.drug_bars.get(arm.condition)]
    bars_in = _BAR_IN * (len(drug_arms) + 0.4)
    gap_in = 0.4 + bars_in
    width = max(2.85 * columns, 6.5)
    arm_columns = legend_columns([style.label for style in styles.values()], width)
    head = 0.62 + 0.2 * math.ceil(len(styles) / arm_columns) + (0.2 if width < 9 else 0.0)
    with figure_style():
        height = head + rows * _PANEL_IN + (rows - 1) * gap_in + bars_in + 0.55
        figure = new_figure(width, height)
        grid = figure.subplots(rows, columns, squeeze=False)
        for i, axes in enumerate(grid.flat):
            if i >= n:
                axes.set_axis_off()
                continue
            _panel(axes, hours, folds, comparison.readouts.index(chosen[i]), styles)
            axes.set_title(readout_label(comparison, chosen[i]))
            _note_few(axes, vehicle_molecules(comparison, chosen[i]))
            _drug_bars(axes, comparison.drug_bars, drug_arms, styles)
            lowest_of_column = i + columns >= n
            axes.tick_params(axis="x", labelbottom=lowest_of_column, length=2.2, pad=2 + 72 * bars_in)
            if lowest_of_column:
                axes.set_xlabel("time after the first dose (h)")
            if i % columns == 0:
                axes.set_ylabel("fold of vehicle")
        figure.subplots_adjust(
            left=0.85 / width,
            right=1 - 0.15 / width,
            top=1 - head / height,
            bottom=(bars_in + 0.55) / height,
            wspace=0.33,
            hspace=gap_in / _PANEL_IN,
        )
        _legend(figure, comparison, styles, arm_columns, has_cells=bool(len(folds[0].cells)))
    return figure, _data(comparison, hours, folds, chosen)


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


def _note_few(axes: Axes, molecules: float | None) -> None:
    """Say on the panel that its bands are mostly chance, where the vehicle's cells hold hardly any."""
    if molecules is not None and molecules < FEW_MOLECULES:
        axes.text(
            0.99,
            0.985,
            f"vehicle: {molecules:.1f} molecules",
            transform=axes.transAxes,
            fontsize=6.5,
            color="#666666",
            ha="right",
            va="top",
            zorder=8,
            bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.2},
        )


def _drug_bars(
    axes: Axes,
    bars: Mapping[str, Sequence[tuple[float, float, float]]],
    drug_arms: Sequence[str],
    styles: Mapping[str, ArmStyle],
) -> None:
    """Draw when each drug is there as bars under the axis, one line per arm."""
    from matplotlib.patches import Rectangle

    step = _BAR_IN / _PANEL_IN
    for k, condition in enumerate(drug_arms):
        bottom = -step * (k + 1.4)
        for start_s, end_s, _ in bars[condition]:
            axes.add_patch(
                Rectangle(
                    (start_s / 3600.0, bottom),
                    (end_s - start_s) / 3600.0,
                    step * 0.62,
                    transform=axes.get_xaxis_transform(),
                    facecolor=styles[condition].colour,
                    edgecolor="none",
                    clip_on=False,
                )
            )


def _legend(
    figure: Figure, comparison: Shown, styles: Mapping[str, ArmStyle], columns: int, *, has_cells: bool
) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    arms = [
        Line2D([], [], color=style.colour, linestyle=style.line, linewidth=2.2, label=style.label)
        for style in styles.values()
    ]
    size = figure.get_figheight()
    figure.legend(
        handles=arms, loc="upper left", bbox_to_anchor=(0.01, 1 - 0.04 / size), ncols=columns, borderaxespad=0
    )
    marks: list[Any] = []
    if has_cells:
        ink = "#444444"
        marks = [
            Line2D([], [], color=ink, linewidth=1.7, label="median cell"),
            Patch(facecolor=ink, alpha=0.45, label="middle 50 % of cells"),
            Patch(facecolor=ink, alpha=0.15, label="middle 90 %"),
            Line2D([], [], color=ink, linewidth=0.5, label=f"{SHOWN_CELLS} single cells per arm"),
            Line2D(
                [], [], color=ink, linewidth=0.9, linestyle=(0, (3.5, 2)), label="rate equations (no noise)"
            ),
        ]
    if any(comparison.drug_bars.values()):
        marks.append(Patch(facecolor="#444444", label="bar under the axis: drug present"))
    if marks:
        figure.legend(
            handles=marks,
            loc="upper left",
            bbox_to_anchor=(0.01, 1 - (0.08 + 0.2 * math.ceil(len(arms) / columns)) / size),
            ncols=len(marks) if figure.get_figwidth() >= 9 else 3,
            borderaxespad=0,
            fontsize=8,
            handlelength=1.6,
            columnspacing=1.2,
        )


def _data(comparison: Shown, hours: Any, folds: Sequence[ArmFolds], chosen: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    frames = []
    for arm, own in zip(comparison.arms, folds, strict=True):
        for readout in chosen:
            i = comparison.readouts.index(readout)
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
                    f"fold_q{round(100 * q):02d}": values
                    for q, values in zip(QUANTILES, quantiles, strict=True)
                }
                columns |= {f"fold_cell_{k}": cell for k, cell in enumerate(own.cells[:SHOWN_CELLS, :, i])}
            frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)
