"""Descend from a starting point: damped least squares within bounds, each step tried at several lengths."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mtornet.analysis.calibration.place import Place, place_at
from mtornet.analysis.calibration.sample import draws_around
from mtornet.analysis.calibration.target import BEND, PULL, Target
from mtornet.analysis.facts.fact import FloatArray

LONGEST = 0.7
"""Largest change of one value in one step: a factor of 2."""
LENGTHS = (1.0, 0.5, 0.2)
DAMPINGS = (0.1, 3.0, 100.0, 3000.0)
"""Added to the curvature, in units of the prior's."""
ROUNDS = 5
"""How often facts that a step would lose are taken into it."""
LOOK_SCALES = (0.3, 0.1, 0.03)
LOOKS = 16
"""Draws around a place at each scale, where slopes lead no further."""
ENOUGH = 3e-3
"""Relative gain of a step below which the descent has ended."""


def descend(target: Target, start: FloatArray, *, steps: int) -> Iterator[Place]:
    """Yield the place before each step, and the last one.

    The wanted margins follow the slopes, so the loss of one place is not compared with that of another;
    within a step they are held.
    """
    point = np.clip(start, target.space.low, target.space.high)
    for step in range(steps):
        place = place_at(target, point)
        yield place
        # Where bounds and the best of several times meet, slopes lead nowhere, and a look around may.
        for candidates in (_candidates(target, place), _around(target, place, seed=step)):
            losses = target.loss(candidates, target.margins(candidates), place.wanted)
            best = int(np.argmin(losses))
            if losses[best] < place.loss * (1 - ENOUGH):
                break
        else:
            return
        point = candidates[best]
    yield place_at(target, point)


def _candidates(target: Target, place: Place) -> FloatArray:
    moves = [length * _step(target, place, damping) for damping in DAMPINGS for length in LENGTHS]
    return np.clip(place.point + np.array(moves), target.space.low, target.space.high)


def _around(target: Target, place: Place, *, seed: int) -> FloatArray:
    rounds = [draws_around(target, place, n=LOOKS, seed=seed, scale=scale) for scale in LOOK_SCALES]
    return np.concatenate(rounds)


def _step(target: Target, place: Place, damping: float) -> FloatArray:
    """Return the step of least squares for the facts that fall short, now or after the step itself."""
    from scipy.optimize import lsq_linear

    space, point = target.space, place.point
    short = target.shortfall(place.margins, place.wanted)
    # The bend of the loss, as a smaller weight of what is far off.
    weight = target.weights * (1 + (short / BEND) ** 2) ** -0.25
    pull = PULL / space.width
    hold = np.sqrt(damping) * pull
    low = np.maximum(space.low - point, -LONGEST) - 1e-12
    high = np.minimum(space.high - point, LONGEST) + 1e-12
    active, step = short > 0, np.zeros(point.size)
    steep = target.steepness(place.margins)
    for _ in range(ROUNDS):
        rows = (weight * active * steep)[:, None] * place.slopes
        matrix = np.vstack([rows, np.diag(pull), np.diag(hold)])
        aim = weight * active * (place.wanted - steep * place.margins)
        wish = np.concatenate([aim, pull * (space.prior - point), np.zeros(point.size)])
        step = lsq_linear(matrix, wish, bounds=(low, high)).x
        lost = place.margins + place.slopes @ step < place.wanted
        if not np.any(lost & ~active):
            break
        active = active | lost
    return step
