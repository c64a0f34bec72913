"""One number of a scan over two things that vary, as a map of coloured cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mtornet.plot.save import new_figure
from mtornet.plot.scales import fold_label, log2_fold
from mtornet.plot.theme import FAINT, FOLD_COLOURS, INK, figure_style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SIGNED = ("rebound_index", "recovery")
"""Features that are logarithms to base 2: 0 means as the vehicle."""
FOLDS = ("fold_change", "nadir", "peak")
SEQUENTIAL = "viridis"
MOST_TICKS = 7


def scan_map_figure(
    data: pd.DataFrame, *, x: str, y: str, quantity: str, label: str, title: str = "", units: dict[str, str]
) -> tuple[Figure, pd.DataFrame]:
    """Draw a map.

    Parameters
    ----------
    data
        Columns ``x``, ``y`` and ``quantity``; points that are missing stay empty.
    label
        Of the colours.
    units
        Of ``x`` and ``y``, by name.

    Returns
    -------
    figure, data
        What was drawn, and its numbers.
    """
    grid = data.pivot_table(index=y, columns=x, values=quantity, aggfunc="mean", sort=True)
    values = grid.to_numpy(dtype=float)
    shown = log2_fold(values) if quantity in FOLDS else values
    with figure_style():
        figure = new_figure(6.2, 4.6)
        axes = figure.add_axes((0.17, 0.16, 0.62, 0.72))
        axes.set_facecolor(FAINT)
        image = axes.imshow(
            np.ma.masked_invalid(shown),
            origin="lower",
            aspect="auto",
            interpolation="nearest",
            cmap=SEQUENTIAL if _is_plain(quantity) else FOLD_COLOURS,
            **_limits(shown, quantity),
        )
        _ticks(axes.xaxis, list(grid.columns))
        _ticks(axes.yaxis, list(grid.index))
        axes.set_xlabel(_axis_label(x, units))
        axes.set_ylabel(_axis_label(y, units))
        for side in ("top", "right"):
            axes.spines[side].set_visible(True)
        if not _is_plain(quantity) and min(values.shape) > 2 and np.nanmin(shown) < 0 < np.nanmax(shown):
            # Where the signal is what it is in untreated cells.
            axes.contour(np.ma.masked_invalid(shown), levels=[0.0], colors=INK, linewidths=1.0)
        bar = figure.colorbar(image, cax=figure.add_axes((0.82, 0.16, 0.03, 0.72)))
        bar.set_label(label)
        if quantity in FOLDS:
            low, high = image.get_clim()
            powers = [k for k in range(int(np.ceil(low)), int(np.floor(high)) + 1)]
            powers = powers[:: max(1, len(powers) // MOST_TICKS)]
            bar.set_ticks([float(k) for k in powers], labels=[fold_label(k) for k in powers])
        axes.set_title(title)
    return figure, data


def _is_plain(quantity: str) -> bool:
    return quantity not in SIGNED and quantity not in FOLDS


def _limits(shown: Any, quantity: str) -> dict[str, Any]:
    if _is_plain(quantity):
        return {}
    finite = shown[np.isfinite(shown)]
    most = max(0.5, float(np.abs(finite).max())) if finite.size else 1.0
    return {"vmin": -most, "vmax": most}


def _ticks(axis: Any, values: list[Any]) -> None:
    """Label as many places as can be read, the first and the last among them."""
    n = len(values)
    step = max(1, -(-(n - 1) // (MOST_TICKS - 1))) if n > MOST_TICKS else 1
    places = list(range(0, n, step))
    axis.set_ticks(places, labels=[_text(values[i]) for i in places])


def _text(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _axis_label(name: str, units: dict[str, str]) -> str:
    kind, _, rest = name.partition(".")
    factor = rest.endswith(".factor")
    words = {"drug": "dose of ", "parameter": "", "amount": "amount of ", "input": "", "schedule": ""}
    text = f"{words.get(kind, '')}{rest.removesuffix('.factor') or kind}"
    if factor:
        return f"{text} (multiple)"
    return f"{text} ({units[name]})" if units.get(name) else text
