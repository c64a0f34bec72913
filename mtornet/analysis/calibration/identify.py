"""What the facts determine: singular values of the slopes of margins, and how each spread shrinks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mtornet.analysis.calibration.place import Place
from mtornet.analysis.calibration.space import Space
from mtornet.analysis.calibration.target import ROOM
from mtornet.analysis.facts.fact import FloatArray

NEAR = 1.0
"""Facts whose margin is larger than this hold whatever moves a little, and say nothing here."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Identifiability:
    """Local identifiability at a place, in the picture of a normal prior and linear margins."""

    singular_values: FloatArray
    """Of the slopes per standard deviation of the prior, in units of the room a fact should have."""
    shrinkage: FloatArray
    """(n_free,) standard deviation after the facts over that before; 1 is not determined at all."""
    directions: FloatArray
    """(n_directions, n_free) unit vectors in standard deviations of the prior, best determined first."""

    @property
    def n_determined(self) -> int:
        """Number of directions in which the facts say more than the prior."""
        return int(np.sum(self.singular_values > 1.0))


def identifiability(place: Place, space: Space) -> Identifiability:
    """Return what the facts near their bounds determine at a place."""
    near = np.abs(place.margins) < NEAR
    scaled = place.slopes[near] * space.width / ROOM
    _, singular, directions = np.linalg.svd(scaled, full_matrices=False)
    covariance = np.linalg.inv(scaled.T @ scaled + np.eye(len(space.free)))
    return Identifiability(
        singular_values=singular, shrinkage=np.sqrt(np.diag(covariance)), directions=directions
    )
