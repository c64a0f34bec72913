"""Names in facts meet a network: which drugs, ligands, cells and read-outs are meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mtornet.analysis.facts.cells import CellEdit, edits_of
from mtornet.analysis.facts.treatment import Course, Item
from mtornet.errors import ProtocolError
from mtornet.experiment.dose import parse_dose
from mtornet.experiment.drug import find_drug
from mtornet.experiment.mechanisms import occupancy, with_drug
from mtornet.experiment.pk.drive import constants_of, driven
from mtornet.experiment.timeline import Given, drug_pieces, is_clinical
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.units import parse_quantity

Values = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundCourse:
    """A course in terms of the network."""

    edits: tuple[CellEdit, ...]
    rest: tuple[tuple[CellEdit, ...], Values]
    """What decides where the cells rest."""
    drugs: tuple[str, ...]
    binding: tuple[str, ...]
    """Those of the drugs that bring species of their own."""
    driven: tuple[str, ...]
    """Those that are dosed in mg, and follow a course through the body."""
    starts: tuple[float, ...]
    inputs: tuple[dict[str, float], ...]
    """Values in force from each start on."""


class Binder:
    """Resolves the names of courses on one network."""

    def __init__(self, network: ReactionNetwork) -> None:
        self.network = network
        self._ligands = [i.id for i in network.inputs.values() if i.role != "drug"]

    def check(self, course: Course, readout: str) -> None:
        """Refuse a course or read-out that the network does not know."""
        known = [*self.network.readouts, *self.network.species]
        if readout not in known:
            raise unknown_name("read-out", readout, known)
        self.bind(course, 1.0)

    def vehicle(self, course: Course) -> Course:
        """Return the same course without drugs."""
        return course.only(*(item for item in course.items if self._is_ligand(item)))

    def singles(self, course: Course) -> tuple[Course, ...]:
        """Return the courses with each drug alone."""
        return tuple(
            course.only(*(item for item in course.items if item is drug or self._is_ligand(item)))
            for drug in course.items
            if not self._is_ligand(drug)
        )

    def network_with(self, drugs: Iterable[str], driven_drugs: Iterable[str]) -> ReactionNetwork:
        """Return the network with drugs in it, some of which follow a course through the body."""
        network = self.network
        for name in dict.fromkeys(drugs):
            network = with_drug(network, find_drug(network.model, name))
        for name in driven_drugs:
            network = driven(network, name)
        return network

    def bind(self, course: Course, end: float) -> BoundCourse:
        """Resolve every name of a course that is looked at until ``end`` (seconds)."""
        edits = edits_of(self.network, course.cells)
        rest = tuple((item.name, self._concentration(item)) for item in course.rest) or tuple(
            (item.name, self._concentration(item))
            for item in course.items
            if self._is_ligand(item) and item.after_s == 0
        )
        changes: list[tuple[float, str, float]] = []
        given: dict[str, list[Given]] = {}
        for item in course.items:
            if self._is_ligand(item):
                changes.append((item.after_s, item.name, self._concentration(item)))
                continue
            drug = find_drug(self.network.model, item.name)
            dose = parse_dose(item.amount, what=f"dose of {item.name}")
            given.setdefault(drug.id, []).append(Given(at_s=item.after_s, dose=dose))
        for name, doses in given.items():
            changes += self._changes(name, doses, end)
        starts = tuple(sorted({0.0, *(t for t, _, _ in changes)}))
        values = dict(rest)
        stretches: list[dict[str, float]] = []
        for start in starts:
            values.update({name: value for t, name, value in changes if t == start})
            stretches.append(dict(values))
        return BoundCourse(
            edits=edits,
            rest=(edits, rest),
            drugs=tuple(given),
            binding=tuple(sorted(name for name in given if self._binds(name))),
            driven=tuple(sorted(name for name, doses in given.items() if is_clinical(doses))),
            starts=starts,
            inputs=tuple(stretches),
        )

    def _changes(self, drug: str, doses: list[Given], end: float) -> list[tuple[float, str, float]]:
        in_order = tuple(sorted(doses, key=lambda step: step.at_s))
        pieces = drug_pieces(self.network.model, drug, in_order, end=max(end, in_order[-1].at_s + 1.0))
        if not is_clinical(doses):
            return [(piece.start, drug, piece.level) for piece in pieces]
        return [
            (piece.start, name, value)
            for piece in pieces
            for name, value in constants_of(drug, piece).items()
        ]

    def _is_ligand(self, item: Item) -> bool:
        return item.name in self._ligands

    def _binds(self, name: str) -> bool:
        targets = find_drug(self.network.model, name).targets
        return any(target.mechanism != occupancy.NAME for target in targets)

    def _concentration(self, item: Item) -> float:
        if not self._is_ligand(item):
            raise unknown_name("ligand", item.name, self._ligands)
        value = parse_quantity(
            item.amount, like=self.network.inputs[item.name].unit, what=f"input {item.name}"
        )
        if value < 0:
            raise ProtocolError(f"input {item.name}: expected a concentration >= 0, got {item.amount!r}")
        return value
