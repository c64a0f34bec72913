"""Tumours of one kind under drugs: their read-outs beside their own vehicle, and the chance in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mtornet.analysis.influence import readout_gradient
from mtornet.compiled.bind_many import rows_of_constants, values_of_points
from mtornet.compiled.network import compile_network
from mtornet.compiled.status import COMPLETE
from mtornet.errors import IntegrationError
from mtornet.experiment.arms import Arm, arm_of, constant_protocol
from mtornet.experiment.execute import Experiment
from mtornet.experiment.points import PointRunner, Points, status_name
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.problem import FloatArray, IntArray
from mtornet.simulation.stationary_noise import noise_sources

DAY_S = 86400.0
LOOKS = 13
"""Times within the last day over which a read-out is averaged: a daily dose rises and falls."""

ONE = 1.0
"""Molecules added to amounts before a logarithm is taken, so that what a drug wipes out has one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Treated:
    """Tumours of one kind under one drug."""

    context: str
    drug: str
    who: IntArray
    """(n,) indices of the patients."""
    readouts: tuple[str, ...]
    vehicle: FloatArray
    """(n, n_readouts) molecules per cell without drug, mean over the last day."""
    treated: FloatArray
    """(n, n_readouts) with drug."""
    chance: FloatArray
    """(n, n_readouts) variance of the log2 fold change among cells of the tumour by chance alone."""

    @property
    def log2_fold(self) -> FloatArray:
        """(n, n_readouts) log2 of treated over vehicle."""
        return np.log2((self.treated + ONE) / (self.vehicle + ONE))


def treat(
    tumours: ReactionNetwork,
    points: Points,
    who: IntArray,
    *,
    doses: Mapping[str, str],
    readouts: tuple[str, ...],
    at_s: float,
    jobs: int | None,
    stop: StopFlag,
) -> list[Treated]:
    """Return what each drug does to each tumour.

    Raises
    ------
    IntegrationError
        If a tumour has no steady state or its rate equations cannot be solved.
    """
    times = np.linspace(at_s - DAY_S, at_s, LOOKS)
    experiment = Experiment(network=tumours, readouts=readouts, times=times, stop=stop)
    runner = PointRunner(experiment=experiment, points=points, jobs=jobs)

    def arm(given: Mapping[str, str]) -> Arm:
        protocol = constant_protocol(variant="wild_type", inputs={}, given=given, duration=at_s)
        return arm_of(tumours, protocol)

    n = len(readouts)
    vehicle = _solved(runner, arm({}), who)[:, :, :n].mean(axis=1)
    found = []
    for drug, dose in doses.items():
        treated_arm = arm({drug: dose})
        network = experiment.check(treated_arm)[1]
        experiment.readouts = (*readouts, *network.species)
        values = _solved(runner, treated_arm, who)
        experiment.readouts = readouts
        treated = values[:, :, :n].mean(axis=1)
        variance = _chance(network, treated_arm, points, values[:, -1, n:], readouts, at_s)
        found.append(
            Treated(
                context=tumours.context,
                drug=drug,
                who=who,
                readouts=readouts,
                vehicle=vehicle,
                treated=treated,
                # A small spread of x is one of log2 x, relative and over ln 2.
                chance=variance / ((treated + ONE) * np.log(2.0)) ** 2,
            )
        )
    return found


def _solved(runner: PointRunner, arm: Arm, who: IntArray) -> FloatArray:
    values, status = runner(arm)
    failed = np.flatnonzero(status != COMPLETE)
    if failed.size and not runner.experiment.stop.is_set:
        i = int(failed[0])
        raise IntegrationError(
            f"patient {who[i]} ({runner.experiment.network.context}) under {arm.condition}: "
            f"{status_name(int(status[i]))}; {failed.size} of {who.size} tumours of this kind could not be "
            "solved"
        )
    return values


def _chance(
    network: ReactionNetwork,
    arm: Arm,
    points: Points,
    amounts: FloatArray,
    readouts: Sequence[str],
    at_s: float,
) -> FloatArray:
    """Return the variance of read-outs among the cells of each tumour, (n, n_readouts) molecules squared.

    Linear noise around the state at the end, at the drug concentration of that moment.
    """
    compiled = compile_network(network)
    (_, last) = arm.protocol.stretches(network)[-1]
    values = values_of_points(network, compiled, {**last, **points.parameters})
    constants = rows_of_constants(compiled, values, len(points))
    found = np.empty((len(points), len(readouts)))
    for i, row in enumerate(constants):
        own = {**last, **{name: float(v[i]) for name, v in points.parameters.items()}}
        slopes = np.array([readout_gradient(network, own, amounts[i], name)[0] for name in readouts])
        found[i] = noise_sources(compiled, row, amounts[i], slopes, time_s=at_s).variance
    return np.maximum(found, 0.0)
