"""Every formula of a network that reads what moves, compiled into one block of code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.bytecode import Bytecode, compile_programs
from mtornet.compiled.event_tables import EventTables
from mtornet.expression import (
    LOGIC,
    RELATIONS,
    TIME,
    Apply,
    Expression,
    Symbol,
    derivative,
    postorder,
    substitute,
    symbols,
)
from mtornet.network.elements import Event
from mtornet.network.network import ReactionNetwork
from mtornet.network.ratelaws import rate_law

IntArray = NDArray[np.int64]

COPY_SCALE = "copy scale"
"""Symbol of the copy scale in formulas; no id of a model holds a blank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Code of laws and events."""

    code: IntArray
    program_start: IntArray
    """(n_reactions + 1,) see ``Tables``."""
    has: tuple[bool, ...]
    """Whether a reaction has a program."""
    reads: tuple[frozenset[int], ...]
    """States that the program of a reaction reads."""
    timed: IntArray
    """Reactions whose program reads the time."""
    pool: tuple[Expression, ...]
    events: EventTables | None
    watched: frozenset[int]
    """States that triggers read."""
    trigger_start: IntArray
    trigger_is_mixed: NDArray[np.bool_]
    """See ``Tables``."""
    bent_triggers: tuple[str, ...]
    """Events whose trigger depends on time by more than comparisons."""
    depth: int


def has_formulas(network: ReactionNetwork) -> bool:
    """Tell whether anything in a network is more than a product with a constant."""
    return bool(
        network.variables
        or network.events
        or any(rate_law(r.law).formula is not None for r in network.reactions.values())
        or any(TIME in symbols(r.rate_constant) for r in network.reactions.values())
        or any(TIME in symbols(d.expression) for d in network.derived.values())
    )


def compile_all(
    network: ReactionNetwork,
    index: Mapping[str, int],
    n_reactions: int,
    moving: Mapping[str, Expression],
    *,
    scaled: bool,
) -> Programs:
    """Compile the laws and events of a network.

    Parameters
    ----------
    index
        State by name.
    n_reactions
        Reactions, with one for each variable that changes continuously.
    moving
        Derived quantities that depend on time or variables.
    scaled
        Whether amounts are those of a copy scale other than 1.
    """
    whole_cell = _Scale(network, moving, scaled=scaled)
    laws = [None if law is None else whole_cell(*law) for law in _laws(network, index, moving)]
    trees = [tree for tree in laws if tree is not None]
    events = _EventPrograms(network, index, whole_cell, first=len(trees))
    # The time stands behind the dummy species.
    block = compile_programs([*trees, *events.trees], {**index, TIME: len(index) + 1}, n_reactions)
    program_start = np.zeros(n_reactions + 1, dtype=np.int64)
    k = 0
    for j, tree in enumerate(laws):
        k += tree is not None
        program_start[j + 1] = block.start[k]
    reads: list[set[str]] = [set() if tree is None else set(symbols(tree)) for tree in laws]
    return Programs(
        code=block.code,
        program_start=program_start,
        has=tuple(tree is not None for tree in laws),
        reads=tuple(frozenset(index[name] for name in row if name in index) for row in reads),
        timed=np.array([j for j, row in enumerate(reads) if TIME in row], dtype=np.int64),
        pool=block.pool,
        events=events.tables(block) if network.events else None,
        watched=frozenset(index[name] for name in events.watched if name in index),
        trigger_start=block.start[len(trees) : len(trees) + len(network.events) + 1],
        trigger_is_mixed=np.array(events.mixed, dtype=np.bool_),
        bent_triggers=tuple(events.bent),
        depth=block.depth,
    )


def _laws(
    network: ReactionNetwork, index: Mapping[str, int], moving: Mapping[str, Expression]
) -> list[tuple[Expression, int] | None]:
    """Return by reaction what needs a program, and the power of the copy scale that belongs to it."""
    changes = {TIME, *index, *moving}
    found: list[tuple[Expression, int] | None] = []
    for reaction in network.reactions.values():
        law = rate_law(reaction.law)
        if law.formula is not None:
            found.append((law.formula(reaction), 1))
        elif any(name in changes for name in symbols(reaction.rate_constant)):
            order = sum(power for _, power in law.factors(reaction.reactants, reaction.modifiers))
            found.append((reaction.rate_constant, 1 - order))
        else:
            found.append(None)
    found += [(v.rate, 0) for v in network.variables.values() if v.rate is not None]
    return found


class _Scale:
    """Writes formulas of whole cells for a copy scale: ``s ** power * f(x / s)``."""

    def __init__(self, network: ReactionNetwork, moving: Mapping[str, Expression], *, scaled: bool) -> None:
        self.scaled = scaled
        self.moving = moving
        self.amounts: dict[str, Expression] = {
            name: Apply("/", (Symbol(name), Symbol(COPY_SCALE))) for name in network.species
        }

    def __call__(self, tree: Expression, power: int = 0) -> Expression:
        tree = substitute(tree, self.moving) if self.moving else tree
        if not self.scaled:
            return tree
        tree = substitute(tree, self.amounts)
        for _ in range(abs(power)):
            tree = Apply("*" if power > 0 else "/", (tree, Symbol(COPY_SCALE)))
        return tree


class _EventPrograms:
    """Gathers the formulas of events, and notes which program is whose."""

    def __init__(
        self, network: ReactionNetwork, index: Mapping[str, int], whole_cell: _Scale, *, first: int
    ) -> None:
        self.trees: list[Expression] = []
        self.watched: set[str] = set()
        self.bent: list[str] = []
        self.mixed: list[bool] = []
        self.index = index
        self.first = first
        self.whole_cell = whole_cell
        self.n_molecular = len(network.species)
        self.events: Sequence[Event] = list(network.events.values())
        # Triggers come first, one behind the other.
        self.trigger = [self._add(whole_cell(e.trigger)) for e in self.events]
        self.delay = [self._add_if(e.delay) for e in self.events]
        self.priority = [self._add_if(e.priority) for e in self.events]
        self.assignments = [
            [
                (index[name], self._add(whole_cell(tree, int(name in network.species))))
                for name, tree in e.assignments
            ]
            for e in self.events
        ]
        self.atoms = [self._atoms(e) for e in self.events]

    def _add(self, tree: Expression) -> int:
        self.trees.append(tree)
        return self.first + len(self.trees) - 1

    def _add_if(self, tree: Expression | None) -> int:
        return -1 if tree is None else self._add(self.whole_cell(tree))

    def _atoms(self, event: Event) -> list[tuple[int, int, bool, bool]]:
        trigger = self.whole_cell(event.trigger)
        self.watched |= set(symbols(trigger))
        found = []
        if TIME in set(symbols(trigger)) and not all(_is_switch(tree) for tree in _timed_leaves(trigger)):
            self.bent.append(event.id)
        for tree in postorder(trigger):
            if isinstance(tree, Apply) and tree.operator in RELATIONS and TIME in set(symbols(tree)):
                difference = Apply("-", tree.arguments)
                slope = derivative(difference, TIME)
                bent = TIME in set(symbols(slope))
                mixed = any(name in self.index for name in symbols(tree))
                found.append((self._add(difference), -1 if bent else self._add(slope), mixed, bent))
        self.mixed.append(any(mixed for _, _, mixed, _ in found))
        return found

    def tables(self, block: Bytecode) -> EventTables:
        """Return the arrays."""
        return EventTables(
            code=block.code,
            start=block.start,
            trigger=_integers(self.trigger),
            delay=_integers(self.delay),
            priority=_integers(self.priority),
            assignment_start=_starts(self.assignments),
            target=_integers([target for row in self.assignments for target, _ in row]),
            value=_integers([value for row in self.assignments for _, value in row]),
            persistent=np.array([e.persistent for e in self.events]),
            initial_value=np.array([e.initial_value for e in self.events]),
            values_from_trigger_time=np.array([e.use_values_from_trigger_time for e in self.events]),
            atom_start=_starts(self.atoms),
            atom_value=_integers([value for row in self.atoms for value, _, _, _ in row]),
            atom_slope=_integers([slope for row in self.atoms for _, slope, _, _ in row]),
            atom_is_mixed=np.array([mixed for row in self.atoms for _, _, mixed, _ in row], dtype=np.bool_),
            atom_is_bent=np.array([bent for row in self.atoms for _, _, _, bent in row], dtype=np.bool_),
            n_molecular=self.n_molecular,
            depth=max(block.depth, 1),
        )


def _timed_leaves(trigger: Expression) -> list[Expression]:
    """Return the outermost parts of a trigger that are not logic."""
    if isinstance(trigger, Apply) and trigger.operator in LOGIC:
        return [leaf for argument in trigger.arguments for leaf in _timed_leaves(argument)]
    return [trigger]


def _is_switch(leaf: Expression) -> bool:
    """Tell whether only a comparison of this part reads the time."""
    reads_time = TIME in set(symbols(leaf))
    return not reads_time or (isinstance(leaf, Apply) and leaf.operator in RELATIONS)


def _integers(values: Sequence[int]) -> IntArray:
    return np.array(values, dtype=np.int64)


def _starts(rows: Sequence[Sequence[object]]) -> IntArray:
    return _integers([0, *np.cumsum([len(row) for row in rows], dtype=np.int64).tolist()])
