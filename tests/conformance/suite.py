"""The semantic suite: what a case asks for, and what an independent solution of the network we read gives."""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from mtornet.expression import Expression, Symbol
from mtornet.network.network import ReactionNetwork
from mtornet.network.ratelaws import full_rate
from mtornet.sbml.mathml import RESERVED
from tests.verification.reference.continuous import solve_with_events
from tests.verification.reference.events import places
from tests.verification.reference.python_formulas import python_function

FloatArray = NDArray[np.float64]
Solver = Callable[[ReactionNetwork, FloatArray], FloatArray]


def settings_of(case: Path) -> dict[str, str]:
    lines = (case / f"{case.name}-settings.txt").read_text(encoding="utf-8").splitlines()
    return {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines) if key.strip()
    }


def names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [{k.strip(): v for k, v in row.items() if k} for row in csv.DictReader(file)]


def places_of_species(file: Path) -> dict[str, str]:
    """The compartment of each species, as the file says: a species that a rule computes is none of ours."""
    found = ElementTree.parse(file).iter()
    return {e.get("id", ""): e.get("compartment", "") for e in found if e.tag.rpartition("}")[2] == "species"}


@dataclass(frozen=True)
class Course:
    """Species, then variables, of a network over time; and whatever follows from them."""

    network: ReactionNetwork
    times: FloatArray
    states: FloatArray

    def formula(self, tree: Expression) -> FloatArray:
        function = python_function([tree], places(self.network))
        values = [
            function(list(map(float, x)), float(t))[0] for t, x in zip(self.times, self.states, strict=True)
        ]
        return np.array(values)

    def value(self, name: str) -> FloatArray | None:
        """Anything that has a name, amounts for species; ``None`` if nothing has it."""
        network = self.network
        order = (*network.species, *network.variables)
        if name in order:
            return self.states[:, order.index(name)]
        if name in network.readouts:
            return self.formula(network.readouts[name].expression)
        return self.formula(Symbol(name)) if name in places(network) else self.rate(name)

    def rate(self, name: str) -> FloatArray | None:
        """The net rate of a reaction of the file, which may be several of ours."""
        total = np.zeros(len(self.times))
        found = False
        for reaction in self.network.reactions.values():
            if reaction.id == name or reaction.id.startswith((f"{name}__forward", f"{name}__backward")):
                sign = -1.0 if "__backward" in reaction.id[len(name) :] else 1.0
                total += sign * self.formula(full_rate(reaction))
                found = True
        return total if found else None


def _solve(network: ReactionNetwork, times: FloatArray) -> FloatArray:
    # Events of one priority happen in any order; some cases ask that it is not always the same one.
    return solve_with_events(network, times, choose=random.Random(1).randrange)


def problem_of(
    network: ReactionNetwork,
    case: Path,
    file: Path,
    *,
    solver: Solver = _solve,
) -> str:
    """How the worst value differs from the expected one, or an empty string, or "nothing to compare"."""
    settings = settings_of(case)
    rows = rows_of(case / f"{case.name}-results.csv")
    start, duration, steps = (float(settings[key]) for key in ("start", "duration", "steps"))
    times = np.linspace(start, start + duration, int(steps) + 1)
    whole = np.concatenate([[0.0], times]) if start else times
    states = solver(network, whole)
    course = Course(network, times, states[1:] if start else states)
    return _worst(course, settings, rows, places_of_species(file))


def _worst(
    course: Course, settings: Mapping[str, str], rows: list[dict[str, str]], place_of: Mapping[str, str]
) -> str:
    absolute, relative = float(settings["absolute"]), float(settings["relative"])
    amounts = names(settings.get("amount", ""))
    compared = 0
    for name in names(settings["variables"]):
        # A word of our formulas, such as time, is no id of ours.
        got = course.value(f"{name}_" if name in RESERVED else name)
        if got is None:
            continue
        if name in place_of and name not in amounts:
            volume = course.value(place_of[name])
            assert volume is not None
            got = got / volume
        compared += 1
        expected = np.array([_number(row[name]) for row in rows])
        wrong = ~(
            _same_kind(expected, got) | (np.abs(expected - got) <= absolute + relative * np.abs(expected))
        )
        if wrong.any():
            i = int(np.argmax(wrong))
            return f"{name} at {course.times[i]:g}: expected {expected[i]:.8g}, got {got[i]:.8g}"
    return "" if compared else "nothing to compare"


def _same_kind(expected: FloatArray, got: FloatArray) -> NDArray[np.bool_]:
    """Both not a number, or both infinite with the same sign."""
    return (np.isnan(expected) & np.isnan(got)) | (np.isinf(expected) & (expected == got))


def _number(text: str) -> float:
    text = text.strip()
    return {"INF": math.inf, "-INF": -math.inf, "NaN": math.nan}.get(text) or float(text)
