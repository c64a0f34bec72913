"""A dose matrix as a heat map, beside what the pair does beyond its reference."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from mtornet.plot.save import new_figure
from mtornet.plot.theme import FOLD_COLOURS, INK, figure_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mtornet.analysis.pair_response import PairResponse
    from mtornet.simulation.problem import FloatArray

_CELL_IN = 0.52
MOST_WRITTEN = 10
"""Doses of a drug up to which every well carries its number."""


def pair_figure(found: PairResponse) -> tuple[Figure, pd.DataFrame]:
    """Draw the responses, then the excess over each reference model with its mean and interval.

    Returns
    -------
    figure, data
        What was drawn, and one row per well.
    """
    a, b = found.matrix.doses_a, found.matrix.doses_b
    scores = found.synergy.scores
    size = min(_CELL_IN, 5.2 / max(a.size, b.size))
    panel_w, panel_h = size * b.size, size * a.size
    left, gap, top, bottom = 0.75, 0.95, 0.75, 0.75
    columns = min(3, 1 + len(scores))
    rows = math.ceil((1 + len(scores)) / columns)
    width = left + columns * (panel_w + gap)
    height = rows * (panel_h + top + bottom) + 0.1
    excess_limit = max(0.05, max(float(np.nanmax(np.abs(s.excess), initial=0.0)) for s in scores.values()))
    with figure_style():
        figure = new_figure(width, height)

        def panel(i: int) -> Axes:
            row, column = divmod(i, columns)
            place = (left + column * (panel_w + gap), height - row * (panel_h + top + bottom) - top - panel_h)
            return figure.add_axes((place[0] / width, place[1] / height, panel_w / width, panel_h / height))

        axes = panel(0)
        top_colour = max(1.0, float(found.matrix.mean.max()))
        image = _heat(axes, found, found.matrix.mean, "viridis", (0.0, top_colour), "{:.2f}")
        axes.set_title(f"{found.readout} after {found.at_s / 3600:g} h\n{found.response}")
        _bar(figure, axes, image)
        for i, score in enumerate(scores.values(), start=1):
            axes = panel(i)
            limits = (-excess_limit, excess_limit)
            image = _heat(axes, found, score.excess, FOLD_COLOURS, limits, "{:+.2f}")
            low, high = score.interval
            axes.set_title(
                f"{score.reference.label}: {score.verdict}\n{score.mean:+.3f} ({low:+.3f} to {high:+.3f})"
            )
            _bar(figure, axes, image)
    return figure, found.wells


def _heat(
    axes: Axes, found: PairResponse, values: FloatArray, colours: str, limits: tuple[float, float], form: str
) -> object:
    a, b = found.matrix.doses_a, found.matrix.doses_b
    image = axes.imshow(
        values, cmap=colours, vmin=limits[0], vmax=limits[1], origin="lower", aspect="auto", zorder=0
    )
    axes.set_xticks(range(b.size), labels=[f"{dose:.4g}" for dose in b], rotation=45)
    axes.set_yticks(range(a.size), labels=[f"{dose:.4g}" for dose in a])
    axes.tick_params(length=0)
    axes.set_xlabel(f"{found.matrix.drug_b} (nM)")
    axes.set_ylabel(f"{found.matrix.drug_a} (nM)")
    for side in axes.spines.values():
        side.set_visible(False)
    if max(a.size, b.size) <= MOST_WRITTEN:
        middle = np.mean(limits)
        for (i, j), value in np.ndenumerate(values):
            if np.isfinite(value):
                # Dark ground of either end of a scale needs light text; the diverging one is light inside.
                dark = value < middle if colours == "viridis" else abs(value) > 0.6 * limits[1]
                axes.text(
                    j,
                    i,
                    form.format(value),
                    ha="center",
                    va="center",
                    fontsize=6.5,
                    color="white" if dark else INK,
                )
    return image


def _bar(figure: Figure, axes: Axes, image: object) -> None:
    box = axes.get_position()
    width = 0.1 / figure.get_figwidth()
    bar = figure.add_axes((box.x1 + width, box.y0, width, box.height))
    figure.colorbar(image, cax=bar)  # type: ignore[arg-type]
    bar.tick_params(labelsize=6.5, length=2, pad=1.5)
    for side in bar.spines.values():
        side.set_visible(False)
