"""Axes of a scan: what each point's coordinates are, computed from its index."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtornet.scans.sampling import sample_rows
from mtornet.scans.targets import Target

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One target and the values it takes: numbers, or choices that are told by their labels."""

    target: Target
    relative: bool = False
    """Whether numbers are multiples of what the model has."""
    numbers: tuple[float, ...] = ()
    choices: tuple[Any, ...] = ()
    labels: tuple[str | bool, ...] = ()
    ends: tuple[float, float] | None = None
    """Lowest and highest number, if they are spaced or drawn."""
    log: bool = False
    n: int | None = None
    """Number of values of a grid; None if drawn."""
    zip: str | None = None
    unit: str = ""

    @property
    def name(self) -> str:
        """Name of the column in tables."""
        return f"{self.target.text}.factor" if self.relative else self.target.text

    @property
    def is_choice(self) -> bool:
        """Whether values are choices, told by codes."""
        return bool(self.choices)

    @property
    def drawn(self) -> bool:
        """Whether values are drawn."""
        return self.n is None

    @cached_property
    def grid(self) -> FloatArray:
        """The numbers of a grid, or the codes of choices."""
        if self.choices:
            return np.arange(len(self.choices), dtype=np.float64)
        if self.ends is None:
            return np.array(self.numbers)
        assert self.n is not None
        low, high = self.ends
        if self.n == 1:
            return np.array([low])
        steps = np.arange(self.n) / (self.n - 1)
        values = low * (high / low) ** steps if self.log else low + (high - low) * steps
        # Rounded to 12 digits, so that whole decades read as such.
        return np.array([float(f"{value:.12g}") for value in values])

    def drawn_from(self, uniform: FloatArray) -> FloatArray:
        """Return numbers, or codes of choices, from uniform ones in (0, 1)."""
        if self.ends is None:
            size = len(self.choices or self.numbers)
            codes = np.minimum((uniform * size).astype(np.int64), size - 1)
            return codes.astype(np.float64) if self.choices else np.array(self.numbers)[codes]
        low, high = self.ends
        if self.log:
            return np.asarray(low * np.exp(uniform * math.log(high / low)))
        return np.asarray(low + uniform * (high - low))

    def content(self) -> dict[str, object]:
        """Return what decides the column's values, as plain data."""
        found: dict[str, object] = {"target": self.target.text, "relative": self.relative}
        if self.ends is not None:
            found |= {"ends": list(self.ends), "log": self.log}
        else:
            found["values"] = list(self.labels or self.numbers)
        return found | {"n": self.n, "zip": self.zip, "unit": self.unit}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coordinates:
    """Some points: where each stands on every axis."""

    index: IntArray
    """(n,) of the points in the scan."""
    values: dict[str, FloatArray]
    """(n,) numbers, or codes of choices, by the name of the column."""

    def __len__(self) -> int:
        return self.index.size

    def take(self, rows: NDArray[Any] | slice) -> Coordinates:
        """Return some of the points."""
        return Coordinates(
            index=self.index[rows], values={name: values[rows] for name, values in self.values.items()}
        )


@dataclass(frozen=True, kw_only=True)
class Axes:
    """All columns, and how an index is taken apart into places on them."""

    columns: tuple[Column, ...]
    seed: int
    sample: str | None = None
    n_drawn: int = 1
    _groups: list[tuple[tuple[Column, ...], int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        groups: dict[object, list[Column]] = {}
        for i, column in enumerate(self.columns):
            key: object = "drawn" if column.drawn else (column.zip,) if column.zip else i
            groups.setdefault(key, []).append(column)
        lengths = [(tuple(group), self._length(group[0])) for group in groups.values()]
        object.__setattr__(self, "_groups", lengths)

    def _length(self, column: Column) -> int:
        return self.n_drawn if column.n is None else column.n

    @property
    def n_points(self) -> int:
        """Number of points; a whole number of any size."""
        return math.prod(length for _, length in self._groups)

    def n_of(self, names: Collection[str]) -> int:
        """Return how many different places there are on the axes of some columns."""
        return math.prod(length for columns, length in self._groups if _any_of(columns, names))

    def index_of(self, names: Collection[str], place: IntArray, rest: IntArray) -> IntArray:
        """Return the points at some places on the axes of some columns, and at places on the others."""
        index, stride = np.zeros_like(place), 1
        for columns, length in reversed(self._groups):
            if _any_of(columns, names):
                place, here = np.divmod(place, length)
            else:
                rest, here = np.divmod(rest, length)
            index, stride = index + here * stride, stride * length
        return index

    @property
    def drawn(self) -> tuple[Column, ...]:
        """The columns that are drawn together."""
        return tuple(column for column in self.columns if column.drawn)

    def at(self, first: int, end: int) -> Coordinates:
        """Return the points of a stretch of indices."""
        return self.of(np.arange(first, end, dtype=np.int64))

    def of(self, index: IntArray) -> Coordinates:
        """Return the points of some indices."""
        values: dict[str, FloatArray] = {}
        rest = index
        # The last axis changes fastest.
        for columns, length in reversed(self._groups):
            rest, place = np.divmod(rest, length)
            if columns[0].drawn:
                values |= self._drawn_at(columns, place)
            else:
                values |= {column.name: column.grid[place] for column in columns}
        return Coordinates(index=index, values={column.name: values[column.name] for column in self.columns})

    def _drawn_at(self, columns: Sequence[Column], place: IntArray) -> dict[str, FloatArray]:
        assert self.sample is not None
        if not place.size:
            return {column.name: np.empty(0) for column in columns}
        first, end = int(place.min()), int(place.max()) + 1
        rows = sample_rows(
            self.sample,
            n=self.n_drawn,
            names=tuple(column.name for column in columns),
            seed=self.seed,
            first=first,
            end=end,
        )
        return {column.name: column.drawn_from(rows[place - first, k]) for k, column in enumerate(columns)}

    def content(self) -> dict[str, object]:
        """Return what decides the coordinates, as plain data."""
        drawn = {"sample": self.sample, "n": self.n_drawn} if self.sample else {}
        return {"vary": [column.content() for column in self.columns], **drawn}


def _any_of(columns: Sequence[Column], names: Collection[str]) -> bool:
    return any(column.name in names for column in columns)
