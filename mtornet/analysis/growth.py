"""Cell numbers from a growth rate, and the growth rate inhibition metrics (GR) of a dose series.

Hafner et al. 2016: ``GR(c) = 2^(log2(x(c)/x0) / log2(x_ctrl/x0)) - 1`` compares divisions, not cell numbers,
so that it does not depend on how fast untreated cells divide: 1 is no effect, 0 a full stop, below 0 death.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mtornet.analysis.dose_fit import DoseFit, FloatArray, dose_at, fit_dose_response
from mtornet.errors import ProtocolError, UnitError
from mtornet.units import parse_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class GrMetrics:
    """Metrics of a GR curve, with 95 % intervals."""

    GR50: float
    """nM at which GR is 0.5; infinite if it stays above."""
    GR50_interval: tuple[float, float]
    GRmax: float
    """GR at the highest dose tested."""
    GR_AOC: float
    """Mean of 1 - GR over the logarithm of the tested doses."""
    GRinf: float
    """GR at infinite dose, of the fitted curve."""
    GRinf_interval: tuple[float, float]
    GEC50: float
    """nM of half the effect."""
    GEC50_interval: tuple[float, float]
    hGR: float
    """Hill slope."""
    hGR_interval: tuple[float, float]
    curve: DoseFit


def per_second(unit: str) -> float | None:
    """Return the factor from a rate's unit to 1/s; None if the unit is not one over a time."""
    try:
        read = parse_unit(unit)
    except UnitError:
        return None
    return float(read.factor) if dict(read.dimension) == {"s": -1} else None


def divisions(times: FloatArray, rates: FloatArray, unit: str) -> FloatArray:
    """Return log2 of how much the cell number grows, shape (...), from rates (..., n_times) of ``unit``.

    Raises
    ------
    ProtocolError
        If the read-out is not a rate.
    """
    factor = per_second(unit)
    if factor is None:
        raise ProtocolError(f"a cell number needs a growth rate, in 1/h or the like; this is in {unit!r}")
    return np.asarray(np.trapezoid(rates * factor, times, axis=-1) / math.log(2.0))


def gr_values(doubled: FloatArray, doubled_vehicle: float) -> FloatArray:
    """Return GR values from divisions with drug and without.

    Raises
    ------
    ProtocolError
        If untreated cells do not grow.
    """
    if not doubled_vehicle > 0:
        raise ProtocolError(
            f"GR needs growing untreated cells; these make {doubled_vehicle:g} divisions in the time given"
        )
    return np.asarray(2.0 ** (doubled / doubled_vehicle) - 1.0)


def gr_metrics(doses: FloatArray, values: FloatArray, standard_error: FloatArray | None = None) -> GrMetrics:
    """Fit a GR curve.

    Parameters
    ----------
    doses : shape (n,)
        nM, above 0.
    values : shape (n,)
        GR values.
    standard_error : shape (n,)
        Of the values; doses weigh equally if not given.
    """
    order = np.argsort(doses)
    x, y = doses[order], values[order]
    curve = fit_dose_response(x, y, np.zeros(x.size) if standard_error is None else standard_error[order])
    at_half, interval = dose_at(curve, 0.5)
    return GrMetrics(
        GR50=at_half,
        GR50_interval=interval,
        GRmax=float(y[-1]),
        GR_AOC=float(np.trapezoid(1.0 - y, np.log(x)) / (np.log(x[-1]) - np.log(x[0]))),
        GRinf=curve.Emax,
        GRinf_interval=curve.Emax_interval,
        GEC50=curve.EC50,
        GEC50_interval=curve.EC50_interval,
        hGR=curve.hill,
        hGR_interval=curve.hill_interval,
        curve=curve,
    )
