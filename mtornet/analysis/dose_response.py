"""Dose response: a read-out at one time over a series of doses, and the curve through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis import defaults
from mtornet.analysis.dose_fit import DoseFit, fit_dose_response
from mtornet.analysis.growth import GrMetrics, divisions, gr_metrics, gr_values, per_second
from mtornet.analysis.summary import NOTHING, summary_table
from mtornet.analysis.times import default_times
from mtornet.errors import ProtocolError
from mtornet.experiment.arms import arm_of, check_distinct, constant_protocol
from mtornet.experiment.clinical import ClinicalDose
from mtornet.experiment.dose import parse_dose
from mtornet.experiment.drug import find_drug
from mtornet.experiment.execute import Experiment, check_readouts
from mtornet.experiment.population import Population
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods.catalogue import KISAO, check_experiment_method
from mtornet.simulation.progress import Progress, Silent
from mtornet.simulation.seeds import drawn_seed
from mtornet.units import time_in_seconds

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseResponse:
    """Fold change over the vehicle at one time, dose by dose."""

    drug: str
    readout: str
    at_s: float
    doses_nM: NDArray[np.float64]
    fold_change: NDArray[np.float64]
    """(n_doses,) mean over vehicle mean."""
    standard_error: NDArray[np.float64]
    """(n_doses,) of the fold change; 0 for a deterministic run."""
    fit: DoseFit
    gr: GrMetrics | None
    """Growth rate inhibition metrics, where the read-out is a growth rate."""
    gr_values: NDArray[np.float64]
    """(n_doses,) GR value of each dose; empty for other read-outs."""
    summary: pd.DataFrame
    """Tidy table of all doses and the vehicle at all times simulated."""
    method: str
    kisao: str
    seed: int | None


def dose_response(
    network: ReactionNetwork,
    drug: str,
    *,
    doses: Sequence[str],
    readout: str,
    at: float | str = "24 h",
    variant: str = "wild_type",
    context: str | None = None,
    inputs: Mapping[str, str] | None = None,
    method: str = "ode",
    cells: int = defaults.CELLS,
    copy_scale: float | None = None,
    settle: float | str = defaults.SETTLE,
    seed: int | None = 0,
    jobs: int | None = None,
    progress: Progress | None = None,
    stop: StopFlag | None = None,
) -> DoseResponse:
    """Simulate a dose series on settled cells and fit a Hill curve.

    Parameters
    ----------
    doses
        At least four doses above 0, each with its unit: ``mt.log_doses("0.01 nM", "10 uM", 13)``, or
        schedules in mg, ``[f"{mg} mg QD" for mg in (1, 2, 5, 10, 20)]``; their axis is the highest free
        concentration.
    readout
        Read-out or species.
    at
        Time after the dose.

    Raises
    ------
    ProtocolError
        If there are too few doses, a dose repeats, or the read-out is 0 without drug.
    KeyboardInterrupt
        If ``stop`` was set before every dose was done.
    """
    check_experiment_method(method)
    parsed = [parse_dose(dose, what=f"dose of {drug}") for dose in doses]
    sizes = [dose.mg if isinstance(dose, ClinicalDose) else dose.nM for dose in parsed]
    if len({isinstance(dose, ClinicalDose) for dose in parsed}) > 1:
        raise ProtocolError("a dose response needs doses of one kind, concentrations or amounts in mg")
    if len({size for size in sizes if size > 0}) < 4:
        raise ProtocolError("a dose response needs at least four different doses above 0")
    at_s = time_in_seconds(at, what="at")
    if not at_s > 0:
        raise ProtocolError(f"at: expected a time > 0, got {at!r}")
    name = find_drug(network.model, drug).id
    arms = [
        arm_of(
            network,
            constant_protocol(
                variant=variant, inputs=inputs or {}, given=given, duration=at_s, context=context
            ),
        )
        for given in ({}, *({name: parsed[i]} for i in np.argsort(sizes, kind="stable")))
    ]
    check_distinct(arms)
    readouts = check_readouts(network, [readout])
    unit = network.readouts[readout].unit if readout in network.readouts else "molecule"
    grows = per_second(unit) is not None
    experiment = Experiment(
        network=network,
        readouts=readouts,
        # A growth rate is followed all along: cell numbers are its integral.
        times=default_times(at_s) if grows else np.array([at_s]),
        progress=progress or Silent(),
        stop=StopFlag() if stop is None else stop,
    )
    used_seed = drawn_seed() if seed is None else int(seed)
    if method == "ode":
        results = [experiment.deterministic(arm) for arm in arms]
    else:
        population = Population(
            cells=cells,
            seed=used_seed,
            copy_scale=defaults.copy_scale(method, copy_scale),
            method=method,
            settle_s=time_in_seconds(settle, what="settle"),
            jobs=jobs,
        )
        results = [experiment.stochastic(arm, population) for arm in arms]
    if experiment.stop.is_set:
        # Half a dose series has no curve; whoever asked to stop gets what Python gives for it.
        raise KeyboardInterrupt
    means = np.array([result.moments.mean[-1, 0] for result in results])
    errors = np.array([result.moments.sd[-1, 0] / np.sqrt(max(result.moments.n, 1)) for result in results])
    if not means[0] > NOTHING:
        raise ProtocolError(
            f"read-out {readout!r} is 0 without drug in {variant} cells, so nothing can be compared with it"
        )
    folds = means[1:] / means[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.sqrt((errors[1:] / means[1:]) ** 2 + (errors[0] / means[0]) ** 2)
    standard_error = np.where(means[1:] > 0, folds * relative, 0.0)
    concentrations = np.array([arm.dose_nM for arm in arms[1:]])
    gr, values = None, np.empty(0)
    if grows:
        rates = np.stack([result.moments.mean[:, 0] for result in results])
        doubled = divisions(experiment.times, rates, unit)
        values = gr_values(doubled[1:], float(doubled[0]))
        gr = gr_metrics(concentrations[concentrations > 0], values[concentrations > 0])
    return DoseResponse(
        drug=name,
        readout=readout,
        at_s=at_s,
        doses_nM=concentrations,
        fold_change=folds,
        standard_error=standard_error,
        fit=fit_dose_response(concentrations, folds, standard_error),
        gr=gr,
        gr_values=values,
        summary=summary_table(results),
        method=method,
        kisao=KISAO[method],
        seed=used_seed if method != "ode" else None,
    )
