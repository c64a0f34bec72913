"""What is done to which cells in a fact: ``+TSC x 0: sirolimus 20 nM + insulin 1 nM from insulin 0 nM``.

Cells are variants and contexts of the model and single edits (``k_irs_s6k x 0.1``, ``TSC = 0``), separated
by commas. Items of a treatment are drugs with doses and ligands with concentrations, joined by plus signs;
a dose may be a schedule (``20 nM for 6 h``), may begin later (``20 nM after 24 h``) or be a range
(``0.1..1000 nM``). ``from`` names the ligands under which the cells came to rest; ``none`` is no drug.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mtornet.errors import ProtocolError
from mtornet.experiment.dose import log_doses
from mtornet.units import concentration_in_nM, time_in_seconds

DOSES_PER_DECADE = 4

_ITEM = re.compile(r"(?P<name>[A-Za-z][\w.-]*)\s+(?P<amount>\S.*?)(?:\s+after\s+(?P<after>.+))?\Z")
_RANGE = re.compile(r"(?P<low>\S+)\s*\.\.\s*(?P<high>\S+)\s+(?P<unit>\w+)\Z")


@dataclass(frozen=True, slots=True)
class Item:
    """A drug or ligand, how much of it, and from when on (seconds)."""

    name: str
    amount: str
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Course:
    """One simulation: cells, how they rest, what they get."""

    cells: tuple[str, ...]
    rest: tuple[Item, ...]
    items: tuple[Item, ...]

    def only(self, *items: Item) -> Course:
        """Return the same cells under other items."""
        return Course(self.cells, self.rest, items)


@dataclass(frozen=True, slots=True)
class Arm:
    """A named arm of a fact: a course, or one per dose of a range."""

    course: Course
    doses: tuple[str, ...] = ()
    """Doses of the first item, if it names a range."""

    def at(self, dose: str) -> Course:
        """Return the course at one dose of the range."""
        first, *others = self.course.items
        return self.course.only(Item(first.name, dose, first.after_s), *others)


def parse_cells(text: str) -> tuple[str, ...]:
    """Return the parts of a description of cells."""
    return tuple(" ".join(part.split()) for part in text.split(",") if part.strip())


def parse_arms(text: str, cells: tuple[str, ...]) -> Mapping[str, Arm]:
    """Read ``name = treatment; name = treatment``.

    Raises
    ------
    ProtocolError
        With what was found and how to write it.
    """
    arms: dict[str, Arm] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, separator, treatment = (piece.strip() for piece in part.partition("="))
        if not (separator and name.isidentifier() and treatment):
            raise ProtocolError(f"arm {part!r}: write it like 'A = sirolimus 20 nM'")
        if name in arms:
            raise ProtocolError(f"arm {name!r} stands twice")
        arms[name] = _arm(treatment, cells)
    if not arms:
        raise ProtocolError("no arm is given; write one like 'A = sirolimus 20 nM'")
    return arms


def _arm(text: str, cells: tuple[str, ...]) -> Arm:
    place, separator, treatment = text.rpartition(":")
    if separator:
        added = parse_cells(place.strip().removeprefix("+"))
        cells = (*cells, *added) if place.strip().startswith("+") else added
    given, _, rest = treatment.strip().partition(" from ")
    items = () if given.strip() == "none" else tuple(_item(part) for part in given.split(" + "))
    course = Course(cells, tuple(_item(part) for part in rest.split(" + ")) if rest else (), items)
    ranged = [i for i, item in enumerate(items) if _RANGE.match(item.amount)]
    if not ranged:
        return Arm(course)
    if ranged != [0]:
        raise ProtocolError(f"arm {text!r}: a range of doses must stand first, and only once")
    match = _RANGE.match(items[0].amount)
    assert match is not None
    ends = f"{match['low']} {match['unit']}", f"{match['high']} {match['unit']}"
    first, last = (concentration_in_nM(end, what=f"arm {text!r}") for end in ends)
    if not 0 < first < last:
        raise ProtocolError(f"arm {text!r}: write a range of doses like '0.1..1000 nM'")
    return Arm(course, log_doses(*ends, round(DOSES_PER_DECADE * math.log10(last / first)) + 1))


def _item(text: str) -> Item:
    match = _ITEM.match(text.strip())
    if match is None:
        raise ProtocolError(f"cannot read {text.strip()!r}; write it like 'sirolimus 20 nM'")
    after = time_in_seconds(match["after"], what=f"{text.strip()!r}, after") if match["after"] else 0.0
    return Item(match["name"], match["amount"], after)
