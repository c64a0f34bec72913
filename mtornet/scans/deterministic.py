"""Points by rate equations: all of one structure side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.features import features
from mtornet.analysis.summary import fold_over
from mtornet.compiled.status import COMPLETE
from mtornet.experiment.arms import Arm
from mtornet.experiment.points import PointRunner, Points, status_name
from mtornet.scans.axes import Coordinates
from mtornet.scans.outcome import Failure, Outcome
from mtornet.scans.structure import Structure, times_of
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.problem import FloatArray, IntArray

if TYPE_CHECKING:
    from mtornet.scans.evaluation import Evaluator

Run = Callable[[Arm, Points], tuple[FloatArray, IntArray]]

REASONS = {
    "not_at_rest": "the cells do not come to rest before time 0; start from given amounts (settle = false)",
    "step_limit": "the integrator used up its steps; raise budget.max_steps or loosen options.rtol",
    "step_too_small": "the integrator's steps vanish; a rate may be without bound",
    "not_finite": "a rate is not a finite number",
    "interrupted": "stopped before it was finished",
}


def solve(evaluator: Evaluator, structure: Structure, coordinates: Coordinates, stop: StopFlag) -> Outcome:
    """Solve points that share a structure."""
    settings = evaluator.plan.settings
    points = structure.points(coordinates)
    experiment = replace(structure.experiment, stop=stop)

    def run(arm: Arm, some: Points) -> tuple[FloatArray, IntArray]:
        return PointRunner(experiment=experiment, points=some, jobs=1, rests=evaluator.rests)(arm)

    n, shape = len(coordinates), (settings.grid.size, len(settings.readouts))
    values, status = np.empty((n, *shape)), np.empty(n, dtype=np.int64)
    columns = times_of(evaluator.plan)
    rows = np.stack([coordinates.values[c.name] for c in columns], axis=1) if columns else np.zeros((n, 0))
    for moment in np.unique(rows, axis=0):
        here = np.flatnonzero(np.all(rows == moment, axis=1))
        times = {f"{c.target.name}.{c.target.part}": float(t) for c, t in zip(columns, moment, strict=True)}
        values[here], status[here] = run(structure.arm(times), points.take(here))
    fold = np.full(values.shape, np.nan)
    if settings.vehicle:
        fold = fold_over(values, _vehicles(structure, points, run))
    names = [status_name(int(code)) for code in status]
    failures = {
        int(row): Failure(status=names[row], error=REASONS.get(names[row], names[row]))
        for row in np.flatnonzero(status != COMPLETE)
    }
    shown = np.searchsorted(settings.grid, settings.times)
    return Outcome(
        coordinates=coordinates,
        readouts=settings.readouts,
        times=settings.times,
        features=settings.features,
        levels=values[:, shown, :, None],
        fold_change=fold[:, shown],
        feature_values=_features(structure, values, fold)[..., None],
        n=np.where(status == COMPLETE, 1, 0),
        n_events=np.zeros(n, dtype=np.int64),
        status=np.array(names, dtype=object),
        failures=failures,
    )


def _vehicles(structure: Structure, points: Points, run: Run) -> FloatArray:
    """Solve the same cells without drugs; points that differ in nothing else share them."""
    parameters, amounts = points.cells(structure.before)
    columns = [*parameters.values(), *amounts.values()]
    n = len(points)
    rows = np.stack(columns, axis=1) if columns else np.zeros((n, 1))
    _, first, which = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    own = Points(parameters=parameters, amounts=amounts, n_points=n)
    values, _ = run(structure.vehicle(), own.take(first))
    return values[which.ravel()]


def _features(structure: Structure, values: FloatArray, fold: FloatArray) -> FloatArray:
    settings = structure.plan.settings
    found = np.empty((len(values), len(settings.features), len(settings.readouts)))
    if not settings.features:
        return found
    courses = fold if settings.vehicle else fold_over(values, values[:, :1])
    for k in range(len(settings.readouts)):
        measured = features(settings.grid, courses[:, :, k])
        for i, name in enumerate(settings.features):
            found[:, i, k] = getattr(measured, name)
    return found
