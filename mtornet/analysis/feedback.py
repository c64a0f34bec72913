"""Which feedback a drug releases: proposed by the graph, confirmed by cutting it in simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import networkx as nx
import numpy as np

from mtornet.analysis.cuts import every_cut, simulate_cuts
from mtornet.analysis.features import features
from mtornet.analysis.influence import RegulatoryArm, control_by_arm, influence_graph, regulatory_arms
from mtornet.analysis.summary import fold_over
from mtornet.compiled.bind import initial_amounts, row_of_constants, values_of
from mtornet.compiled.effective import effective_constants
from mtornet.compiled.network import compile_network
from mtornet.experiment.arms import Arm, vehicle_arm
from mtornet.experiment.execute import Experiment, Setup
from mtornet.expression import symbols
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.problem import FloatArray
from mtornet.simulation.steady_state import SteadyState

LEAST_CLIMB = 0.1
"""log2 of peak over nadir below which there is nothing to explain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Which arms are worth a cut in simulation."""

    control: float = 0.02
    """At least this much of the read-out, relative, for a relative change of the arm."""
    fall: float = 0.8
    """The regulator falls below this part of its activity."""
    most: int = 6
    """Arms by read-out, strongest first: all their 64 subsets are cut, and twice as many for one arm more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedFeedback:
    """One inhibitory arm that the drug silences, and what it explains."""

    arm: RegulatoryArm
    path: str
    """The way from the regulator to the read-out, with the sign of each step."""
    control: float
    """d ln(read-out)/d ln(arm) in the untreated cell; negative."""
    fold_with: float
    """Peak of the read-out after its nadir, over vehicle."""
    fold_without: float
    """The same in cells that lack the arm alone, over vehicle cells that lack it too."""
    share_removed: float
    """Part of the climb from nadir to peak (log2) that is gone without the arm; below 0 it is larger."""
    part: float
    """Part of the climb that is the arm's: what its cut removes, as the mean over all orders of cutting."""


def released_feedback(
    experiment: Experiment, treated: Arm, readouts: Sequence[str]
) -> dict[str, list[ReleasedFeedback]]:
    """Explain the rise of read-outs under a drug.

    Inhibitory arms are read from the Jacobian of the untreated cell: those which hold the read-out
    down and whose regulator falls under the drug. Drug and vehicle are simulated without each subset
    of the strongest (at most 6, so at most 64 subsets). What an arm's cut removes depends on what is
    cut already, since arms stand in for each other; the parts are the means over all orders of
    cutting (Shapley 1953), and sum to the share of the climb that is gone without all of them.

    Parameters
    ----------
    experiment
        Follows at least ``readouts``.
    treated
        An arm whose protocol settles the cells first.

    Returns
    -------
    dict of list of ReleasedFeedback
        By read-out, largest part first; empty where nothing climbs.
    """
    setup = experiment.prepare(treated)
    climbs = climbs_of(experiment, treated)
    climbing = [readout for readout in readouts if climbs[readout][0] >= LEAST_CLIMB]
    found: dict[str, list[ReleasedFeedback]] = {readout: [] for readout in readouts}
    if setup.steady is None or not climbing:
        return found
    chosen_arms = candidates(experiment, setup, setup.steady, treated, climbing, Worth())
    arms = {readout: [arm for arm, _, _ in chosen] for readout, chosen in chosen_arms.items()}
    cuts = simulate_cuts(experiment, treated, [cut for some in arms.values() for cut in every_cut(some)])
    for readout, chosen in chosen_arms.items():
        parts = cuts.parts(readout, arms[readout])
        for arm, control, path in chosen:
            alone = cuts.cut(readout, [arm])
            if alone is None:
                continue
            found[readout].append(
                ReleasedFeedback(
                    arm=arm,
                    path=path,
                    control=control,
                    fold_with=climbs[readout][1],
                    fold_without=alone.fold_without,
                    share_removed=alone.share_removed,
                    part=parts[arm],
                )
            )
        found[readout].sort(key=largest_part_first)
    return found


class Attributed(Protocol):
    """What explains a part of a climb."""

    @property
    def part(self) -> float:
        """As the mean over all orders of cutting; NaN if not known."""

    @property
    def share_removed(self) -> float:
        """When cut alone."""


def largest_part_first(entry: Attributed) -> tuple[float, float]:
    """Return what sorts by part; where that is not known, what is removed alone decides."""
    return (-entry.part if entry.part == entry.part else np.inf, -entry.share_removed)


def climbs_of(experiment: Experiment, treated: Arm) -> dict[str, tuple[float, float]]:
    """Return by read-out how far it climbs from its nadir (log2) and its peak over vehicle."""
    with_drug = experiment.deterministic(treated).moments.mean
    without = experiment.deterministic(vehicle_arm(treated)).moments.mean
    found = features(experiment.times, fold_over(with_drug, without).T)
    return {
        readout: (float(found.recovery[i]), float(found.peak[i]))
        for i, readout in enumerate(experiment.readouts)
    }


def candidates(
    experiment: Experiment,
    setup: Setup,
    steady: SteadyState,
    treated: Arm,
    readouts: Sequence[str],
    worth: Worth,
) -> dict[str, list[tuple[RegulatoryArm, float, str]]]:
    """Return by read-out the arms worth cutting, with their control and their path to the read-out."""
    network, inputs = setup.before, setup.settle_inputs
    arms = regulatory_arms(network)
    siblings = {readout: _siblings(network, readout) for readout in readouts}
    asked = dict.fromkeys([*readouts, *(name for names in siblings.values() for name in names)])
    control = control_by_arm(network, inputs, steady.amounts, list(asked), arms)
    falls = activity_left(experiment, treated, tuple({arm.regulator: None for arm in arms}))
    influences = influence_graph(network, inputs, steady.amounts)
    chosen = {}
    for readout in readouts:
        own = own_reactions(network, readout)
        promising = [
            arm
            for arm in arms
            if control[readout][arm] < -worth.control
            and falls[arm.regulator] < worth.fall
            and not own & set(arm.reactions)
            # What lowers one site and raises another moves a molecule between its forms.
            and all(control[sibling][arm] < 0 for sibling in siblings[readout])
        ]
        strength = {
            arm: control[readout][arm] * -np.log(max(falls[arm.regulator], 1e-3)) for arm in promising
        }
        promising.sort(key=lambda arm, strength=strength: strength[arm])  # type: ignore[misc]
        paths = {arm: _path(network, influences, arm, readout) for arm in promising}
        chosen[readout] = [
            (arm, control[readout][arm], " ".join(paths[arm]))
            for arm in _most_downstream(promising, paths)[: worth.most]
        ]
    return chosen


def activity_left(experiment: Experiment, treated: Arm, species: tuple[str, ...]) -> dict[str, float]:
    """Return the activity left of each regulator: its lowest amount over vehicle, times drug factors.

    A kinase whose site is blocked keeps its amount; what falls is the constant of its reactions.
    """
    watching = Experiment(network=experiment.network, readouts=species, times=experiment.times)
    with_drug = watching.deterministic(treated).moments.mean
    without = watching.deterministic(vehicle_arm(treated)).moments.mean
    amounts = np.min(with_drug / np.maximum(without, 1e-9), axis=0)
    setup = watching.prepare(treated)
    return {
        name: float(amounts[k]) * _factor(setup.network, setup.stretches, name)
        for k, name in enumerate(species)
    }


def _factor(network: ReactionNetwork, stretches: list[tuple[float, dict[str, float]]], species: str) -> float:
    compiled = compile_network(network)
    mine = [
        j for j, r in enumerate(network.reactions.values()) if any(name == species for name, _ in r.modifiers)
    ]
    undrugged = {i.id: 0.0 for i in network.inputs.values() if i.role != "ligand"}
    start = initial_amounts(network)

    def constants(time: float, values: dict[str, float]) -> FloatArray:
        row = row_of_constants(compiled, values_of(network, compiled, values))
        return effective_constants(compiled, row, start, time)[mine]

    before = constants(0.0, stretches[0][1] | undrugged)
    lowest = 1.0
    for time, values in stretches:
        now = constants(time, values)
        ratios = now[before > 0] / before[before > 0]
        lowest = min(lowest, float(np.min(ratios, initial=1.0)))
    return lowest


def _most_downstream(arms: list[RegulatoryArm], paths: dict[RegulatoryArm, list[str]]) -> list[RegulatoryArm]:
    """Leave out an arm that acts through another: the last one is the feedback.

    Its way must take the other's own step; that it passes the other's regulator on the way to
    something else says nothing.
    """
    return [arm for arm in arms if not any(_takes(paths[arm], paths[other]) for other in arms)]


def _takes(path: list[str], other: list[str]) -> bool:
    """Tell whether a way takes the first step of another after its own: regulator, sign, what it acts on."""
    return any(path[i : i + 3] == other[:3] for i in range(2, len(path) - 2, 2))


def own_reactions(network: ReactionNetwork, readout: str) -> set[str]:
    """Return the reactions that make or unmake what the read-out sees; none of them is a feedback."""
    seen = set(symbols(network.readouts[readout].expression))
    return {reaction.id for reaction in network.reactions.values() if seen & set(reaction.net)}


def _siblings(network: ReactionNetwork, readout: str) -> list[str]:
    """Return the other read-outs that see the same molecule, such as the other site of a kinase."""

    def molecules(name: str) -> set[tuple[str, ...]]:
        seen = set(symbols(network.readouts[name].expression)) & set(network.species)
        return {network.species[species].components for species in seen}

    mine = molecules(readout)
    return [
        name for name in network.readouts if name != readout and molecules(name) and molecules(name) <= mine
    ]


def _path(network: ReactionNetwork, influences: nx.DiGraph, arm: RegulatoryArm, readout: str) -> list[str]:
    """Return the shortest way from regulator to read-out as species and signs in turn."""
    wanted = set(symbols(network.readouts[readout].expression)) & set(network.species)
    touched = [name for r in arm.reactions for name in network.reactions[r].net]
    best: list[str] = []
    for start in dict.fromkeys(touched):
        if not influences.has_edge(arm.regulator, start):
            continue
        for end in sorted(wanted):
            try:
                route = [arm.regulator, *nx.shortest_path(influences, start, end)]
            except nx.NetworkXNoPath:
                continue
            if not best or len(route) < len(best):
                best = route
    steps = best[:1] or [arm.regulator]
    for a, b in pairwise(best):
        steps += ["→" if influences.edges[a, b]["sign"] > 0 else "⊣", b]
    return steps
