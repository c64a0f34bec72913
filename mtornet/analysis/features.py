"""Features of a fold-change course: nadir, peak after it, rebound index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

RESPONDER_FOLD = 1.2
"""A course above this counts as risen (the threshold of OBS-004 in the dossier; a design value)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Features of courses of shape (n, n_times); each field has shape (n,)."""

    nadir: FloatArray
    """Lowest fold change, the start included."""
    t_nadir_s: FloatArray
    peak: FloatArray
    """Highest fold change from the nadir on."""
    t_peak_s: FloatArray
    rebound_index: FloatArray
    """log2 of the peak: above 0 the signal has come back beyond its vehicle."""
    recovery: FloatArray
    """log2 of peak over nadir: how far the signal has climbed back."""


def features(times: FloatArray, folds: FloatArray) -> Features:
    """Return the features of fold-change courses.

    Parameters
    ----------
    times : shape (n_times,)
        Seconds.
    folds : shape (n, n_times)
        Fold change over the vehicle; rows with NaN give NaN.
    """
    folds = np.atleast_2d(folds)
    complete = np.all(np.isfinite(folds), axis=1)
    safe = np.where(complete[:, None], folds, 1.0)
    lowest = np.argmin(safe, axis=1)
    after = np.where(np.arange(times.size) >= lowest[:, None], safe, -np.inf)
    highest = np.argmax(after, axis=1)
    rows = np.arange(len(safe))
    nadir, peak = safe[rows, lowest], safe[rows, highest]
    with np.errstate(divide="ignore", invalid="ignore"):
        rebound = np.log2(peak)
        recovery = np.where(peak > 0, np.log2(peak) - np.log2(nadir), 0.0)

    def masked(values: FloatArray) -> FloatArray:
        return np.where(complete, values, np.nan)

    return Features(
        nadir=masked(nadir),
        t_nadir_s=masked(times[lowest]),
        peak=masked(peak),
        t_peak_s=masked(times[highest]),
        rebound_index=masked(rebound),
        recovery=masked(recovery),
    )
