"""Single cells beside what theory says of their spread: times of switching, and exact cells as witnesses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.features import RESPONDER_FOLD
from mtornet.analysis.request import Prepared
from mtornet.analysis.summary import fold_over
from mtornet.analysis.times import default_times
from mtornet.experiment.arms import Arm
from mtornet.experiment.drug import VEHICLE
from mtornet.experiment.execute import Experiment
from mtornet.experiment.population import Population
from mtornet.experiment.variable_cells import VariableCells
from mtornet.simulation.problem import FloatArray

if TYPE_CHECKING:
    import pandas as pd

WATCH_S = 72 * 3600.0
SETTLE_S = 2 * 86400.0


def first_crossing(times: FloatArray, folds: FloatArray, level: float = RESPONDER_FOLD) -> FloatArray:
    """Return when each course (n, n_times) first stands above a level, in seconds.

    NaN if it never does, and if it did at the first time already: such a cell crosses nothing.
    """
    above = folds > level
    at = times[np.argmax(above, axis=1)]
    return np.where(above.any(axis=1) & ~above[:, 0], at, np.nan)


def switching_table(
    ready: Prepared, extrinsic: float | str, *, cells: int, seed: int, jobs: int | None
) -> pd.DataFrame:
    """Return when cells cross 1.2-fold: one row per drug, read-out and cause of their differences."""
    import pandas as pd

    columns = [
        "condition",
        "readout",
        "cause",
        "cells",
        "above_at_start",
        "crossed",
        "q25_h",
        "q50_h",
        "q75_h",
    ]
    if cells <= 0:
        return pd.DataFrame(columns=columns)
    watching = Experiment(
        network=ready.experiment.network,
        readouts=ready.experiment.readouts,
        times=default_times(WATCH_S),
        progress=ready.experiment.progress,
        stop=ready.experiment.stop,
    )
    variable = VariableCells(experiment=watching, extrinsic=extrinsic, cells=cells, seed=seed, jobs=jobs)
    chance = Population(cells=cells, seed=seed, method="hybrid", settle_s=SETTLE_S, jobs=jobs)
    rows = []
    for arm in (_watched(arm) for arm in ready.arms if arm.drug != VEHICLE):
        vehicle = replace(arm, protocol=arm.protocol.vehicle())
        rest = watching.deterministic(vehicle).moments.mean
        drawn = variable.deterministic(arm)
        assert drawn.own_vehicle is not None
        courses = {
            "intrinsic": fold_over(watching.stochastic(arm, chance).cells, rest),
            "extrinsic": fold_over(drawn.cells, drawn.own_vehicle),
        }
        for cause, folds in courses.items():
            for k, readout in enumerate(watching.readouts):
                when = first_crossing(watching.times, folds[:, :, k]) / 3600.0
                crossed = when[np.isfinite(when)]
                quartiles = np.quantile(crossed, (0.25, 0.5, 0.75)) if crossed.size else [np.nan] * 3
                before = float(np.mean(folds[:, 0, k] > RESPONDER_FOLD))
                rows.append(
                    [arm.condition, readout, cause, when.size, before, crossed.size / when.size, *quartiles]
                )
    return pd.DataFrame(rows, columns=columns)


def witness_table(
    ready: Prepared, expected: pd.DataFrame, *, cells: int, copy_scale: float, seed: int, jobs: int | None
) -> pd.DataFrame:
    """Return the spread of exact untreated cells at a copy scale beside what the approximation says there.

    ``low`` and ``high`` bound the true CV at 95 % if the cells were normal.
    """
    import pandas as pd

    columns = ["readout", "copy_scale", "cells", "cv_expected", "cv_exact", "low", "high"]
    if cells <= 1:
        return pd.DataFrame(columns=columns)
    from scipy.stats import chi2

    watching = Experiment(
        network=ready.experiment.network,
        readouts=ready.experiment.readouts,
        times=np.zeros(1),
        progress=ready.experiment.progress,
        stop=ready.experiment.stop,
    )
    arm = replace(ready.arms[0], protocol=ready.arms[0].protocol.until(1.0))
    exact = Population(cells=cells, seed=seed, copy_scale=copy_scale, settle_s=SETTLE_S, jobs=jobs)
    seen = watching.stochastic(arm, exact).cells[:, 0, :]
    low, high = np.sqrt((len(seen) - 1) / chi2.ppf((0.975, 0.025), len(seen) - 1))
    rest = expected[expected["drug"] == VEHICLE].set_index("readout")["cv_intrinsic"]
    rows = []
    for k, readout in enumerate(watching.readouts):
        cv = float(seen[:, k].std(ddof=1) / seen[:, k].mean())
        rows.append(
            [
                readout,
                copy_scale,
                len(seen),
                float(rest[readout]) / np.sqrt(copy_scale),
                cv,
                cv * low,
                cv * high,
            ]
        )
    return pd.DataFrame(rows, columns=columns)


def _watched(arm: Arm) -> Arm:
    return replace(arm, protocol=arm.protocol.until(WATCH_S))
