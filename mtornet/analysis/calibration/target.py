"""The loss of a fit: facts that are not met with room to spare, and distance from what was assumed before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mtornet.analysis.calibration.space import Space
from mtornet.analysis.facts.fact import FloatArray
from mtornet.analysis.facts.panel import Panel
from mtornet.simulation.methods.ode_options import OdeOptions

ROOM = 0.12
"""Margin that a fact should have: 12 % beyond its bound."""
JITTER = 0.10
"""Spread of the rates against which facts should hold (log-normal)."""
JITTER_ROOM = 1.5
"""Standard deviations of that spread that the margin should cover: 93 % of draws."""
WEIGHTS = {"must": 2.0, "should": 1.0, "could": 0.2}
WORST = -4.0
"""Margin below which a miss counts no more."""
FELT = 0.1
"""Change of a margin over the width of a value's prior below which the value keeps its prior."""
MISS = 3.0
"""Weight of the part of a shortfall that lies below the bound, against the part above it."""
BEND = 1.0
"""Shortfall from which the loss grows linearly, so that one hopeless fact does not pull all others."""
PULL = 0.02
"""Weight of the distance from the prior, in standard deviations of it."""

FIT_OPTIONS = OdeOptions(rtol=1e-5, atol=1e-6)


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Margins and loss of points of a space.

    Parameters
    ----------
    panel
        Facts of the fit only.
    """

    panel: Panel
    space: Space

    @property
    def weights(self) -> FloatArray:
        """One weight per row: an observation is met only if each of its rows is."""
        return np.array([WEIGHTS[fact.priority] for fact in self.panel.facts])

    def margins(self, points: FloatArray) -> FloatArray:
        """Return margins of shape (n_points, n_facts)."""
        found = self.panel.margins(self.space.sets(points), options=FIT_OPTIONS)
        return np.maximum(np.stack([found[fact.id] for fact in self.panel.facts], axis=-1), WORST)

    def jacobian(self, point: FloatArray, step: float = 0.02) -> tuple[FloatArray, FloatArray]:
        """Return margins at a point and their slopes, shape (n_facts, n_free), by one-sided differences."""
        points, moves = self.neighbours(point, step)
        margins = self.margins(points)
        return margins[0], ((margins[1:] - margins[0]) / moves[:, None]).T

    def neighbours(self, point: FloatArray, step: float = 0.02) -> tuple[FloatArray, FloatArray]:
        """Return a point and those with one value moved, and by how much each was moved."""
        # Away from the nearer bound, so that it stays inside.
        moves = np.where(point + step <= self.space.high, step, -step)
        return np.vstack([point, point + np.diag(moves)]), moves

    def felt(self, slopes: FloatArray) -> list[str]:
        """Return the names of the values that matter: over the width of their prior a margin changes."""
        largest = np.abs(slopes * self.space.width).max(axis=0)
        return [name for name, size in zip(self.space.names, largest, strict=True) if size > FELT]

    def wanted(self, slopes: FloatArray) -> FloatArray:
        """Return the margin that each fact should have, larger where it depends strongly on the rates."""
        spread = JITTER * np.linalg.norm(slopes, axis=1)
        return np.asarray(np.clip(JITTER_ROOM * spread, ROOM, 4 * ROOM))

    def shortfall(self, margins: FloatArray, wanted: FloatArray) -> FloatArray:
        """Return by how much each fact falls short; a miss counts more than a lack of room."""
        return np.maximum(wanted - self.steepness(margins) * margins, 0.0)

    def steepness(self, margins: FloatArray) -> FloatArray:
        """Return how strongly a margin counts: more below zero, where a fact is missed."""
        return np.where(margins < 0, MISS, 1.0)

    def loss(self, points: FloatArray, margins: FloatArray, wanted: FloatArray) -> FloatArray:
        """Return the loss of points, shape (n_points,)."""
        short = self.shortfall(margins, wanted)
        bent = 2 * BEND**2 * (np.sqrt(1 + (short / BEND) ** 2) - 1)
        away = (points - self.space.prior) / self.space.width
        return np.asarray(
            np.sum(self.weights**2 * bent, axis=-1) + PULL**2 * np.sum(away**2, axis=-1), dtype=np.float64
        )
