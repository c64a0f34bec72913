"""What a reference model of "no interaction" is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

Surfaces = Callable[[FloatArray, FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A model of two drugs that do not interact.

    ``surfaces(doses_a, doses_b, responses)`` takes many matrices, shape (n_matrices, n_a, n_b), and
    returns the expected surface and the observed one, which a model may smooth.
    """

    name: str
    label: str
    source: str
    surfaces: Surfaces
