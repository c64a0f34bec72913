"""``resistance``: what defeats a drug, through which feedback, and what would stop it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtornet.analysis import defaults
from mtornet.analysis.findings import AKT_SITES
from mtornet.analysis.released_loops import Explanation, explain
from mtornet.analysis.resistance.clones import Clones, clonal_selection, competitors
from mtornet.analysis.resistance.clouds import Cloud, parameter_cloud
from mtornet.analysis.resistance.counter import Counter, counter_strategies
from mtornet.analysis.resistance.rates import has_growth
from mtornet.analysis.resistance.reversible import Reversal, reversible_resistance
from mtornet.analysis.resistance.scan import saturation_scan, shifted_genotypes
from mtornet.analysis.resistance.settings import ResistanceRequest, Settings, settings_of
from mtornet.analysis.resistance.states import slow_states
from mtornet.analysis.resistance.words import loop_table, sentences
from mtornet.analysis.times import default_times
from mtornet.experiment.dose import Dose
from mtornet.experiment.execute import Experiment
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import package_version, versions
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods import ode
from mtornet.simulation.progress import Progress, Silent

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resistance:
    """Everything one exploration found; figures and report are drawn from it."""

    settings: Settings
    scan: pd.DataFrame
    loops: Mapping[str, Explanation]
    """By read-out; those that do not climb are not there."""
    loop_table: pd.DataFrame
    counter: Counter
    cloud: Cloud
    clones: Clones | None
    """None for a model that does not know how fast its cells grow."""
    reversals: tuple[Reversal, ...]
    sentences: tuple[str, ...]
    run: dict[str, object]


def resistance(
    drug: str = defaults.DRUGS[0],
    *,
    dose: str | Dose | None = None,
    network: ReactionNetwork | None = None,
    against: Sequence[str] = (),
    variant: str = "wild_type",
    context: str | None = None,
    inputs: Mapping[str, str] | None = None,
    duration: float | str = defaults.DURATION,
    draws: int = 512,
    sets: int = 12,
    seed: int | None = defaults.SEED,
    jobs: int | None = None,
    progress: Progress | None = None,
    stop: StopFlag | None = None,
) -> Resistance:
    """Explore what defeats a drug.

    Parameters
    ----------
    drug
        Id or alias of the drug explored.
    dose
        Its default dose in the tables if not given.
    network
        The model, without drugs; the shipped ``mtor`` model if not given.
    against
        Drugs that stand for the other classes in the scan; one of each class if not given.
    draws
        Cells drawn within the bounds of all parameters.
    sets
        Jittered parameter sets that tell how sure rankings and synergies are.

    Returns
    -------
    Resistance
        ``.scan`` ranks edits, ``.loops`` explains the rebound, ``.counter`` what stops it, ``.cloud``
        classifies drawn cells, ``.reversals`` and ``.clones`` follow populations; ``.sentences`` say it.
    """
    request = ResistanceRequest(
        drug=drug,
        dose=dose,
        network=network,
        against=against,
        variant=variant,
        context=context,
        inputs=inputs or {},
        duration=duration,
        draws=draws,
        sets=sets,
        seed=seed,
        jobs=jobs,
    )
    return explore(request, progress=progress, stop=stop)


def explore(
    request: ResistanceRequest, *, progress: Progress | None = None, stop: StopFlag | None = None
) -> Resistance:
    """Carry out an exploration; see :func:`resistance`.

    Raises
    ------
    KeyboardInterrupt
        If ``stop`` was set before all was done.
    """
    started = _now()
    settings = settings_of(request)
    shown, flag = progress or Silent(), StopFlag() if stop is None else stop
    scan = saturation_scan(settings, progress=shown, stop=flag)
    loops = explanation(settings)
    counter = counter_strategies(settings, progress=shown, stop=flag)
    cloud = parameter_cloud(settings, progress=shown, stop=flag)
    clones, reversals = None, []
    if has_growth(settings.network):
        # Drugs on which no genotype can be seen to bear select nothing but growth itself.
        tell = {drug for shifts in shifted_genotypes(scan).values() for drug in shifts} | {settings.drug}
        selecting = [name for name in settings.doses if name in tell]
        clones = clonal_selection(settings, competitors(scan), selecting, progress=shown, stop=flag)
        for state in slow_states(settings.network.model).values():
            reversals.append(reversible_resistance(settings, state, progress=shown, stop=flag))
    return Resistance(
        settings=settings,
        scan=scan,
        loops=loops,
        loop_table=loop_table(loops),
        counter=counter,
        cloud=cloud,
        clones=clones,
        reversals=tuple(reversals),
        sentences=sentences(settings, scan, loops, counter, cloud, clones, reversals),
        run=_run_record(settings, started),
    )


def explanation(settings: Settings) -> dict[str, Explanation]:
    """Return which released feedback carries the climb of each AKT site."""
    sites = [name for name in AKT_SITES if name in settings.readouts]
    experiment = Experiment(
        network=settings.network, readouts=tuple(sites), times=default_times(settings.duration_s)
    )
    return explain(experiment, settings.main, sites)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _run_record(settings: Settings, started: str) -> dict[str, object]:
    return {
        "mtornet_version": package_version(),
        "model": settings.network.model,
        "model_sha256": settings.network.sha256,
        "spec": {
            "verb": "resist",
            "drug": settings.drug,
            "doses": dict(settings.doses),
            "variant": settings.variant,
            "context": settings.context,
            "inputs": dict(settings.inputs),
            "duration_s": settings.duration_s,
            "draws": settings.draws,
            "sets": settings.sets,
        },
        "method": "ode",
        "kisao": ode.KISAO,
        "algorithm": f"{ode.ALGORITHM}; populations: exact birth-death sampling and exact SSA",
        "seed": settings.seed,
        "copy_scale": 1.0,
        "n_cells": 1,
        "versions": versions(),
        "started": started,
        "finished": _now(),
        "outputs": [],
    }
