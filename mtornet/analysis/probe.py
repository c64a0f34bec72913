"""An experiment and the outcomes read from it, asked of many versions of a cell at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mtornet.analysis.outcome import DOSE_KINDS, Outcome, dose_of_effect, parse_outcome
from mtornet.analysis.summary import fold_over
from mtornet.analysis.times import default_times
from mtornet.errors import ProtocolError
from mtornet.experiment.arms import Arm, arm_of, constant_protocol, vehicle_arm
from mtornet.experiment.clinical import ClinicalDose
from mtornet.experiment.dose import AnyDose, parse_dose
from mtornet.experiment.drug import VEHICLE
from mtornet.experiment.execute import Experiment
from mtornet.experiment.points import PointRunner, Points
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.problem import FloatArray, IntArray
from mtornet.simulation.progress import Progress, Silent
from mtornet.units import time_in_seconds

SERIES = np.logspace(-3.0, 3.0, 13)
"""Doses of a series for an EC50, relative to the dose of the condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What is done to every version of a cell, and what is read from it.

    Courses are fold changes over the vehicle of the same cell; without a drug they are the read-outs
    themselves.
    """

    network: ReactionNetwork
    treated: Arm
    outcomes: tuple[Outcome, ...]
    times: FloatArray

    def __call__(
        self,
        points: Points,
        *,
        jobs: int | None = None,
        progress: Progress | None = None,
        stop: StopFlag | None = None,
    ) -> tuple[FloatArray, IntArray]:
        """Return outcomes (n_points, n_outcomes), NaN where there is none, and status (n_points,).

        Raises
        ------
        KeyboardInterrupt
            If ``stop`` was set before all points were done.
        """
        flag = StopFlag() if stop is None else stop
        readouts = tuple(dict.fromkeys(outcome.readout for outcome in self.outcomes))
        experiment = Experiment(
            network=self.network,
            readouts=readouts,
            times=self.times,
            progress=progress or Silent(),
            stop=flag,
        )
        runner = PointRunner(experiment=experiment, points=points, jobs=jobs)
        courses, status = runner(self.treated)
        vehicle = None
        if self.treated.drug != VEHICLE:
            vehicle, vehicle_status = runner(vehicle_arm(self.treated))
            status = np.where(status == 0, vehicle_status, status)
            courses = fold_over(courses, vehicle)
        found = np.full((len(points), len(self.outcomes)), np.nan)
        for k, outcome in enumerate(self.outcomes):
            if outcome.kind not in DOSE_KINDS:
                found[:, k] = outcome.of(self.times, courses[:, :, readouts.index(outcome.readout)])
        if any(outcome.kind in DOSE_KINDS for outcome in self.outcomes):
            assert vehicle is not None
            self._from_doses(runner, readouts, vehicle, found)
        if flag.is_set:
            # A part of the points answers no question; whoever asked to stop gets what Python gives for it.
            raise KeyboardInterrupt
        return found, status

    def _from_doses(
        self, runner: PointRunner, readouts: Sequence[str], vehicle: FloatArray, found: FloatArray
    ) -> None:
        doses = self.treated.dose_nM * SERIES
        series = [fold_over(runner(with_dose(self.network, self.treated, nM))[0], vehicle) for nM in doses]
        for k, outcome in enumerate(self.outcomes):
            if outcome.kind in DOSE_KINDS:
                i, column = (
                    int(np.searchsorted(self.times, outcome.at_s or 0.0)),
                    readouts.index(outcome.readout),
                )
                folds = np.stack([courses[:, i, column] for courses in series], axis=1)
                half = (1.0 + folds[:, -1]) / 2.0 if outcome.kind == "EC50" else np.full(len(folds), 0.5)
                found[:, k] = dose_of_effect(doses, folds, half)


def probe(
    network: ReactionNetwork,
    outcomes: Sequence[str] | str,
    *,
    drugs: Mapping[str, str | AnyDose] | None = None,
    variant: str = "wild_type",
    context: str | None = None,
    inputs: Mapping[str, str] | None = None,
    duration: float | str = "24 h",
) -> Probe:
    """Return the probe of a condition held for a time on settled cells.

    Parameters
    ----------
    outcomes
        ``"pX at 24 h"``, or ``"nadir of pX"``; also ``peak``, ``rebound_index``, ``recovery``, ``t_nadir``,
        ``t_peak``, ``mean``, and, of one drug at a dose, ``"EC50 of pX at 24 h"`` (half of the effect at the
        highest dose) or ``IC50`` (half of the vehicle), by doses from a thousandth to a thousandfold.

    Raises
    ------
    ProtocolError
        If an outcome or the condition makes no sense.
    """
    end_s = time_in_seconds(duration, what="duration")
    asked = [outcomes] if isinstance(outcomes, str) else list(outcomes)
    if not asked:
        raise ProtocolError("no outcome is asked for; write one like 'pX at 24 h' or 'nadir of pX'")
    known = [*network.readouts, *network.species]
    parsed = tuple(parse_outcome(text, end_s=end_s, known=known) for text in asked)
    protocol = constant_protocol(
        variant=variant, context=context, inputs=inputs or {}, given=drugs or {}, duration=duration
    )
    treated = arm_of(network, protocol)
    wants_series = [outcome.text for outcome in parsed if outcome.kind in DOSE_KINDS]
    if wants_series and not treated.dose_nM > 0:
        raise ProtocolError(
            f"outcome {wants_series[0]!r}: a series of doses needs exactly one drug, at a dose above 0"
        )
    at = [outcome.at_s for outcome in parsed if outcome.at_s is not None]
    whole = np.empty(0) if len(at) == len(parsed) else default_times(end_s)
    return Probe(
        network=network, treated=treated, outcomes=parsed, times=np.unique(np.concatenate([at, whole]))
    )


def with_dose(network: ReactionNetwork, treated: Arm, nM: float) -> Arm:
    """Return the arm of one drug with another concentration, at the same times."""
    condition = treated.protocol.conditions[0]
    doses: dict[str, str | AnyDose] = {}
    for name, text in condition.drugs.items():
        dose = parse_dose(text)
        if isinstance(dose, ClinicalDose):
            # The highest free concentration stands for the dose; in a linear body it is in proportion.
            doses[name] = replace(dose, mg=dose.mg * float(nM) / treated.dose_nM)
        else:
            doses[name] = replace(dose, nM=float(nM))
    steps = replace(treated.protocol, steps=())
    assert treated.protocol.end_s is not None
    return arm_of(network, steps.apply(replace(condition, drugs=doses)).until(treated.protocol.end_s))
