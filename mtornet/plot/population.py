"""Single cells of an arm as fold change over the vehicle's mean at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mtornet.analysis.shown import Shown

FloatArray = NDArray[np.float64]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

FEW_MOLECULES = 10.0
"""Below this mean count in the vehicle's cells, fold changes of single cells are mostly chance."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmFolds:
    """What the figures draw of one arm; everything is a fold change over the vehicle."""

    condition: str
    deterministic: FloatArray
    """(n_times, n_readouts)."""
    cells: FloatArray
    """(n_cells, n_times, n_readouts), complete cells only; empty without a population."""

    def quantiles(self, i_readout: int) -> FloatArray:
        """5, 25, 50, 75 and 95 % over cells, shape (5, n_times); NaN without cells."""
        if not len(self.cells):
            return np.full((len(QUANTILES), self.deterministic.shape[0]), np.nan)
        return np.asarray(np.quantile(self.cells[:, :, i_readout], QUANTILES, axis=0))


def arm_folds(comparison: Shown) -> tuple[ArmFolds, ...]:
    """Return the folds of every arm, in the order of the arms.

    Cells that stopped early (status not 0) are left out, here and in the vehicle's mean.
    """
    exact = [_deterministic(comparison, arm.condition) for arm in comparison.arms]
    shape = (0, len(comparison.times), len(comparison.readouts))
    cells = [np.asarray(r.cells, dtype=float)[np.asarray(r.status) == 0] for r in comparison.population]
    if not cells or not len(cells[0]):
        cells = [np.empty(shape) for _ in comparison.arms]
        mean = np.ones(shape[1:])
    else:
        mean = cells[0].mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return tuple(
            ArmFolds(
                condition=arm.condition,
                deterministic=np.where(exact[0] > 0, amounts / exact[0], np.nan),
                cells=np.where(mean > 0, own / mean, np.nan),
            )
            for arm, amounts, own in zip(comparison.arms, exact, cells, strict=True)
        )


def _deterministic(comparison: Shown, condition: str) -> FloatArray:
    frame = comparison.deterministic
    own = frame[frame["condition"] == condition]
    table = own.pivot(index="time_s", columns="readout", values="mean")
    return np.asarray(table.reindex(index=comparison.times, columns=list(comparison.readouts)), dtype=float)


def vehicle_molecules(comparison: Shown, readout: str) -> float | None:
    """Return the mean count over the vehicle's cells and all times; None without cells, and for a rate."""
    known = comparison.network.readouts.get(readout)
    if not comparison.population or (known is not None and known.unit != "molecule"):
        return None
    vehicle = comparison.population[0]
    cells = np.asarray(vehicle.cells, dtype=float)[np.asarray(vehicle.status) == 0]
    return float(cells[:, :, comparison.readouts.index(readout)].mean()) if len(cells) else None


def readout_label(comparison: Shown, readout: str) -> str:
    """Return what an axis calls a read-out: its label, its name, or the id of a species."""
    known = comparison.network.readouts.get(readout)
    return (known.label or known.name or readout) if known else readout
