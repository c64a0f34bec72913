"""``schedule_search``: the schedule of a drug, or of two, that reaches a goal within bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.schedules.families import FAMILIES, Family, Givings, protocol_of
from mtornet.analysis.schedules.goal import Bound, Term, parse_bound, parse_term
from mtornet.analysis.summary import fold_over
from mtornet.analysis.times import default_times
from mtornet.errors import ProtocolError
from mtornet.experiment.arms import arm_of
from mtornet.experiment.condition import Condition
from mtornet.experiment.dose import Dose, parse_dose
from mtornet.experiment.drug import find_drug
from mtornet.experiment.execute import Experiment
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.problem import FloatArray
from mtornet.units import concentration_in_nM, time_in_seconds

if TYPE_CHECKING:
    import pandas as pd

POPULATION = 5
"""Candidates per number to choose, in a generation of differential evolution."""

REFUSED = 1e6
"""Loss of a schedule that passes a bound, to which the size of the passing is added (Deb 2000)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScheduleSearch:
    """What was tried, and the best schedule within the bounds."""

    goal: str
    bounds: tuple[str, ...]
    tried: pd.DataFrame
    """``family, schedule, <goal>, <each bounded term>, feasible, loss``, in the order of trial."""
    best: pd.DataFrame
    """The best feasible schedule of each family, best first."""
    courses: pd.DataFrame
    """Fold changes over vehicle under the best schedule of each family: ``family, readout, time_s, fold``."""
    seed: int


@dataclass(slots=True, kw_only=True)
class _Trials:
    experiment: Experiment
    condition: Condition
    goal: Term
    sign: float
    bounds: tuple[Bound, ...]
    end_s: float
    vehicle: FloatArray
    rows: list[dict[str, object]] = field(default_factory=list)
    courses: list[FloatArray] = field(default_factory=list)

    def loss(self, family: str, givings: Givings) -> float:
        """Run one schedule, note it, and return its loss."""
        if self.experiment.stop.is_set:
            raise KeyboardInterrupt
        network = self.experiment.network
        protocol = protocol_of(givings, self.condition, self.end_s)
        result = self.experiment.deterministic(arm_of(network, protocol))
        folds = fold_over(result.moments.mean, self.vehicle)
        by_name = {name: folds[:, i] for i, name in enumerate(self.experiment.readouts)}
        means = {drug: _mean_nM(at, dose, self.end_s) for drug, (at, dose) in givings.items()}
        terms = {bound.term.text: bound.term for bound in self.bounds}
        found = {text: term.value(self.experiment.times, by_name, means) for text, term in terms.items()}
        reached = self.goal.value(self.experiment.times, by_name, means)
        passing = sum(bound.violation(found[bound.term.text]) for bound in self.bounds)
        good = passing == 0.0 and np.isfinite(reached)
        loss = self.sign * reached if good else REFUSED + min(passing, REFUSED)
        words = "; ".join(
            f"{d} {dose}" + (f" from {at:g} h" if at else "") for d, (at, dose) in givings.items()
        )
        row = {"family": family, "schedule": words, self.goal.text: reached, **found}
        self.rows.append(row | {"feasible": bool(good), "loss": loss})
        self.courses.append(folds)
        return loss


def schedule_search(
    network: ReactionNetwork,
    drugs: Sequence[str],
    *,
    goal: str,
    subject_to: Sequence[str] = (),
    maximise: bool = False,
    doses: tuple[str, str] | Mapping[str, tuple[str, str]] = ("0.1 nM", "1 uM"),
    families: Sequence[str] | None = None,
    variant: str = "wild_type",
    context: str | None = None,
    inputs: Mapping[str, str] | None = None,
    duration: float | str = "7 d",
    trials: int = 40,
    seed: int = 0,
    stop: StopFlag | None = None,
) -> ScheduleSearch:
    """Search for the schedule that makes an outcome least (or greatest) within bounds.

    Each family of schedules is searched by differential evolution (Storn and Price 1997); a schedule within
    the bounds always beats one that is not.

    Parameters
    ----------
    drugs
        One drug, or two: together, and by turns.
    goal
        ``"mean of pX"``, ``"pX at 72 h"``, ``"exposure of DRUG"`` (mean concentration in nM) and so on.
    subject_to
        ``"peak of pY <= 1.5"``, ``"exposure <= 2"``.
    doses
        Lowest and highest concentration, for all drugs or by drug.
    families
        Among ``constant``, ``daily``, ``weekly``, ``intermittent``, ``alternating``; all that fit.
    trials
        Schedules of each family, about.

    Raises
    ------
    ProtocolError
        If the question makes no sense.
    KeyboardInterrupt
        If ``stop`` was set.
    """
    names = list(dict.fromkeys(find_drug(network.model, drug).id for drug in drugs))
    if not 1 <= len(names) <= 2 or trials < 4:
        raise ProtocolError(f"expected one or two drugs and at least 4 trials, got {len(names)} and {trials}")
    chosen = _families(families, len(names))
    ranges = [_range(doses, name) for name in names]
    end_s = time_in_seconds(duration, what="duration")
    known = [*network.readouts, *network.species]
    term = parse_term(goal, end_s=end_s, known=known, drugs=names)
    bounds = tuple(parse_bound(text, end_s=end_s, known=known, drugs=names) for text in subject_to)
    outcomes = [t.outcome for t in (term, *(bound.term for bound in bounds)) if t.outcome is not None]
    if not outcomes:
        raise ProtocolError("neither the goal nor a bound asks for a read-out; no drug at all would be best")
    condition = Condition(variant=variant, context=context, inputs=inputs or {})
    times = np.unique([*default_times(end_s), *(o.at_s for o in outcomes if o.at_s is not None)])
    experiment = Experiment(
        network=network,
        readouts=tuple(dict.fromkeys(outcome.readout for outcome in outcomes)),
        times=times,
        stop=StopFlag() if stop is None else stop,
    )
    vehicle = experiment.deterministic(arm_of(network, protocol_of({}, condition, end_s)))
    runs = _Trials(
        experiment=experiment,
        condition=condition,
        goal=term,
        sign=-1.0 if maximise else 1.0,
        bounds=bounds,
        end_s=end_s,
        vehicle=vehicle.moments.mean,
    )
    for family in chosen:
        _search(runs, family, names, ranges, trials, seed)
    return _answer(runs, goal=term.text, seed=seed)


def _search(
    runs: _Trials,
    family: Family,
    drugs: Sequence[str],
    ranges: Sequence[tuple[float, float]],
    trials: int,
    seed: int,
) -> None:
    from scipy.optimize import differential_evolution

    limits = [(np.log(low), np.log(high)) for low, high in ranges]
    limits += [(choice.low, choice.high) for choice in family.choices]
    whole = [False] * len(ranges) + [choice.whole for choice in family.choices]

    def loss(x: FloatArray) -> float:
        numbers = {c.name: float(v) for c, v in zip(family.choices, x[len(ranges) :], strict=True)}
        return runs.loss(family.name, family.given(drugs, list(np.exp(x[: len(ranges)])), numbers))

    members = max(POPULATION * len(limits), 5)
    differential_evolution(
        loss,
        limits,
        maxiter=max(trials // members - 1, 0),
        popsize=POPULATION,
        init="sobol",
        polish=False,
        tol=0.0,
        integrality=whole,
        seed=seed,
    )


def _answer(runs: _Trials, *, goal: str, seed: int) -> ScheduleSearch:
    import pandas as pd

    tried = pd.DataFrame(runs.rows)
    best = tried[tried["feasible"]].sort_values("loss", kind="stable").groupby("family", sort=False).head(1)
    frames = [
        pd.DataFrame(
            {"family": tried["family"][i], "readout": name, "time_s": runs.experiment.times, "fold": f}
        )
        for i in best.index
        for name, f in zip(runs.experiment.readouts, runs.courses[i].T, strict=True)
    ]
    empty = pd.DataFrame(columns=["family", "readout", "time_s", "fold"])
    return ScheduleSearch(
        goal=goal,
        bounds=tuple(bound.text for bound in runs.bounds),
        tried=tried,
        best=best.reset_index(drop=True),
        courses=pd.concat(frames, ignore_index=True) if frames else empty,
        seed=seed,
    )


def _mean_nM(start_h: float, dose: str, end_s: float) -> float:
    """Return the concentration of a drug in nM, meant over the whole experiment."""
    parsed = parse_dose(dose)
    assert isinstance(parsed, Dose)
    steps = [*parsed.changes(start_h * 3600.0, end_s), (end_s, 0.0)]
    area = sum(nM * (min(until, end_s) - at) for (at, nM), (until, _) in pairwise(steps) if at < end_s)
    return area / end_s


def _families(names: Sequence[str] | None, n_drugs: int) -> list[Family]:
    fitting = [family for family in FAMILIES.values() if family.n_drugs <= n_drugs]
    if names is None:
        return fitting
    for name in names:
        if name not in FAMILIES:
            raise unknown_name("family of schedules", name, FAMILIES)
        if FAMILIES[name] not in fitting:
            raise ProtocolError(f"{name} schedules need {FAMILIES[name].n_drugs} drugs, got {n_drugs}")
    return [FAMILIES[name] for name in names]


def _range(doses: tuple[str, str] | Mapping[str, tuple[str, str]], drug: str) -> tuple[float, float]:
    if isinstance(doses, Mapping) and drug not in doses:
        raise ProtocolError(f"no range of doses for {drug!r}")
    low, high = doses[drug] if isinstance(doses, Mapping) else doses
    ends = concentration_in_nM(low, what=f"dose of {drug}"), concentration_in_nM(high, what=f"dose of {drug}")
    if not 0 < ends[0] < ends[1]:
        raise ProtocolError(f"doses of {drug}: expected 0 < lowest < highest, got {low!r} and {high!r}")
    return ends
