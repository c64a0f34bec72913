"""Sets that fit as well as the best: drawn around where descents ended, kept if they meet the same facts."""

from __future__ import annotations

import numpy as np

from mtornet.analysis.calibration.place import Place
from mtornet.analysis.calibration.target import ROOM, Target
from mtornet.analysis.facts.fact import FloatArray

NEAR = 0.5
"""Facts with a larger margin do not narrow the draws."""


def draws_around(target: Target, place: Place, *, n: int, seed: int, scale: float) -> FloatArray:
    """Return points drawn around a place, wide where the facts say nothing, shape (n, n_free).

    Parameters
    ----------
    scale
        1 for draws as wide as the room of the facts and the prior allow.
    """
    space = target.space
    near = place.margins < NEAR
    rows = place.slopes[near] / ROOM
    precision = rows.T @ rows + np.diag(1.0 / space.width**2)
    factor = np.linalg.cholesky(np.linalg.inv(precision))
    rng = np.random.default_rng(seed)
    points = place.point + scale * rng.standard_normal((n, place.point.size)) @ factor.T
    return np.clip(points, space.low, space.high)


def as_good(target: Target, best: Place, margins: FloatArray) -> FloatArray:
    """Tell which points meet every ``must`` row that the best one meets, and nine tenths of its others.

    Returns
    -------
    shape (n_points,) of booleans
    """
    is_must = np.array([fact.priority == "must" for fact in target.panel.facts])
    held = best.margins >= 0
    musts = np.all(margins[:, is_must & held] >= 0, axis=1)
    others = margins[:, ~is_must & held] >= 0
    return np.asarray(musts & (others.mean(axis=1) >= 0.9 if others.shape[1] else True))
