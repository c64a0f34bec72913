"""The most likely places of factors, from several starts, and the intervals that their likelihood gives.

Everything works on places in the unit cube, between the bounds of the factors. Derivatives are differences
of points that are solved together, in one batch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtornet.simulation.problem import FloatArray, IntArray

Residuals = Callable[[FloatArray], FloatArray]
"""(n_points, n_factors) places to (n_points, n_data) residuals in standard deviations."""

STEP = 1e-4
"""Of a difference, in parts of a factor's range; the integrator's error is far below what it moves."""

SCREENED = 64
"""Points among which the starts are chosen, for each start asked for."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Optimum:
    """The most likely places."""

    places: FloatArray
    """(n_factors,)"""
    chi2: float
    """Sum of squared residuals there: -2 log likelihood, up to a constant."""
    information: FloatArray
    """(n_factors, n_factors) J'J of the residuals."""
    reached: FloatArray
    """Chi squared that each start came to, ascending."""


def optimum(residuals: Residuals, first: FloatArray, *, starts: int, seed: int) -> Optimum:
    """Minimise the sum of squared residuals from several starts.

    Parameters
    ----------
    first
        (n_factors,) places to start from beside those drawn: the values that the network has.
    """
    from scipy.stats import qmc

    drawn = qmc.LatinHypercube(first.size, seed=seed).random(SCREENED * starts)
    screened = np.concatenate([first[None], drawn])
    chi2 = np.sum(residuals(screened) ** 2, axis=1)
    order = np.argsort(chi2, kind="stable")
    chosen = dict.fromkeys([0, *map(int, order[:starts])])
    found = [refined(residuals, screened[i]) for i in list(chosen)[: max(starts, 1)]]
    best = min(found, key=lambda one: one.chi2)
    return Optimum(
        places=best.places,
        chi2=best.chi2,
        information=best.information,
        reached=np.sort([one.chi2 for one in found]),
    )


def refined(residuals: Residuals, start: FloatArray, fixed: int | None = None) -> Optimum:
    """Minimise from one start; ``fixed`` is a factor that stays where it is."""
    from scipy.optimize import least_squares

    free = np.array([k for k in range(start.size) if k != fixed], dtype=np.int64)
    at: dict[bytes, tuple[FloatArray, FloatArray]] = {}

    def look(x: FloatArray) -> tuple[FloatArray, FloatArray]:
        if x.tobytes() not in at:
            places = start.copy()
            places[free] = x
            at[x.tobytes()] = with_slopes(residuals, places, free)
        return at[x.tobytes()]

    if not free.size:
        values = residuals(start[None])[0]
        return Optimum(
            places=start,
            chi2=float(values @ values),
            information=np.zeros((start.size, start.size)),
            reached=np.array([float(values @ values)]),
        )
    done = least_squares(
        lambda x: look(x)[0],
        np.clip(start[free], 1e-6, 1 - 1e-6),
        jac=lambda x: look(x)[1],
        bounds=(0.0, 1.0),
        xtol=1e-7,
        ftol=1e-9,
        max_nfev=60,
    )
    places = start.copy()
    places[free] = done.x
    information = np.zeros((start.size, start.size))
    information[np.ix_(free, free)] = done.jac.T @ done.jac
    chi2 = float(2.0 * done.cost)
    return Optimum(places=places, chi2=chi2, information=information, reached=np.array([chi2]))


def with_slopes(residuals: Residuals, places: FloatArray, free: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return residuals (n_data,) and their slopes by the free factors, (n_data, n_free), in one batch."""
    low, high = np.repeat(places[None], free.size, axis=0), np.repeat(places[None], free.size, axis=0)
    rows = np.arange(free.size)
    low[rows, free] = np.maximum(places[free] - STEP, 0.0)
    high[rows, free] = np.minimum(places[free] + STEP, 1.0)
    found = residuals(np.concatenate([places[None], low, high]))
    rise = found[1 + free.size :] - found[1 : 1 + free.size]
    return found[0], np.asarray(rise / (high[rows, free] - low[rows, free])[:, None]).T


def wald_intervals(found: Optimum, confidence: float) -> FloatArray:
    """Return intervals of the places from the curvature at the optimum, (n_factors, 2), held to 0 and 1."""
    from scipy.stats import norm

    half = norm.ppf((1 + confidence) / 2) * np.sqrt(np.diag(covariance(found)))
    return np.asarray(np.clip(np.stack([found.places - half, found.places + half], axis=1), 0.0, 1.0))


def covariance(found: Optimum) -> FloatArray:
    """Return the covariance of the places, (n_factors, n_factors); wide where the data say nothing."""
    # A uniform distribution between the bounds has a variance of 1/12: what the bounds say by themselves.
    return np.asarray(np.linalg.inv(found.information + 12.0 * np.eye(found.places.size)))


def profile_intervals(
    residuals: Residuals, found: Optimum, *, confidence: float, rounds: int = 12
) -> FloatArray:
    """Return intervals by profile likelihood, (n_factors, 2); an end at 0 or 1 is open.

    An end is where chi squared, least over all other factors, has risen by the quantile of chi squared with
    one degree of freedom.
    """
    from scipy.stats import chi2 as chi_squared

    rise = float(chi_squared.ppf(confidence, 1))
    spread = np.sqrt(np.diag(covariance(found)))
    intervals = np.empty((found.places.size, 2))
    for k in range(found.places.size):
        for side, way in enumerate((-1.0, 1.0)):
            first = 1.96 * spread[k]
            intervals[k, side] = _end(residuals, found, k, way, first=first, rise=rise, rounds=rounds)
    return intervals


def _end(
    residuals: Residuals, found: Optimum, k: int, way: float, *, first: float, rise: float, rounds: int
) -> float:
    """Search the end on one side: outwards until it is enclosed, then by a secant that stays inside."""
    centre, edge = found.places[k], 1.0 if way > 0 else 0.0
    start = found.places
    inside, outside = (centre, 0.0), (edge, np.inf)
    step = max(first, 1e-4)
    for _ in range(rounds):
        if not np.isfinite(outside[1]):
            here = inside[0] + way * step
            here = min(here, 1.0) if way > 0 else max(here, 0.0)
            step *= 1.6
        else:
            # The root of the rise is nearly linear in the place.
            a, b = np.sqrt(inside[1]), np.sqrt(outside[1])
            part = float(np.clip((np.sqrt(rise) - a) / (b - a), 0.1, 0.9))
            here = inside[0] + part * (outside[0] - inside[0])
        moved = start.copy()
        moved[k] = here
        best = refined(residuals, moved, fixed=k)
        start, value = best.places, max(best.chi2 - found.chi2, 0.0)
        if abs(value - rise) < 0.02 * rise:
            return float(here)
        if value < rise:
            if here == edge:
                return edge
            inside = (here, value)
        else:
            outside = (here, value)
            start = found.places
    return float(inside[0] if not np.isfinite(outside[1]) else (inside[0] + outside[0]) / 2)
