"""The tidy table: one row per condition, read-out and time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis.features import RESPONDER_FOLD, features
from mtornet.compiled.status import STATUS_NAMES
from mtornet.errors import ProtocolError
from mtornet.experiment.drug import VEHICLE
from mtornet.experiment.execute import ArmResult

if TYPE_CHECKING:
    import pandas as pd

NOTHING = 1e-6
"""Molecules per cell; a mean below is the integrator's noise around zero, and a fold of it means nothing."""

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}

COLUMNS = (
    "condition",
    "drug",
    "drug_class",
    "dose_nM",
    "variant",
    "readout",
    "unit",
    "time_s",
    "n",
    "mean",
    "sd",
    *QUANTILES,
    "fold_change",
    "context",
)


def vehicle_of(results: Sequence[ArmResult]) -> ArmResult:
    """Return the arm without drugs, over which fold changes are taken."""
    for result in results:
        if result.arm.drug == VEHICLE:
            return result
    raise ProtocolError("no vehicle among the conditions; fold changes need one")


def fold_over(mean: NDArray[np.float64], vehicle_mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``mean / vehicle_mean``; NaN where the vehicle has nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(vehicle_mean > NOTHING, mean / vehicle_mean, np.nan)


def summary_table(results: Sequence[ArmResult]) -> pd.DataFrame:
    """Return the tidy summary of arms, the vehicle among them."""
    import pandas as pd

    vehicle_mean = vehicle_of(results).moments.mean
    frames = []
    for result in results:
        n_times, n_readouts = result.times.size, len(result.readouts)
        mean = result.moments.mean
        statistics = {name: result.moments.quantile(q) for name, q in QUANTILES.items()}
        columns = {
            "condition": result.arm.condition,
            "drug": result.arm.drug,
            "drug_class": result.arm.drug_class,
            "dose_nM": result.arm.dose_nM,
            "variant": result.variant,
            "readout": np.repeat(result.readouts, n_times),
            "unit": np.repeat(result.units, n_times),
            "time_s": np.tile(result.times, n_readouts),
            "n": result.moments.n,
            "mean": mean.T.ravel(),
            "sd": result.moments.sd.T.ravel(),
            **{name: values.T.ravel() for name, values in statistics.items()},
            "fold_change": fold_over(mean, vehicle_mean).T.ravel(),
            "context": result.context,
        }
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)[list(COLUMNS)]


def cell_table(results: Sequence[ArmResult], *, seed: int, at_s: float) -> pd.DataFrame:
    """Return the features of every cell: one row per condition, read-out and cell.

    Fold changes of a cell are over the vehicle population's mean at the same time; where cells differ in
    their abundances, over what the same cell shows without drug, by the rate equations. ``responder``
    tells whether the cell is above 1.2-fold at ``at_s``.
    """
    import pandas as pd

    if not results:
        return pd.DataFrame()
    vehicle_mean = vehicle_of(results).moments.mean
    frames = []
    for result in results:
        i_at = int(np.argmin(np.abs(result.times - at_s)))
        for i, readout in enumerate(result.readouts):
            own = result.own_vehicle
            folds = fold_over(result.cells[:, :, i], vehicle_mean[:, i] if own is None else own[:, :, i])
            found = features(result.times, folds)
            frames.append(
                pd.DataFrame(
                    {
                        "condition": result.arm.condition,
                        "cell": np.arange(len(result.cells)),
                        "seed": seed,
                        "readout": readout,
                        "status": [STATUS_NAMES[int(code)] for code in result.status],
                        "n_events": result.n_events,
                        "nadir": found.nadir,
                        "t_nadir_s": found.t_nadir_s,
                        "peak": found.peak,
                        "t_peak_s": found.t_peak_s,
                        "rebound_index": found.rebound_index,
                        "responder": folds[:, i_at] > RESPONDER_FOLD,
                        "recovery": found.recovery,
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def trajectory_table(results: Sequence[ArmResult]) -> pd.DataFrame:
    """Return every cell's course: one row per condition, read-out, cell and time."""
    import pandas as pd

    frames = []
    for result in results:
        n_cells, n_times, n_readouts = result.cells.shape
        frames.append(
            pd.DataFrame(
                {
                    "condition": result.arm.condition,
                    "cell": np.repeat(np.arange(n_cells), n_times * n_readouts),
                    "time_s": np.tile(np.repeat(result.times, n_readouts), n_cells),
                    "readout": np.tile(np.array(result.readouts), n_cells * n_times),
                    "value": result.cells.ravel(),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
