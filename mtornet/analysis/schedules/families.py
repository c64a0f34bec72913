"""Families of schedules, each with a few numbers to choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mtornet.experiment.condition import Condition
from mtornet.experiment.protocol import Protocol

Numbers = Mapping[str, float]
Givings = dict[str, tuple[float, str]]
"""By drug: when it begins, in hours, and its dose in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A number to choose between two bounds."""

    name: str
    low: float
    high: float
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Schedules of one form."""

    name: str
    n_drugs: int
    choices: tuple[Choice, ...]
    """Beside the dose of each drug."""
    given: Callable[[Sequence[str], Sequence[float], Numbers], Givings]
    """Drugs, their doses in nM, and the numbers chosen."""


def _constant(drugs: Sequence[str], doses: Sequence[float], _numbers: Numbers) -> Givings:
    return {drug: (0.0, f"{dose:.4g} nM") for drug, dose in zip(drugs, doses, strict=True)}


def _every(period_h: float) -> Callable[[Sequence[str], Sequence[float], Numbers], Givings]:
    def given(drugs: Sequence[str], doses: Sequence[float], numbers: Numbers) -> Givings:
        held = f"for {numbers['hours']:.4g} h every {period_h:g} h"
        return {drug: (0.0, f"{dose:.4g} nM {held}") for drug, dose in zip(drugs, doses, strict=True)}

    return given


def _intermittent(drugs: Sequence[str], doses: Sequence[float], numbers: Numbers) -> Givings:
    on, off = numbers["days_on"], numbers["days_off"]
    held = f"for {24 * on:g} h every {24 * (on + off):g} h"
    return {drug: (0.0, f"{dose:.4g} nM {held}") for drug, dose in zip(drugs, doses, strict=True)}


def _alternating(drugs: Sequence[str], doses: Sequence[float], numbers: Numbers) -> Givings:
    hours = 24 * numbers["days_each"]
    held = f"for {hours:g} h every {2 * hours:g} h"
    return {
        drug: (i * hours, f"{dose:.4g} nM {held}")
        for i, (drug, dose) in enumerate(zip(drugs, doses, strict=True))
    }


_DAYS_ON, _DAYS_OFF = (Choice(name=name, low=1, high=6, whole=True) for name in ("days_on", "days_off"))

FAMILIES = {
    family.name: family
    for family in (
        Family(name="constant", n_drugs=1, choices=(), given=_constant),
        Family(
            name="daily", n_drugs=1, choices=(Choice(name="hours", low=1.0, high=23.0),), given=_every(24.0)
        ),
        Family(
            name="weekly",
            n_drugs=1,
            choices=(Choice(name="hours", low=4.0, high=160.0),),
            given=_every(168.0),
        ),
        Family(name="intermittent", n_drugs=1, choices=(_DAYS_ON, _DAYS_OFF), given=_intermittent),
        Family(
            name="alternating",
            n_drugs=2,
            choices=(Choice(name="days_each", low=1, high=7, whole=True),),
            given=_alternating,
        ),
    )
}


def protocol_of(givings: Givings, condition: Condition, end_s: float) -> Protocol:
    """Return settled cells under the condition's ligands that get the drugs at their times."""
    protocol = Protocol().settle()
    starts = sorted({start for start, _ in givings.values()} | {0.0})
    for start in starts:
        drugs = {drug: dose for drug, (begins, dose) in givings.items() if begins == start}
        if start * 3600.0 < end_s:
            step = Condition(
                variant=condition.variant, context=condition.context, inputs=condition.inputs, drugs=drugs
            )
            protocol = protocol.apply(step, at=start * 3600.0)
    return protocol.until(end_s)
