"""Programs of laws as lists of operations on rows, with everything that a Rosenbrock step needs of them.

The rows are those of the lane integrator's workspace. A first part of the list computes the value of
every law that has a program, wherever a stage is evaluated; a second part, once per step, the
derivatives by states and by time. Parts that several laws or derivatives share are computed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled import operations as op
from mtornet.compiled.formulas import STATE
from mtornet.compiled.graphs import Graph
from mtornet.compiled.instructions import OPERATIONS
from mtornet.compiled.network import CompiledNetwork
from mtornet.expression import Number

IndexArray = NDArray[np.int32]
FloatArray = NDArray[np.float64]

COPY = op.STATE
"""Operation that copies a row."""
WIDTH = 5
"""Numbers per instruction: operation, row it writes, three rows it reads."""


def first_constant(n: int) -> int:
    """Return the row where constants begin; stages and interpolant lie between them and the places."""
    return n + 2 + 11 * n


class Tape(NamedTuple):
    """Instructions on rows; a row is counted from the first of ``x``.

    The rows are the places, one of ones, one of the time; and from ``first_constant`` on: by member of a
    flux (the program's value where it has one), derivatives, the pool, numbers, then what lies between.
    """

    code: IndexArray
    """Flat, ``WIDTH`` numbers per instruction."""
    n_value: int
    """Instructions for the values; those after them are for the derivatives."""
    n_instructions: int
    slope_flux: IndexArray
    slope_place: IndexArray
    """Flux and place of each derivative by a state; its row of constants follows those of the members."""
    timed_flux: IndexArray
    """Flux of each derivative by time; its row follows those by states."""
    column: IndexArray
    """Entry in a row of constants of each row of the pool, which follows the derivatives."""
    numbers: FloatArray
    """Values of the rows that follow the pool."""
    n_between: int
    """Rows after those."""

    def first_of_pool(self, n_members: int) -> int:
        """Return the row of constants where the pool begins."""
        return n_members + self.slope_flux.size + self.timed_flux.size

    @property
    def n_extra(self) -> int:
        """Rows of constants after those of the members."""
        return self.slope_flux.size + self.timed_flux.size + self.column.size + self.numbers.size


class Member(NamedTuple):
    """A reaction as part of a flux."""

    flux: int
    reaction: int
    scale: float
    factors: list[int]
    """Places that it multiplies, those of the dummy species last."""
    reads: int
    """Number of places that are not the dummy's."""


def make_tape(compiled: CompiledNetwork, members: Sequence[Member], place: NDArray[np.int64]) -> Tape | None:
    """Return the tape of a network, None if no law has a program.

    Parameters
    ----------
    place
        (n_states + 1,) place of each state and of the dummy.
    """
    tables, n = compiled.tables, compiled.n_species
    begin, end = tables.program_start[:-1], tables.program_start[1:]
    if not any(begin[m.reaction] < end[m.reaction] for m in members):
        return None
    graph = Graph()
    # Constants are leaves of negative number until it is known which of them are needed.
    constant = [graph.row(-1 - k) for k in range(compiled.n_reactions)]
    for k, tree in enumerate(compiled.pool, compiled.n_reactions):
        constant.append(graph.number(tree.value) if isinstance(tree, Number) else graph.row(-1 - k))
    state_row = [*(int(i) for i in place), n + 1]
    values: dict[int, int] = {}
    slopes: dict[tuple[int, int], int] = {}
    by_time: dict[int, int] = {}
    for m, member in enumerate(members):
        j = member.reaction
        if begin[j] == end[j]:
            continue
        law = graph.read(tables.code, int(begin[j]), int(end[j]), state_row, constant)
        values[m] = graph.apply("*", graph.number(member.scale), law)
        product = graph.number(member.scale)
        for factor in member.factors[: member.reads]:
            product = graph.apply("*", product, graph.row(factor))
        for row in sorted(row for row in graph.reads(law) if row >= 0):
            part = graph.apply("*", product, graph.slope(law, row))
            if part == graph.zero:
                continue
            if row == n + 1:
                by_time[member.flux] = graph.apply("+", by_time.get(member.flux, graph.zero), part)
            else:
                key = (member.flux, row)
                slopes[key] = graph.apply("+", slopes.get(key, graph.zero), part)
    n_members = len(members)
    first = first_constant(n)
    derivatives = [*slopes.values(), *by_time.values()]
    writer = _Writer(graph, first + n_members + len(derivatives))
    targets = [(node, first + m) for m, node in values.items()]
    writer.write(targets)
    n_value = writer.n_instructions
    writer.write([(node, first + n_members + k) for k, node in enumerate(derivatives)])
    return Tape(
        code=writer.code(),
        n_value=n_value,
        n_instructions=writer.n_instructions,
        slope_flux=_index([flux for flux, _ in slopes]),
        slope_place=_index([row for _, row in slopes]),
        timed_flux=_index(list(by_time)),
        column=_index(writer.columns),
        numbers=writer.values(),
        n_between=writer.n_between,
    )


class _Writer:
    """Turns nodes into instructions; leaves are placed when all are known."""

    def __init__(self, graph: Graph, first_leaf: int) -> None:
        self._graph = graph
        self._first_leaf = first_leaf
        # What a node is written to: ("row", i), ("pool", i), ("number", i), ("between", i).
        self._where: dict[int, tuple[str, int]] = {}
        self._instructions: list[tuple[int, tuple[str, int], list[tuple[str, int]]]] = []
        self.columns: list[int] = []
        self.numbers: list[float] = []
        self.n_between = 0

    @property
    def n_instructions(self) -> int:
        return len(self._instructions)

    def write(self, targets: list[tuple[int, int]]) -> None:
        """Append what computes nodes, each to its row."""
        wanted: dict[int, int] = {}
        for node, row in targets:
            wanted.setdefault(node, row)
        for root, row in targets:
            for node in self._graph.postorder(root):
                if node not in self._where:
                    self._where[node] = self._leaf(node) or self._computed(node, wanted)
            if self._where[root] != ("row", row):
                self._instructions.append((COPY, ("row", row), [self._where[root]]))

    def _leaf(self, node: int) -> tuple[str, int] | None:
        value = self._graph.value(node)
        if value is not None:
            self.numbers.append(value)
            return "number", len(self.numbers) - 1
        if self._graph.operator(node) != STATE:
            return None
        row = self._graph.arguments(node)[0]
        if row >= 0:
            return "row", row
        self.columns.append(-1 - row)
        return "pool", len(self.columns) - 1

    def _computed(self, node: int, wanted: dict[int, int]) -> tuple[str, int]:
        if node in wanted:
            where = ("row", wanted[node])
        else:
            where = ("between", self.n_between)
            self.n_between += 1
        operator = self._graph.operator(node)
        arguments = [self._where[argument] for argument in self._graph.arguments(node)]
        self._instructions.append((OPERATIONS[operator], where, arguments))
        return where

    def code(self) -> IndexArray:
        """Return the instructions with their final rows."""
        first = {"row": 0, "pool": self._first_leaf}
        first["number"] = first["pool"] + len(self.columns)
        first["between"] = first["number"] + len(self.numbers)
        flat = np.zeros((len(self._instructions), WIDTH), dtype=np.int32)
        for k, (operation, target, arguments) in enumerate(self._instructions):
            rows = [first[kind] + i for kind, i in (target, *arguments)]
            flat[k, 0], flat[k, 1 : 1 + len(rows)] = operation, rows
        return _index(flat.ravel())

    def values(self) -> FloatArray:
        """Return the numbers."""
        array = np.array(self.numbers, dtype=np.float64)
        array.setflags(write=False)
        return array


def _index(values: Sequence[int] | IndexArray) -> IndexArray:
    array = np.array(values, dtype=np.int32)
    array.setflags(write=False)
    return array
