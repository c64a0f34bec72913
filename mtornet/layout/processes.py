"""Reactions as the processes of a map: what is drawn once, and where its square stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mtornet.expression import symbols

if TYPE_CHECKING:
    from mtornet.network.elements import Reaction
    from mtornet.network.network import ReactionNetwork

Position = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """Reactions that turn the same species into the same species, drawn as one square."""

    reactants: tuple[str, ...]
    products: tuple[str, ...]
    modifiers: tuple[tuple[str, str], ...]
    reactions: tuple[str, ...]
    reversible: bool = False


def processes_of(network: ReactionNetwork, shown: Iterable[str]) -> tuple[Process, ...]:
    """Return the processes among the shown species.

    Reactions of the same reactants and products become one process with the modifiers of all. A
    process and its reverse become one reversible process if nothing modifies either.
    """
    visible = set(shown)
    merged: dict[tuple[tuple[str, ...], tuple[str, ...]], Process] = {}
    for reaction in network.reactions.values():
        if not all(name in visible for name in reaction.involved):
            continue
        process = process_of(reaction)
        key = (process.reactants, process.products)
        if key in merged:
            old = merged[key]
            process = replace(
                old,
                modifiers=tuple(dict.fromkeys((*old.modifiers, *process.modifiers))),
                reactions=(*old.reactions, *process.reactions),
            )
        merged[key] = process
    return tuple(_with_reverse(merged))


def process_of(reaction: Reaction) -> Process:
    """Return what one reaction is on a map."""
    return Process(
        reactants=tuple(sorted(name for name, _ in reaction.reactants)),
        products=tuple(sorted(name for name, _ in reaction.products)),
        modifiers=reaction.modifiers,
        reactions=(reaction.id,),
    )


def _with_reverse(merged: Mapping[tuple[tuple[str, ...], tuple[str, ...]], Process]) -> Iterable[Process]:
    done: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    for key, process in merged.items():
        reverse = merged.get((key[1], key[0]))
        if key in done:
            continue
        both_ways = reverse is not None and reverse is not process and all(key)
        if both_ways and reverse is not None and not process.modifiers and not reverse.modifiers:
            done.add((key[1], key[0]))
            yield replace(process, reactions=(*process.reactions, *reverse.reactions), reversible=True)
        else:
            yield process


def reactions_reached_by(network: ReactionNetwork, drugs: Iterable[str]) -> set[str]:
    """Return the reactions whose rate constant depends on the dose of a drug, however indirectly."""
    reached = {name for name in drugs if name in network.inputs}
    if not reached:
        return set()
    # Derived quantities may stand in any order: go on until nothing new depends on the dose.
    while more := {
        d.id
        for d in network.derived.values()
        if d.id not in reached and reached.intersection(symbols(d.expression))
    }:
        reached |= more
    return {r.id for r in network.reactions.values() if reached.intersection(symbols(r.rate_constant))}


@dataclass(slots=True)
class Placer:
    """Finds a free place for each process square, the same one each time."""

    nodes: Mapping[str, Position]
    half_width: float
    half_height: float
    taken: list[Position]

    def between(self, process: Process) -> Position:
        """Return a place between reactants and products, beside the straight line if that is taken."""
        start = np.mean([self.nodes[name] for name in process.reactants], axis=0)
        end = np.mean([self.nodes[name] for name in process.products], axis=0)
        middle = (start + end) / 2
        along = end - start
        length = float(np.hypot(*along)) or 1.0
        across = np.array([along[1], -along[0]]) / length
        # One side first: the reverse process looks from the other end and so takes the other side.
        aside = 0.0 if process.reversible else 0.75
        steps = (aside, aside + 0.9, aside + 1.8, -aside - 0.9, aside + 2.7, -aside - 1.8, aside + 3.6)
        for step in steps:
            for shift in (0.0, 0.12, -0.12, 0.24, -0.24):
                place = middle + step * across + shift * along
                if self._is_free(place):
                    return self._take(place)
        return self._take(middle + aside * across)

    def beside(self, species: str, distance: float) -> tuple[Position, Position]:
        """Return a free place above, below or beside a species and the direction to it."""
        x, y = self.nodes[species]
        for dx, dy in ((0, -1), (0, 1), (0.7, -1), (-0.7, -1), (0.7, 1), (-0.7, 1), (1, 0), (-1, 0)):
            reach = (self.half_width if dy == 0 else self.half_height) + distance
            place = np.array([x + dx * reach, y + dy * reach])
            beyond = np.array([x + dx * (reach + 1.3), y + dy * (reach + 1.3)])
            if self._is_free(place) and self._is_free(beyond):
                self._take(beyond)
                return self._take(place), (float(dx), float(dy))
        return (x, y - self.half_height - distance), (0.0, -1.0)

    def _is_free(self, place: np.ndarray) -> bool:
        x, y = place
        for node_x, node_y in self.nodes.values():
            if abs(x - node_x) < self.half_width + 0.55 and abs(y - node_y) < self.half_height + 0.55:
                return False
        return all(np.hypot(x - other_x, y - other_y) > 1.05 for other_x, other_y in self.taken)

    def _take(self, place: np.ndarray) -> Position:
        found = (float(place[0]), float(place[1]))
        self.taken.append(found)
        return found
