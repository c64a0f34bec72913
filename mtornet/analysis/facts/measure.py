"""From simulated courses to the number that a fact is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from mtornet.analysis.facts.fact import FloatArray
from mtornet.analysis.facts.quantity import Combine, Look, Number, Quantity
from mtornet.analysis.facts.treatment import Arm, Course
from mtornet.units import concentration_in_nM

HALF = 0.5

_COMBINE: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: _ratio(left, right),
}
_REDUCE: dict[str, Callable[[FloatArray], FloatArray]] = {
    "min": lambda values: values.min(axis=-1),
    "max": lambda values: values.max(axis=-1),
    "mean": lambda values: values.mean(axis=-1),
}


class Answers(Protocol):
    """What measuring asks of simulated courses."""

    def look(self, course: Course, readout: str, times: tuple[float, ...]) -> FloatArray:
        """Return a read-out at some times, shape (n_sets, n_times)."""

    def vehicle(self, course: Course) -> Course:
        """Return the same course without drugs."""

    def singles(self, course: Course) -> tuple[Course, ...]:
        """Return the courses with each drug alone."""


def measure(quantity: Quantity, arms: Mapping[str, Arm], answers: Answers) -> FloatArray:
    """Return the values of a quantity, shape (n_sets, n_values); NaN where it has none."""
    if isinstance(quantity, Number):
        return np.full((1, 1), quantity.value)
    if isinstance(quantity, Look):
        return _look(quantity, arms[quantity.arm], answers)
    if isinstance(quantity, Combine):
        left, right = (measure(part, arms, answers) for part in (quantity.left, quantity.right))
        return _COMBINE[quantity.operator](left, right)
    parts = [measure(part, arms, answers) for part in quantity.arguments]
    n_sets = max(len(part) for part in parts)
    everything = np.concatenate([np.broadcast_to(p, (n_sets, p.shape[1])) for p in parts], axis=-1)
    return _REDUCE[quantity.how](everything)[:, None]


def _look(look: Look, arm: Arm, answers: Answers) -> FloatArray:
    course = arm.course
    if look.kind == "amount":
        return answers.look(course, look.readout, look.times)
    if look.kind == "fold":
        return _fold(look, course, answers)
    if look.kind == "rise":
        after = answers.look(course, look.readout, look.times)
        return _ratio(after, answers.look(course, look.readout, (0.0,)))
    if look.kind == "level":
        return _level(look, course, answers)
    if look.kind == "excess":
        alone = [_level(look, single, answers) for single in answers.singles(course)]
        return np.asarray(np.prod(alone, axis=0) - _level(look, course, answers))
    if look.kind == "half_time":
        return _half_time(look, answers.look(course, look.readout, look.times))
    effect = _level if look.window else _fold
    series = [effect(look, arm.at(dose), answers) for dose in arm.doses]
    return _half_dose([concentration_in_nM(dose) for dose in arm.doses], np.concatenate(series, axis=-1))


def _fold(look: Look, course: Course, answers: Answers) -> FloatArray:
    treated = answers.look(course, look.readout, look.times)
    return _ratio(treated, answers.look(answers.vehicle(course), look.readout, look.times))


def _level(look: Look, course: Course, answers: Answers) -> FloatArray:
    means = []
    for each in (course, answers.vehicle(course)):
        seen = answers.look(each, look.readout, look.times)
        # Even points, so that the mean over the window is the trapezoidal rule.
        means.append((seen[:, 1:] + seen[:, :-1]).mean(axis=-1, keepdims=True) / 2.0)
    return _ratio(*means)


def _half_dose(doses: list[float], effects: FloatArray) -> FloatArray:
    """Interpolate on the logarithm of the dose; an end of the range if the half lies beyond it."""
    logs, found = np.log(doses), np.full((len(effects), 1), np.nan)
    for i, effect in enumerate(effects):
        if np.all(np.isfinite(effect)):
            below = np.flatnonzero(effect <= HALF)
            found[i] = np.exp(_crossing(logs, effect, int(below[0])) if below.size else logs[-1])
    return found


def _half_time(look: Look, seen: FloatArray) -> FloatArray:
    times, found = np.array(look.times), np.full((len(seen), 1), np.nan)
    change = np.abs(seen - seen[:, :1])
    for i, course in enumerate(change):
        if np.all(np.isfinite(course)) and course.max() > 0:
            left = 1.0 - course / course.max()
            found[i] = _crossing(times, left, int(np.flatnonzero(left <= HALF)[0])) - times[0]
    return found


def _crossing(x: FloatArray, y: FloatArray, k: int) -> float:
    """Return where ``y`` falls to one half, if point ``k`` is the first at or below it."""
    if k == 0:
        return float(x[0])
    return float(x[k - 1] + (x[k] - x[k - 1]) * (y[k - 1] - HALF) / (y[k - 1] - y[k]))


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(above / below)
