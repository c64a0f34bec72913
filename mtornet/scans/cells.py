"""Points by stochastic simulation: the cells of each, one point after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.features import features
from mtornet.analysis.summary import QUANTILES, fold_over
from mtornet.compiled.status import COMPLETE, STATUS_NAMES
from mtornet.experiment.arms import Arm
from mtornet.experiment.dose import AnyDose, Dose
from mtornet.experiment.execute import Experiment
from mtornet.experiment.population import Population
from mtornet.network.network import ReactionNetwork
from mtornet.scans.axes import Coordinates
from mtornet.scans.outcome import Outcome, joined
from mtornet.scans.replicates import enough
from mtornet.scans.structure import Structure, times_of
from mtornet.scans.watch import Watch
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.moments import StreamingMoments
from mtornet.simulation.problem import FloatArray, IntArray

if TYPE_CHECKING:
    from mtornet.scans.evaluation import Evaluator

NETWORK_BYTES = 200_000
"""Of a pair of networks, about."""

REASONS = {
    "event_limit": "every cell used up its events; raise budget.max_events or lower copy_scale",
    "time_limit": "the point took longer than budget.point_time",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cells:
    """Courses of the cells of one point."""

    courses: FloatArray
    """(n_cells, n_times, n_readouts)."""
    status: IntArray
    n_events: IntArray


def simulate(evaluator: Evaluator, structure: Structure, coordinates: Coordinates, stop: StopFlag) -> Outcome:
    """Simulate the cells of points that share a structure."""
    from mtornet.scans.evaluation import WRONG, failed

    plan, parts = evaluator.plan, []
    with Watch(stop, limit_s=plan.settings.point_time_s) as watch:
        for row in range(len(coordinates)):
            point = coordinates.take(slice(row, row + 1))
            if stop.is_set:
                parts.append(failed(plan, point, "interrupted", "stopped before it was finished"))
                continue
            flag = watch.begin()
            try:
                part = _point(evaluator, structure, point, flag)
            except WRONG as error:
                # What a stop left half done can look like a mistake.
                part = None if flag.is_set else failed(plan, point, "wrong_point", error)
            if part is None:
                status = "interrupted" if stop.is_set else "time_limit"
                part = failed(plan, point, status, REASONS.get(status, "stopped before it was finished"))
            parts.append(part)
    return joined(parts, coordinates)


def _point(evaluator: Evaluator, structure: Structure, point: Coordinates, stop: StopFlag) -> Outcome | None:
    """Simulate one point; None if it was stopped."""
    from mtornet.scans.evaluation import failed

    settings = evaluator.plan.settings
    networks = _networks(evaluator, structure, point)
    arm = structure.arm(_times(structure, point), doses=_doses(structure, point))
    vehicle = _vehicle_mean(evaluator, structure, networks, point, stop) if settings.vehicle else None
    if settings.vehicle and vehicle is None:
        return None
    cells = _enough_cells(evaluator, structure, networks, arm, point, vehicle, stop)
    if cells is None:
        return None
    if not np.any(cells.status == COMPLETE):
        name = STATUS_NAMES[int(cells.status[0])]
        return failed(evaluator.plan, point, name, REASONS.get(name, f"no cell completed: {name}"))
    return _summary(structure, point, cells, vehicle)


def _enough_cells(
    evaluator: Evaluator,
    structure: Structure,
    networks: tuple[ReactionNetwork, ReactionNetwork],
    arm: Arm,
    point: Coordinates,
    vehicle: FloatArray | None,
    stop: StopFlag,
) -> _Cells | None:
    """Simulate the scan's number of cells, or batches until its rule is content; None if stopped."""
    settings, rule = evaluator.plan.settings, evaluator.plan.settings.replicates
    batch = settings.cells if rule is None else rule.batch
    most = settings.cells if rule is None else rule.most
    gathered: list[_Cells] = []
    done = 0
    while True:
        population = _population(structure, cells=min(batch, most - done), first_cell=done)
        cells = _batch(evaluator, structure, networks, arm, population, stop)
        if cells is None:
            return None
        gathered.append(cells)
        whole = _joined(gathered)
        done += len(cells.status)
        if rule is None or done >= most or enough(rule, _summary(structure, point, whole, vehicle)):
            return whole


def _joined(parts: list[_Cells]) -> _Cells:
    return _Cells(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in _Cells.__slots__})


def _networks(
    evaluator: Evaluator, structure: Structure, point: Coordinates
) -> tuple[ReactionNetwork, ReactionNetwork]:
    """Return the cells of a point, without and with drugs; points that differ in doses only share them."""
    points = structure.points(point)
    parameters, amounts = _first(points.parameters), _first(points.amounts)
    if not parameters and not amounts:
        return structure.before, structure.after

    def changed() -> tuple[tuple[ReactionNetwork, ReactionNetwork], int]:
        known, present = points.cells(structure.before)
        before = structure.before.with_parameters(**_first(known)).with_amounts(_first(present))
        after = structure.after.with_parameters(**parameters).with_amounts(amounts)
        return (before, after), NETWORK_BYTES

    key = ("networks", structure.choices, *parameters.items(), "", *amounts.items())
    networks: tuple[ReactionNetwork, ReactionNetwork] = evaluator.shared.get(key, changed)
    return networks


def _first(arrays: Mapping[str, FloatArray]) -> dict[str, float]:
    return {name: float(values[0]) for name, values in arrays.items()}


def _times(structure: Structure, point: Coordinates) -> dict[str, float]:
    return {
        f"{c.target.name}.{c.target.part}": float(point.values[c.name][0]) for c in times_of(structure.plan)
    }


def _doses(structure: Structure, point: Coordinates) -> dict[str, AnyDose]:
    given = structure.points(point).doses
    return {
        name: dose
        if name not in given or not isinstance(dose, Dose)
        else replace(dose, nM=dose.nM * float(given[name][0]))
        for name, dose in structure.doses.items()
    }


def _population(structure: Structure, *, cells: int, first_cell: int) -> Population:
    settings = structure.plan.settings
    return Population(
        cells=cells,
        first_cell=first_cell,
        seed=settings.seed,
        copy_scale=settings.copy_scale,
        settle_s=settings.settle_s,
        method=settings.method,
        jobs=1,
        options=structure.population_options(),
    )


def _batch(
    evaluator: Evaluator,
    structure: Structure,
    networks: tuple[ReactionNetwork, ReactionNetwork],
    arm: Arm,
    population: Population,
    stop: StopFlag,
) -> _Cells | None:
    """Simulate cells of an arm; None if stopped. Points of the same cells settle them once."""
    before, after = networks
    settings = structure.plan.settings

    def settled() -> tuple[Experiment, int] | None:
        experiment = Experiment(
            network=before, readouts=settings.readouts, times=settings.grid, stop=stop, made=networks
        )
        experiment.settle(structure.vehicle(), population)
        kept = 8 * len(before.species) * population.cells
        return None if stop.is_set else (experiment, kept + NETWORK_BYTES)

    key = ("cells", before.sha256, after.sha256, population)
    experiment = evaluator.shared.get(key, settled)
    if experiment is None:
        return None
    result = replace(experiment, stop=stop).stochastic(arm, population)
    if stop.is_set:
        return None
    return _Cells(courses=result.cells, status=result.status, n_events=result.n_events)


def _vehicle_mean(
    evaluator: Evaluator,
    structure: Structure,
    networks: tuple[ReactionNetwork, ReactionNetwork],
    point: Coordinates,
    stop: StopFlag,
) -> FloatArray | None:
    """Return the mean of the cells without drug, (n_times, n_readouts).

    They are as many as a point's, by the same rule: a fold change is no better than what it is over.
    """
    settings = structure.plan.settings
    # Of the drug's network only what cells without it know matters, so that drugs share vehicles.
    key = ("vehicle", networks[0].sha256, _population(structure, cells=settings.cells, first_cell=0))

    def simulated() -> tuple[FloatArray, int] | None:
        untreated = (networks[0], networks[0])
        cells = _enough_cells(evaluator, structure, untreated, structure.vehicle(), point, None, stop)
        if cells is None:
            return None
        moments = StreamingMoments(settings.grid.size, len(settings.readouts))
        for course in cells.courses[cells.status == COMPLETE]:
            moments.add(course)
        return moments.mean, moments.mean.nbytes

    mean: FloatArray | None = evaluator.shared.get(key, simulated)
    return mean


def _summary(structure: Structure, point: Coordinates, cells: _Cells, vehicle: FloatArray | None) -> Outcome:
    settings = structure.plan.settings
    shown = np.searchsorted(settings.grid, settings.times)
    complete = cells.courses[cells.status == COMPLETE]
    levels = _statistics(complete[:, shown], (shown.size, len(settings.readouts)))
    over = np.nan if vehicle is None else vehicle[shown]
    found = np.empty((len(complete), len(settings.features), len(settings.readouts)))
    for k in range(len(settings.readouts)) if settings.features else ():
        base = complete[:, :1, k].mean() if vehicle is None else vehicle[:, k]
        measured = features(
            settings.grid, fold_over(complete[:, :, k], np.broadcast_to(base, settings.grid.shape))
        )
        for i, name in enumerate(settings.features):
            found[:, i, k] = getattr(measured, name)
    ended = [STATUS_NAMES[int(code)] for code in cells.status]
    bad = [name for name in ended if name != "complete"]
    return Outcome(
        coordinates=point,
        readouts=settings.readouts,
        times=settings.times,
        features=settings.features,
        levels=levels[None],
        fold_change=fold_over(levels[None, ..., 0], np.broadcast_to(over, levels.shape[:2])),
        feature_values=_statistics(found, found.shape[1:])[None],
        n=np.array([len(complete)]),
        n_events=np.array([int(cells.n_events.sum())]),
        status=np.array([f"{bad[0]}: {len(bad)} of {len(ended)} cells" if bad else "complete"], dtype=object),
        failures={},
    )


def _statistics(cells: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Return mean, sd and quantiles over cells as a last axis."""
    moments = StreamingMoments(*shape)
    for cell in cells:
        moments.add(cell)
    with np.errstate(invalid="ignore"):
        quantiles = [moments.quantile(q) for q in QUANTILES.values()]
    return np.stack([moments.mean, moments.sd, *quantiles], axis=-1)
