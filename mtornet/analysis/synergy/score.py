"""Score a dose matrix by every reference model, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.synergy import bliss, hsa, loewe, zero_interaction_potency
from mtornet.analysis.synergy.matrix import DoseMatrix
from mtornet.analysis.synergy.reference import FloatArray, Reference
from mtornet.analysis.synergy.resampling import resampled
from mtornet.names import unknown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

REFERENCES: dict[str, Reference] = {
    module.REFERENCE.name: module.REFERENCE for module in (bliss, hsa, loewe, zero_interaction_potency)
}

RESAMPLES = 300
LEAST_MEANINGFUL = 0.01
"""Mean excess of one percent of the untreated response: below it an interaction is too small to matter."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelScore:
    """What one reference model says."""

    reference: Reference
    expected: FloatArray
    """(n_a, n_b) response without interaction; NaN where the model is not defined."""
    excess: FloatArray
    """(n_a, n_b) expected minus observed: positive where the pair does more than expected."""
    mean: float
    """Mean excess over the wells with both drugs; NaN where the model is not defined."""
    interval: tuple[float, float]
    """95 % percentile interval of the mean."""
    p_value: float
    """Two-sided, of a mean that is 0; no smaller than the number of resamples allows."""

    @property
    def verdict(self) -> str:
        """Return ``synergy``, ``antagonism``, ``no interaction`` or ``undefined``."""
        if not np.isfinite(self.mean):
            return "undefined"
        if self.interval[0] > 0 and self.mean > LEAST_MEANINGFUL:
            return "synergy"
        if self.interval[1] < 0 and self.mean < -LEAST_MEANINGFUL:
            return "antagonism"
        return "no interaction"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Synergy:
    """Scores of one dose matrix."""

    matrix: DoseMatrix
    scores: dict[str, ModelScore]
    """By name of the reference model."""
    confidence: str
    """Where the intervals come from, in words."""

    def __getitem__(self, name: str) -> ModelScore:
        """Return the score of one reference model."""
        if name not in self.scores:
            raise unknown_name("synergy model", name, self.scores)
        return self.scores[name]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per model: mean excess, interval, p value, verdict."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "drug_a": self.matrix.drug_a,
                    "drug_b": self.matrix.drug_b,
                    "model": score.reference.label,
                    "mean_excess": score.mean,
                    "low": score.interval[0],
                    "high": score.interval[1],
                    "p_value": score.p_value,
                    "verdict": score.verdict,
                    "confidence": self.confidence,
                }
                for score in self.scores.values()
            ]
        )

    def wells(self) -> pd.DataFrame:
        """Return one row per well: doses, observed response, expected response and excess by model."""
        import pandas as pd

        a, b = np.meshgrid(self.matrix.doses_a, self.matrix.doses_b, indexing="ij")
        columns = {"dose_a": a.ravel(), "dose_b": b.ravel(), "response": self.matrix.mean.ravel()}
        for name, score in self.scores.items():
            columns[f"expected_{name}"] = score.expected.ravel()
            columns[f"excess_{name}"] = score.excess.ravel()
        return pd.DataFrame(columns)


def synergy(
    matrix: DoseMatrix, *, models: Sequence[str] = (), resamples: int = RESAMPLES, seed: int = 0
) -> Synergy:
    """Score a dose matrix.

    Parameters
    ----------
    models
        Among ``bliss``, ``hsa``, ``loewe``, ``zip``; all if not given.
    resamples
        Of the bootstrap behind intervals and p values.

    Raises
    ------
    UnknownNameError
        If a model is not known.
    """
    wanted = list(models) or list(REFERENCES)
    for name in wanted:
        if name not in REFERENCES:
            raise unknown_name("synergy model", name, REFERENCES)
    others, confidence = resampled(matrix, resamples, np.random.default_rng(seed))
    everything = np.concatenate([matrix.mean[None], others])
    scores = {}
    for name in wanted:
        expected, observed = REFERENCES[name].surfaces(matrix.doses_a, matrix.doses_b, everything)
        excess = expected - observed
        # One well without a reference value would make the mean one of other wells than intended.
        means = excess[:, 1:, 1:].mean(axis=(1, 2))
        scores[name] = ModelScore(
            reference=REFERENCES[name],
            expected=expected[0],
            excess=excess[0],
            mean=float(means[0]),
            interval=_interval(means[1:]),
            p_value=_p_value(means[1:]),
        )
    return Synergy(matrix=matrix, scores=scores, confidence=confidence)


def _interval(means: FloatArray) -> tuple[float, float]:
    known = means[np.isfinite(means)]
    if known.size < 2:
        return float("nan"), float("nan")
    low, high = np.quantile(known, (0.025, 0.975))
    return float(low), float(high)


def _p_value(means: FloatArray) -> float:
    known = means[np.isfinite(means)]
    if not known.size:
        return float("nan")
    tail = min(np.sum(known <= 0), np.sum(known >= 0)) + 1
    return float(min(1.0, 2.0 * tail / (known.size + 1)))
