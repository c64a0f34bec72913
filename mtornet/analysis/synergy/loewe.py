"""Loewe additivity: doses of one drug can be exchanged for equally effective doses of the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis.synergy.curves import Curves, fit_curves
from mtornet.analysis.synergy.reference import FloatArray, Reference

SOURCE = "Loewe 1953, Arzneimittelforschung 3:285"

_BISECTIONS = 60
_NO_EFFECT = 1e-3
"""Change of the response below which a drug alone is taken to do nothing."""


def single_curves(
    doses_a: FloatArray, doses_b: FloatArray, responses: FloatArray
) -> tuple[Curves, Curves, NDArray[np.bool_]]:
    """Return the curves of both drugs alone and whether both push the same way, shape (n_matrices,)."""
    start = responses[:, 0, 0]
    a = fit_curves(doses_a, responses[:, :, 0], start)
    b = fit_curves(doses_b, responses[:, 0, :], start)
    push_a, push_b = a.end - start, b.end - start
    opposed = (push_a * push_b < 0) & (np.minimum(np.abs(push_a), np.abs(push_b)) > _NO_EFFECT)
    return a, b, ~opposed


def surfaces(
    doses_a: FloatArray, doses_b: FloatArray, responses: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the response at which ``d_a/D_a + d_b/D_b = 1``, and what was seen.

    Beyond the most that the weaker drug can do, no dose of it is equivalent, its term is 0 and the
    other drug stands alone. Two drugs that push in opposite directions have no additive surface: NaN.
    """
    a, b, defined = single_curves(doses_a, doses_b, responses)
    start = a.start
    furthest = np.where(np.abs(a.end - start) >= np.abs(b.end - start), a.end, b.end)
    shape = (len(responses), doses_a.size, doses_b.size)
    # The share of the way from start to the furthest end at which the isobole passes the well.
    low, high = np.zeros(shape), np.ones(shape)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        reached = start[:, None, None] + (furthest - start)[:, None, None] * middle
        enough = combination_index(a, b, doses_a, doses_b, reached) >= 1.0
        low, high = np.where(enough, middle, low), np.where(enough, high, middle)
    expected = start[:, None, None] + (furthest - start)[:, None, None] * low
    expected[~defined] = np.nan
    return expected, responses


def combination_index(
    a: Curves, b: Curves, doses_a: FloatArray, doses_b: FloatArray, responses: FloatArray
) -> FloatArray:
    """Return ``d_a/D_a(response) + d_b/D_b(response)``: below 1 less drug than additive was needed.

    Notes
    -----
    Chou and Talalay 1984, Adv Enzyme Regul 22:27.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share_a = doses_a[None, :, None] / a.doses_for(responses)
        share_b = doses_b[None, None, :] / b.doses_for(responses)
    # No drug against no effect needed.
    return np.asarray(np.nan_to_num(share_a, nan=0.0, posinf=np.inf) + np.nan_to_num(share_b, posinf=np.inf))


REFERENCE = Reference(name="loewe", label="Loewe", source=SOURCE, surfaces=surfaces)
