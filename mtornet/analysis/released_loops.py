"""Feedback loops by name: arms of one brake together, what each explains, and what two explain together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, starmap

from mtornet.analysis.cuts import Cuts, every_cut, simulate_cuts
from mtornet.analysis.feedback import (
    LEAST_CLIMB,
    Worth,
    candidates,
    climbs_of,
    largest_part_first,
    own_reactions,
)
from mtornet.analysis.influence import RegulatoryArm, regulatory_arms
from mtornet.experiment.arms import Arm
from mtornet.experiment.execute import Experiment
from mtornet.network.network import ReactionNetwork

SMALL_ARMS_TOO = Worth(control=0.002, fall=0.9, most=24)
MOST_LOOPS = 6
"""Strongest first: all their 64 subsets are cut, and twice as many for one loop more."""
WORTH_NAMING = 0.02
"""Share of a climb below which a branch is not named."""
IN_PAIRS = 4
"""Pairs of so many of the strongest loops are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brake:
    """A brake that the drug releases: one regulator on one stretch of the way to the read-out."""

    name: str
    """Text such as ``A ⊣ B/C``."""
    regulators: tuple[str, ...]
    arms: tuple[RegulatoryArm, ...]
    path: str
    """The way of the strongest arm to the read-out, with the sign of each step."""
    control: float
    """d ln(read-out)/d ln(all arms) in the untreated cell; negative."""

    @property
    def reactions(self) -> tuple[str, ...]:
        """The reactions that a cut removes."""
        return tuple(name for arm in self.arms for name in arm.reactions)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrakeShare:
    """What one loop, or two cut together, explain of the climb of a read-out."""

    loops: tuple[Brake, ...]
    branches: tuple[tuple[str, float], ...] = ()
    """What the loop's target drives upwards, and the share that is gone when only that is cut."""
    fold_with: float
    """Peak of the read-out after its nadir, over vehicle."""
    fold_without: float
    """The same without the loops, over vehicle cells that lack them too."""
    share_removed: float
    """Part of the climb (log2 of peak over nadir) that is gone; below 0 the climb is larger without."""
    part: float
    """Part of the climb that is theirs: what their cuts remove, as the mean over all orders of cutting."""

    @property
    def name(self) -> str:
        """Text such as ``A ⊣ B + C ⊣ D``, or ``A ⊣ B → C/D`` with the branches that carry it."""
        carrying = [target for target, share in self.branches if share >= WORTH_NAMING]
        if carrying:
            return f"{self.loops[0].name} → {'/'.join(carrying)}"
        return " + ".join(loop.name for loop in self.loops)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a read-out climbs under a drug."""

    readout: str
    climb: float
    """log2 of peak over nadir."""
    peak: float
    """Over vehicle."""
    alone: tuple[BrakeShare, ...]
    """Largest part first."""
    pairs: tuple[BrakeShare, ...]
    """Pairs of the strongest loops, largest share first."""
    together: BrakeShare | None
    """All loops cut at once: what is left has another reason."""

    @property
    def stronger_together(self) -> tuple[BrakeShare, ...]:
        """Pairs whose cut removes clearly more than that of either alone."""
        shares = {share.loops[0].name: share.share_removed for share in self.alone}
        return tuple(
            pair
            for pair in self.pairs
            if pair.share_removed > max(shares[loop.name] for loop in pair.loops) + 0.1
        )


def explain(experiment: Experiment, treated: Arm, readouts: Sequence[str]) -> dict[str, Explanation]:
    """Find the loops that carry a climb from the graph, and confirm them by cutting every subset of them.

    A loop's part of the climb is what its cut removes, as the mean over all orders of cutting (Shapley
    1953): loops stand in for each other, so that the cut of one alone says little. The parts sum to
    the share that is gone when all are cut.

    Parameters
    ----------
    experiment
        Follows at least ``readouts``.
    treated
        An arm whose protocol settles the cells first.

    Returns
    -------
    dict of Explanation
        By read-out; those that do not climb are left out.
    """
    setup = experiment.prepare(treated)
    climbs = climbs_of(experiment, treated)
    climbing = [readout for readout in readouts if climbs[readout][0] >= LEAST_CLIMB]
    if setup.steady is None or not climbing:
        return {}
    chosen = candidates(experiment, setup, setup.steady, treated, climbing, SMALL_ARMS_TOO)
    loops = {readout: named_loops(setup.before, chosen[readout])[:MOST_LOOPS] for readout in climbing}
    branches = {
        (readout, loop): _branches(setup.before, loop, readout)
        for readout in climbing
        for loop in loops[readout]
    }
    wanted = [cut for some in loops.values() for cut in every_cut(some)]
    wanted += [frozenset(arm.reactions) for arms in branches.values() for arm in arms]
    cuts = simulate_cuts(experiment, treated, wanted)
    return {
        readout: _explanation(readout, climbs[readout], loops[readout], branches, cuts)
        for readout in climbing
    }


def _explanation(
    readout: str,
    climb_and_peak: tuple[float, float],
    loops: Sequence[Brake],
    branches: Mapping[tuple[str, Brake], Sequence[RegulatoryArm]],
    cuts: Cuts,
) -> Explanation:
    climb, peak = climb_and_peak
    parts = cuts.parts(readout, loops)

    def share(*members: Brake) -> BrakeShare | None:
        cut = cuts.cut(readout, members)
        if cut is None:
            return None
        shares: tuple[tuple[str, float], ...] = ()
        if len(members) == 1:
            found = ((arm.target, cuts.cut(readout, [arm])) for arm in branches[readout, members[0]])
            known = [(target, branch.share_removed) for target, branch in found if branch is not None]
            shares = tuple(sorted(known, key=lambda branch: -branch[1]))
        return BrakeShare(
            loops=members,
            branches=shares,
            fold_with=peak,
            fold_without=cut.fold_without,
            share_removed=cut.share_removed,
            part=sum(parts[loop] for loop in members),
        )

    alone = [entry for entry in map(share, loops) if entry is not None]
    alone.sort(key=largest_part_first)
    strongest = [entry.loops[0] for entry in alone[:IN_PAIRS]]
    pairs = [pair for pair in starmap(share, combinations(strongest, 2)) if pair is not None]
    return Explanation(
        readout=readout,
        climb=climb,
        peak=peak,
        alone=tuple(alone),
        pairs=tuple(sorted(pairs, key=lambda pair: -pair.share_removed)),
        together=share(*loops) if loops else None,
    )


def _branches(network: ReactionNetwork, loop: Brake, readout: str) -> list[RegulatoryArm]:
    """Return how a loop's target makes more of something, such as the genes of a transcription factor."""
    held = {arm.target for arm in loop.arms}
    own = own_reactions(network, readout)
    return [
        arm
        for arm in regulatory_arms(network)
        if all(not network.reactions[name].reactants for name in arm.reactions)
        and not own & set(arm.reactions)
        and _molecule(network, arm.regulator) in held
    ]


def named_loops(network: ReactionNetwork, chosen: Sequence[tuple[RegulatoryArm, float, str]]) -> list[Brake]:
    """Put arms together that are one brake, strongest first.

    Forms of one regulator on one molecule are one brake. So are brakes of one regulator of which one
    acts on the way of the other: they hold the same line at two places.
    """
    units: dict[tuple[str, str], Brake] = {}
    for arm, control, path in chosen:
        key = _molecule(network, arm.regulator), arm.target
        before = units.get(key)
        if before is None:
            units[key] = Brake(name="", regulators=(arm.regulator,), arms=(arm,), path=path, control=control)
        else:
            units[key] = replace(
                before,
                regulators=tuple(dict.fromkeys((*before.regulators, arm.regulator))),
                arms=(*before.arms, arm),
                control=before.control + control,
            )
    merged: list[Brake] = []
    for loop in units.values():
        for i, other in enumerate(merged):
            if _molecule(network, loop.regulators[0]) == _molecule(network, other.regulators[0]) and (
                _passes(network, loop, other) or _passes(network, other, loop)
            ):
                merged[i] = replace(
                    other,
                    regulators=tuple(dict.fromkeys((*other.regulators, *loop.regulators))),
                    arms=(*other.arms, *loop.arms),
                    control=other.control + loop.control,
                )
                break
        else:
            merged.append(loop)
    named = [replace(loop, name=_name(network, loop)) for loop in merged]
    return sorted(named, key=lambda loop: loop.control)


def _passes(network: ReactionNetwork, loop: Brake, other: Brake) -> bool:
    """Tell whether the way of one loop to the read-out passes through a molecule that the other acts on."""
    on_the_way = {
        part
        for step in loop.path.split()[2::2]
        for part in (_molecule(network, step), *_parts(network, step))
    }
    return any(arm.target in on_the_way for arm in other.arms)


def _parts(network: ReactionNetwork, species: str) -> tuple[str, ...]:
    return network.species[species].components if species in network.species else ()


def _molecule(network: ReactionNetwork, species: str) -> str:
    """Return what a species is a form of; a complex is a molecule of its own."""
    components = _parts(network, species)
    return components[0] if len(components) == 1 else species


def _name(network: ReactionNetwork, loop: Brake) -> str:
    regulators = dict.fromkeys(_molecule(network, name) for name in loop.regulators)
    return f"{'/'.join(regulators)} ⊣ {'/'.join(dict.fromkeys(arm.target for arm in loop.arms))}"
