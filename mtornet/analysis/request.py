"""What a comparison is asked for, and the same with every default filled in and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mtornet.analysis import defaults
from mtornet.analysis.times import default_times, responder_time, time_grid
from mtornet.errors import ProtocolError
from mtornet.experiment.abundances import parse_extrinsic, variabilities
from mtornet.experiment.arms import Arm, arm_of, check_distinct, constant_protocol
from mtornet.experiment.dose import AnyDose, parse_dose
from mtornet.experiment.drug import drugs, find_drug
from mtornet.experiment.execute import Experiment, check_readouts
from mtornet.experiment.population import Population
from mtornet.network.library import load_model
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.methods.catalogue import STOCHASTIC, check_experiment_method
from mtornet.simulation.seeds import drawn_seed
from mtornet.units import time_in_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRequest:
    """What was asked for; see :func:`mtornet.compare` for the meaning of each field."""

    drug_names: Sequence[str] = defaults.DRUGS
    network: ReactionNetwork | None = None
    doses: Mapping[str, str | AnyDose] = field(default_factory=dict)
    combinations: Sequence[Sequence[str]] = ()
    variant: str = "wild_type"
    context: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    duration: float | str = defaults.DURATION
    times: Sequence[float | str] | None = None
    readouts: Sequence[str] | None = None
    method: str | None = None
    cells: int = defaults.CELLS
    extrinsic: float | str | None = None
    copy_scale: float | None = None
    settle: float | str = defaults.SETTLE
    seed: int | None = defaults.SEED


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareSettings:
    """What will be done, every default filled in."""

    drugs: Mapping[str, str]
    variant: str
    context: str
    """Kind of cell; empty for a model without contexts."""
    inputs: Mapping[str, str]
    duration_s: float
    method: str
    cells: int
    extrinsic: float | str | None
    """How much the abundances of cells differ: ``"table"``, a coefficient of variation, or not at all."""
    copy_scale: float
    seed: int
    settle_s: float
    map_time_s: float
    """When the fold changes of the network map and the responders are taken."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """A comparison that has been checked and can be carried out."""

    experiment: Experiment
    settings: CompareSettings
    arms: tuple[Arm, ...]


def prepared(request: CompareRequest) -> Prepared:
    """Check everything a comparison was asked for, without simulating.

    Raises
    ------
    MtorNetError
        For the first name, unit, dose or time that makes no sense.
    """
    network = request.network if request.network is not None else load_model()
    if request.context is not None:
        # Here, so that the ligands of the cell are the ones that the settings show.
        network = network.with_context(request.context)
    settings = _settings(network, request)
    arms = _arms(network, settings, request.combinations)
    end = settings.duration_s
    grid = default_times(end) if request.times is None else time_grid(request.times, end)
    experiment = Experiment(network=network, readouts=check_readouts(network, request.readouts), times=grid)
    for arm in arms:
        experiment.check(arm)
    if settings.method in STOCHASTIC:
        # Only for its checks: a mistake shows before anything runs, and in a dry run too.
        Population(
            cells=settings.cells,
            seed=settings.seed,
            copy_scale=settings.copy_scale,
            settle_s=settings.settle_s,
            method=settings.method,
        )
    return Prepared(experiment=experiment, settings=settings, arms=tuple(arms))


def _settings(network: ReactionNetwork, request: CompareRequest) -> CompareSettings:
    method = defaults.method(request.method, request.copy_scale)
    check_experiment_method(method)
    duration_s = time_in_seconds(request.duration, what="duration")
    if not duration_s > 0:
        raise ProtocolError(f"duration: expected a time > 0, got {request.duration!r}")
    resting = {i.id: f"{i.value:g} {i.unit}" for i in network.inputs.values() if i.role == "ligand"}
    stochastic = method in STOCHASTIC
    extrinsic = parse_extrinsic(request.extrinsic)
    if extrinsic is not None and not variabilities(network.model):
        raise ProtocolError(f"extrinsic: model {network.model!r} has no population.tsv")
    return CompareSettings(
        drugs=_doses(network, request),
        variant=request.variant,
        context=network.context,
        inputs=resting | dict(request.inputs),
        duration_s=duration_s,
        method=method,
        cells=request.cells if stochastic or extrinsic is not None else 1,
        extrinsic=extrinsic,
        copy_scale=defaults.copy_scale(method, request.copy_scale),
        seed=drawn_seed() if request.seed is None else request.seed,
        settle_s=time_in_seconds(request.settle, what="settle"),
        map_time_s=responder_time(duration_s),
    )


def _doses(network: ReactionNetwork, request: CompareRequest) -> dict[str, str]:
    wanted = dict.fromkeys(find_drug(network.model, name).id for name in request.drug_names)
    given: dict[str, AnyDose] = {}
    for name, dose in request.doses.items():
        drug = find_drug(network.model, name).id
        if drug in given:
            raise ProtocolError(f"drug {drug!r} is given two doses ({name!r} is the same drug)")
        given[drug] = parse_dose(dose, what=f"dose of {name}")
    for name in given:
        if name not in wanted:
            raise ProtocolError(f"a dose is given for {name!r}, which is not among the drugs compared")
    chosen: dict[str, str] = {}
    for name in wanted:
        default = drugs(network.model)[name].default_dose
        if name in given:
            chosen[name] = str(given[name])
        elif default is not None:
            chosen[name] = f"{default.nM:g} nM"
        else:
            raise ProtocolError(f"drug {name!r} has no default dose; give one, for example {name}='20 nM'")
    return chosen


def _arms(
    network: ReactionNetwork, settings: CompareSettings, combinations: Sequence[Sequence[str]]
) -> list[Arm]:
    sets: list[dict[str, str]] = [{}] + [{name: dose} for name, dose in settings.drugs.items()]
    for names in combinations:
        ids = [find_drug(network.model, name).id for name in names]
        for name in ids:
            if name not in settings.drugs:
                raise ProtocolError(f"the combination names {name!r}, which is not among the drugs compared")
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
