"""A fact: a measured quantity and the bounds between which it must lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis.facts.quantity import Quantity
from mtornet.analysis.facts.treatment import Arm
from mtornet.provenance import Provenance

FloatArray = NDArray[np.float64]

Priority = Literal["must", "should", "could"]
PRIORITIES: tuple[Priority, ...] = ("must", "should", "could")
FIT, VALIDATION = "fit", "validation"

SMALLEST = 1e-12
"""What a quantity on a logarithmic scale counts as when it is zero or below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One row of ``facts.tsv``."""

    id: str
    observation: str
    """Id shared by the rows that together state one observation."""
    title: str
    priority: str
    role: str
    """``fit`` if the fit of the parameters may see it, ``validation`` if never."""
    layer: str
    """``mean`` for the rate equations, ``population`` for a virtual cohort."""
    arms: Mapping[str, Arm]
    quantity: Quantity
    text: str
    """The quantity as written."""
    low: float
    high: float
    step: float | None
    """On a linear scale, the difference that counts as much as a factor e; None for a logarithmic scale."""
    origin: str
    """``measured`` or ``design``: where the bounds come from."""
    known_miss: str
    """Why the shipped parameters miss it; empty if they meet it."""
    provenance: Provenance

    def margins(self, values: FloatArray) -> FloatArray:
        """Return the signed distance to the nearer bound, shape (n_sets,); negative is a miss.

        Parameters
        ----------
        values
            (n_sets, n_values); every value must lie within the bounds.
        """
        below, above = np.full(values.shape, np.inf), np.full(values.shape, np.inf)
        if self.step is not None:
            below, above = (values - self.low) / self.step, (self.high - values) / self.step
        else:
            logs = np.log(np.maximum(values, SMALLEST))
            if self.low > 0:
                below = logs - np.log(self.low)
            if np.isfinite(self.high):
                above = np.log(self.high) - logs
        nearest = np.minimum(below, above)
        # A quantity that has no value (0/0, a failed solve) is a miss.
        return np.asarray(np.where(np.isnan(nearest), -np.inf, nearest).min(axis=-1))
