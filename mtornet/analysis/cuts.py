"""Cells that lack some arms, all simulated side by side, and what the cuts take from a climb."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np

from mtornet.analysis.features import features
from mtornet.analysis.shapley import coalitions, shapley_values
from mtornet.analysis.summary import fold_over
from mtornet.experiment.arms import Arm, vehicle_arm
from mtornet.experiment.execute import Experiment
from mtornet.experiment.points import PointRunner, Points
from mtornet.expression import Apply, Symbol
from mtornet.network.catalogue import Catalogue
from mtornet.network.elements import Parameter
from mtornet.network.network import ReactionNetwork


class Cuttable(Protocol):
    """An arm, or arms that count as one; it can be a member of a set."""

    def __hash__(self) -> int: ...

    @property
    def reactions(self) -> tuple[str, ...]:
        """What a cut removes."""


Arms = TypeVar("Arms", bound=Cuttable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A read-out in cells that lack some reactions."""

    fold_without: float
    """Peak of the read-out after its nadir, over vehicle cells that lack them too."""
    share_removed: float
    """Part of the climb from nadir to peak (in log2) that is gone; below 0 the climb is larger without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """What was found without each set of reactions."""

    climbs: Mapping[frozenset[str], Mapping[str, tuple[float, float]]]
    """By reactions cut and read-out: climb from nadir to peak (log2) and peak over vehicle."""

    def cut(self, readout: str, arms: Iterable[Cuttable]) -> Cut | None:
        """Return what cutting some arms does; None if such cells have no steady state or no course."""
        climb, peak = self.climbs[reactions_of(arms)][readout]
        if not np.isfinite(climb):
            return None
        return Cut(fold_without=peak, share_removed=1.0 - climb / self.climbs[frozenset()][readout][0])

    def parts(self, readout: str, arms: Sequence[Arms]) -> dict[Arms, float]:
        """Divide the share of a climb that goes when all arms are cut among them.

        Arms stand in for each other: what the cut of one removes depends on what is cut already. Each
        gets the mean over all orders of cutting, its Shapley value.

        Returns
        -------
        dict of float
            By arm, summing to ``share_removed`` of all of them; NaN if some cells have no course.
        """

        def worth(members: frozenset[Arms]) -> float:
            found = self.cut(readout, members)
            return np.nan if found is None else found.share_removed

        return shapley_values(arms, worth)


def reactions_of(arms: Iterable[Cuttable]) -> frozenset[str]:
    """Return the reactions of all arms, each once."""
    return frozenset(name for arm in arms for name in arm.reactions)


def every_cut(arms: Sequence[Cuttable]) -> list[frozenset[str]]:
    """Return the reactions of each subset of some arms, none and all included."""
    return [reactions_of(members) for members in coalitions(arms)]


def simulate_cuts(experiment: Experiment, treated: Arm, cuts: Iterable[frozenset[str]]) -> Cuts:
    """Settle and treat cells without some reactions, the uncut cells among them.

    One network serves all: each reaction that is ever cut is multiplied by a switch, so that all cells
    are points of one batch of rate equations.

    Parameters
    ----------
    treated
        An arm whose protocol settles the cells first; it is compared with its vehicle.
    cuts
        Sets of reactions of the settled cells.
    """
    wanted = list(dict.fromkeys([frozenset[str](), *cuts]))
    reactions = sorted(frozenset[str]().union(*wanted))
    before, network = experiment.check(treated)
    switched = Experiment(
        network=experiment.network,
        readouts=experiment.readouts,
        times=experiment.times,
        ode_options=experiment.ode_options,
        made=(with_switches(before, reactions), with_switches(network, reactions)),
    )
    switches = {
        _switch(name): np.array([0.0 if name in cut else 1.0 for cut in wanted]) for name in reactions
    }
    runner = PointRunner(experiment=switched, points=Points(parameters=switches, n_points=len(wanted)))
    with_drug, vehicle = runner(treated)[0], runner(vehicle_arm(treated))[0]
    found = {
        readout: features(experiment.times, fold_over(with_drug[:, :, k], vehicle[:, :, k]))
        for k, readout in enumerate(experiment.readouts)
    }
    return Cuts(
        climbs={
            cut: {name: (float(f.recovery[i]), float(f.peak[i])) for name, f in found.items()}
            for i, cut in enumerate(wanted)
        }
    )


def with_switches(network: ReactionNetwork, reactions: Iterable[str]) -> ReactionNetwork:
    """Return a network in which a parameter of value 1 multiplies each of some reactions."""
    names = list(reactions)
    switched = [
        replace(
            network.reactions[name],
            rate_constant=Apply("*", (network.reactions[name].rate_constant, Symbol(_switch(name)))),
        )
        for name in names
    ]
    switches = [Parameter(id=_switch(name), value=1.0, unit="1") for name in names]
    return replace(
        network,
        reactions=network.reactions.replaced(*switched),
        parameters=Catalogue("parameter", [*network.parameters.values(), *switches]),
    )


def _switch(reaction: str) -> str:
    return f"switch_of_{reaction}"
