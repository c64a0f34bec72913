"""A network as index arrays, made once per structure; constants and amounts come in at ``bind``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.tables import Tables, frozen_tables
from mtornet.errors import ModelError
from mtornet.expression import Expression, symbols
from mtornet.network.elements import Reaction
from mtornet.network.network import ReactionNetwork
from mtornet.network.ratelaws import rate_law

IntArray = NDArray[np.int64]

MAX_FACTORS = 3
"""Molecules that one rate law may multiply; enough for every elementary reaction and one catalyst."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompiledNetwork:
    """Structure of a network in indices."""

    species: tuple[str, ...]
    reactions: tuple[str, ...]
    tables: Tables
    order: IntArray
    """(n_reactions,) number of molecules the law multiplies."""
    rate_constants: tuple[Expression, ...]
    derived: tuple[tuple[str, Expression], ...]
    """Derived quantities in an order in which each needs only earlier ones."""

    @property
    def n_species(self) -> int:
        """Number of species."""
        return len(self.species)

    @property
    def n_reactions(self) -> int:
        """Number of reactions."""
        return len(self.reactions)


@lru_cache(maxsize=64)
def _compile(key: _Structure) -> CompiledNetwork:
    return _compile_network(key.network)


class _Structure:
    """A network compared by what compiling depends on, so that a change of values compiles nothing."""

    __slots__ = ("_key", "network")

    def __init__(self, network: ReactionNetwork) -> None:
        self.network = network
        self._key = (
            tuple(network.species),
            tuple(
                (r.id, r.reactants, r.products, r.modifiers, r.law, r.rate_constant)
                for r in network.reactions.values()
            ),
            tuple((d.id, d.expression) for d in network.derived.values()),
        )

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Structure) and self._key == other._key


def compile_network(network: ReactionNetwork) -> CompiledNetwork:
    """Return the arrays of a network's structure."""
    return _compile(_Structure(network))


def _compile_network(network: ReactionNetwork) -> CompiledNetwork:
    index = {name: i for i, name in enumerate(network.species)}
    reactions = list(network.reactions.values())
    factors = np.full((len(reactions), MAX_FACTORS), len(index), dtype=np.int64)
    drawn = np.zeros((len(reactions), MAX_FACTORS))
    order = np.zeros(len(reactions), dtype=np.int64)
    guards: list[list[tuple[int, float]]] = []
    changes: list[list[tuple[int, float]]] = []
    for j, reaction in enumerate(reactions):
        powers = dict(rate_law(reaction.law).factors(reaction.reactants, reaction.modifiers))
        slots = [(index[name], float(k)) for name, power in powers.items() for k in range(power)]
        if len(slots) > MAX_FACTORS:
            raise ModelError(
                f"reaction {reaction.id!r} multiplies {len(slots)} molecules; at most {MAX_FACTORS} are "
                "simulated: split it into elementary steps"
            )
        order[j] = len(slots)
        for slot, (species, before) in enumerate(slots):
            factors[j, slot], drawn[j, slot] = species, before
        changes.append([(index[name], float(by)) for name, by in reaction.net.items()])
        guards.append(_guards(reaction, powers, index))
    change_start, change_species, change_by = _rows(changes)
    guard_start, guard_species, guard_least = _rows(guards)
    read_by = _read_by(factors, guards, len(index))
    reader_start, readers, _ = _rows([[(j, 0.0) for j in sorted(rows)] for rows in read_by])
    dependent_start, dependents, _ = _rows(
        [[(j, 0.0) for j in sorted(set().union(*(read_by[i] for i, _ in row)))] for row in changes]
    )
    order.setflags(write=False)
    n = len(reactions)
    tables = frozen_tables(
        factors=factors,
        drawn=drawn,
        change_start=change_start,
        change_species=change_species,
        change_by=change_by,
        guard_start=guard_start,
        guard_species=guard_species,
        guard_least=guard_least,
        dependent_start=dependent_start,
        dependents=dependents,
        reader_start=reader_start,
        readers=readers,
        code=np.zeros(0, dtype=np.int64),
        program_start=np.zeros(n + 1, dtype=np.int64),
        timed=np.zeros(0, dtype=np.int64),
        is_timed=np.zeros(n, dtype=np.bool_),
        read_start=np.zeros(n + 1, dtype=np.int64),
        reads=np.zeros(0, dtype=np.int64),
        touches=np.zeros(n, dtype=np.bool_),
        watches=False,
        depth=1,
    )
    return CompiledNetwork(
        species=tuple(index),
        reactions=tuple(network.reactions),
        tables=tables,
        order=order,
        rate_constants=tuple(reaction.rate_constant for reaction in reactions),
        derived=_ordered_derived(network),
    )


def _guards(reaction: Reaction, powers: dict[str, int], index: dict[str, int]) -> list[tuple[int, float]]:
    # A law that multiplies n molecules of a reactant vanishes by itself below n.
    needed: dict[str, float] = {}
    for name, count in reaction.reactants:
        needed[name] = needed.get(name, 0) + count
    return [(index[name], float(count)) for name, count in needed.items() if powers.get(name, 0) < count]


def _rows(entries: list[list[tuple[int, float]]]) -> tuple[IntArray, IntArray, NDArray[np.float64]]:
    start = np.zeros(len(entries) + 1, dtype=np.int64)
    start[1:] = np.cumsum([len(row) for row in entries])
    columns = np.array([i for row in entries for i, _ in row], dtype=np.int64)
    values = np.array([v for row in entries for _, v in row], dtype=np.float64)
    return start, columns, values


def _read_by(factors: IntArray, guards: list[list[tuple[int, float]]], n_species: int) -> list[set[int]]:
    read_by: list[set[int]] = [set() for _ in range(n_species)]
    for j, slots in enumerate(factors):
        for species in (*slots, *(guarded for guarded, _ in guards[j])):
            if species < n_species:
                read_by[int(species)].add(j)
    return read_by


def _ordered_derived(network: ReactionNetwork) -> tuple[tuple[str, Expression], ...]:
    pending = {d.id: d.expression for d in network.derived.values()}
    ordered: list[tuple[str, Expression]] = []
    while pending:
        ready = [name for name, tree in pending.items() if not set(symbols(tree)) & set(pending)]
        if not ready:
            raise ModelError(f"derived quantities depend on each other in a circle: {', '.join(pending)}")
        ordered.extend((name, pending.pop(name)) for name in ready)
    return tuple(ordered)
