"""The stoichiometry matrix and the conservation laws that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mtornet.network.network import ReactionNetwork

IntArray = NDArray[np.int64]
Matrix = NDArray[np.int64] | NDArray[np.float64]


def stoichiometry_matrix(network: ReactionNetwork) -> Matrix:
    """Net change of each species when each reaction fires once.

    Returns
    -------
    Matrix, shape (n_species, n_reactions)
        Column ``j`` is products minus reactants of reaction ``j``; rows follow ``network.species``.
        Of integers, unless some count is not whole. Read-only.
    """
    rows = {name: i for i, name in enumerate(network.species)}
    fractional = any(reaction.fractional for reaction in network.reactions.values())
    shape = (len(rows), len(network.reactions))
    matrix: Matrix = np.zeros(shape) if fractional else np.zeros(shape, dtype=np.int64)
    for j, reaction in enumerate(network.reactions.values()):
        for name, change in reaction.net.items():
            matrix[rows[name], j] = change
    matrix.setflags(write=False)
    return matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Moiety:
    """A sum of species that no reaction changes."""

    name: str
    species: tuple[tuple[str, int], ...]
    total: float
    """Its value at the initial amounts, in molecules."""


def conserved_moieties(network: ReactionNetwork) -> tuple[Moiety, ...]:
    """Return the conserved moieties: minimal sums with whole, non-negative weights.

    Each is named after the molecular component that all its species share.

    A species that an event assigns is in none.

    Notes
    -----
    Minimal semi-positive conservation laws by Schuster and Höfer, J Chem Soc Faraday Trans 1991,
    87:2561 (the Farkas elimination), on the species that reactions couple.
    """
    matrix = np.hstack([_in_whole_numbers(stoichiometry_matrix(network)), _assigned(network)])
    species = list(network.species.values())
    moieties = []
    for weights in semipositive_conservation_laws(matrix):
        members = tuple((species[i].id, int(w)) for i, w in enumerate(weights) if w)
        total = float(sum(w * network.species[name].initial for name, w in members))
        moieties.append(Moiety(name=_name(network, members), species=members, total=total))
    return tuple(sorted(moieties, key=lambda moiety: list(network.species).index(moiety.species[0][0])))


def _assigned(network: ReactionNetwork) -> IntArray:
    """Return a column for each species that an event assigns, as if a reaction made it from nothing."""
    index = {name: i for i, name in enumerate(network.species)}
    targets = {name for event in network.events.values() for name, _ in event.assignments if name in index}
    columns = np.zeros((len(index), len(targets)), dtype=np.int64)
    for j, name in enumerate(sorted(targets)):
        columns[index[name], j] = 1
    return columns


def _in_whole_numbers(matrix: Matrix) -> IntArray:
    """Return each column times what makes it whole, which changes no conservation law."""
    if matrix.dtype == np.int64:
        return np.asarray(matrix, dtype=np.int64)
    whole = np.zeros(matrix.shape, dtype=object)
    for j in range(matrix.shape[1]):
        # The decimal digits, not the binary ones: 0.1 is a tenth.
        column = [Fraction(repr(float(value))) for value in matrix[:, j]]
        scale = lcm(*(value.denominator for value in column))
        whole[:, j] = [int(value * scale) for value in column]
    return whole


def _name(network: ReactionNetwork, members: Sequence[tuple[str, int]]) -> str:
    if len(members) == 1:
        return members[0][0]
    shared: list[str] | None = None
    for name, _ in members:
        parts = network.species[name].components or (name,)
        shared = list(parts) if shared is None else [part for part in shared if part in parts]
    return shared[0] if shared else min((name for name, _ in members), key=len)


def semipositive_conservation_laws(matrix: IntArray) -> list[IntArray]:
    """Return the minimal ``w >= 0`` with ``w @ matrix == 0``.

    Species that no reaction changes each form a law of their own.
    """
    n_species, n_reactions = matrix.shape
    rows: list[tuple[dict[int, int], dict[int, int]]] = []
    for i in range(n_species):
        left = {int(j): int(matrix[i, j]) for j in np.flatnonzero(matrix[i])}
        rows.append((left, {i: 1}))
    pending = set(range(n_reactions))
    while pending:
        # Eliminating the reaction that makes the fewest new rows keeps the tableau small.
        column = min(pending, key=lambda j: (_new_rows(rows, j), j))
        pending.discard(column)
        rows = _eliminate(rows, column)
    laws = []
    for _, weights in rows:
        law = np.zeros(n_species, dtype=matrix.dtype)
        for i, weight in weights.items():
            law[i] = weight
        laws.append(law)
    return laws


def _new_rows(rows: list[tuple[dict[int, int], dict[int, int]]], column: int) -> int:
    positive = sum(1 for left, _ in rows if left.get(column, 0) > 0)
    negative = sum(1 for left, _ in rows if left.get(column, 0) < 0)
    return positive * negative - positive - negative


def _eliminate(
    rows: list[tuple[dict[int, int], dict[int, int]]], column: int
) -> list[tuple[dict[int, int], dict[int, int]]]:
    kept = [row for row in rows if not row[0].get(column)]
    positive = [row for row in rows if row[0].get(column, 0) > 0]
    negative = [row for row in rows if row[0].get(column, 0) < 0]
    supports = [frozenset(weights) for _, weights in kept]
    fresh = []
    for left_p, weights_p in positive:
        for left_n, weights_n in negative:
            a, b = -left_n[column], left_p[column]
            left = _combine(left_p, left_n, a, b)
            weights = _combine(weights_p, weights_n, a, b)
            divisor = gcd(*left.values(), *weights.values())
            fresh.append(
                (
                    {j: v // divisor for j, v in left.items()},
                    {i: v // divisor for i, v in weights.items()},
                )
            )
    fresh.sort(key=lambda row: len(row[1]))
    for left, weights in fresh:
        support = frozenset(weights)
        # A law whose species contain those of another is not minimal.
        if not any(other <= support for other in supports):
            kept.append((left, weights))
            supports.append(support)
    return kept


def _combine(first: dict[int, int], second: dict[int, int], a: int, b: int) -> dict[int, int]:
    total = {key: a * value for key, value in first.items()}
    for key, value in second.items():
        total[key] = total.get(key, 0) + b * value
    return {key: value for key, value in total.items() if value}
