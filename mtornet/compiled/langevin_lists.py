"""What a Langevin step does, as lists of indices; made once per structure."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.network import CompiledNetwork
from mtornet.compiled.sparsity import filled_rows, fluxes_of, jacobian_pattern, minimum_degree_order

IndexArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


class LangevinLists(NamedTuple):
    """Species are meant by their place in the order of elimination; place ``n`` always holds 1.

    ``*_start`` arrays hold compressed rows.
    """

    species: IndexArray
    """(n,) species by place."""
    member_reaction: IndexArray
    member_scale: FloatArray
    member_factors: IndexArray
    """(3 members) places a member of a flux multiplies; members of one flux stand together."""
    member_drawn: FloatArray
    """(3 members) molecules of the same species drawn before."""
    flux_start: IndexArray
    """(n_fluxes + 1,) first member of each flux."""
    change_start: IndexArray
    change_flux: IndexArray
    change_by: FloatArray
    """Fluxes that change a place."""
    slope_start: IndexArray
    slope_terms: IndexArray
    """(3 terms) member and the two places that multiply it, by derivative of a flux."""
    bend_start: IndexArray
    bend_terms: IndexArray
    """(2 terms) member with a program, and entry of ``Tables.reads``, by derivative of a flux."""
    row_start: IndexArray
    diagonal: IndexArray
    column: IndexArray
    """Entries of the triangular factors by row."""
    fill_start: IndexArray
    fill_slope: IndexArray
    fill_by: FloatArray
    """Derivatives that make up an entry of ``-J``."""
    drop_start: IndexArray
    drop_pairs: IndexArray
    """(2 pairs) entries whose products are taken off an entry."""


@lru_cache(maxsize=64)
def langevin_lists(compiled: CompiledNetwork) -> LangevinLists:
    """Return the lists of a network."""
    n, fluxes = compiled.n_species, fluxes_of(compiled)
    pattern = jacobian_pattern(compiled, fluxes)
    order = minimum_degree_order(pattern)
    place = np.empty(n + 1, dtype=np.int64)
    place[order], place[n] = np.arange(n), n
    members = [(f, j, scale) for f, flux in enumerate(fluxes) for j, scale in flux.members]
    factors = [[int(place[s]) for s in compiled.tables.factors[j]] for _, j, _ in members]
    slopes: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for m, (f, _, _) in enumerate(members):
        for slot, s in enumerate(factors[m]):
            if s < n:
                others = factors[m][:slot] + factors[m][slot + 1 :]
                slopes.setdefault((f, s), []).append((m, others[0], others[1]))
    # What a program reads adds to the derivatives.
    bends: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for m, (f, j, _) in enumerate(members):
        for q in range(compiled.tables.read_start[j], compiled.tables.read_start[j + 1]):
            key = (f, int(place[compiled.tables.reads[q]]))
            slopes.setdefault(key, [])
            bends.setdefault(key, []).append((m, q))
    changes: list[list[tuple[int, float]]] = [[] for _ in range(n)]
    for f, flux in enumerate(fluxes):
        for i, by in flux.change.items():
            changes[place[i]].append((f, by))
    rows = [sorted(row) for row in filled_rows(order, place, pattern)]
    entries = {(i, j): k for k, (i, j) in enumerate((i, j) for i, row in enumerate(rows) for j in row)}
    index_of_slope = {key: k for k, key in enumerate(slopes)}
    fills = [
        [(index_of_slope[f, j], -by) for f, by in changes[i] if (f, j) in index_of_slope] for i, j in entries
    ]
    drops = [
        [(entries[i, k], entries[k, j]) for k in rows[i] if k < min(i, j) and (k, j) in entries]
        for i, j in entries
    ]
    return LangevinLists(
        species=_index(order),
        member_reaction=_index([j for _, j, _ in members]),
        member_scale=np.array([scale for _, _, scale in members], dtype=np.float64),
        member_factors=_index([s for row in factors for s in row]),
        member_drawn=np.array([d for _, j, _ in members for d in compiled.tables.drawn[j]], dtype=np.float64),
        flux_start=_starts([flux.members for flux in fluxes]),
        change_start=_starts(changes),
        change_flux=_index([f for row in changes for f, _ in row]),
        change_by=np.array([by for row in changes for _, by in row], dtype=np.float64),
        slope_start=_starts(list(slopes.values())),
        slope_terms=_index([value for terms in slopes.values() for term in terms for value in term]),
        bend_start=_starts([bends.get(key, []) for key in slopes]),
        bend_terms=_index([value for key in slopes for term in bends.get(key, []) for value in term]),
        row_start=_starts(rows),
        diagonal=_index([entries[i, i] for i in range(n)]),
        column=_index([j for _, j in entries]),
        fill_start=_starts(fills),
        fill_slope=_index([slope for row in fills for slope, _ in row]),
        fill_by=np.array([by for row in fills for _, by in row], dtype=np.float64),
        drop_start=_starts(drops),
        drop_pairs=_index([value for row in drops for pair in row for value in pair]),
    )


def _starts(rows: list[Any]) -> IndexArray:
    return np.concatenate(([0], np.cumsum([len(row) for row in rows], dtype=np.int64))).astype(np.int64)


def _index(values: list[int]) -> IndexArray:
    return np.array(values, dtype=np.int64)
