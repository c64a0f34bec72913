"""What one drug does to the wiring: the steps it blocks, the loops it opens, its ways to the read-outs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import networkx as nx
import numpy as np

from mtornet.analysis.feedback import activity_left
from mtornet.analysis.loops import Loop, loops_in
from mtornet.analysis.regulation import readout_node, regulatory_graph, with_readouts
from mtornet.compiled.bind import rate_constants, values_of
from mtornet.compiled.network import compile_network
from mtornet.errors import ProtocolError
from mtornet.experiment.arms import Arm, arm_of, constant_protocol
from mtornet.experiment.dose import Dose
from mtornet.experiment.drug import Drug
from mtornet.experiment.execute import Experiment, Setup
from mtornet.expression import symbols
from mtornet.network.network import ReactionNetwork

BLOCKED = 0.8
"""Rate constants and amounts left below this part count as hit."""

SILENCED = 0.5
"""A regulator with less activity left than this carries its loop no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedStep:
    """A reaction whose rate constant the drug lowers, or a species that the drug takes away."""

    reaction: str
    what: str
    left: float
    """Part of the rate constant left at the dose; of the species' lowest amount where the drug binds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLoop:
    """A loop that carries less under the drug."""

    loop: Loop
    regulator: str
    """Where least is left."""
    left: float
    effect: str
    """``releases`` a molecule held down through the loop, or ``starves`` one that the loop fed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathToReadout:
    """The shortest regulatory path from what the drug hits to a read-out."""

    readout: str
    path: str
    push: str
    """``up`` or ``down``: where the path pushes the read-out when its start is inhibited."""
    delay_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugProfile:
    """A drug on the wiring of one cell."""

    drug: Drug
    dose_nM: float
    blocked: tuple[BlockedStep, ...]
    loops: tuple[OpenedLoop, ...]
    paths: tuple[PathToReadout, ...]


def drug_profile(
    network: ReactionNetwork,
    drug: Drug,
    *,
    dose: str | Dose | None = None,
    variant: str = "wild_type",
    hours: float = 24.0,
) -> DrugProfile:
    """Find what a drug blocks, which feedback loops it opens and how it reaches each read-out.

    Parameters
    ----------
    dose
        The drug's default dose if not given.
    hours
        How long activities are followed under the drug, by the rate equations.

    Raises
    ------
    ProtocolError
        If no dose is given and the drug has no default one.
    """
    if dose is None:
        if drug.default_dose is None:
            raise ProtocolError(f"drug {drug.id!r} has no default dose; give one, for example '20 nM'")
        dose = f"{drug.default_dose.nM:g} nM"
    protocol = constant_protocol(variant=variant, inputs={}, given={drug.id: dose}, duration=hours * 3600.0)
    arm = arm_of(network, protocol)
    regulators = tuple(dict.fromkeys(name for r in network.reactions.values() for name, _ in r.modifiers))
    experiment = Experiment(network=network, readouts=regulators, times=np.linspace(0.0, hours * 3600.0, 97))
    setup = experiment.prepare(arm)
    assert setup.steady is not None
    left = activity_left(experiment, arm, regulators)
    graph = regulatory_graph(setup.before, setup.settle_inputs, setup.steady.amounts)
    blocked = (*_slowed(setup), *_bound(experiment, setup, arm, drug.id))
    return DrugProfile(
        drug=drug,
        dose_nM=arm.dose_nM,
        blocked=blocked,
        loops=_opened(setup.before, graph, left),
        paths=_paths(setup, graph, blocked),
    )


def _slowed(setup: Setup) -> list[BlockedStep]:
    network, compiled = setup.network, compile_network(setup.network)
    none = {i.id: 0.0 for i in network.inputs.values() if i.role == "drug"}
    before = rate_constants(compiled, values_of(network, compiled, setup.stretches[0][1] | none))
    lowest = np.ones(before.size)
    for _, values in setup.stretches:
        now = rate_constants(compiled, values_of(network, compiled, values))
        lowest = np.minimum(lowest, np.where(before > 0, now / np.where(before > 0, before, 1.0), 1.0))
    return [
        BlockedStep(reaction=name, what=network.reactions[name].name or name, left=float(lowest[j]))
        for j, name in enumerate(compiled.reactions)
        if lowest[j] < BLOCKED
    ]


def _bound(experiment: Experiment, setup: Setup, arm: Arm, drug: str) -> list[BlockedStep]:
    """Return the species that the drug's own reactions take out of the network."""
    network, before = setup.network, setup.before
    own = {name for name in network.species if name not in before.species}
    found: dict[str, str] = {}
    for reaction in network.reactions.values():
        reactants = [name for name, _ in reaction.reactants]
        if own.intersection(reactants):
            for name in reactants:
                if name in before.species:
                    found.setdefault(name, reaction.id)
    if not found:
        return []
    left = activity_left(experiment, arm, tuple(found))
    return [
        BlockedStep(reaction=reaction, what=f"{drug} binds {name}", left=left[name])
        for name, reaction in found.items()
        if left[name] < BLOCKED
    ]


def _opened(network: ReactionNetwork, graph: nx.DiGraph, left: dict[str, float]) -> tuple[OpenedLoop, ...]:
    found = []
    for loop in loops_in(network, graph):
        steps = loop.steps
        silenced = [
            k
            for k, (name, _, _) in enumerate(steps)
            # What its own brake pushes down is a loop at work, not one that the drug cuts.
            if left[name] < SILENCED and not (steps[k - 1][1] < 0 and left[steps[k - 1][0]] >= SILENCED)
        ]
        if silenced:
            at = min(silenced, key=lambda k: left[steps[k][0]])
            found.append(
                OpenedLoop(
                    loop=loop, regulator=steps[at][0], left=left[steps[at][0]], effect=_effect(steps, at)
                )
            )
    return tuple(found)


def _effect(steps: tuple[tuple[str, int, str], ...], at: int) -> str:
    """Say what the cut lets go: the target of the first brake behind it, or the end of a positive loop."""
    behind = [*steps[at:], *steps[:at]]
    brake = next((target for _, sign, target in behind if sign < 0), None)
    return f"releases {brake}" if brake is not None else f"starves {behind[0][2]}"


def _paths(setup: Setup, graph: nx.DiGraph, blocked: tuple[BlockedStep, ...]) -> tuple[PathToReadout, ...]:
    """Walk from the nearest thing that the drug hits to each read-out."""
    network, inputs, steady = setup.before, setup.settle_inputs, setup.steady
    assert steady is not None
    taken, starts = _starts(setup, blocked)
    wider = with_readouts(graph, network, inputs, steady.amounts)
    found = []
    for readout in network.readouts.values():
        end = readout_node(readout.id)
        # A kinase whose site is blocked keeps its amount: only a read-out of its activity sees that.
        of_activity = not set(symbols(readout.expression)) <= set(network.species)
        routes = [
            route
            for start in starts
            if end in wider and nx.has_path(wider, start, end)
            for route in nx.all_shortest_paths(wider, start, end)
            if len(route) > 2 or not wider.edges[start, end]["itself"] or of_activity or start in taken
        ]
        if routes:
            found.append(_path(wider, readout.id, min(routes, key=lambda route: _length(wider, route))))
    return tuple(found)


def _starts(setup: Setup, blocked: tuple[BlockedStep, ...]) -> tuple[set[str], list[str]]:
    """Return the species that the drug binds, and all species that act through what it hits."""
    network = setup.before
    taken: set[str] = set()
    starts: dict[str, None] = {}
    for step in blocked:
        reaction = setup.network.reactions[step.reaction]
        binds = any(name not in network.species for name in reaction.involved)
        names = reaction.reactants if binds else (reaction.modifiers or reaction.products)
        here = [name for name, _ in names if name in network.species]
        starts.update(dict.fromkeys(here))
        if binds:
            taken.update(here)
    return taken, list(starts)


def _length(graph: nx.DiGraph, route: list[str]) -> tuple[float, float]:
    strength = np.prod([abs(graph.edges[a, b]["response"]) for a, b in pairwise(route)])
    return (len(route), -float(strength))


def _path(graph: nx.DiGraph, readout: str, route: list[str]) -> PathToReadout:
    text, sign, delay = route[0], -1, 0.0
    for a, b in pairwise(route):
        edge = graph.edges[a, b]
        text += f" {'→' if edge['sign'] > 0 else '⊣'} {b.strip('[]')}"
        sign, delay = sign * edge["sign"], delay + edge["lag_s"]
    return PathToReadout(readout=readout, path=text, push="up" if sign > 0 else "down", delay_s=delay)
