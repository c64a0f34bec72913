"""Which feedback a drug releases: proposed by the graph, confirmed by cutting it in simulation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import networkx as nx
import numpy as np

from mtornet.analysis.features import features
from mtornet.analysis.influence import RegulatoryArm, control_by_arm, influence_graph, regulatory_arms
from mtornet.compiled.bind import rate_constants, values_of
from mtornet.compiled.network import compile_network
from mtornet.errors import MtorNetError
from mtornet.experiment.arms import Arm
from mtornet.experiment.drug import VEHICLE
from mtornet.experiment.execute import Experiment
from mtornet.expression import symbols
from mtornet.network.network import ReactionNetwork

CONTROL_WORTH_CUTTING = 0.02
FALL_WORTH_CUTTING = 0.8
MOST_CUTS = 6


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
    """The same in cells that lack the arm, over vehicle cells that lack it too."""
    share_removed: float
    """Part of the climb from nadir to peak (in log2) that is gone without the arm."""


def released_feedback(experiment: Experiment, treated: Arm, readout: str) -> list[ReleasedFeedback]:
    """Explain the rise of a read-out under a drug.

    Inhibitory arms are read from the Jacobian of the untreated cell: those which hold the read-out
    down and whose regulator falls under the drug. The strongest are cut one at a time, drug and
    vehicle are simulated without the arm, and the share of the climb that is gone is reported.

    Returns
    -------
    list of ReleasedFeedback
        Largest share first; empty if nothing climbs.
    """
    setup = experiment.prepare(treated)
    if setup.steady is None:
        return []
    untreated, amounts = setup.before, setup.steady.amounts
    vehicle = replace(
        treated, condition=VEHICLE, drug=VEHICLE, drug_class=VEHICLE, protocol=treated.protocol.vehicle()
    )
    climb, peak = _climb(experiment, treated, vehicle, readout)
    if climb < 0.1:
        return []
    arms = regulatory_arms(untreated)
    control = control_by_arm(untreated, setup.settle_inputs, amounts, readout, arms)
    falls = _falls(experiment, treated, vehicle, tuple({arm.regulator for arm in arms}))
    own = _own_reactions(untreated, readout)
    others = [
        control_by_arm(untreated, setup.settle_inputs, amounts, sibling, arms)
        for sibling in _siblings(untreated, readout)
    ]
    promising = [
        arm
        for arm in arms
        if control[arm] < -CONTROL_WORTH_CUTTING
        and falls[arm.regulator] < FALL_WORTH_CUTTING
        and not own & set(arm.reactions)
        # What lowers one site and raises another moves a molecule between its forms.
        and all(other[arm] < 0 for other in others)
    ]
    promising.sort(key=lambda arm: control[arm] * -np.log(max(falls[arm.regulator], 1e-3)))
    influences = influence_graph(untreated, setup.settle_inputs, amounts)
    paths = {arm: _path(untreated, influences, arm, readout) for arm in promising}
    found = []
    for arm in _most_downstream(promising, paths)[:MOST_CUTS]:
        cut = Experiment(
            network=experiment.network.without_reaction(*arm.reactions),
            readouts=experiment.readouts,
            times=experiment.times,
            ode_options=experiment.ode_options,
        )
        try:
            climb_without, peak_without = _climb(cut, treated, vehicle, readout)
        except MtorNetError:
            # Without the arm the cell may have no steady state; then it explains nothing here.
            continue
        found.append(
            ReleasedFeedback(
                arm=arm,
                path=" ".join(paths[arm]),
                control=control[arm],
                fold_with=peak,
                fold_without=peak_without,
                share_removed=float(np.clip(1.0 - climb_without / climb, 0.0, 1.0)),
            )
        )
    return sorted(found, key=lambda feedback: -feedback.share_removed)


def _climb(experiment: Experiment, treated: Arm, vehicle: Arm, readout: str) -> tuple[float, float]:
    i = experiment.readouts.index(readout)
    with_drug = experiment.deterministic(treated).moments.mean[:, i]
    without = experiment.deterministic(vehicle).moments.mean[:, i]
    found = features(experiment.times, with_drug / without)
    return float(found.recovery[0]), float(found.peak[0])


def _falls(experiment: Experiment, treated: Arm, vehicle: Arm, species: tuple[str, ...]) -> dict[str, float]:
    """Return the activity left of each regulator: its lowest amount over vehicle, times drug factors.

    A kinase whose site is blocked keeps its amount; what falls is the constant of its reactions.
    """
    watching = Experiment(network=experiment.network, readouts=species, times=experiment.times)
    with_drug = watching.deterministic(treated).moments.mean
    without = watching.deterministic(vehicle).moments.mean
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
    undrugged = {i.id: 0.0 for i in network.inputs.values() if i.role == "drug"}
    before = rate_constants(compiled, values_of(network, compiled, stretches[0][1] | undrugged))[mine]
    lowest = 1.0
    for _, values in stretches:
        now = rate_constants(compiled, values_of(network, compiled, values))[mine]
        ratios = now[before > 0] / before[before > 0]
        lowest = min(lowest, float(np.min(ratios, initial=1.0)))
    return lowest


def _most_downstream(arms: list[RegulatoryArm], paths: dict[RegulatoryArm, list[str]]) -> list[RegulatoryArm]:
    """Leave out an arm that acts through the regulator of another: the last one is the feedback."""
    regulators = {arm.regulator for arm in arms}
    return [arm for arm in arms if not regulators & set(paths[arm][1:-1])]


def _own_reactions(network: ReactionNetwork, readout: str) -> set[str]:
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
