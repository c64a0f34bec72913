"""A dose-response curve: what was simulated, the fitted curve, and where its EC50 lies."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtornet.plot.save import new_figure
from mtornet.plot.theme import CLASS_COLOURS, FAINT, figure_style, shade

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CURVE_POINTS = 201


def dose_figure(
    doses_nM: ArrayLike,
    response: ArrayLike,
    *,
    low: ArrayLike | None = None,
    high: ArrayLike | None = None,
    fit: Callable[[NDArray[np.float64]], ArrayLike] | None = None,
    ec50_nM: float | None = None,
    ec50_interval_nM: tuple[float, float] | None = None,
    drug: str = "drug",
    readout: str = "response",
    unit: str = "fold of vehicle",
    title: str = "",
    colour: str = CLASS_COLOURS[0],
) -> tuple[Figure, pd.DataFrame]:
    """Draw one dose-response curve.

    Parameters
    ----------
    doses_nM, response
        One value per dose; a dose of 0 stands left of the axis break, as the vehicle.
    low, high
        Ends of the error bars: mean minus and plus sd, or quantiles.
    fit
        Response at an array of doses in nM.
    ec50_nM, ec50_interval_nM
        Drawn as a line and a band; an end that is not finite runs to the edge of the figure.

    Returns
    -------
    figure, data
        What was drawn, and its numbers: one row per dose, with the fitted value.
    """
    doses, values = np.asarray(doses_nM, dtype=float), np.asarray(response, dtype=float)
    place, break_at = _places(doses)
    ends = _error_bars(values, low, high)
    with figure_style():
        figure = new_figure(5.4, 3.9)
        axes = figure.add_axes((0.15, 0.16, 0.81, 0.72))
        positive = doses[doses > 0]
        left, right = _limits(positive, has_zero=break_at is not None)
        axes.set_xscale("log")
        if ec50_nM is not None and math.isfinite(ec50_nM):
            _draw_ec50(axes, ec50_nM, ec50_interval_nM, (left, right), colour)
        if fit is not None and positive.size:
            grid = np.geomspace(positive.min(), positive.max(), CURVE_POINTS)
            axes.plot(grid, np.asarray(fit(grid), dtype=float), color=colour, linewidth=1.8, zorder=3)
        axes.errorbar(
            place,
            values,
            yerr=ends,
            fmt="o",
            color=shade(colour, -0.3),
            markersize=5,
            elinewidth=1.0,
            capsize=2.5,
            linestyle="none",
            zorder=4,
        )
        axes.set_xlim(left, right)
        _label_doses(axes, positive, break_at)
        if not (np.append(values, low if low is not None else values) < 0).any():
            axes.set_ylim(bottom=0.0)
        axes.set_xlabel(f"{drug} (nM)")
        axes.set_ylabel(f"{readout}, {unit}")
        axes.set_title(title or f"{readout} under {drug}", pad=18 if ec50_nM is not None else 8)
    return figure, _data(doses, values, low, high, fit)


def _places(doses: NDArray[np.float64]) -> tuple[NDArray[np.float64], float | None]:
    """Return where the doses stand on a logarithmic axis, and where 0 does if it is among them."""
    positive = doses[doses > 0]
    if positive.size == doses.size or not positive.size:
        return doses, None
    zero = float(positive.min()) / 8.0
    return np.where(doses > 0, doses, zero), zero


def _limits(positive: NDArray[np.float64], *, has_zero: bool) -> tuple[float, float]:
    if not positive.size:
        return 0.1, 10.0
    return float(positive.min()) / (14.0 if has_zero else 1.8), float(positive.max()) * 1.8


def _error_bars(
    values: NDArray[np.float64], low: ArrayLike | None, high: ArrayLike | None
) -> NDArray[np.float64] | None:
    if low is None or high is None:
        return None
    # Quantiles need not enclose a mean; a bar cannot have a negative length.
    below = np.maximum(values - np.asarray(low, dtype=float), 0.0)
    above = np.maximum(np.asarray(high, dtype=float) - values, 0.0)
    return np.stack([below, above])


def _draw_ec50(
    axes: Axes, ec50: float, interval: tuple[float, float] | None, limits: tuple[float, float], colour: str
) -> None:
    text = f"EC50 {ec50:.3g} nM"
    if interval is not None:
        low, high = interval
        start = low if math.isfinite(low) and low > 0 else limits[0]
        end = high if math.isfinite(high) else limits[1]
        axes.axvspan(
            max(start, limits[0]), min(end, limits[1]), color=colour, alpha=0.15, linewidth=0, zorder=0
        )
        text += f" (95 % CI {low:.3g} to {high:.3g})"
    axes.axvline(ec50, color=shade(colour, -0.3), linewidth=1.1, linestyle=(0, (4, 2)), zorder=1)
    axes.text(0.0, 1.02, text, transform=axes.transAxes, fontsize=8.5, va="bottom")


def _label_doses(axes: Axes, positive: NDArray[np.float64], zero: float | None) -> None:
    ticks: list[float] = []
    labels: list[str] = []
    if positive.size:
        first, last = (
            math.ceil(math.log10(positive.min()) - 1e-9),
            math.floor(math.log10(positive.max()) + 1e-9),
        )
        step = max(1, math.ceil((last - first + 1) / 8))
        ticks = [10.0**k for k in range(first, last + 1, step)] or [float(positive.min())]
        labels = [f"{tick:g}" for tick in ticks]
    if zero is not None:
        ticks, labels = [zero, *ticks], ["0", *labels]
        gap = zero * 8.0**0.5
        mark: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "color": "white", "clip_on": False}
        axes.plot([gap / 1.25, gap * 1.25], [0.0, 0.0], linewidth=4, zorder=9, **mark)
        for side in (gap / 1.25, gap * 1.25):
            axes.plot(
                [side / 1.08, side * 1.08],
                [-0.018, 0.018],
                transform=axes.get_xaxis_transform(),
                color=FAINT,
                linewidth=1,
                clip_on=False,
                zorder=10,
            )
    axes.set_xticks(ticks, labels=labels)
    axes.minorticks_off()


def _data(
    doses: NDArray[np.float64],
    values: NDArray[np.float64],
    low: ArrayLike | None,
    high: ArrayLike | None,
    fit: Callable[[NDArray[np.float64]], ArrayLike] | None,
) -> pd.DataFrame:
    import pandas as pd

    columns: dict[str, Any] = {"dose_nM": doses, "response": values}
    if low is not None and high is not None:
        columns |= {"low": np.asarray(low, dtype=float), "high": np.asarray(high, dtype=float)}
    if fit is not None:
        # Many forms of the curve take a logarithm of the dose.
        with np.errstate(divide="ignore", invalid="ignore"):
            columns["fitted"] = np.asarray(fit(doses), dtype=float)
    return pd.DataFrame(columns)
