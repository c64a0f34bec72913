"""Proof before timing: an engine's mean and spread on a small network, against ours and the exact ones.

The network has every kind of mass-action step that the benchmarks use, in few molecules, so that a
wrong convention (``A * A`` for ``A * (A - 1)``, a half too much, a lost catalyst) shows at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import mtornet as mt
from benchmarks.networks import build
from benchmarks.plain import FloatArray

CELLS = 3000
HORIZON_S = 2.0
N_POINTS = 3
LIMIT = 5.0
"""Standard errors; with 16 numbers per engine a right engine fails once in a hundred thousand times."""


def small_network() -> mt.ReactionNetwork:
    """Return birth, death, conversion, binding, dimerisation and catalysis."""
    return build(
        "small",
        {"A": 6, "B": 4, "C": 0, "D": 1, "E": 3},
        [
            ([], ["A"], 4.0),
            (["A"], [], 0.5),
            (["A", "A"], ["D"], 0.3),
            (["D"], ["A", "A"], 0.4),
            (["A", "B"], ["C"], 0.2),
            (["C"], ["A", "B"], 0.6),
            (["E", "A"], ["E", "B"], 0.1),
            (["B"], [], 0.3),
            (["E"], ["D"], 0.2),
        ],
    )


@dataclass(frozen=True, slots=True)
class Moments:
    """Means and variances at the later times, with their standard errors."""

    mean: FloatArray
    mean_error: FloatArray
    variance: FloatArray
    variance_error: FloatArray


def moments(trajectories: FloatArray) -> Moments:
    """Return the moments of an ensemble (cells, points, species) after its start."""
    values = trajectories[:, 1:]
    n = len(values)
    centred = values - values.mean(axis=0)
    variance = (centred**2).mean(axis=0)
    fourth = (centred**4).mean(axis=0)
    return Moments(
        values.mean(axis=0),
        np.sqrt(variance / n),
        variance * n / (n - 1),
        np.sqrt(np.maximum(fourth - variance**2, 0.0) / n),
    )


def largest_difference(found: Moments, expected: Moments) -> float:
    """Return the largest difference of a mean or a variance, in standard errors."""
    worst = 0.0
    for a, b, da, db in (
        (found.mean, expected.mean, found.mean_error, expected.mean_error),
        (found.variance, expected.variance, found.variance_error, expected.variance_error),
    ):
        error = np.sqrt(da**2 + db**2)
        difference = np.abs(a - b)
        # What never changes must be exactly equal.
        worst = max(
            worst, float(np.max(np.where(difference > 0, difference / np.maximum(error, 1e-12), 0.0)))
        )
    return worst
