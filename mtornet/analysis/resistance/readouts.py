"""How courses become numbers that can be ranked: response, its loss, rebound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis.features import RESPONDER_FOLD, features

FloatArray = NDArray[np.float64]

GROWTH, DIVISION, DEATH = "growth_rate", "division_rate", "death_rate"

LEAST_RESPONSE = 0.2
"""A read-out that falls by less does not respond to the drug."""

LEAST_SIGNAL = 0.02
"""An edited cell with less of a read-out than this part of the unedited one has nothing left to inhibit."""

COME_BACK = 0.8
"""A read-out that fell below this and rises above it again has come back (design)."""


def loss_of_response(folds: FloatArray, unedited: FloatArray) -> FloatArray:
    """Return the part of a response that is gone: 0 as in the unedited cell, 1 none is left.

    Parameters
    ----------
    folds : shape (..., n_cells)
        Over each cell's own vehicle.
    unedited : shape (...)
        Of the unedited cell; NaN is returned where it does not respond.
    """
    response = 1.0 - unedited
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = (folds - unedited[..., None]) / response[..., None]
    return np.where(response[..., None] >= LEAST_RESPONSE, lost, np.nan)


def rebound_index(times: FloatArray, folds: FloatArray) -> FloatArray:
    """Return log2 of the highest fold after the nadir, shape (...), of courses (..., n_times)."""
    flat = folds.reshape(-1, times.size)
    return np.asarray(features(times, flat).rebound_index.reshape(folds.shape[:-1]))


def recovered_share(folds: FloatArray) -> FloatArray:
    """Return ``(end - nadir)/(start - nadir)``, shape (...), of courses (..., n_times).

    NaN where there is no nadir: the course never falls by a fifth.
    """
    nadir = folds.min(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (folds[..., -1] - nadir) / (folds[..., 0] - nadir)
    return np.where(nadir < COME_BACK, share, np.nan)


def rebound_class(folds: FloatArray) -> NDArray[np.str_]:
    """Return ``none``, ``transient`` or ``full`` for courses (..., n_times); empty text where unknown.

    A course without a nadir rebounds above 1.2; one that fell below 0.8 comes back above 0.8.
    Transient: it was there after the nadir but is no longer at the end.
    """
    lowest = np.argmin(folds, axis=-1)
    after = np.where(np.arange(folds.shape[-1]) >= lowest[..., None], folds, -np.inf)
    peak, end = after.max(axis=-1), folds[..., -1]
    bar = np.where(folds.min(axis=-1) < COME_BACK, COME_BACK, RESPONDER_FOLD)
    named = np.where(end > bar, "full", np.where(peak > bar, "transient", "none"))
    return np.where(np.all(np.isfinite(folds), axis=-1), named, "")
