"""How far a synergy score could have fallen elsewhere by chance."""

from __future__ import annotations

import numpy as np

from mtornet.analysis.synergy.matrix import DoseMatrix
from mtornet.analysis.synergy.reference import FloatArray
from mtornet.analysis.synergy.zero_interaction_potency import surfaces


def resampled(matrix: DoseMatrix, n: int, rng: np.random.Generator) -> tuple[FloatArray, str]:
    """Return ``n`` matrices that could have been seen instead, and in words how they were made.

    With replicates whole matrices are drawn with replacement and averaged: what the wells of one
    plate or of one parameter set share stays together. A single matrix is smoothed by Hill curves
    along rows and columns, and its residuals are drawn with replacement.

    Returns
    -------
    FloatArray, shape (n, n_a, n_b)
    """
    replicates = matrix.responses
    if len(replicates) > 1:
        chosen = rng.integers(len(replicates), size=(n, len(replicates)))
        return np.asarray(replicates[chosen].mean(axis=1)), f"bootstrap of {len(replicates)} replicates"
    _, smooth = surfaces(matrix.doses_a, matrix.doses_b, replicates)
    residuals = (replicates - smooth)[0].ravel()[1:]
    # Rows and columns are fitted with three numbers each, so that residuals are smaller than the noise.
    n_a, n_b = matrix.doses_a.size, matrix.doses_b.size
    fitted = 1.5 * (n_a + n_b)
    grown = residuals * np.sqrt(residuals.size / max(residuals.size - fitted, 1.0))
    drawn = rng.choice(grown - grown.mean(), size=(n, n_a, n_b))
    # The untreated well defines 1 and has no error of its own.
    drawn[:, 0, 0] = 0.0
    return np.asarray(smooth + drawn), "residuals around Hill curves"
