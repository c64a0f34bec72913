"""The Hill curve through a dose response, with confidence intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

WORST_MISFIT = 0.12
"""Residual spread, relative to the range of the response, above which a Hill curve explains nothing."""

WORST_REVERSAL = 0.15
"""Rise against a fall (or fall against a rise), relative to the range, above which it is not one sigmoid."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseFit:
    """``top + (bottom - top) * d^h / (d^h + EC50^h)`` fitted by least squares.

    Intervals are 95 %, from the curvature of the fit (t distribution); a dose series that does not
    determine a value has a wide or infinite interval, and ``success`` is False if no curve fits.
    """

    success: bool
    EC50: float
    """nM; dose of half the effect."""
    EC50_interval: tuple[float, float]
    Emax: float
    """Fold change at infinite dose."""
    Emax_interval: tuple[float, float]
    hill: float
    hill_interval: tuple[float, float]
    top: float
    """Fold change without drug; 1 by definition of the vehicle."""
    AUC: float
    """Mean fold change over the logarithm of the tested doses, by trapezoids."""
    AUC_interval: tuple[float, float]
    residual_sd: float
    covariance: FloatArray
    """(3, 3) of ln EC50, Emax and ln hill; infinite where the doses do not determine them."""
    quantile: float
    """Of the t distribution: half of an interval in standard errors."""
    message: str = ""

    @property
    def IC50(self) -> float:
        """Dose in nM at which half of the vehicle is left; infinite if there is none."""
        return dose_at(self, 0.5)[0]

    @property
    def IC50_interval(self) -> tuple[float, float]:
        """95 % interval of the IC50."""
        return dose_at(self, 0.5)[1]

    def __call__(self, doses_nM: FloatArray) -> FloatArray:
        """Return the curve's fold change at doses in nM."""
        return hill_curve(
            np.asarray(doses_nM, dtype=np.float64), np.log(self.EC50), self.Emax, np.log(self.hill)
        )


def hill_curve(doses: FloatArray, log_ec50: float, bottom: float, log_hill: float) -> FloatArray:
    """Return the Hill curve from 1 at dose 0 to ``bottom`` at infinite dose."""
    with np.errstate(divide="ignore", over="ignore"):
        occupied = 1.0 / (1.0 + np.exp(-np.exp(log_hill) * (np.log(doses) - log_ec50)))
    return np.asarray(1.0 + (bottom - 1.0) * occupied)


def fit_dose_response(doses: FloatArray, folds: FloatArray, standard_error: FloatArray) -> DoseFit:
    """Fit a Hill curve that starts at 1 without drug.

    Parameters
    ----------
    doses : shape (n,)
        nM; a dose of 0 is left out.
    folds : shape (n,)
        Fold change over the vehicle.
    standard_error : shape (n,)
        Of the fold changes; doses weigh equally where it is 0.
    """
    from scipy.optimize import least_squares
    from scipy.stats import t as student

    used = (doses > 0) & np.isfinite(folds)
    x, y, error = doses[used], folds[used], standard_error[used]
    order = np.argsort(x)
    x, y, error = x[order], y[order], error[order]
    auc = float(np.trapezoid(y, np.log(x)) / (np.log(x[-1]) - np.log(x[0]))) if x.size > 1 else float("nan")
    weights = 1.0 / np.maximum(error, np.median(error)) if np.any(error > 0) else np.ones_like(y)

    def residuals(p: FloatArray) -> FloatArray:
        return np.asarray((hill_curve(x, p[0], p[1], p[2]) - y) * weights)

    low, high = np.log(x[0]) - 7.0, np.log(x[-1]) + 7.0
    bounds = ([low, -1e3, np.log(0.1)], [high, 1e3, np.log(10.0)])
    best = None
    for start_ec50 in np.linspace(np.log(x[0]), np.log(x[-1]), 7):
        for start_hill in (0.0, 1.0):
            start = np.array([start_ec50, y[-1], start_hill])
            tried = least_squares(residuals, start, bounds=bounds, x_scale=[1.0, 0.3, 0.5])
            if best is None or tried.cost < best.cost:
                best = tried
    assert best is not None
    freedom = x.size - 3
    variance = 2.0 * best.cost / freedom if freedom > 0 else float("nan")
    quantile = float(student.ppf(0.975, max(freedom, 1)))
    covariance = _covariance(best.jac, variance)
    half = quantile * np.sqrt(np.diag(covariance))
    # EC50 and Hill slope are fitted as logarithms; beyond a factor of e^20 nothing is determined.
    half = np.where(np.array([True, False, True]) & (half > 20.0), np.inf, half)
    auc_half = quantile * float(np.sqrt(np.sum(_trapezoid_weights(np.log(x)) ** 2 / weights**2) * variance))
    log_ec50, bottom, log_hill = (float(v) for v in best.x)
    flat = float(np.ptp(y)) < 1e-6
    at_edge = not (np.log(x[0]) - 2.5 < log_ec50 < np.log(x[-1]) + 2.5)
    residual_sd = float(np.sqrt(np.mean((hill_curve(x, log_ec50, bottom, log_hill) - y) ** 2)))
    reversal = min(np.max(y - np.minimum.accumulate(y)), np.max(np.maximum.accumulate(y) - y))
    turns = reversal > WORST_REVERSAL * float(np.ptp(y)) and reversal > 4.0 * float(np.max(error))
    misses = residual_sd > WORST_MISFIT * float(np.ptp(y)) or turns
    message = ""
    if flat:
        message = "no effect at any dose"
    elif misses:
        message = "the response is not one sigmoid (for example biphasic); EC50 has no meaning"
    elif at_edge:
        message = "EC50 lies outside the tested doses"
    return DoseFit(
        success=not message,
        EC50=float(np.exp(log_ec50)),
        EC50_interval=(float(np.exp(log_ec50 - half[0])), float(np.exp(log_ec50 + half[0]))),
        Emax=bottom,
        Emax_interval=(float(bottom - half[1]), float(bottom + half[1])),
        hill=float(np.exp(log_hill)),
        hill_interval=(float(np.exp(log_hill - half[2])), float(np.exp(log_hill + half[2]))),
        top=1.0,
        AUC=auc,
        AUC_interval=(auc - auc_half, auc + auc_half),
        residual_sd=residual_sd,
        covariance=covariance,
        quantile=quantile,
        message=message,
    )


def dose_at(fit: DoseFit, level: float) -> tuple[float, tuple[float, float]]:
    """Return the dose in nM at which a curve reaches a level, and its 95 % interval (delta method).

    Half of the vehicle (0.5) gives the absolute IC50. A curve that never comes there has an infinite one.
    """
    reached = (1.0 - level) / (1.0 - fit.Emax) if fit.Emax != 1.0 else np.inf
    if not 0.0 < reached < 1.0:
        return float("inf"), (float("nan"), float("inf"))
    odds = reached / (1.0 - reached)
    place = np.log(fit.EC50) + np.log(odds) / fit.hill
    slope = np.array([1.0, 1.0 / (fit.hill * (level - fit.Emax)), -np.log(odds) / fit.hill])
    if not np.all(np.isfinite(fit.covariance)):
        return float(np.exp(place)), (0.0, float("inf"))
    half = fit.quantile * np.sqrt(slope @ fit.covariance @ slope)
    with np.errstate(over="ignore"):
        return float(np.exp(place)), (float(np.exp(place - half)), float(np.exp(place + half)))


def _trapezoid_weights(x: FloatArray) -> FloatArray:
    """Return the weight of each value in its mean over ``x`` by trapezoids."""
    steps = np.diff(x)
    return np.asarray((np.append(steps, 0.0) + np.insert(steps, 0, 0.0)) / (2.0 * (x[-1] - x[0])))


def _covariance(jacobian: FloatArray, variance: float) -> FloatArray:
    information = jacobian.T @ jacobian
    if not np.isfinite(variance) or np.linalg.cond(information) > 1e14:
        return np.full((3, 3), np.inf)
    return np.asarray(np.linalg.inv(information) * variance)
