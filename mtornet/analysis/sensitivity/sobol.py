"""Variance-based sensitivity (Sobol): which part of the variance of an outcome each factor explains.

Samples follow Saltelli 2002, first-order indices the estimator of Saltelli et al. 2010, total ones that of
Jansen 1999.
"""

from __future__ import annotations

import warnings

import numpy as np

from mtornet.simulation.problem import FloatArray


def sobol_places(n_factors: int, n: int, seed: int) -> FloatArray:
    """Return places in the unit cube, shape (n * (n_factors + 2), n_factors).

    First block A, then B, then for each factor A with its column from B.

    Parameters
    ----------
    n
        Base points, a power of 2: a Sobol sequence is balanced only then.
    """
    from scipy.stats import qmc

    with warnings.catch_warnings():
        # The sequence warns when n is not a power of 2; whoever asks for another n was told by then.
        warnings.simplefilter("ignore", UserWarning)
        both = qmc.Sobol(2 * n_factors, scramble=True, seed=seed).random(n)
    a, b = both[:, :n_factors], both[:, n_factors:]
    mixed = np.repeat(a[None], n_factors, axis=0)
    for k in range(n_factors):
        mixed[k, :, k] = b[:, k]
    return np.concatenate([a, b, mixed.reshape(-1, n_factors)])


def sobol_indices(
    outcomes: FloatArray, n_factors: int, *, confidence: float, resamples: int, seed: int
) -> dict[str, FloatArray]:
    """Return ``S1`` and ``ST``, each (n_factors, 3): index, and its interval by bootstrap over base points.

    Parameters
    ----------
    outcomes : shape (n * (n_factors + 2),)
        In the order of :func:`sobol_places`; a base point of which one is NaN is left out.
    """
    blocks = outcomes.reshape(n_factors + 2, -1)
    blocks = blocks[:, np.all(np.isfinite(blocks), axis=0)]
    if blocks.shape[1] < 2 or not np.ptp(blocks[:2]) > 0:
        # An outcome that nothing moves has no variance to share out.
        nothing = np.full((n_factors, 3), np.nan)
        return {"S1": nothing, "ST": nothing}
    # Products of numbers far from 0 lose digits; a constant moves no variance.
    blocks = blocks - blocks[:2].mean()
    found = _indices(blocks)
    rng = np.random.default_rng(seed)
    draws = np.empty((resamples, 2, n_factors))
    for r in range(resamples):
        draws[r] = _indices(blocks[:, rng.integers(blocks.shape[1], size=blocks.shape[1])])
    ends = np.nanquantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    return {name: np.stack([found[k], ends[0, k], ends[1, k]], axis=1) for k, name in enumerate(("S1", "ST"))}


def _indices(blocks: FloatArray) -> FloatArray:
    """Return first-order and total indices, shape (2, n_factors)."""
    a, b, mixed = blocks[0], blocks[1], blocks[2:]
    variance = np.var(blocks[:2])
    if not variance > 0:
        return np.full((2, len(mixed)), np.nan)
    first = np.mean(b * (mixed - a), axis=1) / variance
    total = np.mean((a - mixed) ** 2, axis=1) / (2.0 * variance)
    return np.stack([first, total])
