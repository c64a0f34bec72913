"""Compute points: those that share a structure together, each with numbers that depend on no other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from mtornet.errors import MtorNetError
from mtornet.experiment.rests import Rests
from mtornet.scans import cells, deterministic
from mtornet.scans.axes import Coordinates
from mtornet.scans.labels import labels_of, unlabelled
from mtornet.scans.outcome import STATISTICS, Failure, Outcome, joined
from mtornet.scans.shared import Shared
from mtornet.scans.structure import Choices, Structure, build, structural
from mtornet.simulation.interrupt import StopFlag

if TYPE_CHECKING:
    from mtornet.scans.plan import Plan

MOST_STRUCTURES = 256

WRONG = (MtorNetError, ArithmeticError, ValueError, np.linalg.LinAlgError)
"""What a point can end in that is nobody else's fault: it is set aside, and the others go on."""


@dataclass(slots=True)
class Evaluator:
    """Computes points of a plan; threads may share one.

    What points have in common is built once: networks, cells at rest, vehicles.
    """

    plan: Plan
    rests: Rests = field(default_factory=Rests)
    shared: Shared = field(default_factory=Shared)
    _structures: dict[Choices, Structure | MtorNetError] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, coordinates: Coordinates, *, stop: StopFlag | None = None) -> Outcome:
        """Compute points in this thread; when ``stop`` is set the rest ends with status ``interrupted``."""
        flag = StopFlag() if stop is None else stop
        parts: list[Outcome] = []
        for choices, group in self._groups(coordinates):
            structure = self._structure(choices)
            if isinstance(structure, MtorNetError):
                found = failed(self.plan, group, "wrong_point", structure)
                labels = unlabelled(self.plan, len(group))
            else:
                compute = deterministic.solve if self.plan.settings.method == "ode" else cells.simulate
                found = self._isolating(structure, group, flag, compute)
                labels = labels_of(structure, group)
            parts.append(replace(found, labels=labels))
        return joined(parts, coordinates)

    def _groups(self, coordinates: Coordinates) -> list[tuple[Choices, Coordinates]]:
        columns = structural(self.plan)
        if not columns:
            return [((), coordinates)]
        rows = np.stack([coordinates.values[c.name] for c in columns], axis=1)
        found, which = np.unique(rows, axis=0, return_inverse=True)
        which = which.ravel()
        return [(tuple(map(float, row)), coordinates.take(which == i)) for i, row in enumerate(found)]

    def _structure(self, choices: Choices) -> Structure | MtorNetError:
        with self._lock:
            if choices not in self._structures:
                if len(self._structures) >= MOST_STRUCTURES:
                    self._structures.pop(next(iter(self._structures)))
                try:
                    self._structures[choices] = build(self.plan, choices)
                except MtorNetError as error:
                    self._structures[choices] = error
            return self._structures[choices]

    def _isolating(
        self,
        structure: Structure,
        group: Coordinates,
        stop: StopFlag,
        compute: Callable[[Evaluator, Structure, Coordinates, StopFlag], Outcome],
    ) -> Outcome:
        """Compute points together; if one is impossible, find it by halves and keep the others."""
        try:
            return compute(self, structure, group, stop)
        except WRONG as error:
            if len(group) == 1:
                return failed(self.plan, group, "wrong_point", error)
        middle = len(group) // 2
        halves = (group.take(slice(None, middle)), group.take(slice(middle, None)))
        return joined([self._isolating(structure, half, stop, compute) for half in halves], group)


def failed(plan: Plan, coordinates: Coordinates, status: str, error: Exception | str) -> Outcome:
    """Return points without numbers."""
    settings, n = plan.settings, len(coordinates)
    n_statistics = 1 if settings.method == "ode" else len(STATISTICS)
    n_readouts = len(settings.readouts)
    kind = "" if isinstance(error, str) else f"{type(error).__name__}: "
    return Outcome(
        coordinates=coordinates,
        readouts=settings.readouts,
        times=settings.times,
        features=settings.features,
        levels=np.full((n, settings.times.size, n_readouts, n_statistics), np.nan),
        fold_change=np.full((n, settings.times.size, n_readouts), np.nan),
        feature_values=np.full((n, len(settings.features), n_readouts, n_statistics), np.nan),
        n=np.zeros(n, dtype=np.int64),
        n_events=np.zeros(n, dtype=np.int64),
        status=np.full(n, status, dtype=object),
        failures={row: Failure(status=status, error=f"{kind}{error}") for row in range(n)},
    )
