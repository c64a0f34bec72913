"""The measured quantity of a fact: arithmetic over look-ups such as ``fold(pAKT_S473, rapa, 24 h)``.

Look-ups, each over a read-out, an arm of the row and one or more times (or a window ``1 h..24 h``):

``amount``
    Molecules per cell.
``fold``
    Over the vehicle of the same cells at the same time.
``rise``
    Over the same arm at time 0, before anything is given.
``level``
    Mean over a window, over the vehicle's mean over the same window.
``half_dose``
    Dose in nM at which ``fold`` (or ``level`` of a window) is one half; the arm names a range of doses.
``excess``
    Bliss: product of the ``level`` of the drugs alone minus the ``level`` of the combination.
``half_time``
    Seconds after the start of a window at which the read-out is half-way to its extreme in it.

``min``, ``max`` and ``mean`` reduce several times to one number; without them every time must hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mtornet.errors import ExpressionError
from mtornet.names import did_you_mean
from mtornet.units import time_in_seconds

LOOKS = ("amount", "fold", "rise", "level", "half_dose", "excess", "half_time")
REDUCERS = ("min", "max", "mean")
WINDOWED = ("excess", "half_time", "level")
MAX_DEPTH = 30
"""Brackets inside each other."""
WINDOW_POINTS = 25
"""Even times at which a window is looked at, both ends included."""

_TOKEN = re.compile(r"\s*((?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[A-Za-z_]\w*|[-+*/(),])")


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number."""

    value: float


@dataclass(frozen=True, slots=True)
class Look:
    """A look at one read-out of one arm."""

    kind: str
    readout: str
    arm: str
    times: tuple[float, ...]
    """Seconds."""
    window: bool
    """Whether the times are even points of a window, both ends included."""


@dataclass(frozen=True, slots=True)
class Combine:
    """Arithmetic of two quantities."""

    operator: str
    left: Quantity
    right: Quantity


@dataclass(frozen=True, slots=True)
class Reduce:
    """``min``, ``max`` or ``mean`` over all values of the arguments."""

    how: str
    arguments: tuple[Quantity, ...]


Quantity = Number | Look | Combine | Reduce


def looks(quantity: Quantity) -> Iterator[Look]:
    """Yield every look-up of a quantity."""
    if isinstance(quantity, Look):
        yield quantity
    elif isinstance(quantity, Combine):
        yield from looks(quantity.left)
        yield from looks(quantity.right)
    elif isinstance(quantity, Reduce):
        for argument in quantity.arguments:
            yield from looks(argument)


def parse_quantity(text: str) -> Quantity:
    """Read a quantity.

    Raises
    ------
    ExpressionError
        With what was found and what was expected.
    """
    parser = _Parser(text)
    found = parser.sum()
    if parser.peek():
        raise parser.unexpected("the end")
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.position, self.depth = text, 0, 0

    def peek(self) -> str:
        match = _TOKEN.match(self.text, self.position)
        if match is None and (rest := self.text[self.position :].strip()):
            raise ExpressionError(f"quantity {self.text!r}: cannot read {rest[:12]!r}")
        return match.group(1) if match else ""

    def take(self) -> str:
        token = self.peek()
        match = _TOKEN.match(self.text, self.position)
        if match is not None:
            self.position = match.end()
        return token

    def unexpected(self, expected: str) -> ExpressionError:
        found = repr(self.peek()) if self.peek() else "the end"
        return ExpressionError(f"quantity {self.text!r}: found {found}, expected {expected}")

    def sum(self) -> Quantity:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"quantity of more than {MAX_DEPTH} brackets inside each other")
        left = self.product()
        while self.peek() in ("+", "-"):
            left = Combine(self.take(), left, self.product())
        self.depth -= 1
        return left

    def product(self) -> Quantity:
        left = self.atom()
        while self.peek() in ("*", "/"):
            left = Combine(self.take(), left, self.atom())
        return left

    def atom(self) -> Quantity:
        token = self.peek()
        if token == "(":
            self.take()
            inside = self.sum()
            self.close()
            return inside
        if token and (token[0].isdigit() or token[0] == "."):
            return Number(float(self.take()))
        if token in REDUCERS:
            return self.reduce(self.take())
        if token in LOOKS:
            return self.look(self.take())
        if token and token[0].isalpha():
            known = (*LOOKS, *REDUCERS)
            hint = did_you_mean(token, known) or f"; expected one of {', '.join(known)}"
            raise ExpressionError(f"quantity {self.text!r}: unknown function {token!r}{hint}")
        raise self.unexpected("a number, a look-up or a bracket")

    def close(self) -> None:
        if self.take() != ")":
            raise self.unexpected("')'")

    def reduce(self, how: str) -> Quantity:
        if self.take() != "(":
            raise self.unexpected("'('")
        arguments = [self.sum()]
        while self.peek() == ",":
            self.take()
            arguments.append(self.sum())
        self.close()
        return Reduce(how, tuple(arguments))

    def look(self, kind: str) -> Quantity:
        if self.take() != "(":
            raise self.unexpected("'('")
        end = self.text.find(")", self.position)
        if end < 0:
            raise ExpressionError(f"quantity {self.text!r}: a bracket is not closed")
        parts = [part.strip() for part in self.text[self.position : end].split(",")]
        self.position = end + 1
        if len(parts) < 3 or not all(parts):
            raise ExpressionError(
                f"quantity {self.text!r}: {kind}(...) needs a read-out, an arm and times, "
                f"such as {kind}(pS6, A, 24 h)"
            )
        readout, arm, *times = parts
        return _look(self.text, kind, readout, arm, times)


def _look(text: str, kind: str, readout: str, arm: str, times: list[str]) -> Look:
    if len(times) == 1 and ".." in times[0]:
        first, last = (time_in_seconds(part, what=f"quantity {text!r}") for part in times[0].split("..", 1))
        if not 0 <= first < last:
            raise ExpressionError(f"quantity {text!r}: the window {times[0]!r} does not run forwards")
        points = tuple(float(t) for t in np.linspace(first, last, WINDOW_POINTS))
        return Look(kind, readout, arm, points, window=True)
    if kind in WINDOWED:
        raise ExpressionError(f"quantity {text!r}: {kind}(...) needs a window such as 0 h..72 h")
    points = tuple(time_in_seconds(part, what=f"quantity {text!r}") for part in times)
    if kind == "half_dose" and len(points) > 1:
        raise ExpressionError(f"quantity {text!r}: half_dose(...) needs one time or a window")
    return Look(kind, readout, arm, points, window=False)
