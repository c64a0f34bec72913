"""A point of the space with what the facts say there."""

from __future__ import annotations

from dataclasses import dataclass

from mtornet.analysis.calibration.target import Target
from mtornet.analysis.facts.fact import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Place:
    """Where a descent stands."""

    point: FloatArray
    margins: FloatArray
    slopes: FloatArray
    """(n_facts, n_free)."""
    wanted: FloatArray
    loss: float


def place_at(target: Target, point: FloatArray) -> Place:
    """Return margins, slopes and loss at a point."""
    margins, slopes = target.jacobian(point)
    wanted = target.wanted(slopes)
    loss = target.loss(point[None], margins[None], wanted)[0]
    return Place(point=point, margins=margins, slopes=slopes, wanted=wanted, loss=float(loss))
