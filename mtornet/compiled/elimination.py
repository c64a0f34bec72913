"""Symbolic phase of the stiff integrator: order of elimination, fill-in, and lists of operations.

Done once per structure. The lists say which rows of a workspace are multiplied and added; the same
lists serve every parameter set, so that no index is looked up per set and nothing is compiled per
network. Species are renumbered by the order in which they are eliminated.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.network import CompiledNetwork
from mtornet.compiled.sparsity import (
    Flux,
    Pattern,
    filled_rows,
    fluxes_of,
    jacobian_pattern,
    minimum_degree_order,
)
from mtornet.compiled.tape import Member, Tape, make_tape

IndexArray = NDArray[np.int32]
FloatArray = NDArray[np.float64]


class Program(NamedTuple):
    """What the kernel does, as lists; a species is meant by its place in the order of elimination.

    Reactions whose net changes are proportional share a *flux*, for example all that phosphorylate
    one protein, or the two directions of a binding; their constants carry the ratio.

    Lists of lists are streams in which -1 ends each: the kernel then needs no table of lengths, and
    LLVM does not unroll loops that mostly run once or twice.
    """

    species: IndexArray
    """(n,) species by place."""
    member_reaction: IndexArray
    """Reaction of each member of a flux."""
    member_scale: FloatArray
    """What its constant is multiplied by."""
    member_factors: IndexArray
    """(3 members) places that it multiplies; place ``n`` always holds 1."""
    member_flux: IndexArray
    """Flux that it is part of."""
    n_fluxes: int
    flux_pairs: IndexArray
    """Stream by flux: pairs of places multiplied by its members of order 2."""
    flux_singles: IndexArray
    """Stream by flux: places multiplied by its members of order 1, which follow those of order 2."""
    n_common: int
    """Number of members of orders 1 and 2; those of orders 0 and 3 follow."""
    change_flux: IndexArray
    change_by: FloatArray
    """Stream by place: fluxes that change it, and by how much."""
    slope_terms: IndexArray
    """Stream by derivative of a flux: triples of a member and the two places that multiply it."""
    n_slopes: int
    """Number of derivatives of fluxes that are not 0."""
    lower: IndexArray
    """Stream by place, upwards: columns left of the diagonal, from the left."""
    upper: IndexArray
    """Stream by place, downwards: columns right of the diagonal, from the right."""
    upper_start: IndexArray
    """(n,) where the part of ``upper`` of each place begins."""
    fill_slope: IndexArray
    fill_by: FloatArray
    """Stream by entry of ``-J``, in the order of elimination: the slopes it is made of."""
    drop_pairs: IndexArray
    """Stream by entry: pairs of entries whose product is taken off it.

    An entry of the lower triangle is meant by its position in ``lower``, one of the upper by its
    position in ``upper`` plus the length of ``lower``.
    """

    @property
    def n_factors(self) -> int:
        """Rows that the two triangular factors take."""
        return self.lower.size + self.upper.size


class Lists(NamedTuple):
    """All lists of a network."""

    program: Program
    tape: Tape | None
    """None if no law has a program."""


@lru_cache(maxsize=64)
def elimination_lists(compiled: CompiledNetwork) -> Lists:
    """Return the lists of operations that solve the rate equations of a network."""
    fluxes, n = fluxes_of(compiled), compiled.n_species
    pattern = jacobian_pattern(compiled, fluxes)
    order = minimum_degree_order(pattern)
    place = np.empty(n + 1, dtype=np.int64)
    place[order], place[n] = np.arange(n), n
    return _lists(compiled, fluxes, order, place, pattern)


def _lists(
    compiled: CompiledNetwork,
    fluxes: list[Flux],
    order: list[int],
    place: NDArray[np.int64],
    pattern: Pattern,
) -> Lists:
    n = compiled.n_species
    by_place: list[list[tuple[int, float]]] = [[] for _ in range(n)]
    for f, flux in enumerate(fluxes):
        for i, by in flux.change.items():
            by_place[place[i]].append((f, by))
    members = _ordered_members(compiled, fluxes, place)
    tape = make_tape(compiled, members, place)
    slopes: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for m, member in enumerate(members):
        for slot, s in enumerate(member.factors):
            if s < n:
                others = [*member.factors[:slot], *member.factors[slot + 1 :]]
                slopes.setdefault((member.flux, s), []).append((m, others[0], others[1]))
    if tape is not None:
        for k, key in enumerate(zip(tape.slope_flux, tape.slope_place, strict=True), len(members)):
            slopes.setdefault((int(key[0]), int(key[1])), []).append((k, n, n))
    of_order = {
        reads: [[m for m in members if m.flux == f and m.reads == reads] for f in range(len(fluxes))]
        for reads in (1, 2)
    }
    slope_index = {key: index for index, key in enumerate(slopes)}
    rows = filled_rows(order, place, pattern)
    lower = [[j for j in sorted(row) if j < i] for i, row in enumerate(rows)]
    upper = [[j for j in sorted(row, reverse=True) if j > i] for i, row in enumerate(rows)]
    lower_start = _starts(lower)
    upper_start = _starts(upper[::-1])[::-1]
    at = {(i, j): int(lower_start[i]) + k for i, row in enumerate(lower) for k, j in enumerate(row)}
    base = sum(len(row) + 1 for row in lower)
    at |= {(i, j): base + int(upper_start[i]) + k for i, row in enumerate(upper) for k, j in enumerate(row)}
    entries = [(i, j) for i in range(n) for j in (*lower[i], i, *upper[i])]
    fills = [[(slope_index[f, j], -by) for f, by in by_place[i] if (f, j) in slope_index] for i, j in entries]
    drops = [[(at[i, k], at[k, j]) for k in lower[i] if k < min(i, j) and j in rows[k]] for i, j in entries]
    program = Program(
        species=_index(order),
        member_reaction=_index([m.reaction for m in members]),
        member_scale=_float([m.scale for m in members]),
        member_factors=_index([s for m in members for s in m.factors]),
        member_flux=_index([m.flux for m in members]),
        n_fluxes=len(fluxes),
        flux_pairs=_stream([[s for m in row for s in m.factors[:2]] for row in of_order[2]], width=2),
        flux_singles=_stream([[m.factors[0] for m in row] for row in of_order[1]]),
        n_common=sum(m.reads in (1, 2) for m in members),
        change_flux=_stream([[f for f, _ in row] for row in by_place]),
        change_by=_float([by for row in by_place for by in (*(by for _, by in row), 0.0)]),
        slope_terms=_stream([[v for term in terms for v in term] for terms in slopes.values()], width=3),
        n_slopes=len(slopes),
        lower=_stream(lower),
        upper=_stream(upper[::-1]),
        upper_start=_index(upper_start),
        fill_slope=_stream([[slope for slope, _ in row] for row in fills]),
        fill_by=_float([by for row in fills for by in (*(by for _, by in row), 0.0)]),
        drop_pairs=_stream([[v for pair in row for v in pair] for row in drops], width=2),
    )
    return Lists(program, tape)


def _ordered_members(compiled: CompiledNetwork, fluxes: list[Flux], place: NDArray[np.int64]) -> list[Member]:
    members = []
    for f, flux in enumerate(fluxes):
        for j, scale in flux.members:
            factors = sorted(int(place[s]) for s in compiled.tables.factors[j])
            members.append(Member(f, j, scale, factors, sum(s < compiled.n_species for s in factors)))
    # The kernel walks through orders 2 and 1 flux by flux, and then through the rare orders.
    return sorted(members, key=lambda m: (0, m.flux, -m.reads) if m.reads in (1, 2) else (1, m.flux, 0))


def _stream(lists: list[list[int]], width: int = 1) -> IndexArray:
    return _index([value for row in lists for value in (*row, *[-1] * width)])


def _starts(lists: list[list[int]]) -> NDArray[np.int64]:
    sizes = [len(row) + 1 for row in lists]
    return np.concatenate(([0], np.cumsum(sizes[:-1], dtype=np.int64)))


def _index(values: list[int] | NDArray[np.int64]) -> IndexArray:
    array = np.array(values, dtype=np.int32)
    array.setflags(write=False)
    return array


def _float(values: list[float]) -> FloatArray:
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array
