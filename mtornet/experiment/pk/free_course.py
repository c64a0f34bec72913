"""The free concentration over time that a course of doses makes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mtornet.experiment.pk.binding import free_nM
from mtornet.experiment.pk.compartments import compartments
from mtornet.experiment.pk.course import Administration, spans
from mtornet.experiment.pk.model import PkModel
from mtornet.experiment.pk.pieces import Piece, pieces_of

REMEMBERED = 1e-4
"""Part of a dose that a body at steady state may have forgotten."""


def memory_s(model: PkModel) -> float:
    """Return how long ago a dose must lie to be forgotten, in seconds."""
    forgotten = math.log(1.0 / REMEMBERED) / compartments(model).slowest_rate
    if "inhibition" in model.values:
        # Until the drug has slowed its own clearance as far as it will; it is then slower than above.
        forgotten = forgotten / (1.0 - model["inhibition"]) + 10.0 * model["inhibition_half_time"]
    return forgotten


def free_pieces(
    model: PkModel, administrations: Sequence[Administration], *, start: float, end: float
) -> list[Piece]:
    """Return the free concentration in nM from ``start`` to ``end`` as pieces."""
    courses = [
        (span.times, free_nM(model, span.concentration))
        for span in spans(model, administrations, start=start, end=end)
    ]
    return pieces_of(courses)
