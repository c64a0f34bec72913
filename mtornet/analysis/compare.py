"""``compare``: drugs side by side on the same cells, and what each does to each arm of the pathway."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.feedback import ReleasedFeedback, released_feedback
from mtornet.analysis.findings import headline_table, sentences_for
from mtornet.analysis.provenance_counts import provenance_counts
from mtornet.analysis.summary import cell_table, fold_over, summary_table
from mtornet.errors import ProtocolError
from mtornet.experiment.arms import Arm, arm_of, check_distinct, constant_protocol
from mtornet.experiment.dose import Dose, parse_dose
from mtornet.experiment.drug import VEHICLE, drugs, find_drug
from mtornet.experiment.execute import ArmResult, Experiment, Population, check_readouts
from mtornet.experiment.mechanisms import with_drug
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import package_version, versions
from mtornet.simulate.interrupt import StopFlag
from mtornet.simulate.progress import Progress, Silent
from mtornet.simulate.run import ALGORITHMS, KISAO, METHODS
from mtornet.simulate.seeds import drawn_seed
from mtornet.units import time_in_seconds

if TYPE_CHECKING:
    import pandas as pd

    FloatArray = np.ndarray

HEADLINE_READOUTS = ("pAKT_S473", "pAKT_T308")
DEFAULT_DURATION_S = 72 * 3600.0
DEFAULT_CELLS = 32
DEFAULT_COPY_SCALE = 0.01
DAY_S = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareSettings:
    """What was asked for, every default filled in."""

    drugs: Mapping[str, str]
    variant: str
    inputs: Mapping[str, str]
    duration_s: float
    method: str
    cells: int
    copy_scale: float
    seed: int
    settle_s: float
    map_time_s: float
    """When the fold changes of the network map and the responders are taken: 24 h, or the end."""


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
    interrupted: bool = field(default=False)


def default_times(duration_s: float) -> FloatArray:
    """Return when to look: closely in the first hours, hourly on the first day, two-hourly after."""
    hours = [0.0, 1 / 12, 1 / 6, 0.25, 0.5, 0.75, 1.0, 1.5, *range(2, 25), *range(26, 24 * 60, 2)]
    grid = [hour * 3600.0 for hour in hours if hour * 3600.0 < duration_s]
    return np.array([*grid, duration_s])


def compare(
    drug_names: Sequence[str] = ("everolimus", "sapanisertib", "dactolisib"),
    *,
    network: ReactionNetwork | None = None,
    doses: Mapping[str, str | Dose] | None = None,
    combinations: Sequence[Sequence[str]] = (),
    variant: str = "wild_type",
    inputs: Mapping[str, str] | None = None,
    duration: float | str = DEFAULT_DURATION_S,
    times: Sequence[float | str] | None = None,
    readouts: Sequence[str] | None = None,
    method: str = "ssa",
    cells: int = DEFAULT_CELLS,
    copy_scale: float = DEFAULT_COPY_SCALE,
    settle: float | str = "24 h",
    seed: int | None = 1,
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
    method
        ``"ssa"``: the rate equations and a population of exactly simulated cells; ``"ode"``: the rate
        equations alone.
    copy_scale
        Fraction of a real cell to simulate: at 0.01 a stochastic cell holds a hundredth of the
        molecules, takes a hundredth of the time and is ten times noisier than a real one.
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
    network = network if network is not None else _shipped()
    settings = _settings(
        network, drug_names, doses or {}, variant, inputs or {}, duration, method, cells, copy_scale, settle, seed
    )
    started = _now()
    arms = _arms(network, settings, combinations)
    grid = default_times(settings.duration_s) if times is None else _grid(times, settings.duration_s)
    chosen = check_readouts(network, readouts)
    experiment = Experiment(
        network=network,
        readouts=chosen,
        times=grid,
        progress=progress or Silent(),
        stop=stop or StopFlag(),
    )
    deterministic = [experiment.deterministic(arm) for arm in arms]
    population: list[ArmResult] = []
    if method == "ssa":
        asked = Population(
            cells=cells, seed=settings.seed, copy_scale=copy_scale, settle_s=settings.settle_s, jobs=jobs
        )
        for arm in arms:
            result = experiment.stochastic(arm, asked)
            if len(result.status) and result.moments.n:
                population.append(result)
            if experiment.stop:
                break
    interrupted = bool(experiment.stop)
    shown = population or deterministic
    summary, curves = summary_table(shown), summary_table(deterministic)
    cell_features = cell_table(population, seed=settings.seed, at_s=settings.map_time_s)
    feedback = _feedback(experiment, arms, chosen) if explain and not interrupted else {}
    treated = [result for result in shown if result.arm.drug != VEHICLE]
    return Comparison(
        network=_with_all_drugs(network, arms),
        arms=tuple(result.arm for result in shown),
        class_labels=_class_labels(network),
        times=grid,
        readouts=chosen,
        summary=summary,
        deterministic=curves,
        population=tuple(population),
        cells=cell_features,
        table=headline_table(network, curves, cell_features, treated, settings.map_time_s),
        sentences=sentences_for(network, curves, cell_features, treated, feedback, settings.map_time_s),
        feedback=_feedback_table(network, feedback),
        state_folds=_state_folds(network, arms, settings),
        doses=_dose_table(network, settings),
        drug_bars={arm.condition: _bars(network, arm, settings.duration_s) for arm in arms},
        settings=settings,
        run=_run_record(network, settings, started, population, experiment),
        provenance=provenance_counts(_with_all_drugs(network, arms)),
        interrupted=interrupted,
    )


def _shipped() -> ReactionNetwork:
    from mtornet.graph.wiring import default_graph
    from mtornet.network.build import from_graph

    return from_graph(default_graph("mtor"))


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _settings(
    network: ReactionNetwork,
    drug_names: Sequence[str],
    doses: Mapping[str, str | Dose],
    variant: str,
    inputs: Mapping[str, str],
    duration: float | str,
    method: str,
    cells: int,
    copy_scale: float,
    settle: float | str,
    seed: int | None,
) -> CompareSettings:
    if method not in METHODS:
        from mtornet.names import unknown_name

        raise unknown_name("method", method, METHODS)
    wanted = {find_drug(network.model, name).id: name for name in drug_names}
    given = {find_drug(network.model, name).id: parse_dose(dose, what=f"dose of {name}") for name, dose in doses.items()}
    strays = [name for name in given if name not in wanted]
    if strays:
        raise ProtocolError(f"a dose is given for {strays[0]!r}, which is not among the drugs compared")
    chosen: dict[str, str] = {}
    for name in wanted:
        if name in given:
            chosen[name] = str(given[name])
            continue
        default = drugs(network.model)[name].default_dose
        if default is None:
            raise ProtocolError(f"drug {name!r} has no default dose; give one: {name}='20 nM'")
        chosen[name] = f"{default.nM:g} nM"
    duration_s = time_in_seconds(duration, what="duration")
    if not duration_s > 0:
        raise ProtocolError(f"duration: expected a time > 0, got {duration!r}")
    resting = {i.id: f"{i.value:g} {i.unit}" for i in network.inputs.values() if i.role != "drug"}
    return CompareSettings(
        drugs=chosen,
        variant=variant,
        inputs=resting | dict(inputs),
        duration_s=duration_s,
        method=method,
        cells=cells if method == "ssa" else 1,
        copy_scale=copy_scale if method == "ssa" else 1.0,
        seed=drawn_seed() if seed is None else seed,
        settle_s=time_in_seconds(settle, what="settle"),
        map_time_s=min(DAY_S, duration_s),
    )


def _arms(network: ReactionNetwork, settings: CompareSettings, combinations: Sequence[Sequence[str]]) -> list[Arm]:
    sets: list[dict[str, str]] = [{}] + [{name: dose} for name, dose in settings.drugs.items()]
    for names in combinations:
        ids = [find_drug(network.model, name).id for name in names]
        strays = [name for name in ids if name not in settings.drugs]
        if strays:
            raise ProtocolError(f"the combination names {strays[0]!r}, which is not among the drugs compared")
        sets.append({name: settings.drugs[name] for name in ids})
    arms = [
        arm_of(
            network,
            constant_protocol(
                variant=settings.variant, inputs=settings.inputs, given=given, duration=settings.duration_s
            ),
        )
        for given in sets
    ]
    check_distinct(arms)
    return arms


def _grid(times: Sequence[float | str], duration_s: float) -> FloatArray:
    grid = np.array(sorted({time_in_seconds(t, what="times") for t in times}))
    if grid.size == 0 or grid[0] < 0 or grid[-1] > duration_s:
        raise ProtocolError(f"times: expected times between 0 and the duration, {duration_s:g} s")
    return grid


def _class_labels(network: ReactionNetwork) -> dict[str, str]:
    from mtornet.graph.knowledge import load_knowledge

    return {row["id"]: row["label"] for row in load_knowledge(network.model)["classes"]}


def _with_all_drugs(network: ReactionNetwork, arms: Sequence[Arm]) -> ReactionNetwork:
    whole = network.with_variant(arms[0].protocol.variant)
    for arm in arms:
        for name in arm.protocol.drug_names(network):
            whole = with_drug(whole, find_drug(network.model, name))
    return whole


def _feedback(
    experiment: Experiment, arms: Sequence[Arm], readouts: tuple[str, ...]
) -> dict[tuple[str, str], list[ReleasedFeedback]]:
    found = {}
    for arm in arms:
        for readout in HEADLINE_READOUTS:
            if arm.drug != VEHICLE and readout in readouts:
                found[arm.condition, readout] = released_feedback(experiment, arm, readout)
    return found


def _feedback_table(
    network: ReactionNetwork, feedback: Mapping[tuple[str, str], list[ReleasedFeedback]]
) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {
            "condition": condition,
            "readout": readout,
            "feedback": f"{entry.arm.regulator} ⊣ {entry.arm.target}",
            "path": entry.path,
            "reactions": ";".join(entry.arm.reactions),
            "control": entry.control,
            "fold_with": entry.fold_with,
            "fold_without": entry.fold_without,
            "share_removed": entry.share_removed,
        }
        for (condition, readout), entries in feedback.items()
        for entry in entries
    ]
    columns = (
        "condition readout feedback path reactions control fold_with fold_without share_removed".split()
    )
    return pd.DataFrame(rows, columns=columns)


def _state_folds(network: ReactionNetwork, arms: Sequence[Arm], settings: CompareSettings) -> pd.DataFrame:
    """Return the fold change of every species at the map's time, by rate equations."""
    import pandas as pd

    whole = _with_all_drugs(network, arms)
    species = tuple(network.species)
    moment = np.array([settings.map_time_s])
    watching = Experiment(network=network, readouts=species, times=moment)
    vehicle = watching.deterministic(arms[0]).moments.mean[0]
    frames = []
    for arm in arms:
        amounts = watching.deterministic(arm).moments.mean[0]
        frames.append(
            pd.DataFrame(
                {"condition": arm.condition, "species": species, "fold_change": fold_over(amounts, vehicle)}
            )
        )
    assert set(species) <= set(whole.species)
    return pd.concat(frames, ignore_index=True)


def _dose_table(network: ReactionNetwork, settings: CompareSettings) -> pd.DataFrame:
    import pandas as pd

    known = drugs(network.model)
    rows = []
    for name, text in settings.drugs.items():
        dose, default = parse_dose(text), known[name].default_dose
        is_default = default is not None and dose == Dose(nM=default.nM)
        rows.append(
            {
                "drug": name,
                "dose_nM": dose.nM,
                "schedule": text,
                "why": default.why if is_default and default else "chosen for this run",
                "source": default.provenance.source if is_default and default else "",
                "confidence": default.provenance.confidence if is_default and default else "design",
            }
        )
    return pd.DataFrame(rows)


def _bars(network: ReactionNetwork, arm: Arm, end_s: float) -> list[tuple[float, float, float]]:
    bars = []
    for condition in arm.protocol.conditions:
        for dose in condition.doses(network).values():
            steps = [*dose.changes(0.0, end_s), (end_s, 0.0)]
            for (start, nM), (stop, _) in zip(steps, steps[1:], strict=False):
                if nM > 0:
                    bars.append((start, min(stop, end_s), nM))
    return bars


def _run_record(
    network: ReactionNetwork,
    settings: CompareSettings,
    started: str,
    population: Sequence[ArmResult],
    experiment: Experiment,
) -> dict[str, object]:
    statuses: dict[str, int] = {}
    for result in population:
        from mtornet.simulate.result import status_names

        for name in status_names(result.status):
            statuses[name] = statuses.get(name, 0) + 1
    rest = next(iter(experiment._rest.values()), None)
    return {
        "mtornet_version": package_version(),
        "model": network.model,
        "model_sha256": network.with_variant(settings.variant).sha256,
        "spec": {
            "verb": "compare",
            "drugs": dict(settings.drugs),
            "variant": settings.variant,
            "inputs": dict(settings.inputs),
            "duration_s": settings.duration_s,
            "settle_s": settings.settle_s,
        },
        "method": settings.method,
        "kisao": KISAO[settings.method],
        "algorithm": ALGORITHMS[settings.method],
        "seed": settings.seed,
        "copy_scale": settings.copy_scale,
        "n_cells": settings.cells,
        "cell_status": statuses,
        "events": int(sum(int(result.n_events.sum()) for result in population)),
        "steady_state_residual": None if rest is None else rest.residual,
        "slowest_relaxation_h": None if rest is None else rest.slowest_relaxation_s / 3600,
        "interrupted": bool(experiment.stop),
        "versions": versions(),
        "started": started,
        "finished": _now(),
        "outputs": [],
    }


