"""Feedback loops by name: arms of one brake together, what each explains, and what two explain together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from mtornet.analysis.feedback import LEAST_CLIMB, Worth, candidates, climbs_of, climbs_without, own_reactions
from mtornet.analysis.influence import RegulatoryArm, regulatory_arms
from mtornet.experiment.arms import Arm
from mtornet.experiment.execute import Experiment
from mtornet.network.network import ReactionNetwork

SMALL_ARMS_TOO = Worth(control=0.002, fall=0.9, most=24)
MOST_LOOPS = 7
WORTH_NAMING = 0.02
"""Share of a climb below which a branch is not named."""
IN_PAIRS = 4
"""So many of the strongest loops are also cut two at a time."""


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
    """Largest share first."""
    pairs: tuple[BrakeShare, ...]
    """Pairs of the strongest loops, largest share first."""
    together: BrakeShare | None
    """All loops cut at once: what is left has another reason."""

    @property
    def redundant(self) -> tuple[BrakeShare, ...]:
        """Pairs that explain clearly more together than either alone."""
        shares = {share.loops[0].name: share.share_removed for share in self.alone}
        return tuple(
            pair
            for pair in self.pairs
            if pair.share_removed > max(shares[loop.name] for loop in pair.loops) + 0.1
        )


def explain(experiment: Experiment, treated: Arm, readouts: Sequence[str]) -> dict[str, Explanation]:
    """Find the loops that carry a climb from the graph, and confirm each by cutting it.

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
    cuts: dict[frozenset[str], dict[str, tuple[float, float]] | None] = {}

    def share(readout: str, loops: tuple[Brake, ...]) -> BrakeShare | None:
        reactions = [name for loop in loops for name in loop.reactions]
        key = frozenset(reactions)
        if key not in cuts:
            cuts[key] = climbs_without(experiment, tuple(dict.fromkeys(reactions)), treated)
        cut = cuts[key]
        if cut is None or not np.isfinite(cut[readout][0]):
            return None
        climb, peak = climbs[readout]
        return BrakeShare(
            loops=loops,
            fold_with=peak,
            fold_without=cut[readout][1],
            share_removed=1.0 - cut[readout][0] / climb,
        )

    found = {}
    for readout in climbing:
        loops = named_loops(setup.before, chosen[readout])[:MOST_LOOPS]
        shares = [share(readout, (loop,)) for loop in loops]
        alone = _ranked(
            [
                entry and replace(entry, branches=_branches(setup.before, loop, readout, share))
                for loop, entry in zip(loops, shares, strict=True)
            ]
        )
        strongest = [entry.loops[0] for entry in alone[:IN_PAIRS]]
        pairs = _ranked([share(readout, pair) for pair in combinations(strongest, 2)])
        climb, peak = climbs[readout]
        found[readout] = Explanation(
            readout=readout,
            climb=climb,
            peak=peak,
            alone=alone,
            pairs=pairs,
            together=share(readout, tuple(loops)) if loops else None,
        )
    return found


def _branches(
    network: ReactionNetwork,
    loop: Brake,
    readout: str,
    share: Callable[[str, tuple[Brake, ...]], BrakeShare | None],
) -> tuple[tuple[str, float], ...]:
    """Cut one by one what a loop's target makes more of, such as the genes of a transcription factor."""
    held = {arm.target for arm in loop.arms}
    own = own_reactions(network, readout)
    found = []
    for arm in regulatory_arms(network):
        makes = all(not network.reactions[name].reactants for name in arm.reactions)
        if makes and not own & set(arm.reactions) and _molecule(network, arm.regulator) in held:
            cut = share(readout, (replace(loop, name=arm.label, arms=(arm,)),))
            if cut is not None:
                found.append((arm.target, cut.share_removed))
    return tuple(sorted(found, key=lambda branch: -branch[1]))


def _ranked(shares: Sequence[BrakeShare | None]) -> tuple[BrakeShare, ...]:
    known = [share for share in shares if share is not None]
    return tuple(sorted(known, key=lambda share: -share.share_removed))


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
