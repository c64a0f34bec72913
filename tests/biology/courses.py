"""Time courses of one drug beside its vehicle, and the look-ups that the tests need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

import mtornet as mt

MINUTES = (0, 5, 10, 15, 30, 45)
HOURS = (1, 1.5, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 30, 36, 42, 48, 54, 60, 66, 72)
TIMES_S = [60.0 * m for m in MINUTES] + [3600.0 * h for h in HOURS]


@dataclass(frozen=True, kw_only=True)
class Courses:
    """Fold changes over the vehicle, and the vehicle itself in molecules."""

    folds: pd.DataFrame
    """Index: hours; columns: read-outs."""
    vehicle: pd.DataFrame
    amounts: pd.DataFrame
    residual: float
    """Largest relative change per hour that was left when the cells counted as settled."""

    def fold(self, readout: str, hours: float) -> float:
        return float(self.folds.loc[hours, readout])

    def between(self, readout: str, first: float, last: float) -> np.ndarray:
        return self.folds.loc[first:last, readout].to_numpy()

    def resting(self, readout: str) -> float:
        """Molecules in the settled cell without drug."""
        return float(self.vehicle.loc[0.0, readout])


def courses_of(
    network: mt.ReactionNetwork,
    drug: str,
    *,
    dose: str | None = None,
    variant: str = "wild_type",
    insulin: str | None = "1 nM",
    context: str | None = None,
    times: list[float] | None = None,
) -> Courses:
    """Solve one drug and its vehicle for 72 h."""
    found = mt.compare(
        [drug],
        network=network,
        doses={} if dose is None else {drug: dose},
        variant=variant,
        inputs={} if insulin is None else {"insulin": insulin},
        context=context,
        times=times or TIMES_S,
        method="ode",
        explain=False,
    )
    return Courses(
        folds=_wide(found.summary, "fold_change", vehicle=False),
        vehicle=_wide(found.summary, "mean", vehicle=True),
        amounts=_wide(found.summary, "mean", vehicle=False),
        residual=float(found.run["steady_state_residual"]),
    )


def _wide(summary: pd.DataFrame, value: str, *, vehicle: bool) -> pd.DataFrame:
    rows = summary[(summary["drug"] == "vehicle") == vehicle]
    wide = rows.pivot(index="time_s", columns="readout", values=value)
    wide.index = wide.index / 3600.0
    return wide


def jittered(network: mt.ReactionNetwork, *, cv: float, seed: int) -> mt.ReactionNetwork:
    """Multiply every rate parameter (every one whose unit holds a time) by a log-normal factor."""
    rng = np.random.default_rng(seed)
    width = float(np.sqrt(np.log1p(cv**2)))
    changed: Mapping[str, float] = {
        p.id: p.value * float(np.exp(width * rng.standard_normal()))
        for p in network.parameters.values()
        if "s)" in p.unit or p.unit.endswith("/s")
    }
    assert len(changed) > 90, "the model's rate parameters were not recognised by their unit"
    return network.with_parameters(**changed)
