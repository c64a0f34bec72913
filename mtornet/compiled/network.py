"""A network as index arrays, made once per structure; constants and amounts come in at ``bind``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.event_tables import EventTables
from mtornet.compiled.moving import moving_derived, ordered_derived
from mtornet.compiled.programs import Programs, compile_all, has_formulas
from mtornet.compiled.tables import Tables, frozen_tables
from mtornet.errors import ModelError
from mtornet.expression import Expression
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
    """States by index: species, then variables."""
    n_molecular: int
    """How many of them are species."""
    reactions: tuple[str, ...]
    """Reactions by index, then the variables that change continuously, as a reaction each."""
    tables: Tables
    events: EventTables | None
    order: IntArray
    """(n_reactions,) number of molecules the law multiplies."""
    rate_constants: tuple[Expression | None, ...]
    """Of product laws; a program stands for the others."""
    pool: tuple[Expression, ...]
    """Constants of programs, which follow the rate constants in a row of constants."""
    derived: tuple[tuple[str, Expression], ...]
    """Derived quantities that are constant, in an order in which each needs only earlier ones."""
    only_deterministic: tuple[str, ...]
    """What stochastic methods cannot simulate, in words."""

    @property
    def initial_truth(self) -> NDArray[np.bool_]:
        """What the triggers of events were before the start, shape (n_events,)."""
        return self.events.initial_value if self.events is not None else np.zeros(0, dtype=np.bool_)

    @property
    def n_species(self) -> int:
        """Number of states."""
        return len(self.species)

    @property
    def n_reactions(self) -> int:
        """Number of reactions."""
        return len(self.reactions)


@lru_cache(maxsize=64)
def _compile(key: _Structure) -> CompiledNetwork:
    return _compile_network(key.network, scaled=key.scaled)


class _Structure:
    """A network compared by what compiling depends on, so that a change of values compiles nothing."""

    __slots__ = ("_key", "network", "scaled")

    def __init__(self, network: ReactionNetwork, scaled: bool) -> None:
        self.network = network
        self.scaled = scaled
        self._key = (
            scaled,
            tuple(network.species),
            tuple((v.id, v.rate) for v in network.variables.values()),
            tuple(
                (
                    r.id,
                    r.reactants,
                    r.products,
                    r.modifiers,
                    r.law,
                    r.rate_constant,
                    r.law_parameters,
                    r.signed,
                )
                for r in network.reactions.values()
            ),
            tuple((d.id, d.expression) for d in network.derived.values()),
            tuple(network.events.values()),
        )

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Structure) and self._key == other._key


def compile_network(network: ReactionNetwork, *, copy_scale: float = 1.0) -> CompiledNetwork:
    """Return the arrays of a network's structure.

    Parameters
    ----------
    copy_scale
        Only whether it is 1 matters here: formulas of another scale read amounts divided by it.
    """
    return _compile(_Structure(network, copy_scale != 1.0 and has_formulas(network)))


def _compile_network(network: ReactionNetwork, *, scaled: bool) -> CompiledNetwork:
    index = {name: i for i, name in enumerate((*network.species, *network.variables))}
    reactions = list(network.reactions.values())
    flowing = [v for v in network.variables.values() if v.rate is not None]
    n = len(reactions) + len(flowing)
    factors = np.full((n, MAX_FACTORS), len(index), dtype=np.int64)
    drawn = np.zeros((n, MAX_FACTORS))
    order = np.zeros(n, dtype=np.int64)
    guards: list[list[tuple[int, float]]] = [[] for _ in range(n)]
    changes: list[list[tuple[int, float]]] = []
    for j, reaction in enumerate(reactions):
        law = rate_law(reaction.law)
        powers: dict[str, int] = {}
        if law.formula is None:
            powers = dict(law.factors(reaction.reactants, reaction.modifiers))
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
        guards[j] = _guards(reaction, powers, index)
    changes += [[(index[v.id], 1.0)] for v in flowing]
    moving = moving_derived(network)
    programs = compile_all(network, index, n, moving, scaled=scaled)
    change_start, change_species, change_by = _rows(changes)
    guard_start, guard_species, guard_least = _rows(guards)
    read_start, reads, _ = _rows([[(i, 0.0) for i in sorted(row)] for row in programs.reads])
    # Which reaction reads which state, by factor, guard or program; the dummy species is no state.
    by = np.arange(n)
    reading = np.concatenate(
        (by.repeat(MAX_FACTORS), by.repeat(np.diff(guard_start)), by.repeat(np.diff(read_start)))
    )
    read = np.concatenate((factors.ravel(), guard_species, reads))
    reader_start, readers = _sets(read, reading, len(index) + 1)
    reader_start, readers = reader_start[:-1], readers[: reader_start[-2]]
    changing = by.repeat(np.diff(change_start))
    n_readers = np.diff(reader_start)[change_species]
    first = reader_start[change_species].repeat(n_readers)
    within = np.arange(first.size) - (np.cumsum(n_readers) - n_readers).repeat(n_readers)
    dependent_start, dependents = _sets(changing.repeat(n_readers), readers[first + within], n)
    is_timed = np.zeros(n, dtype=np.bool_)
    is_timed[programs.timed] = True
    order.setflags(write=False)
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
        code=programs.code,
        program_start=programs.program_start,
        has_programs=any(programs.has),
        timed=programs.timed,
        is_timed=is_timed,
        read_start=read_start,
        reads=reads,
        touches=np.array([any(i in programs.watched for i, _ in row) for row in changes], dtype=np.bool_),
        n_molecular=len(network.species),
        watches=programs.events is not None,
        trigger_start=programs.trigger_start,
        trigger_is_mixed=programs.trigger_is_mixed,
        depth=max(programs.depth, 1),
    )
    return CompiledNetwork(
        species=tuple(index),
        n_molecular=len(network.species),
        reactions=(*network.reactions, *(f"rate of {v.id}" for v in flowing)),
        tables=tables,
        events=programs.events,
        order=order,
        rate_constants=(
            *(None if programs.has[j] else reactions[j].rate_constant for j in range(len(reactions))),
            *(None for _ in flowing),
        ),
        pool=programs.pool,
        derived=tuple((name, tree) for name, tree in ordered_derived(network) if name not in moving),
        only_deterministic=tuple(_only_deterministic(network, programs)),
    )


def _only_deterministic(network: ReactionNetwork, programs: Programs) -> Iterable[str]:
    for reaction in network.reactions.values():
        if reaction.signed:
            yield f"reaction {reaction.id!r} has a net rate that may be negative: split it into two"
        if reaction.fractional:
            yield f"reaction {reaction.id!r} makes or takes a part of a molecule"
    for variable in network.variables.values():
        if variable.rate is not None:
            yield f"variable {variable.id!r} changes continuously (a rate rule)"
    for name in programs.bent_triggers:
        yield (
            f"event {name!r}: its trigger depends on time by more than comparisons; write it as one, such as "
            "'f(time) > 0'"
        )


def _guards(reaction: Reaction, powers: dict[str, int], index: dict[str, int]) -> list[tuple[int, float]]:
    # A law that multiplies n molecules of a reactant vanishes by itself below n.
    needed: dict[str, float] = {}
    for name, count in reaction.reactants:
        needed[name] = needed.get(name, 0) + count
    return [(index[name], float(count)) for name, count in needed.items() if powers.get(name, 0) < count]


def _sets(rows: IntArray, members: IntArray, n_rows: int) -> tuple[IntArray, IntArray]:
    """Return the members of each row once, ascending, as compressed rows."""
    order = np.lexsort((members, rows))
    rows, members = rows[order], members[order]
    is_new = np.ones(rows.size, dtype=np.bool_)
    is_new[1:] = (rows[1:] != rows[:-1]) | (members[1:] != members[:-1])
    start = np.zeros(n_rows + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows[is_new], minlength=n_rows), out=start[1:])
    return start, members[is_new]


def _rows(entries: list[list[tuple[int, float]]]) -> tuple[IntArray, IntArray, NDArray[np.float64]]:
    start = np.zeros(len(entries) + 1, dtype=np.int64)
    start[1:] = np.cumsum([len(row) for row in entries])
    columns = np.array([i for row in entries for i, _ in row], dtype=np.int64)
    values = np.array([v for row in entries for _, v in row], dtype=np.float64)
    return start, columns, values
