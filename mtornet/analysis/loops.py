"""Feedback loops of a network at a steady state: their steps, sign, strength and delay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import networkx as nx
import numpy as np

from mtornet.analysis.regulation import regulatory_graph
from mtornet.experiment.arms import arm_of, constant_protocol
from mtornet.experiment.execute import Experiment
from mtornet.expression import symbols
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork

LONGEST = 10
"""Regulators in a loop; longer ones are weak and explain nothing."""
LEAST_GAIN = 1e-3

_CLASSES = ((60.0, "seconds"), (3600.0, "minutes"), (86400.0, "hours"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Routes around one circle of molecules, taken together."""

    steps: tuple[tuple[str, int, str], ...]
    """``(regulator, sign, target)`` of each step along the strongest route; the last acts on the first."""
    gain: float
    """Sum over routes of the product of local responses; negative feedback is below 0."""
    delay_s: float
    """Sum of the mean delays of the steps along the strongest route."""
    slowest: tuple[str, str, float]
    """Regulator, responder and delay in seconds of the slowest step."""
    routes: int
    """Ways around through different states of the same molecules."""

    @property
    def sign(self) -> int:
        """+1 or -1: what comes back to the start of a push."""
        return 1 if self.gain > 0 else -1

    @property
    def regulators(self) -> tuple[str, ...]:
        """The regulators along the strongest route, in order."""
        return tuple(name for name, _, _ in self.steps)

    @property
    def delay_class(self) -> str:
        """Seconds, minutes, hours or days."""
        return delay_class(self.delay_s)

    @property
    def text(self) -> str:
        """The circle as one line: ``pS6K ⊣ PI3Ka → PIP3 ... → pS6K``."""
        return _written([*self.steps, (self.steps[0][0], 0, "")])


def delay_class(seconds: float) -> str:
    """Name the scale of a delay."""
    return next((name for limit, name in _CLASSES if seconds < limit), "days")


def loops_at_rest(
    network: ReactionNetwork, *, variant: str = "wild_type", inputs: Mapping[str, str] | None = None
) -> tuple[Loop, ...]:
    """Return the feedback loops at the steady state of an untreated cell, strongest first.

    Parameters
    ----------
    inputs
        Ligands, for example ``{"insulin": "1 nM"}``; the network's own values if not given.
    """
    protocol = constant_protocol(variant=variant, inputs=inputs or {}, given={}, duration=1.0)
    experiment = Experiment(network=network, readouts=(), times=np.zeros(1))
    setup = experiment.prepare(arm_of(network, protocol))
    assert setup.steady is not None
    return loops_in(setup.before, regulatory_graph(setup.before, setup.settle_inputs, setup.steady.amounts))


def loops_in(network: ReactionNetwork, graph: nx.DiGraph) -> tuple[Loop, ...]:
    """Return the feedback loops of a regulatory graph, strongest first."""
    regulators = [name for name in graph if graph.out_degree(name)]
    circles: dict[tuple[tuple[str, str], ...], list[tuple[float, list[str]]]] = {}
    for found in nx.simple_cycles(graph.subgraph(regulators), length_bound=LONGEST):
        circle = _from_first(found, graph)
        gain = float(np.prod([graph.edges[edge]["response"] for edge in _around(circle)]))
        key = tuple((_molecules(network, a), graph.edges[a, b]["target"]) for a, b in _around(circle))
        circles.setdefault(_rotated(key), []).append((gain, circle))
    loops = [_loop(graph, routes) for routes in circles.values()]
    loops = [loop for loop in loops if abs(loop.gain) >= LEAST_GAIN]
    return tuple(sorted(loops, key=lambda loop: (-abs(loop.gain), loop.text)))


def loops_through(network: ReactionNetwork, loops: Iterable[Loop], node: str) -> tuple[Loop, ...]:
    """Return the loops that pass a species, a molecule or what a read-out sees, starting there.

    A species that regulates nothing stands for the states and complexes that contain it.

    Raises
    ------
    UnknownNameError
        If nothing of the network has that name.
    """
    passed = [(loop, _passes(network, loop, node)) for loop in loops]
    found = [_starting(loop, at) for loop, at in passed if at is not None]
    if not found and node not in {*network.species, *network.readouts, *_all_molecules(network)}:
        raise unknown_name(
            "species, molecule or read-out",
            node,
            [*network.species, *network.readouts, *_all_molecules(network)],
        )
    return tuple(found)


def _passes(network: ReactionNetwork, loop: Loop, node: str) -> int | None:
    if node in loop.regulators:
        return loop.regulators.index(node)
    wanted = _members(network, node)
    for k, (name, _, target) in enumerate(loop.steps):
        own = set(network.species[name].components)
        if any(name == other or (parts and parts <= own) for other, parts in wanted):
            return k
        if any(parts and parts <= set(target.split("·")) for _, parts in wanted):
            return k
    return None


def _members(network: ReactionNetwork, node: str) -> list[tuple[str, set[str]]]:
    """Return species and molecules that a name may mean."""
    if node in network.species:
        return [(node, set(network.species[node].components))]
    if node in network.readouts:
        seen = set(symbols(network.readouts[node].expression))
        return [(name, set()) for name in network.species if name in seen]
    return [(node, {node})]


def _all_molecules(network: ReactionNetwork) -> set[str]:
    return {part for species in network.species.values() for part in species.components}


def _loop(graph: nx.DiGraph, routes: list[tuple[float, list[str]]]) -> Loop:
    routes.sort(key=lambda route: (-abs(route[0]), route[1]))
    circle = routes[0][1]
    edges = [(a, b, graph.edges[a, b]) for a, b in _around(circle)]
    slowest = max(edges, key=lambda edge: edge[2]["lag_s"])
    return Loop(
        steps=tuple((a, int(data["sign"]), str(data["target"])) for a, _, data in edges),
        gain=float(sum(gain for gain, _ in routes)),
        delay_s=float(sum(data["lag_s"] for _, _, data in edges)),
        slowest=(slowest[0], slowest[1], float(slowest[2]["lag_s"])),
        routes=len(routes),
    )


def _starting(loop: Loop, at: int) -> Loop:
    return replace(loop, steps=(*loop.steps[at:], *loop.steps[:at]))


def _around(circle: list[str]) -> list[tuple[str, str]]:
    return list(pairwise([*circle, circle[0]]))


def _from_first(circle: list[str], graph: nx.DiGraph) -> list[str]:
    # The same circle starts at the same regulator, whatever order the search found it in.
    order = {name: i for i, name in enumerate(graph)}
    at = min(range(len(circle)), key=lambda i: order[circle[i]])
    return [*circle[at:], *circle[:at]]


def _rotated(key: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return min((*key[i:], *key[:i]) for i in range(len(key)))


def _molecules(network: ReactionNetwork, name: str) -> str:
    return "·".join(network.species[name].components) or name


def _written(steps: list[tuple[str, int, str]]) -> str:
    text = steps[0][0]
    for (_, sign, _), (after, _, _) in pairwise(steps):
        text += f" {'→' if sign > 0 else '⊣'} {after}"
    return text
