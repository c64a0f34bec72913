"""Cells that differ in their abundances: extrinsic variability alone, or together with chance."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from mtornet.compiled.bind import bind, initial_amounts
from mtornet.compiled.network import compile_network
from mtornet.compiled.status import COMPLETE, INTERRUPTED
from mtornet.errors import ProtocolError
from mtornet.experiment.abundances import drawn_points
from mtornet.experiment.arms import Arm
from mtornet.experiment.execute import ArmResult, Experiment, carried
from mtornet.experiment.points import PointRunner
from mtornet.experiment.population import Population
from mtornet.provenance import canonical_json
from mtornet.simulation.methods import ode
from mtornet.simulation.methods.catalogue import STOCHASTIC
from mtornet.simulation.moments import StreamingMoments
from mtornet.simulation.observe import Observer
from mtornet.simulation.parallel import available_jobs
from mtornet.simulation.problem import CellSamples, FloatArray, Problem
from mtornet.simulation.progress import Silent
from mtornet.simulation.rounding import rounded_start, scattered_starts

Stretch = tuple[float, Mapping[str, float], Mapping[str, float]]


@dataclass(slots=True)
class VariableCells:
    """Carries out arms on cells of different abundances, the same cells in every arm.

    Parameters
    ----------
    experiment
        The arms' network, read-outs and times.
    extrinsic
        ``"table"`` or a coefficient of variation, see :func:`mtornet.experiment.abundances.factors`.
    cells, seed
        Cell ``i`` of a seed has the same abundances in every experiment.
    """

    experiment: Experiment
    extrinsic: float | str
    cells: int
    seed: int
    jobs: int | None = None
    _runners: dict[str, PointRunner] = field(default_factory=dict)
    _settled: dict[str, FloatArray] = field(default_factory=dict)
    """Cells after settling, which arms share."""
    _vehicle: dict[str, FloatArray] = field(default_factory=dict)

    def deterministic(self, arm: Arm) -> ArmResult:
        """Solve the rate equations of every cell: they differ in their abundances alone."""
        values, status = self._runner(arm)(arm)
        moments = StreamingMoments(*values.shape[1:])
        moments.add_cells(values[status == COMPLETE])
        return self.experiment.result(
            arm,
            moments,
            values,
            # Cells that could not be solved, or never come to rest, count as cells that stopped early.
            np.where(status < COMPLETE, INTERRUPTED, status),
            np.zeros(self.cells, dtype=np.int64),
            ode.ALGORITHM,
            self._own_vehicle(arm),
        )

    def stochastic(self, arm: Arm, population: Population) -> ArmResult:
        """Simulate every cell with its own abundances and its own chance."""
        cells = _Cells(self, arm, population)
        self.experiment.progress.begin(arm.condition, float(self.cells))
        jobs = self.jobs if self.jobs is not None else available_jobs()
        with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="mtornet") as pool:
            samples: list[CellSamples | None] = []
            for one in pool.map(cells.run, range(self.cells)):
                samples.append(one)
                self.experiment.progress.at(float(len(samples)))
        self.experiment.progress.end()
        done = [one for one in samples if one is not None]
        shape = (len(done), self.experiment.times.size, len(self.experiment.readouts))
        values = np.empty(shape)
        for i, one in enumerate(done):
            values[i] = cells.observe(i, one)
        status = np.array([int(one.status[0]) for one in done], dtype=np.int64)
        moments = StreamingMoments(*shape[1:])
        moments.add_cells(values[status == COMPLETE])
        return self.experiment.result(
            arm,
            moments,
            values,
            status,
            np.array([int(one.n_events[0]) for one in done], dtype=np.int64),
            cells.algorithm,
            self._own_vehicle(arm)[: len(done)],
        )

    def _runner(self, arm: Arm) -> PointRunner:
        before = self.experiment.check(arm)[0]
        if before.sha256 not in self._runners:
            points = drawn_points(before, np.arange(self.cells), seed=self.seed, extrinsic=self.extrinsic)
            self._runners[before.sha256] = PointRunner(self.experiment, points, self.jobs)
        return self._runners[before.sha256]

    def _own_vehicle(self, arm: Arm) -> FloatArray:
        """Return what each cell shows without drug, (n_cells, n_times, n_readouts), by the rate equations."""
        vehicle = replace(arm, protocol=arm.protocol.vehicle())
        before = self.experiment.check(vehicle)[0]
        key = canonical_json([before.sha256, vehicle.protocol.stretches(before), vehicle.protocol.end_s])
        if key not in self._vehicle:
            self._vehicle[key] = self._runner(arm)(vehicle)[0]
        return self._vehicle[key]


class _Cells:
    """The cells of one arm, made one at a time."""

    def __init__(self, owner: VariableCells, arm: Arm, population: Population) -> None:
        self.experiment, self.population = owner.experiment, replace(population, cells=1)
        self.settled = owner._settled
        self.before, self.network = self.experiment.check(arm)
        self.protocol = arm.protocol
        runner = owner._runner(arm)
        self.own = [
            {name: float(values[i]) for name, values in runner.points.parameters.items()}
            for i in range(owner.cells)
        ]
        self.stretches = self.protocol.stretches(self.network)
        self.settle_inputs = self.protocol.settle_inputs(self.before)
        scale = population.copy_scale
        self.compiled = compile_network(self.network, copy_scale=scale)
        self.compiled_before = compile_network(self.before, copy_scale=scale)
        self.rest: FloatArray | None = None
        if self.protocol.before is not None:
            self.rest, status = runner.at_rest(arm)
            if np.any(status != COMPLETE):
                raise ProtocolError(
                    f"{np.sum(status != COMPLETE)} of {owner.cells} cells do not come to rest; draw cells "
                    "that differ less (extrinsic), or start from given amounts (no settle)"
                )
        self.drawn = runner.points.amounts
        self.algorithm = ""

    def run(self, i: int) -> CellSamples | None:
        """Settle a cell and carry out the protocol on it; None if somebody asked to stop."""
        if self.experiment.stop.is_set:
            return None
        scale = self.population.copy_scale
        key = canonical_json([self.before.sha256, self.settle_inputs, scale, i, self.own[i]])
        start = initial_amounts(self.network, copy_scale=scale)
        if self.rest is not None:
            settled = self._settle(i, key)
            if settled is None:
                return None
            start = carried(settled, self.before, start, self.network)
        else:
            for k, name in enumerate(self.network.species):
                if name in self.drawn:
                    start[k] = self.drawn[name][i] * scale
            start = rounded_start(start, self.network, self.compiled)
        stretches: list[Stretch] = [(time, {**values, **self.own[i]}, {}) for time, values in self.stretches]
        assert self.protocol.end_s is not None
        problem = Problem(
            compiled=self.compiled,
            segments=bind(self.network, self.compiled, stretches, self.protocol.end_s, copy_scale=scale),
            times=self.experiment.times,
            x0=start[None, :],
            content=canonical_json([self.network.sha256, key, self.stretches, self.protocol.end_s]),
        )
        return self._one(problem)

    def _settle(self, i: int, key: str) -> FloatArray | None:
        assert self.rest is not None
        population, compiled = self.population, self.compiled_before
        asked = canonical_json([key, population.settle_s, population.method, population.seed])
        if asked in self.settled:
            return self.settled[asked]
        start = scattered_starts(
            self.rest[i],
            self.before,
            compiled,
            copy_scale=population.copy_scale,
            cells=1,
            seed=population.seed,
            content=key,
        )
        if population.settle_s <= 0:
            return np.asarray(start[0])
        stretch: Stretch = (-population.settle_s, {**self.settle_inputs, **self.own[i]}, {})
        problem = Problem(
            compiled=compiled,
            segments=bind(self.before, compiled, [stretch], 0.0, copy_scale=population.copy_scale),
            times=np.empty(0),
            x0=start,
            content=f"settle\x1f{key}",
        )
        found = self._one(problem)
        if int(found.status[0]) != COMPLETE:
            if self.experiment.stop.is_set:
                return None
            raise ProtocolError(
                f"cell {i} used up its event budget while settling; raise max_events, lower copy_scale or "
                "settle for a shorter time"
            )
        self.settled[asked] = found.final[0]
        return self.settled[asked]

    def _one(self, problem: Problem) -> CellSamples:
        found: list[CellSamples] = []
        self.algorithm = STOCHASTIC[self.population.method].run_cells(
            problem,
            cells=1,
            seed=self.population.seed,
            jobs=1,
            options=self.population.method_options(),
            progress=Silent(),
            stop=self.experiment.stop,
            consume=found.append,
        )
        return found[0]

    def observe(self, i: int, samples: CellSamples) -> FloatArray:
        """Return the read-outs of a cell, (n_times, n_readouts)."""
        stretches = [(-1.0, {**self.settle_inputs, **self.own[i]})]
        stretches += [(time, {**values, **self.own[i]}) for time, values in self.stretches]
        observer = Observer(
            self.network,
            self.compiled,
            readouts=self.experiment.readouts,
            times=self.experiment.times,
            stretches=stretches,
            copy_scale=self.population.copy_scale,
        )
        return np.asarray(observer(samples.counts)[0])
