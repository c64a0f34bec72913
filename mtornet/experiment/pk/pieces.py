"""A course of concentrations as few pieces ``(level + slope u) exp(-fading u)``, ``u`` since the piece began.

Every method of simulation follows such a piece exactly: the formula is the same for all, and its constants
change where a piece begins, as a constant dose would. Pieces meet the course at both ends. What lies between
is off by at most :data:`TOLERANCE` of the concentration plus :data:`FLOOR` of the peak.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

TOLERANCE = 0.01
"""Largest relative error of a piece."""

FLOOR = 1e-4
"""Added to what is allowed, as a part of the highest concentration: a course that rises from 0 has no
relative error there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a course, in nM and seconds."""

    start: float
    level: float
    slope: float = 0.0
    fading: float = 0.0

    def at(self, times: FloatArray) -> FloatArray:
        """Return the concentration in nM at times within the piece."""
        since = times - self.start
        return np.asarray((self.level + self.slope * since) * np.exp(-self.fading * since))

    def highest(self, until: float) -> float:
        """Return the highest concentration in nM up to a time at which the next piece begins."""
        turns = [self.start, until]
        if self.slope > 0.0 and self.fading > 0.0:
            turns.append(
                min(max(self.start + 1.0 / self.fading - self.level / self.slope, self.start), until)
            )
        return float(np.max(self.at(np.array(turns))))


def pieces_of(courses: Sequence[tuple[FloatArray, FloatArray]]) -> list[Piece]:
    """Return the pieces of a course.

    Parameters
    ----------
    courses
        ``(times, concentrations)`` of parts that follow each other, each smooth within.
    """
    peak = max((float(values.max()) for _, values in courses), default=0.0)
    found: list[Piece] = []
    counts: list[int] = []
    for times, values in courses:
        counts = _cover(times, values, TOLERANCE * values + FLOOR * peak, counts, found)
    return found


def _cover(
    times: FloatArray, values: FloatArray, allowed: FloatArray, guess: list[int], found: list[Piece]
) -> list[int]:
    """Append pieces that cover one part, each as long as may be; return how many samples each took.

    ``guess`` is what the part before took, where the next often takes as many.
    """
    first, last = 0, len(times) - 1
    counts: list[int] = []
    while first < last:
        expected = guess[len(counts)] if len(counts) < len(guess) else 8
        count, piece = _longest(times[first:], values[first:], allowed[first:], expected)
        found.append(piece)
        counts.append(count)
        first += count
    return counts


def _longest(times: FloatArray, values: FloatArray, allowed: FloatArray, expected: int) -> tuple[int, Piece]:
    """Return the largest number of samples that one piece covers, and the piece."""
    most = len(times) - 1

    def fits(count: int) -> Piece | None:
        end = count + 1
        for piece in _candidates(times[:end], values[:end]):
            if np.all(np.abs(piece.at(times[1:end]) - values[1:end]) <= allowed[1:end]):
                return piece
        return None

    # Two neighbouring samples are always joined: the samples are as close as the course needs.
    good, best = 1, next(iter(_candidates(times[:2], values[:2])))
    bad = most + 1
    count = min(max(expected, 2), most)
    while bad - good > 1:
        piece = fits(count)
        if piece is None:
            bad = count
            count = (good + bad) // 2
        else:
            good, best = count, piece
            count = min(max(count + 1, count + count // 4), most) if bad > most else (good + bad) // 2
    return good, best


def _candidates(times: FloatArray, values: FloatArray) -> list[Piece]:
    """Return pieces through both ends: the one through the middle as well, then the simplest."""
    start, span = float(times[0]), float(times[-1] - times[0])
    first, last = float(values[0]), float(values[-1])
    found: list[Piece] = []
    if len(times) > 2:
        i = int(np.searchsorted(times, start + 0.5 * span))
        i = min(max(i, 1), len(times) - 2)
        bent = _through(first, float(values[i]), last, float(times[i] - start) / span)
        if bent is not None:
            found.append(
                Piece(
                    start=start,
                    level=first,
                    slope=(last * float(np.exp(bent)) - first) / span,
                    fading=bent / span,
                )
            )
    if first > 0.0 and last > 0.0:
        found.append(Piece(start=start, level=first, fading=float(np.log(first / last)) / span))
    else:
        found.append(Piece(start=start, level=first, slope=(last - first) / span))
    return found


def _through(first: float, middle: float, last: float, part: float) -> float | None:
    """Return the fading over the span of the piece that also meets ``middle`` at a part of it.

    It solves ``(1 - p) first exp(-p k) + p last exp((1 - p) k) = middle``, whose left side is convex in ``k``
    and least where the piece has no slope. Of the two solutions the one with a slope upwards is never
    negative; None if the middle lies below a plain decay.
    """
    if not (middle > 0.0 and last > 0.0):
        return None
    if first <= 0.0:
        return float(np.log(middle / (part * last)) / (1.0 - part))
    k = float(np.log(first / last))
    if middle <= first ** (1.0 - part) * last**part:
        return None
    # From where the rising term alone would do; Newton's steps on a convex function come down from there.
    k = max(float(np.log(middle / (part * last)) / (1.0 - part)), k)
    for _ in range(60):
        falling = (1.0 - part) * first * float(np.exp(-part * k))
        rising = part * last * float(np.exp((1.0 - part) * k))
        slope = (1.0 - part) * rising - part * falling
        if slope <= 0.0:
            return None
        step = (falling + rising - middle) / slope
        k -= step
        if abs(step) < 1e-12 * max(abs(k), 1.0):
            return k
    return None
