"""Division and death of cells under drugs, read from the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis.resistance.batch import Batch
from mtornet.analysis.resistance.cells import Cell
from mtornet.analysis.resistance.readouts import DEATH, DIVISION
from mtornet.analysis.resistance.settings import Settings
from mtornet.errors import ModelError
from mtornet.experiment.arms import Arm
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.progress import Progress

FloatArray = NDArray[np.float64]

HOURS_PER_WEEK = 168.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GrowthRates:
    """Rates per hour once the drug has acted, each (n_arms, n_cells)."""

    division: FloatArray
    death: FloatArray

    @property
    def net(self) -> FloatArray:
        """Division minus death."""
        return self.division - self.death


def has_growth(network: ReactionNetwork) -> bool:
    """Tell whether the model knows how fast its cells divide and die."""
    return DIVISION in network.readouts and DEATH in network.readouts


def growth_rates(
    settings: Settings,
    network: ReactionNetwork,
    cells: Sequence[Cell],
    arms: Sequence[Arm],
    *,
    progress: Progress,
    stop: StopFlag,
    label: str,
) -> GrowthRates:
    """Return how fast cells divide and die at the end of each arm.

    Raises
    ------
    ModelError
        If the model has no such read-outs, or a cell has no steady state.
    """
    if not has_growth(network):
        raise ModelError(
            f"{network.model}: no read-outs {DIVISION!r} and {DEATH!r}; cells cannot grow or die"
        )
    batch = Batch(
        network=network,
        readouts=(DIVISION, DEATH),
        times=np.array([settings.duration_s]),
        jobs=settings.jobs,
        progress=progress,
        stop=stop,
    )
    found = batch.solve(cells, arms, label=label)
    for cell, why in zip(found.cells, found.why_not, strict=True):
        if why:
            raise ModelError(f"{cell.id}: {why}; it has no growth rate")
    rates = np.maximum(found.values[:, :, 0, :], 0.0)
    return GrowthRates(division=rates[..., 0], death=rates[..., 1])
