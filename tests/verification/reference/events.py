"""SBML events (Level 3 Version 2) in plain Python: what every engine has to do, step by step.

An engine that is at time ``t`` in state ``x`` calls :meth:`Events.settle` after **every** change of ``x`` or
``t``; what comes back is the state after all events that happen at this moment. Between two calls it
must not step past :attr:`Events.next_due`. At the very start it calls :meth:`Events.start` once.

    events = Events(network)
    x = events.start(t, x)
    while t < end:
        t, x = advance(t, x, until=min(end, events.next_due))   # stops as soon as a trigger flips
        x = events.settle(t, x)

A state is a list: the molecules of every species, then the values of every variable, in the order of
the network. Nothing here knows how the state moves between events.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mtornet.expression import TIME, Expression, evaluate, symbols
from mtornet.network.elements import Event
from mtornet.network.network import ReactionNetwork
from tests.verification.reference.python_formulas import python_function, source

State = list[float]
MAX_ROUNDS = 10_000
"""Events at one moment; a model whose events set off each other for ever is wrong."""


def constants(network: ReactionNetwork, changed: Mapping[str, float] | None = None) -> dict[str, float]:
    """Values of everything that never changes: compartments, inputs, parameters, most derived quantities."""
    values = {c.id: c.size for c in network.compartments.values()}
    values |= {i.id: i.value for i in network.inputs.values()}
    values |= {p.id: p.value for p in network.parameters.values()}
    values |= changed or {}
    left = {name: derived.expression for name, derived in network.derived.items()}
    while ready := [n for n, tree in left.items() if all(s in values for s in symbols(tree))]:
        values |= {name: evaluate(left.pop(name), values) for name in ready}
    return values


def places(network: ReactionNetwork, changed: Mapping[str, float] | None = None) -> dict[str, str]:
    """What every name is for :func:`python_function`: a number, ``t``, or an entry of the state."""
    known = {name: f"({value!r})" for name, value in constants(network, changed).items()}
    known |= {name: f"x[{i}]" for i, name in enumerate((*network.species, *network.variables))}
    known[TIME] = "t"
    left = {name: d.expression for name, d in network.derived.items() if name not in known}
    while left:
        for name in [n for n, tree in left.items() if all(s in known for s in symbols(tree))]:
            known[name] = source(left.pop(name), known)
    return known


def initial_state(network: ReactionNetwork) -> State:
    """Amounts, then variables."""
    return [*(s.initial for s in network.species.values()), *(v.initial for v in network.variables.values())]


@dataclass
class _Pending:
    """An event that has been triggered and waits for its time."""

    index: int
    due: float
    values: tuple[float, ...] | None
    """What is assigned, if that was computed when it was triggered."""


class Events:
    """Triggers, delays and priorities of one run."""

    def __init__(
        self,
        network: ReactionNetwork,
        *,
        changed: Mapping[str, float] | None = None,
        choose: Callable[[int], int] = lambda _n: 0,
    ) -> None:
        """``choose(n)`` picks one of n events of the same priority; SBML leaves the order open."""
        self.events: Sequence[Event] = list(network.events.values())
        self.choose = choose
        known = places(network, changed)
        index = {name: i for i, name in enumerate((*network.species, *network.variables))}

        def function(trees: Sequence[Expression]) -> Callable[..., tuple[float, ...]]:
            return python_function(trees, known)

        self.triggers = function([event.trigger for event in self.events])
        self._delays = [None if e.delay is None else function([e.delay]) for e in self.events]
        self._priorities = [None if e.priority is None else function([e.priority]) for e in self.events]
        self._values = [function([tree for _, tree in e.assignments]) for e in self.events]
        self._targets = [[index[name] for name, _ in e.assignments] for e in self.events]
        self._was = [event.initial_value for event in self.events]
        self._pending: list[_Pending] = []

    @property
    def next_due(self) -> float:
        """When the next delayed event happens; infinity if none waits."""
        return min((pending.due for pending in self._pending), default=math.inf)

    def are_true(self, t: float, x: State) -> tuple[bool, ...]:
        """Which triggers hold."""
        return tuple(bool(value) and not math.isnan(value) for value in self.triggers(x, t))

    def start(self, t: float, x: State) -> State:
        """The state after the events at the start: a trigger that is true fires if it was false before."""
        return self.settle(t, x)

    def settle(self, t: float, x: State) -> State:
        """The state after every event that happens at ``t``."""
        x = list(x)
        self._look(t, x)
        for _ in range(MAX_ROUNDS):
            due = [pending for pending in self._pending if pending.due <= t]
            if not due:
                return x
            chosen = self._first(due, t, x)
            self._pending.remove(chosen)
            values = self._values[chosen.index](x, t) if chosen.values is None else chosen.values
            for i, value in zip(self._targets[chosen.index], values, strict=True):
                x[i] = value
            # What this event did may trigger others, and calls off those that do not persist.
            self._look(t, x)
        raise RuntimeError(f"more than {MAX_ROUNDS} events at t = {t}")

    def _look(self, t: float, x: State) -> None:
        for i, (now, was) in enumerate(zip(self.are_true(t, x), self._was, strict=True)):
            event = self.events[i]
            if now and not was:
                delay = self._delays[i]
                due = t if delay is None else t + max(0.0, delay(x, t)[0])
                values = self._values[i](x, t) if event.use_values_from_trigger_time else None
                self._pending.append(_Pending(i, due, values))
            elif was and not now and not event.persistent:
                self._pending = [pending for pending in self._pending if pending.index != i]
            self._was[i] = now

    def _first(self, due: list[_Pending], t: float, x: State) -> _Pending:
        # Priorities are looked at now, not when the events were triggered; without one an event comes last.
        ranks = [self._priority(pending.index, t, x) for pending in due]
        best = [pending for pending, rank in zip(due, ranks, strict=True) if rank == max(ranks)]
        return best[self.choose(len(best))]

    def _priority(self, i: int, t: float, x: State) -> float:
        priority = self._priorities[i]
        return -math.inf if priority is None else priority(x, t)[0]
