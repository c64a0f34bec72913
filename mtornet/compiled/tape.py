"""Programs of laws as lists of operations on rows, with everything that a Rosenbrock step needs of them.

The rows are those of the lane integrator's workspace. A first part of the list computes the value of
every law that has a program, wherever a stage is evaluated; a second part, once per step, the
derivatives by states and by time. Parts that several laws or derivatives share are computed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
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
    flux (the program's value where it has one), derivatives, marks, gaps, the pool, numbers, then what
    lies between. For marks and gaps see ``graphs.Atom``.
    """

    code: IndexArray
    """Flat, ``WIDTH`` numbers per instruction."""
    n_value: int
    """Instructions for the values; those after them are for the derivatives."""
    n_step: int
    """Instructions for values and derivatives; those after them are for the gaps."""
    n_all: int
    slope_flux: IndexArray
    slope_place: IndexArray
    """Flux and place of each derivative by a state; its row of constants follows those of the members."""
    timed_flux: IndexArray
    """Flux of each derivative by time; its row follows those by states."""
    atom: IndexArray
    """Operation of each atom."""
    calls: IndexArray
    """Whether a trigger depends on an atom."""
    gap_place: IndexArray
    """Places that gaps read."""
    column: IndexArray
    """Entry in a row of constants of each row of the pool, which follows the gaps."""
    numbers: FloatArray
    """Values of the rows that follow the pool."""
    n_between: int
    """Rows after those."""

    @property
    def n_derivatives(self) -> int:
        """Number of derivatives."""
        return self.slope_flux.size + self.timed_flux.size

    @property
    def n_extra(self) -> int:
        """Rows of constants after those of the members."""
        return self.n_derivatives + 2 * self.atom.size + self.column.size + self.numbers.size


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
    """Return the tape of a network, None if no law has a program and nothing can trigger an event.

    Parameters
    ----------
    place
        (n_states + 1,) place of each state and of the dummy.
    """
    tables, n = compiled.tables, compiled.n_species
    begin, end = tables.program_start[:-1], tables.program_start[1:]
    if compiled.events is None and not any(begin[m.reaction] < end[m.reaction] for m in members):
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
        for row in sorted(row for row in graph.reads(law) if 0 <= row <= n + 1):
            part = graph.apply("*", product, graph.slope(law, row))
            if part == graph.zero:
                continue
            if row == n + 1:
                by_time[member.flux] = graph.apply("+", by_time.get(member.flux, graph.zero), part)
            else:
                key = (member.flux, row)
                slopes[key] = graph.apply("+", slopes.get(key, graph.zero), part)
    triggers = [
        graph.read(tables.code, int(first), int(last), state_row, constant)
        for first, last in pairwise(tables.trigger_start)
    ]
    called = graph.atoms_behind(triggers)
    derivatives = [*slopes.values(), *by_time.values()]
    first_value = first_constant(n)
    first_derivative = first_value + len(members)
    first_mark = first_derivative + len(derivatives)
    first_gap = first_mark + len(graph.atoms)
    writer = _Writer(graph, first_mark, first_gap + len(graph.atoms))
    writer.write([(node, first_value + m) for m, node in values.items()])
    n_value = writer.n_instructions
    writer.write([(node, first_derivative + k) for k, node in enumerate(derivatives)])
    n_step = writer.n_instructions
    # Gaps are looked at elsewhere in the step: nothing that was computed before is of use.
    writer.forget()
    writer.write([(atom.gap, first_gap + a) for a, atom in enumerate(graph.atoms)])
    read = sorted({row for atom in graph.atoms for row in graph.reads(atom.gap) if 0 <= row < n})
    return Tape(
        code=writer.code(),
        n_value=n_value,
        n_step=n_step,
        n_all=writer.n_instructions,
        slope_flux=_index([flux for flux, _ in slopes]),
        slope_place=_index([row for _, row in slopes]),
        timed_flux=_index(list(by_time)),
        atom=_index([atom.operation for atom in graph.atoms]),
        calls=_index([int(a in called) for a in range(len(graph.atoms))]),
        gap_place=_index(read),
        column=_index(writer.columns),
        numbers=writer.values(),
        n_between=writer.n_between,
    )


class _Writer:
    """Turns nodes into instructions; leaves are placed when all are known."""

    def __init__(self, graph: Graph, first_mark: int, first_of_pool: int) -> None:
        self._graph = graph
        self._first_mark = first_mark
        self._first_of_pool = first_of_pool
        # What a node is written to: ("row", i), ("pool", i), ("number", i), ("between", i).
        self._where: dict[int, tuple[str, int]] = {}
        self._instructions: list[tuple[int, tuple[str, int], list[tuple[str, int]]]] = []
        self.columns: list[int] = []
        self.numbers: list[float] = []
        self.n_between = 0
        self._leaves: set[int] = set()

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
                    leaf = self._leaf(node)
                    if leaf is not None:
                        self._leaves.add(node)
                    self._where[node] = leaf or self._computed(node, wanted)
            if self._where[root] != ("row", row):
                self._instructions.append((COPY, ("row", row), [self._where[root]]))

    def forget(self) -> None:
        """Compute anew whatever comes next; leaves stay."""
        self._where = {node: where for node, where in self._where.items() if node in self._leaves}

    def _leaf(self, node: int) -> tuple[str, int] | None:
        value = self._graph.value(node)
        if value is not None:
            self.numbers.append(value)
            return "number", len(self.numbers) - 1
        if self._graph.operator(node) != STATE:
            return None
        row = self._graph.arguments(node)[0]
        mark = self._graph.mark(row)
        if mark is not None:
            return "row", self._first_mark + mark
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
        first = {"row": 0, "pool": self._first_of_pool}
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
