"""Elementary effects (Morris 1991): a cheap screen of many factors, each moved alone along random paths."""

from __future__ import annotations

import numpy as np

from mtornet.simulation.problem import FloatArray

LEVELS = 4
"""Places that a factor can take, evenly from 0 to 1."""

STEP = LEVELS / (2 * (LEVELS - 1))
"""Of the unit interval; the step of Morris, for which every level is equally likely."""


def morris_places(n_factors: int, n: int, seed: int) -> FloatArray:
    """Return places in the unit cube, path after path, shape (n * (n_factors + 1), n_factors).

    Parameters
    ----------
    n
        Paths; along each every factor moves once.
    """
    rng = np.random.default_rng(seed)
    low = np.arange(LEVELS // 2) / (LEVELS - 1)
    paths = np.empty((n, n_factors + 1, n_factors))
    for path in paths:
        start = rng.choice(low, size=n_factors)
        down = rng.random(n_factors) < 0.5
        here = np.where(down, start + STEP, start)
        path[0] = here
        for j, k in enumerate(rng.permutation(n_factors)):
            here = here.copy()
            here[k] += -STEP if down[k] else STEP
            path[j + 1] = here
    return paths.reshape(-1, n_factors)


def morris_indices(
    outcomes: FloatArray, places: FloatArray, *, confidence: float, resamples: int, seed: int
) -> dict[str, FloatArray]:
    """Return ``mu``, ``mu_star`` and ``sigma``, each (n_factors, 3): value, and its interval by bootstrap.

    Effects are per full range of a factor. ``mu_star`` is the mean of their size (Campolongo 2007),
    ``sigma`` their spread: it is large where a factor acts with others, or not linearly.
    A step of which one end is NaN is left out.
    """
    effects = elementary_effects(outcomes, places)
    found = _summary(effects)
    rng = np.random.default_rng(seed)
    draws = np.stack(
        [_summary(effects[rng.integers(len(effects), size=len(effects))]) for _ in range(resamples)]
    )
    ends = np.nanquantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    names = ("mu", "mu_star", "sigma")
    return {name: np.stack([found[k], ends[0, k], ends[1, k]], axis=1) for k, name in enumerate(names)}


def elementary_effects(outcomes: FloatArray, places: FloatArray) -> FloatArray:
    """Return the slope of each move, shape (n paths, n_factors)."""
    n_factors = places.shape[1]
    moves = np.diff(places.reshape(-1, n_factors + 1, n_factors), axis=1)
    rises = np.diff(outcomes.reshape(-1, n_factors + 1), axis=1)
    moved = np.argmax(np.abs(moves), axis=2)
    effects = np.empty((len(moves), n_factors))
    slopes = rises / np.take_along_axis(moves, moved[:, :, None], axis=2)[:, :, 0]
    np.put_along_axis(effects, moved, slopes, axis=1)
    return effects


def _summary(effects: FloatArray) -> FloatArray:
    n = np.sum(np.isfinite(effects), axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.nansum(effects, axis=0) / n
        size = np.nansum(np.abs(effects), axis=0) / n
        spread = np.sqrt(np.nansum((effects - mean) ** 2, axis=0) / (n - 1))
    return np.stack([mean, size, spread])
