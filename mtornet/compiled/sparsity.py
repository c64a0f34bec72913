"""Structure shared by the stiff methods: fluxes, order of elimination and fill-in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.network import CompiledNetwork
from mtornet.compiled.tables import IntArray, Tables

Pattern = list[set[int]]


class Flux(NamedTuple):
    """Reactions whose net changes are proportional, such as the two directions of a binding."""

    change: dict[int, float]
    """Change of each species by one unit of the flux."""
    members: list[tuple[int, float]]
    """Reactions, and how many units of the flux one firing is; negative for the reverse."""


def fluxes_of(compiled: CompiledNetwork) -> list[Flux]:
    """Return the fluxes of a network; reactions without net change belong to none."""
    found: dict[tuple[tuple[int, float], ...], Flux] = {}
    for j in range(compiled.n_reactions):
        row = slice(compiled.tables.change_start[j], compiled.tables.change_start[j + 1])
        change = sorted(
            (int(i), float(by))
            for i, by in zip(compiled.tables.change_species[row], compiled.tables.change_by[row], strict=True)
            if by != 0
        )
        if not change:
            continue
        scale = change[0][1]
        direction = tuple((i, by / scale) for i, by in change)
        found.setdefault(direction, Flux(dict(direction), [])).members.append((j, scale))
    return list(found.values())


def jacobian_pattern(compiled: CompiledNetwork, fluxes: list[Flux]) -> Pattern:
    """Return the columns of the Jacobian's entries by row, the diagonal included."""
    n, tables = compiled.n_species, compiled.tables
    pattern: Pattern = [{i} for i in range(n)]
    for flux in fluxes:
        read = {int(s) for j, _ in flux.members for s in (*tables.factors[j], *_read(tables, j)) if s < n}
        for i in flux.change:
            pattern[i] |= read
    return pattern


def _read(tables: Tables, j: int) -> IntArray:
    return tables.reads[tables.read_start[j] : tables.read_start[j + 1]]


def minimum_degree_order(pattern: Pattern) -> list[int]:
    """Return an order of diagonal pivots with little fill-in (Markowitz 1957: least row times column).

    Parameters
    ----------
    pattern
        Columns of the entries of each row, diagonal included. Not changed.
    """
    n = len(pattern)
    rows = [set(row) for row in pattern]
    columns: Pattern = [set() for _ in range(n)]
    for i, row in enumerate(rows):
        for j in row:
            columns[j].add(i)
    left, order = set(range(n)), []
    while left:
        pivot = min(left, key=lambda i: ((len(rows[i]) - 1) * (len(columns[i]) - 1), i))
        order.append(pivot)
        left.discard(pivot)
        right, below = rows[pivot] - {pivot}, columns[pivot] - {pivot}
        for i in below:
            rows[i].discard(pivot)
            rows[i] |= right
        for j in right:
            columns[j].discard(pivot)
            columns[j] |= below
    return order


def filled_rows(order: list[int], place: NDArray[np.int64], pattern: Pattern) -> Pattern:
    """Return the columns of the triangular factors' entries by row, renumbered by ``place``."""
    rows: Pattern = [{int(place[j]) for j in pattern[i]} for i in order]
    for i, row in enumerate(rows):
        pending = sorted(row)
        while pending and pending[0] < i:
            k = pending.pop(0)
            new = {j for j in rows[k] if j > k} - row
            row |= new
            pending = sorted({*pending, *new})
    return rows
