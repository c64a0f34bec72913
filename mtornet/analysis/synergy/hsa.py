"""Highest single agent: a combination should beat the better of its drugs."""

from __future__ import annotations

import numpy as np

from mtornet.analysis.synergy.reference import FloatArray, Reference

SOURCE = "Berenbaum 1989, Pharmacol Rev 41:93"


def surfaces(
    _doses_a: FloatArray, _doses_b: FloatArray, responses: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the lower of the single responses and what was seen, each (n_matrices, n_a, n_b)."""
    return np.minimum(responses[:, :, :1], responses[:, :1, :]), responses


REFERENCE = Reference(name="hsa", label="HSA", source=SOURCE, surfaces=surfaces)
