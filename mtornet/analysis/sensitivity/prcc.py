"""Partial rank correlation (PRCC): how monotonously an outcome follows each factor, the others held."""

from __future__ import annotations

import numpy as np

from mtornet.errors import ProtocolError
from mtornet.simulation.problem import FloatArray


def prcc_places(n_factors: int, n: int, seed: int) -> FloatArray:
    """Return a Latin hypercube, shape (n, n_factors).

    Raises
    ------
    ProtocolError
        If there are too few points to hold the other factors.
    """
    from scipy.stats import qmc

    if n < n_factors + 4:
        raise ProtocolError(
            f"prcc: {n_factors} factors need at least {n_factors + 4} points, got {n}; raise n or name fewer"
        )
    return np.asarray(qmc.LatinHypercube(n_factors, seed=seed).random(n))


def prcc_indices(outcomes: FloatArray, places: FloatArray, *, confidence: float) -> dict[str, FloatArray]:
    """Return ``PRCC``, (n_factors, 3): coefficient and its interval (Fisher's z), and ``p_value``.

    Points whose outcome is NaN are left out.
    """
    from scipy.stats import norm, rankdata
    from scipy.stats import t as student

    kept = np.isfinite(outcomes)
    x, y = places[kept], outcomes[kept]
    n, n_factors = x.shape
    freedom = n - 2 - (n_factors - 1)
    if freedom < 2 or not np.ptp(y) > 0:
        return {"PRCC": np.full((n_factors, 3), np.nan), "p_value": np.full(n_factors, np.nan)}
    ranks = rankdata(np.column_stack([x, y]), axis=0)
    found = np.array([_left_correlation(ranks, k) for k in range(n_factors)])
    with np.errstate(divide="ignore"):
        t = found * np.sqrt(freedom / (1.0 - found**2))
        z = np.arctanh(found)
    half = norm.ppf((1 + confidence) / 2) / np.sqrt(freedom - 1)
    intervals = np.stack([found, np.tanh(z - half), np.tanh(z + half)], axis=1)
    return {"PRCC": intervals, "p_value": np.asarray(2.0 * student.sf(np.abs(t), freedom))}


def _left_correlation(ranks: FloatArray, k: int) -> float:
    """Return the correlation of column ``k`` and the last one, after what the others explain of both."""
    n = len(ranks)
    others = np.column_stack([np.ones(n), np.delete(ranks[:, :-1], k, axis=1)])
    pair = ranks[:, [k, -1]]
    left = pair - others @ np.linalg.lstsq(others, pair, rcond=None)[0]
    size = np.linalg.norm(left, axis=0)
    # Where other factors explain the outcome to the last rank, nothing is left for this one.
    if np.any(size < 1e-9 * np.linalg.norm(pair, axis=0)):
        return 0.0
    return float(np.clip(left[:, 0] @ left[:, 1] / (size[0] * size[1]), -1.0, 1.0))
