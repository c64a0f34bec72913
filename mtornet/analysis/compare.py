"""``compare``: drugs side by side on the same cells, and what each does to each arm of the pathway."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mtornet.analysis import defaults
from mtornet.analysis.comparison_tables import dose_table, drug_bars, feedback_table, state_folds
from mtornet.analysis.feedback import ReleasedFeedback, released_feedback
from mtornet.analysis.findings import AKT_SITES, headline_table, sentences_for
from mtornet.analysis.provenance_counts import provenance_counts
from mtornet.analysis.request import CompareRequest, CompareSettings, Prepared, prepared
from mtornet.analysis.summary import cell_table, summary_table
from mtornet.experiment.arms import Arm, whole_network
from mtornet.experiment.dose import AnyDose
from mtornet.experiment.drug import VEHICLE
from mtornet.experiment.execute import ArmResult
from mtornet.experiment.population import Population
from mtornet.experiment.variable_cells import VariableCells
from mtornet.graph.knowledge import load_knowledge
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import package_version, versions
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods.catalogue import KISAO, STOCHASTIC
from mtornet.simulation.problem import FloatArray
from mtornet.simulation.progress import Progress, Silent
from mtornet.simulation.result import status_names

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """Everything one comparison found; figures and report are drawn from it."""

    network: ReactionNetwork
    arms: tuple[Arm, ...]
    class_labels: Mapping[str, str]
    times: FloatArray
    readouts: tuple[str, ...]
    summary: pd.DataFrame
    deterministic: pd.DataFrame
    population: tuple[ArmResult, ...]
    cells: pd.DataFrame
    table: pd.DataFrame
    sentences: tuple[str, ...]
    feedback: pd.DataFrame
    state_folds: pd.DataFrame
    doses: pd.DataFrame
    drug_bars: Mapping[str, list[tuple[float, float, float]]]
    settings: CompareSettings
    run: dict[str, object]
    provenance: pd.DataFrame
    interrupted: bool


def compare(
    drug_names: Sequence[str] = defaults.DRUGS,
    *,
    network: ReactionNetwork | None = None,
    doses: Mapping[str, str | AnyDose] | None = None,
    combinations: Sequence[Sequence[str]] = (),
    variant: str = "wild_type",
    context: str | None = None,
    inputs: Mapping[str, str] | None = None,
    duration: float | str = defaults.DURATION,
    times: Sequence[float | str] | None = None,
    readouts: Sequence[str] | None = None,
    method: str | None = None,
    cells: int = defaults.CELLS,
    extrinsic: float | str | None = None,
    copy_scale: float | None = None,
    settle: float | str = defaults.SETTLE,
    seed: int | None = defaults.SEED,
    jobs: int | None = None,
    explain: bool = True,
    progress: Progress | None = None,
    stop: StopFlag | None = None,
) -> Comparison:
    """Compare drugs on the same settled cells.

    Parameters
    ----------
    drug_names
        Ids or aliases; the vehicle is always there.
    network
        The model, without drugs; the shipped ``mtor`` model if not given.
    doses
        Dose or schedule by drug, for example ``{"everolimus": "5 nM for 6 h every 24 h"}``; drugs not
        named get the default dose of the tables.
    combinations
        Further arms with several drugs at once.
    context
        Kind of cell, an id of ``contexts.tsv``; the network's own cells if not given.
    method
        The rate equations are always solved. ``"hybrid"`` adds a population of cells of real size (rare
        molecules one by one, the rest by Langevin equations), ``"ssa"`` exactly simulated cells, smaller
        than real ones; ``"cle"`` Langevin equations alone, ``"tau"`` tau-leaping; ``"ode"`` adds none. If
        not given, ``"hybrid"``, and ``"ssa"`` for a ``copy_scale`` below 1.
    extrinsic
        Cells differ in their abundances: ``"table"`` (the model's ``population.tsv``) or one coefficient
        of variation; with ``method="ode"`` in nothing else, with a stochastic one by chance too.
    copy_scale
        Fraction of a real cell to simulate: at 0.01 a stochastic cell holds a hundredth of the
        molecules, takes a hundredth of the time and is ten times noisier than a real one. If not
        given, 0.02 for ``"ssa"`` and 1 for the others.
    settle
        How long cells fluctuate before the first dose, so that they start from their stationary law.
    explain
        Find the feedback behind each rebound by cutting arms (deterministic, under a second a drug).

    Returns
    -------
    Comparison
        ``.summary`` is the tidy table; ``.table`` the short one; ``.sentences`` the findings. The last
        two read the rate equations, so that a few noisy cells claim nothing; the fractions of cells
        in them are the population's.
    """
    request = CompareRequest(
        drug_names=drug_names,
        network=network,
        doses=doses or {},
        combinations=combinations,
        variant=variant,
        context=context,
        inputs=inputs or {},
        duration=duration,
        times=times,
        readouts=readouts,
        method=method,
        cells=cells,
        extrinsic=extrinsic,
        copy_scale=copy_scale,
        settle=settle,
        seed=seed,
    )
    return carry_out(request, jobs=jobs, explain=explain, progress=progress, stop=stop)


def carry_out(
    request: CompareRequest,
    *,
    jobs: int | None = None,
    explain: bool = True,
    progress: Progress | None = None,
    stop: StopFlag | None = None,
) -> Comparison:
    """Carry out a comparison; see :func:`compare`."""
    started = _now()
    ready = prepared(request)
    experiment, settings, arms = ready.experiment, ready.settings, ready.arms
    experiment.progress, experiment.stop = progress or Silent(), StopFlag() if stop is None else stop
    network = experiment.network
    deterministic = [experiment.deterministic(arm) for arm in arms]
    single = settings.method in STOCHASTIC or settings.extrinsic is not None
    population = _population(ready, jobs) if single else []
    interrupted = experiment.stop.is_set
    shown = population or deterministic
    curves = summary_table(deterministic)
    cells = cell_table(population, seed=settings.seed, at_s=settings.map_time_s)
    feedback = _feedback(ready) if explain and not interrupted else {}
    treated = [result for result in shown if result.arm.drug != VEHICLE]
    whole = whole_network(network, arms)
    return Comparison(
        network=whole,
        arms=tuple(result.arm for result in shown),
        class_labels={row["id"]: row["label"] for row in load_knowledge(network.model)["classes"]},
        times=experiment.times,
        readouts=experiment.readouts,
        summary=summary_table(shown),
        deterministic=curves,
        population=tuple(population),
        cells=cells,
        table=headline_table(network, curves, cells, treated, settings.map_time_s),
        sentences=sentences_for(network, curves, cells, treated, feedback, settings.map_time_s),
        feedback=feedback_table(feedback),
        state_folds=state_folds(network, arms, settings),
        doses=dose_table(network, settings),
        drug_bars={arm.condition: drug_bars(network, arm) for arm in arms},
        settings=settings,
        run=_run_record(ready, started, shown),
        provenance=provenance_counts(whole),
        interrupted=interrupted,
    )


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _population(ready: Prepared, jobs: int | None) -> list[ArmResult]:
    population = []
    carry_out = _carrying_out(ready, jobs)
    for arm in ready.arms:
        result = carry_out(arm)
        if result.moments.n:
            population.append(result)
        if ready.experiment.stop.is_set:
            break
    return population


def _carrying_out(ready: Prepared, jobs: int | None) -> Callable[[Arm], ArmResult]:
    """Return what simulates the cells of an arm: with chance, with their own abundances, or with both."""
    experiment, settings = ready.experiment, ready.settings
    cells = None
    if settings.extrinsic is not None:
        cells = VariableCells(
            experiment=experiment,
            extrinsic=settings.extrinsic,
            cells=settings.cells,
            seed=settings.seed,
            jobs=jobs,
        )
        if settings.method not in STOCHASTIC:
            return cells.deterministic
    asked = Population(
        cells=settings.cells,
        seed=settings.seed,
        copy_scale=settings.copy_scale,
        settle_s=settings.settle_s,
        jobs=jobs,
        method=settings.method,
    )
    return partial(experiment.stochastic if cells is None else cells.stochastic, population=asked)


def _feedback(ready: Prepared) -> dict[tuple[str, str], list[ReleasedFeedback]]:
    sites = [readout for readout in AKT_SITES if readout in ready.experiment.readouts]
    found = {}
    for arm in ready.arms:
        if arm.drug != VEHICLE:
            for readout, released in released_feedback(ready.experiment, arm, sites).items():
                found[arm.condition, readout] = released
    return found


def _run_record(ready: Prepared, started: str, results: Sequence[ArmResult]) -> dict[str, object]:
    settings, network = ready.settings, ready.experiment.network
    statuses: dict[str, int] = {}
    for result in results:
        for name in status_names(result.status):
            statuses[name] = statuses.get(name, 0) + 1
    rest = ready.experiment.steady_state
    return {
        "mtornet_version": package_version(),
        "model": network.model,
        "model_sha256": ready.arms[0].protocol.cells_of(network).sha256,
        "spec": {
            "verb": "compare",
            "drugs": dict(settings.drugs),
            "variant": settings.variant,
            "context": settings.context,
            "inputs": dict(settings.inputs),
            "extrinsic": settings.extrinsic,
            "duration_s": settings.duration_s,
            "settle_s": settings.settle_s,
        },
        "method": settings.method,
        "kisao": KISAO[settings.method],
        "algorithm": results[-1].algorithm,
        "seed": settings.seed,
        "copy_scale": settings.copy_scale,
        "n_cells": settings.cells,
        "cell_status": statuses,
        "events": int(sum(int(result.n_events.sum()) for result in results)),
        "steady_state_residual": None if rest is None else rest.residual,
        "slowest_relaxation_h": None if rest is None else rest.slowest_relaxation_s / 3600,
        "interrupted": ready.experiment.stop.is_set,
        "versions": versions(),
        "started": started,
        "finished": _now(),
        "outputs": [],
    }
