"""Many Hill curves at once, by variable projection on a grid that closes in.

For a given EC50 and slope the best height of the curve is a formula, so that only two numbers are
searched; a whole bootstrap is fitted in one call.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

HILL_RANGE = (0.2, 10.0)
BEYOND = 3.0
"""An EC50 may lie this far, in log units, outside the tested doses."""

_COARSE = (45, 19)
_FINE = np.arange(-3, 4) / 3.0
_ZOOMS = 40
_SHRINK = 0.65


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curves:
    """``start + (end - start) * d^hill / (d^hill + ec50^hill)``; each field has shape (n_curves,)."""

    start: FloatArray
    end: FloatArray
    log_ec50: FloatArray
    hill: FloatArray

    def at(self, doses: FloatArray) -> FloatArray:
        """Return the responses at doses, shape (n_curves, n_doses)."""
        occupied = occupancy(doses, self.log_ec50[:, None], self.hill[:, None])
        return np.asarray(self.start[:, None] + (self.end - self.start)[:, None] * occupied)

    def doses_for(self, responses: FloatArray) -> FloatArray:
        """Return the doses that give responses of shape (n_curves, ...); infinite where none does."""
        shape = (-1,) + (1,) * (responses.ndim - 1)
        start, end = self.start.reshape(shape), self.end.reshape(shape)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            odds = (start - responses) / (responses - end)
            doses = np.exp(self.log_ec50.reshape(shape) + np.log(odds) / self.hill.reshape(shape))
        # On the wrong side of the start no drug is needed; beyond the end no dose is enough.
        towards = np.sign(end - start)
        done = towards * (responses - start)
        doses = np.where(done <= 0, 0.0, doses)
        return np.where((towards == 0) | (towards * (end - responses) <= 0), np.inf, doses)


def occupancy(doses: FloatArray, log_ec50: FloatArray, hill: FloatArray) -> FloatArray:
    """Return ``d^h / (d^h + EC50^h)``, 0 at dose 0."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-hill * (np.log(doses) - log_ec50))))


def fit_curves(doses: FloatArray, responses: FloatArray, start: FloatArray) -> Curves:
    """Fit by least squares a Hill curve with a given start to each row.

    The end lies within what was seen, 0 included: a series that does not level off would otherwise
    be continued to any depth.

    Parameters
    ----------
    doses : shape (n_doses,)
        A dose of 0 carries no information about end, EC50 and slope.
    responses : shape (n_curves, n_doses)
    start : shape (n_curves,)
        Response at dose 0.
    """
    used = doses > 0
    x, y = doses[used], responses[:, used] - start[:, None]
    low = np.minimum(responses.min(axis=1), 0.0) - start
    high = np.maximum(np.maximum(responses.max(axis=1), start) - start, 0.0)
    logs = np.log(x)
    ec50s = np.linspace(logs[0] - BEYOND, logs[-1] + BEYOND, _COARSE[0])
    slopes = np.linspace(np.log(HILL_RANGE[0]), np.log(HILL_RANGE[1]), _COARSE[1])
    grid = np.stack(np.meshgrid(ec50s, slopes, indexing="ij"), axis=-1).reshape(-1, 2)
    curves = occupancy(x, grid[:, :1], np.exp(grid[:, 1:]))
    cross, square = y @ curves.T, np.sum(curves**2, axis=1)
    height = np.clip(cross / square, low[:, None], high[:, None])
    best = grid[np.argmin(height * (height * square - 2.0 * cross), axis=1)]
    step = np.array([ec50s[1] - ec50s[0], slopes[1] - slopes[0]])
    around = np.stack(np.meshgrid(_FINE, _FINE, indexing="ij"), axis=-1).reshape(-1, 2)
    lowest, highest = np.array([ec50s[0], slopes[0]]), np.array([ec50s[-1], slopes[-1]])
    rows = np.arange(len(y))
    for _ in range(_ZOOMS):
        tried = np.clip(best[:, None, :] + step * around, lowest, highest)
        curves = occupancy(x, tried[..., :1], np.exp(tried[..., 1:]))
        cross, square = np.einsum("nd,ngd->ng", y, curves), np.sum(curves**2, axis=-1)
        height = np.clip(cross / square, low[:, None], high[:, None])
        # The sum of squared residuals but for that of y, which is the same for all.
        at = np.argmin(height * (height * square - 2.0 * cross), axis=1)
        best, chosen = tried[rows, at], height[rows, at]
        step = step * _SHRINK
    return Curves(start=start, end=start + chosen, log_ec50=best[:, 0], hill=np.exp(best[:, 1]))
