"""Axes of the figures: time with readable first hours, fold change in powers of two."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FLOOR, CEILING = 1 / 64, 64.0
"""Fold changes beyond these are drawn at the edge; the CSV has the number itself."""

_TICK_HOURS = (
    # What the bench counts in comes first; the rest fills gaps.
    *(24, 1, 4, 48, 72, 168, 336, 720, 2160, 4320, 8760),
    *(96, 120, 240, 504, 1440, 8, 12, 16, 2, 6, 0.5, 0.25, 0.1, 0.05),
)
_LEAST_GAP = 0.095


def time_ticks(end_h: float) -> list[float]:
    """Return tick positions in hours that lie apart on a square-root axis from 0 to ``end_h``."""
    if not end_h > 0:
        return [0.0]
    ticks = [0.0]
    for hour in (end_h, *_TICK_HOURS):
        place = math.sqrt(hour / end_h)
        # Three digits need more room.
        gap = _LEAST_GAP * (1.3 if hour >= 100 else 1.0)
        if place <= 1 and all(abs(place - math.sqrt(other / end_h)) >= gap for other in ticks):
            ticks.append(float(hour))
    return sorted(ticks)


def set_time_axis(axes: Axes, end_h: float) -> None:
    """Make the x axis hours on a square-root scale, so that the first hours can be read."""
    axes.set_xscale("function", functions=(_root, _square))
    axes.set_xlim(0.0, end_h)
    ticks = time_ticks(end_h)
    axes.set_xticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    axes.minorticks_off()


def _root(hours: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(hours, dtype=float)
    return np.asarray(np.sign(values) * np.sqrt(np.abs(values)))


def _square(roots: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(roots, dtype=float)
    return np.asarray(np.sign(values) * values**2)


def log2_fold(fold: ArrayLike) -> NDArray[np.float64]:
    """Return log2 of fold changes held between ``FLOOR`` and ``CEILING``; NaN stays NaN."""
    values = np.asarray(fold, dtype=float)
    return np.asarray(np.log2(np.clip(values, FLOOR, CEILING)))


def set_fold_axis(axes: Axes, log2_values: ArrayLike) -> None:
    """Make the y axis fold change in powers of two, wide enough for the data and at least 1/2 to 2."""
    values = np.asarray(log2_values, dtype=float)
    values = values[np.isfinite(values)]
    low = min(-1.0, math.floor(values.min() * 2) / 2 if values.size else -1.0)
    high = max(1.0, math.ceil(values.max() * 2) / 2 if values.size else 1.0)
    axes.set_ylim(low - 0.12, high + 0.12)
    step = 1 if high - low <= 4.5 else 2
    ticks = [k for k in range(math.ceil(low), math.floor(high) + 1) if k % step == 0]
    axes.set_yticks(ticks, labels=[fold_label(k) for k in ticks])


def fold_label(power: int) -> str:
    """Return ``1/4`` for -2, ``8`` for 3; the floor and ceiling say that they are open ended."""
    text = f"1/{2**-power}" if power < 0 else f"{2**power}"
    if 2.0**power <= FLOOR:
        return f"≤{text}"
    return f"≥{text}" if 2.0**power >= CEILING else text
