"""What a run will cost, before it is started."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from mtornet.analysis.request import CompareRequest, prepared
from mtornet.compiled.bind import initial_amounts, rate_constants, values_of
from mtornet.compiled.network import CompiledNetwork
from mtornet.experiment.arms import Arm
from mtornet.experiment.execute import Experiment
from mtornet.simulation.methods.catalogue import EXACT
from mtornet.simulation.parallel import available_jobs
from mtornet.simulation.problem import FloatArray
from mtornet.simulation.run import simulate

PILOT_EVENTS = 300_000
PILOT_S = {"tau": 120.0}
"""Simulated seconds of an approximate method's pilot."""
PILOT_LANGEVIN_S = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Predicted cost of a stochastic experiment."""

    conditions: int
    cells: int
    events: float
    """Reaction events of exact cells, or steps of approximate ones."""
    ns_per_event: float
    minutes: float
    megabytes: float
    exact: bool = True

    @property
    def unit(self) -> str:
        """What is counted."""
        return "reaction events" if self.exact else "steps"

    def as_dict(self) -> dict[str, float]:
        """Return the numbers by name."""
        return asdict(self)

    def sentence(self) -> str:
        """Return the prediction in words."""
        if not self.events:
            return f"{self.conditions} conditions, rate equations only: a few seconds"
        return (
            f"{self.conditions} conditions x {self.cells} cells: about {self.events:.2g} {self.unit}, "
            f"{self.minutes:.1f} min at {self.ns_per_event:.0f} ns each on {available_jobs()} cores, "
            f"{self.megabytes:.0f} MB of memory for the cells"
        )


def forecast_compare(request: CompareRequest, *, jobs: int | None = None) -> Forecast:
    """Predict events from the rate equations and time per event from a short pilot."""
    ready = prepared(request)
    experiment, settings, arms = ready.experiment, ready.settings, ready.arms
    if settings.method == "ode":
        return Forecast(
            conditions=len(arms), cells=1, events=0.0, ns_per_event=0.0, minutes=0.0, megabytes=0.0
        )
    per_step, steps_per_s = _pilot(experiment, arms[0], settings.method, settings.copy_scale)
    if settings.method in EXACT:
        per_cell = settings.settle_s * _events_per_second(experiment, arms[0], np.zeros(1))
        for arm in arms:
            hours = np.linspace(0.0, settings.duration_s, 25)
            per_cell += settings.duration_s * _events_per_second(experiment, arm, hours)
        per_cell *= settings.copy_scale
    else:
        per_cell = steps_per_s * (settings.settle_s + len(arms) * settings.duration_s)
    events = per_cell * settings.cells
    bytes_kept = 8 * settings.cells * len(arms) * experiment.times.size * len(experiment.readouts)
    return Forecast(
        conditions=len(arms),
        cells=settings.cells,
        events=events,
        ns_per_event=per_step,
        minutes=events * per_step * 1e-9 / (jobs or available_jobs()) / 60.0,
        megabytes=bytes_kept / 1e6,
        exact=settings.method in EXACT,
    )


def _events_per_second(experiment: Experiment, arm: Arm, times: FloatArray) -> float:
    setup = experiment.prepare(arm)
    species = tuple(experiment.network.species)
    amounts = (
        Experiment(network=experiment.network, readouts=species, times=times).deterministic(arm).moments.mean
    )
    constants = rate_constants(
        setup.compiled, values_of(setup.network, setup.compiled, setup.stretches[0][1])
    )
    total = [
        float(np.sum(_rates(setup.compiled, constants, setup.network.species, species, row)))
        for row in amounts
    ]
    return float(np.mean(total))


def _rates(
    compiled: CompiledNetwork,
    constants: FloatArray,
    all_species: Any,
    known: tuple[str, ...],
    amounts: FloatArray,
) -> FloatArray:
    padded = np.ones(compiled.n_species + 1)
    by_name = dict(zip(known, amounts, strict=True))
    padded[:-1] = [by_name.get(name, 0.0) for name in all_species]
    return np.asarray(constants * np.prod(padded[compiled.tables.factors], axis=1))


def _pilot(experiment: Experiment, arm: Arm, method: str, copy_scale: float) -> tuple[float, float]:
    """Return nanoseconds per event or step, and how many there are in a simulated second."""
    setup = experiment.prepare(arm)
    start = setup.steady.amounts if setup.steady is not None else initial_amounts(setup.before)
    resting = setup.before.with_amounts(
        dict(zip(setup.before.species, (float(a) for a in start), strict=True))
    )
    options: dict[str, Any] = {"method": method, "copy_scale": copy_scale}
    horizon = PILOT_S.get(method, PILOT_LANGEVIN_S)
    if method in EXACT:
        options["max_events"], horizon = PILOT_EVENTS, 1e9
    simulate(resting, [0.0, 1e-3], **options)
    begun = time.process_time()
    pilot = simulate(resting, [0.0, horizon], cells=2, jobs=1, **options)
    events = max(int(pilot.n_events.sum()), 1)
    return (time.process_time() - begun) / events * 1e9, events / (2.0 * horizon)
