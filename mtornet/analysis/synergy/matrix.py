"""A dose matrix: every dose of one drug with every dose of another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mtornet.errors import ProtocolError

FloatArray = NDArray[np.float64]

LEAST_DOSES = 3
"""Doses above 0 of each drug: a curve through fewer says nothing of its slope."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseMatrix:
    """Responses relative to untreated cells, 1 = no effect; an effective drug makes them fall."""

    drug_a: str
    drug_b: str
    doses_a: FloatArray
    """(n_a,) ascending, the first is 0."""
    doses_b: FloatArray
    """(n_b,) ascending, the first is 0."""
    responses: FloatArray
    """(n_replicates, n_a, n_b); a replicate is a whole matrix, such as a plate or a parameter set."""

    @property
    def mean(self) -> FloatArray:
        """Mean over replicates, shape (n_a, n_b)."""
        return np.asarray(self.responses.mean(axis=0))


def dose_matrix(
    drug_a: str, drug_b: str, *, doses_a: ArrayLike, doses_b: ArrayLike, responses: ArrayLike
) -> DoseMatrix:
    """Check and return a dose matrix.

    Parameters
    ----------
    doses_a, doses_b
        Any unit, one per drug; ascending from 0, at least three above 0.
    responses
        (n_a, n_b), or (n_replicates, n_a, n_b) for replicates.

    Raises
    ------
    ProtocolError
        If shapes, order or numbers do not fit.
    """
    axes: list[FloatArray] = []
    for name, given in ((drug_a, doses_a), (drug_b, doses_b)):
        doses = np.array(given, dtype=np.float64)
        if doses.ndim != 1 or doses.size < LEAST_DOSES + 1 or doses[0] != 0 or not np.all(np.diff(doses) > 0):
            raise ProtocolError(
                f"doses of {name!r}: expected 0 and at least {LEAST_DOSES} ascending doses above it, "
                f"got {doses.tolist()}"
            )
        doses.setflags(write=False)
        axes.append(doses)
    table = np.array(responses, dtype=np.float64)
    table = table[None] if table.ndim == 2 else table
    expected = (axes[0].size, axes[1].size)
    if table.ndim != 3 or table.shape[1:] != expected or not len(table):
        raise ProtocolError(
            f"responses of {drug_a!r} with {drug_b!r}: expected shape {expected}, or (replicates, "
            f"{expected[0]}, {expected[1]}), got {np.shape(responses)}"
        )
    if not np.all(np.isfinite(table)):
        raise ProtocolError(
            f"responses of {drug_a!r} with {drug_b!r}: {int(np.sum(~np.isfinite(table)))} are not numbers; "
            "a synergy score needs the whole matrix"
        )
    table.setflags(write=False)
    return DoseMatrix(drug_a=drug_a, drug_b=drug_b, doses_a=axes[0], doses_b=axes[1], responses=table)
