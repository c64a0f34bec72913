"""How measurements scatter about the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mtornet.analysis.fitting.blots import Blot
from mtornet.errors import ProtocolError
from mtornet.simulation.problem import FloatArray

ERROR_MODELS = ("log-normal", "normal")

UNSOLVED = 1e3
"""Residual, in standard deviations, of a prediction that could not be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorModel:
    """Measured fold changes and their scatter, on the scale on which it is normal."""

    kind: str
    measured: FloatArray
    sd: FloatArray

    @classmethod
    def of(cls, blots: Sequence[Blot], kind: str) -> ErrorModel:
        """Return the error model of measurements.

        With ``log-normal`` the logarithm scatters; its standard deviation follows from that of the fold
        change, ``sqrt(log(1 + (sd/fold)^2))``, and the prediction is the median.

        Raises
        ------
        ProtocolError
            If there is no such kind.
        """
        if kind not in ERROR_MODELS:
            raise ProtocolError(f"error model {kind!r}: expected one of {', '.join(ERROR_MODELS)}")
        fold, sd = np.array([b.fold for b in blots]), np.array([b.sd for b in blots])
        if kind == "normal":
            return cls(kind=kind, measured=fold, sd=sd)
        return cls(kind=kind, measured=np.log(fold), sd=np.sqrt(np.log1p((sd / fold) ** 2)))

    def scale(self, folds: FloatArray) -> FloatArray:
        """Return fold changes on the scale on which the scatter is normal."""
        if self.kind == "normal":
            return folds
        # What a drug silences to the last molecule is not minus infinity away from a faint band.
        return np.log(np.maximum(folds, 1e-9))

    def residuals(self, predicted: FloatArray) -> FloatArray:
        """Return (prediction - measurement) / sd, of the shape of ``predicted``, (n_points, n_blots)."""
        found = (self.scale(predicted) - self.measured) / self.sd
        return np.where(np.isfinite(found), found, UNSOLVED)
