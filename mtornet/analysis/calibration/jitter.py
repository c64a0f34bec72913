"""How firmly facts hold: the share of small random changes of the fitted values that keep them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mtornet.analysis.calibration.record import stored_fit
from mtornet.analysis.facts.fact import FloatArray
from mtornet.analysis.facts.panel import Panel


def moved_values(model: str) -> dict[str, float]:
    """Return what a fit moved, by name: parameters, and edits of contexts as ``context.target``."""
    return {row["id"]: float(row["value"]) for row in stored_fit(model) if row["value"] != row["prior"]}


def jittered(values: dict[str, float], *, cv: float, n: int, seed: int) -> dict[str, FloatArray]:
    """Return ``n`` sets in which each value is multiplied by its own log-normal factor.

    Parameters
    ----------
    cv
        Coefficient of variation of the factor.
    """
    rng, width = np.random.default_rng(seed), float(np.sqrt(np.log1p(cv**2)))
    return {name: value * np.exp(width * rng.standard_normal(n)) for name, value in values.items()}


def holds(panel: Panel, margins: dict[str, FloatArray], observations: Sequence[str]) -> dict[str, float]:
    """Return by observation the share of sets in which all of its rows hold."""
    return {
        name: float(
            np.mean(
                np.all([margins[fact.id] >= 0 for fact in panel.facts if fact.observation == name], axis=0)
            )
        )
        for name in observations
    }
