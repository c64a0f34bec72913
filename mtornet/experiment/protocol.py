"""A protocol: what happens to the cells, in order of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mtornet.errors import ProtocolError
from mtornet.experiment.condition import Condition, without_drugs
from mtornet.experiment.dose import Dose
from mtornet.experiment.drug import find_drug
from mtornet.experiment.pk.drive import constants_of
from mtornet.experiment.timeline import Given, drug_pieces, is_clinical
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.units import time_in_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """Bring the cells to rest before time 0, under these ligands or those of the first condition."""

    inputs: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """Set ligands and give drugs from a time on."""

    at_s: float
    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Wash:
    """Take a drug out of the medium."""

    at_s: float
    drug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """Steps in time; every method returns a new protocol.

    Examples
    --------
    >>> import mtornet as mt
    >>> treated = mt.Condition(drugs={"everolimus": "20 nM"}, inputs={"insulin": "1 nM"})
    >>> protocol = mt.Protocol().settle().apply(treated, at="0 h").wash("everolimus", at="48 h").until("72 h")
    >>> protocol.end_s
    259200.0
    """

    before: Settle | None = None
    steps: tuple[Apply | Wash, ...] = field(default=())
    end_s: float | None = None

    def settle(self, *, inputs: Mapping[str, str] | None = None) -> Protocol:
        """Start from cells at rest; without it they start from the network's initial amounts."""
        return replace(self, before=Settle(inputs=None if inputs is None else dict(inputs)))

    def apply(self, condition: Condition, *, at: float | str = 0.0) -> Protocol:
        """Put the cells under a condition from ``at`` on; drugs given before and not named stay."""
        return self._with(Apply(at_s=time_in_seconds(at, what="apply at"), condition=condition))

    def wash(self, drug: str, *, at: float | str) -> Protocol:
        """Take a drug out of the medium at ``at``."""
        return self._with(Wash(at_s=time_in_seconds(at, what="wash at"), drug=drug))

    def until(self, end: float | str) -> Protocol:
        """End at ``end``."""
        return replace(self, end_s=time_in_seconds(end, what="until"))

    def _with(self, step: Apply | Wash) -> Protocol:
        if step.at_s < 0:
            raise ProtocolError(
                f"a step at {step.at_s:g} s lies before time 0; use settle() for what comes before"
            )
        return replace(self, steps=(*self.steps, step))

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions applied, in order."""
        return tuple(step.condition for step in self.steps if isinstance(step, Apply))

    @property
    def variant(self) -> str:
        """The genotype of the cells, one for the whole protocol."""
        names = list(dict.fromkeys(condition.variant for condition in self.conditions))
        if len(names) > 1:
            raise ProtocolError(f"cells keep their genotype, but the protocol names {' and '.join(names)}")
        return names[0] if names else "wild_type"

    @property
    def context(self) -> str | None:
        """The kind of cell, one for the whole protocol; None for the network's own."""
        names = list(dict.fromkeys(condition.context for condition in self.conditions if condition.context))
        if len(names) > 1:
            raise ProtocolError(f"cells stay what they are, but the protocol names {' and '.join(names)}")
        return names[0] if names else None

    def cells_of(self, network: ReactionNetwork) -> ReactionNetwork:
        """Return the network of the protocol's cells: its context, then its genotype."""
        if self.context is not None:
            network = network.with_context(self.context)
        return network.with_variant(self.variant)

    def drug_names(self, network: ReactionNetwork) -> tuple[str, ...]:
        """Return the ids of the drugs that the protocol gives, in order."""
        names = [name for condition in self.conditions for name in condition.doses(network)]
        return tuple(dict.fromkeys(names))

    def courses(self, network: ReactionNetwork) -> dict[str, tuple[Given, ...]]:
        """Return what is done to each drug that is ever dosed in mg, in order of time."""
        return {name: given for name, given in self.given(network).items() if is_clinical(given)}

    def given(self, network: ReactionNetwork) -> dict[str, tuple[Given, ...]]:
        """Return what is done to each drug, in order of time."""
        found: dict[str, list[Given]] = {name: [] for name in self.drug_names(network)}
        for step in sorted(self.steps, key=lambda step: step.at_s):
            if isinstance(step, Wash):
                found[self._washed_name(network, step)].append(Given(at_s=step.at_s, dose=None))
            else:
                for name, dose in step.condition.doses(network).items():
                    found[name].append(Given(at_s=step.at_s, dose=dose))
        return {name: tuple(given) for name, given in found.items()}

    def vehicle(self) -> Protocol:
        """Return the same protocol without drugs."""
        kept = tuple(
            Apply(at_s=step.at_s, condition=without_drugs(step.condition))
            for step in self.steps
            if isinstance(step, Apply)
        )
        return replace(self, steps=kept)

    def settle_inputs(self, network: ReactionNetwork) -> dict[str, float]:
        """Return the ligands under which the cells come to rest."""
        if self.before is not None and self.before.inputs is not None:
            return Condition(inputs=self.before.inputs).input_values(network)
        return self.conditions[0].input_values(network) if self.conditions else {}

    def stretches(self, network: ReactionNetwork) -> list[tuple[float, dict[str, float]]]:
        """Return ``(start in seconds, values of inputs)`` for each stretch between changes.

        Raises
        ------
        ProtocolError
            If there is no end, a step lies after it, or a drug is washed that was never given.
        """
        if self.end_s is None:
            raise ProtocolError("the protocol has no end; add .until('72 h')")
        if not self.end_s > 0:
            raise ProtocolError(f"the protocol ends at {self.end_s:g} s; expected a time after 0")
        values: dict[str, float] = self.settle_inputs(network)
        stretches: list[tuple[float, dict[str, float]]] = [(0.0, dict(values))]
        for time, _, changed in sorted(self._changes(network, self.end_s), key=lambda change: change[:2]):
            if time >= self.end_s:
                continue
            values.update(changed)
            if time == stretches[-1][0]:
                stretches[-1] = (time, dict(values))
            else:
                stretches.append((time, dict(values)))
        return stretches

    def _changes(self, network: ReactionNetwork, end_s: float) -> list[Change]:
        """Return what changes when, in no order."""
        courses = self.courses(network)
        changes: list[Change] = []
        for order, step in enumerate(sorted(self.steps, key=lambda step: step.at_s)):
            if step.at_s > end_s:
                raise ProtocolError(f"a step at {step.at_s:g} s lies after the end at {end_s:g} s")
            if isinstance(step, Apply):
                changes = _applied(network, changes, step, order, end_s, courses)
            elif (name := self._washed_name(network, step)) not in courses:
                changes = _washed(changes, step.at_s, name, order)
        for name, given in courses.items():
            pieces = drug_pieces(network.model, name, given, end=end_s)
            changes += [(piece.start, len(self.steps), constants_of(name, piece)) for piece in pieces]
        return changes

    def _washed_name(self, network: ReactionNetwork, step: Wash) -> str:
        name = find_drug(network.model, step.drug).id
        given = self.drug_names(network)
        if name not in given:
            raise unknown_name("drug of this protocol", step.drug, given)
        return name


Change = tuple[float, int, dict[str, float]]
"""Time, order of the step it comes from, and new values of inputs."""


def _applied(
    network: ReactionNetwork,
    changes: list[Change],
    step: Apply,
    order: int,
    end_s: float,
    courses: Mapping[str, object],
) -> list[Change]:
    changes = [*changes, (step.at_s, order, step.condition.input_values(network))]
    for name, dose in step.condition.doses(network).items():
        if name in courses or not isinstance(dose, Dose):
            continue
        # A new dose replaces what is left of an earlier schedule of the same drug.
        changes = [c for c in changes if not (name in c[2] and c[0] >= step.at_s)]
        changes += [(time, order, {name: nM}) for time, nM in dose.changes(step.at_s, end_s)]
    return changes


def _washed(changes: list[Change], at_s: float, name: str, order: int) -> list[Change]:
    kept = [c for c in changes if not (name in c[2] and c[0] > at_s)]
    return [*kept, (at_s, order, {name: 0.0})]
