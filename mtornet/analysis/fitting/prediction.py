"""What the model says to every measurement, for many values of the fitted factors at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mtornet.analysis.factors import Factor, points_of
from mtornet.analysis.fitting.blots import Blot
from mtornet.analysis.summary import fold_over
from mtornet.errors import ProtocolError
from mtornet.experiment.arms import Arm, arm_of, vehicle_arm
from mtornet.experiment.drug import VEHICLE
from mtornet.experiment.execute import Experiment
from mtornet.experiment.points import PointRunner
from mtornet.experiment.protocol import Protocol
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import canonical_json
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.problem import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredArm:
    """One condition, and which measurements are of it."""

    label: str
    arm: Arm
    vehicle: Arm
    rows: tuple[int, ...]


@dataclass(slots=True, kw_only=True)
class BlotModel:
    """Fold changes over vehicle of settled cells, by measurement or as courses.

    Parameters
    ----------
    more_times
        Further times of the courses, in seconds.
    """

    network: ReactionNetwork
    blots: Sequence[Blot]
    factors: Sequence[Factor]
    more_times: FloatArray = field(default_factory=lambda: np.empty(0))
    jobs: int | None = None
    stop: StopFlag = field(default_factory=StopFlag)
    arms: tuple[MeasuredArm, ...] = field(init=False)
    times: FloatArray = field(init=False)
    readouts: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.readouts = tuple(dict.fromkeys(blot.readout for blot in self.blots))
        self.times = np.unique(np.concatenate([[blot.time_s for blot in self.blots], self.more_times]))
        self.arms = measured_arms(self.network, self.blots, end_s=float(self.times[-1]))

    def __call__(self, places: FloatArray) -> FloatArray:
        """Return the predicted fold change of each measurement, (n_points, n_blots); NaN where unsolved."""
        courses = self.courses(places)
        predicted = np.empty((len(places), len(self.blots)))
        for measured, course in zip(self.arms, courses, strict=True):
            for row in measured.rows:
                blot = self.blots[row]
                i = int(np.searchsorted(self.times, blot.time_s))
                predicted[:, row] = course[:, i, self.readouts.index(blot.readout)]
        return predicted

    def courses(self, places: FloatArray) -> list[FloatArray]:
        """Return fold changes by arm, each (n_points, n_times, n_readouts).

        Raises
        ------
        KeyboardInterrupt
            If ``stop`` was set.
        """
        experiment = Experiment(
            network=self.network, readouts=self.readouts, times=self.times, stop=self.stop
        )
        runner = PointRunner(experiment=experiment, points=points_of(self.factors, places), jobs=self.jobs)
        vehicles: dict[str, FloatArray] = {}
        found = []
        for measured in self.arms:
            key = _vehicle_key(measured.vehicle)
            if key not in vehicles:
                vehicles[key] = runner(measured.vehicle)[0]
            treated = vehicles[key] if measured.arm.drug == VEHICLE else runner(measured.arm)[0]
            if self.stop.is_set:
                raise KeyboardInterrupt
            found.append(fold_over(treated, vehicles[key]))
        return found


def measured_arms(
    network: ReactionNetwork, blots: Sequence[Blot], *, end_s: float
) -> tuple[MeasuredArm, ...]:
    """Return each condition of some measurements once, in the order of the table.

    Raises
    ------
    ProtocolError
        If one label stands for two conditions.
    """
    rows: dict[str, list[int]] = {}
    for i, blot in enumerate(blots):
        rows.setdefault(blot.label, []).append(i)
        first = blots[rows[blot.label][0]]
        if first.condition != blot.condition:
            raise ProtocolError(
                f"{blot.where}: condition {blot.label!r} has another drug, dose, variant or input than at "
                f"{first.where}; give it a name of its own"
            )
    found = []
    for label, own in rows.items():
        protocol = Protocol().settle().apply(blots[own[0]].condition).until(max(end_s, 1.0))
        arm = arm_of(network, protocol)
        found.append(MeasuredArm(label=label, arm=arm, vehicle=vehicle_arm(arm), rows=tuple(own)))
    return tuple(found)


def _vehicle_key(vehicle: Arm) -> str:
    condition = vehicle.protocol.conditions[0]
    return canonical_json([condition.variant, condition.context, dict(condition.inputs)])
