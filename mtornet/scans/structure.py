"""One structure of a scan: the cells, drugs and options that points with the same choices share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from mtornet.errors import ProtocolError
from mtornet.experiment.arms import Arm
from mtornet.experiment.condition import Condition
from mtornet.experiment.dose import AnyDose, Dose
from mtornet.experiment.drug import VEHICLE, drugs, find_drug
from mtornet.experiment.execute import Experiment
from mtornet.experiment.mechanisms import with_drug
from mtornet.experiment.pk.drive import driven
from mtornet.experiment.points import Points
from mtornet.experiment.protocol import Protocol
from mtornet.network.library import load_model
from mtornet.network.network import ReactionNetwork
from mtornet.scans.axes import Column, Coordinates
from mtornet.scans.targets import Target
from mtornet.simulation.methods.catalogue import STOCHASTIC
from mtornet.simulation.methods.ode_options import OdeOptions
from mtornet.simulation.problem import FloatArray

if TYPE_CHECKING:
    from mtornet.scans.plan import Plan

Choices = tuple[float, ...]
"""Codes and numbers of the columns that decide the structure, in their order."""


def structural(plan: Plan) -> tuple[Column, ...]:
    """Return the columns whose values need another network, protocol or method."""
    return tuple(c for c in plan.columns if c.is_choice or c.target.kind == "method")


def times_of(plan: Plan) -> tuple[Column, ...]:
    """Return the columns that move doses in time."""
    return tuple(c for c in plan.columns if c.target.kind == "schedule")


@dataclass(frozen=True, kw_only=True, eq=False)
class Structure:
    """What points with the same choices share."""

    plan: Plan
    choices: Choices
    before: ReactionNetwork
    """The cells without drugs."""
    after: ReactionNetwork
    """The cells with every drug of these points."""
    doses: Mapping[str, AnyDose]
    """By drug; where the concentration varies, it is 1 nM here."""
    options: Mapping[str, Any]
    drug_classes: tuple[str, ...]

    @cached_property
    def experiment(self) -> Experiment:
        """The experiment on these cells, with rate equations."""
        settings = self.plan.settings
        options = OdeOptions(**self.options) if settings.method == "ode" else OdeOptions()
        return Experiment(
            network=self.before,
            readouts=settings.readouts,
            times=settings.grid,
            ode_options=options,
            made=(self.before, self.after),
        )

    def population_options(self) -> Any:
        """Return the options of a stochastic method."""
        return STOCHASTIC[self.plan.settings.method].options(**self.options)

    def arm(self, times: Mapping[str, float], *, doses: Mapping[str, AnyDose] | None = None) -> Arm:
        """Return the arm whose doses are given at some times.

        Parameters
        ----------
        times
            Values of the columns that move doses, by target.
        doses
            By drug; the structure's own if not given.
        """
        protocol = self._empty()
        for name, dose in (self.doses if doses is None else doses).items():
            start = times.get(f"{name}.start", 0.0)
            if isinstance(dose, Dose):
                hold = times.get(f"{name}.hold", dose.hold_s)
                dose = replace(dose, hold_s=hold, every_s=times.get(f"{name}.every", dose.every_s))
            protocol = protocol.apply(Condition(drugs={name: dose}), at=start)
        return self._arm(protocol)

    def vehicle(self) -> Arm:
        """Return the same cells without drugs."""
        return self._arm(self._empty())

    def _empty(self) -> Protocol:
        settings = self.plan.settings
        protocol = Protocol().settle() if settings.settles else Protocol()
        network = self.plan.network
        inputs = {name: f"{value!r} {network.inputs[name].unit}" for name, value in settings.inputs.items()}
        return protocol.apply(Condition(inputs=inputs)).until(settings.duration_s)

    def _arm(self, protocol: Protocol) -> Arm:
        return Arm(condition="", drug="", drug_class="", dose_nM=np.nan, protocol=protocol)

    @property
    def drug(self) -> str:
        """The drugs of these points, for tables."""
        return "+".join(self.doses) or VEHICLE

    def points(self, coordinates: Coordinates) -> Points:
        """Return what differs from the networks at some points; multiples become values."""
        settings, n = self.plan.settings, len(coordinates)
        parameters = {name: np.full(n, value) for name, value in settings.parameters.items()}
        amounts = {name: np.full(n, value) for name, value in settings.amounts.items()}
        doses: dict[str, FloatArray] = {}
        for column in self.plan.columns:
            kind, name = column.target.kind, column.target.name
            if column.is_choice or kind in ("schedule", "method"):
                continue
            values = self.absolute(column, coordinates)
            if kind == "drug":
                doses[name] = values
            elif kind == "amount":
                amounts[name] = values
            else:
                parameters[name] = values
        return Points(parameters=parameters, amounts=amounts, doses=doses, n_points=n)

    def absolute(self, column: Column, coordinates: Coordinates) -> FloatArray:
        """Return the values of a column, multiples multiplied out."""
        values = coordinates.values[column.name]
        return values * self._base(column) if column.relative else values

    def _base(self, column: Column) -> float:
        kind, name, settings = column.target.kind, column.target.name, self.plan.settings
        if kind == "drug":
            dose = settings.drugs[name]
            return dose.nM if isinstance(dose, Dose) else np.nan
        if kind == "amount":
            return self.after.species[name].initial
        if kind == "input":
            return settings.inputs.get(name, self.after.inputs[name].value)
        return self.after.parameters[name].value


@dataclass(slots=True, kw_only=True)
class _Chosen:
    """What the choices of some points come to."""

    variant: str
    context: str | None
    doses: dict[str, AnyDose]
    options: dict[str, Any]
    off: list[str]
    """Modules that are left out."""

    def take(self, target: Target, value: Any, plan: Plan) -> None:
        """Put one choice into effect."""
        if target.kind == "method":
            self.options[target.name] = _as_option(plan, target.name, value)
        elif target.kind == "module":
            self.off += [] if value else [target.name]
        elif target.kind == "drug":
            self.doses[target.name] = value
        elif target.name == "drug":
            self.doses |= value
        elif target.name == "variant":
            self.variant = value
        else:
            self.context = value


def build(plan: Plan, choices: Choices) -> Structure:
    """Build the networks of some choices.

    Raises
    ------
    MtorNetError
        If they do not go together: a genotype that edits a module which is off.
    """
    settings, base = plan.settings, plan.network
    chosen = _Chosen(
        variant=settings.variant,
        context=settings.context,
        doses=dict(settings.drugs),
        options=dict(settings.options),
        off=[],
    )
    for column, code in zip(structural(plan), choices, strict=True):
        chosen.take(column.target, column.choices[int(code)] if column.is_choice else code, plan)
    for column in plan.columns:
        if column.target.kind == "drug" and not column.is_choice:
            # A fixed schedule keeps its times; only the concentration varies.
            kept = settings.drugs.get(column.target.name)
            fixed = kept if isinstance(kept, Dose) else Dose(nM=1.0)
            chosen.doses[column.target.name] = replace(fixed, nM=1.0)
    if chosen.off:
        base = load_model(base.model, [name for name in settings.modules if name not in chosen.off])
    cells = base if chosen.context is None else base.with_context(chosen.context)
    before = after = cells.with_variant(chosen.variant)
    for name in chosen.doses:
        after = with_drug(after, find_drug(after.model, name))
    for name, dose in chosen.doses.items():
        # A drug given to a patient has a concentration that moves.
        after = after if isinstance(dose, Dose) else driven(after, name)
    known = drugs(after.model) if chosen.doses else {}
    return Structure(
        plan=plan,
        choices=choices,
        before=before,
        after=after,
        doses=chosen.doses,
        options=chosen.options,
        drug_classes=tuple(dict.fromkeys(known[name].drug_class for name in chosen.doses)),
    )


def _as_option(plan: Plan, name: str, value: Any) -> Any:
    """Return a method's option as the type of its default: a whole number stays one."""
    kind = OdeOptions if plan.settings.method == "ode" else STOCHASTIC[plan.settings.method].options
    default = getattr(kind(), name)
    if isinstance(default, int) and not isinstance(default, bool):
        if value != int(value):
            raise ProtocolError(f"method.{name}: expected a whole number, found {value!r}")
        return int(value)
    return value
