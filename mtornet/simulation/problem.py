"""What a method is asked to solve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.bind import Segments
from mtornet.compiled.network import CompiledNetwork

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """A compiled network, the conditions over time, where it starts and when to look."""

    compiled: CompiledNetwork
    segments: Segments
    times: FloatArray
    """(n_times,) ascending, within the segments."""
    x0: FloatArray
    """(n_species,) or (n_cells, n_species) molecules."""
    content: str
    """Text that is equal for equal conditions; random streams derive from it."""
    typical: FloatArray | None = None
    """(n_species,) molecules of the average cell at the start, where cells differ: what a method settles
    for all cells at once it settles by these, so that no cell depends on which others there are."""
    room: FloatArray | None = None
    """(n_cells, n_times, n_species) takes the samples of who keeps them all, so that none is copied."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellSamples:
    """Finished cells, in order of their index."""

    first_cell: int
    counts: FloatArray
    """(n_cells, n_times, n_species) molecules; NaN beyond where an incomplete cell stopped."""
    final: FloatArray
    """(n_cells, n_species) molecules at the end."""
    n_events: IntArray
    status: IntArray
