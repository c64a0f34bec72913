"""``fit``: chosen constants from a table of measured fold changes, with intervals and the model's band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.factors import Factor, factors_of
from mtornet.analysis.fitting.abc_smc import abc_smc
from mtornet.analysis.fitting.blots import Blot, read_blots
from mtornet.analysis.fitting.error_model import ErrorModel
from mtornet.analysis.fitting.likelihood import (
    Optimum,
    covariance,
    optimum,
    profile_intervals,
    refined,
    wald_intervals,
)
from mtornet.analysis.fitting.prediction import BlotModel
from mtornet.analysis.fitting.tables import course_table, data_table, parameter_table
from mtornet.analysis.times import default_times
from mtornet.errors import ProtocolError
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.problem import FloatArray

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("likelihood", "abc")
INTERVALS = ("profile", "wald")
DRAWS = 200
"""Parameter sets behind the band of predictions."""

EDGE = 1e-3
"""An interval that ends this close to a bound, in parts of the range, is open: the data do not end it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """Fitted constants, and what the model says with them."""

    method: str
    blots: tuple[Blot, ...]
    factors: tuple[Factor, ...]
    parameters: pd.DataFrame
    """``name, kind, value, low, high, open, before, bound_low, bound_high``; ``open``: ends at a bound."""
    data: pd.DataFrame
    """Every measurement with its prediction, the band, and the residual in standard deviations."""
    courses: pd.DataFrame
    """Predicted fold changes of every condition and read-out over time, with the band."""
    draws: pd.DataFrame
    """Parameter sets: the posterior, or normal draws about the optimum."""
    chi2: float
    p_value: float
    """Chance of a worse chi squared if the model and the errors are right."""
    reached: FloatArray
    """Chi squared of each start, ascending; widths of the kernels of ABC."""
    confidence: float
    seed: int
    network: ReactionNetwork
    """With the fitted values."""


def fit(
    network: ReactionNetwork,
    data: Path | str | Sequence[Blot],
    *,
    parameters: Sequence[str] | Mapping[str, tuple[float, float]],
    span: float | None = None,
    method: str = "likelihood",
    errors: str = "log-normal",
    sd: float | None = None,
    intervals: str = "profile",
    starts: int = 3,
    particles: int = 256,
    confidence: float = 0.95,
    seed: int = 0,
    jobs: int | None = None,
    stop: StopFlag | None = None,
) -> Fit:
    """Fit constants of a network to measured fold changes over vehicle.

    Parameters
    ----------
    data
        A CSV, see :func:`mtornet.analysis.fitting.blots.read_blots`, or what was read from one.
    parameters, span
        What may move and between which bounds, see :func:`mtornet.analysis.factors.factors_of`. It has the
        same value in every condition, also where a variant of the table would edit it.
    method
        ``"likelihood"`` (least squares from several starts) or ``"abc"`` (draws from the posterior by
        approximate Bayesian computation; uniform prior between the bounds, on a log scale).
    errors
        ``"log-normal"`` or ``"normal"`` scatter of the measurements.
    sd
        Standard deviation as a part of the fold change, where the table gives none.
    intervals
        ``"profile"`` (profile likelihood) or ``"wald"`` (curvature; quick).
    starts, particles
        Of the likelihood, and of ABC.

    Raises
    ------
    TableError
        With the lines of everything wrong in the table.
    ProtocolError
        If the question makes no sense.
    """
    for what, value, known in (("method", method, METHODS), ("intervals", intervals, INTERVALS)):
        if value not in known:
            raise ProtocolError(f"{what} {value!r}: expected one of {', '.join(known)}")
    if not 0 < confidence < 1:
        raise ProtocolError(f"confidence: expected a number between 0 and 1, got {confidence:g}")
    if starts < 1 or particles < 20:
        raise ProtocolError(f"expected at least 1 start and 20 particles, got {starts} and {particles}")
    if not parameters:
        raise ProtocolError("no parameter is named; say what may move")
    blots = read_blots(data, network, sd=sd) if isinstance(data, str | Path) else tuple(data)
    factors = factors_of(network, parameters, span=span)
    flag = StopFlag() if stop is None else stop
    model = BlotModel(network=network, blots=blots, factors=factors, jobs=jobs, stop=flag)
    scatter = ErrorModel.of(blots, errors)

    def residuals(places: FloatArray) -> FloatArray:
        return scatter.residuals(model(places))

    if method == "abc":
        found = abc_smc(residuals, len(factors), particles=particles, seed=seed)
        best, reached = refined(residuals, found.places[np.argmin(found.chi2)]), found.widths
        tail = (1 - confidence) / 2
        ends = np.quantile(found.places, [tail, 1 - tail], axis=0).T
        draws = found.places
    else:
        first = np.array([factor.place_of(factor.value) for factor in factors])
        best = optimum(residuals, first, starts=starts, seed=seed)
        reached = best.reached
        if intervals == "profile":
            ends = profile_intervals(residuals, best, confidence=confidence)
        else:
            ends = wald_intervals(best, confidence)
        draws = _normal_draws(best, seed)
    values = {f.name: float(f.value_at(best.places[k])) for k, f in enumerate(factors)}
    amounts = {f.name: values[f.name] for f in factors if f.kind == "amount"}
    others = {f.name: values[f.name] for f in factors if f.kind != "amount"}
    return Fit(
        method=method,
        blots=blots,
        factors=factors,
        parameters=parameter_table(factors, best.places, ends, edge=EDGE),
        data=data_table(blots, model, scatter, best.places, draws, confidence),
        courses=_courses(network, blots, factors, best.places, draws, confidence, jobs, flag),
        draws=_values(factors, draws),
        chi2=best.chi2,
        p_value=_p_value(best.chi2, len(blots) - len(factors)),
        reached=reached,
        confidence=confidence,
        seed=seed,
        network=network.with_parameters(**others).with_amounts(amounts),
    )


def _normal_draws(best: Optimum, seed: int) -> FloatArray:
    rng = np.random.default_rng(seed)
    drawn = rng.multivariate_normal(best.places, covariance(best), size=DRAWS)
    return np.asarray(np.clip(drawn, 0.0, 1.0))


def _values(factors: Sequence[Factor], places: FloatArray) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({f.name: f.value_at(places[:, k]) for k, f in enumerate(factors)})


def _courses(
    network: ReactionNetwork,
    blots: Sequence[Blot],
    factors: Sequence[Factor],
    best: FloatArray,
    draws: FloatArray,
    confidence: float,
    jobs: int | None,
    stop: StopFlag,
) -> pd.DataFrame:
    end_s = max(blot.time_s for blot in blots)
    dense = default_times(end_s) if end_s > 0 else np.zeros(1)
    model = BlotModel(network=network, blots=blots, factors=factors, more_times=dense, jobs=jobs, stop=stop)
    return course_table(model, best, draws, confidence)


def _p_value(chi2: float, freedom: int) -> float:
    from scipy.stats import chi2 as chi_squared

    return float(chi_squared.sf(chi2, freedom)) if freedom > 0 else float("nan")
