"""What came out at some points, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mtornet.analysis.summary import QUANTILES
from mtornet.scans.axes import Coordinates
from mtornet.simulation.problem import FloatArray, IntArray

STATISTICS = ("mean", "sd", *QUANTILES)
"""The last axis of statistics; rate equations have the mean only."""


_ARRAYS = ("levels", "fold_change", "feature_values", "n", "n_events", "status")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Failure:
    """A point without numbers, and why."""

    status: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """Numbers of points, in the order of ``coordinates``; NaN where a point failed."""

    coordinates: Coordinates
    readouts: tuple[str, ...]
    times: FloatArray
    features: tuple[str, ...]
    levels: FloatArray
    """(n_points, n_times, n_readouts, 1 or n_statistics) molecules, or the read-out's unit."""
    fold_change: FloatArray
    """(n_points, n_times, n_readouts) mean over the vehicle's; NaN without a vehicle."""
    feature_values: FloatArray
    """(n_points, n_features, n_readouts, 1 or n_statistics)."""
    n: IntArray
    """(n_points,) cells in the statistics."""
    n_events: IntArray
    status: NDArray[np.object_]
    """(n_points,) ``complete``, or how a point or some of its cells ended."""
    failures: dict[int, Failure]
    """By row."""
    labels: dict[str, NDArray[Any]] = field(default_factory=dict)
    """(n_points,) each, for tables: condition, drug, dose and values of multiples."""

    def __len__(self) -> int:
        return len(self.coordinates)

    @property
    def mean(self) -> FloatArray:
        """(n_points, n_times, n_readouts)."""
        return self.levels[..., 0]

    def head(self, n: int) -> Outcome:
        """Return the first points."""
        rows = slice(None, n)
        return replace(
            self,
            coordinates=self.coordinates.take(rows),
            failures={row: failure for row, failure in self.failures.items() if row < n},
            labels={name: values[rows] for name, values in self.labels.items()},
            **{name: getattr(self, name)[rows] for name in _ARRAYS},
        )

    def feature(self, name: str) -> FloatArray:
        """Return the mean of a feature, shape (n_points, n_readouts)."""
        return self.feature_values[:, self.features.index(name), :, 0]

    @property
    def worked(self) -> NDArray[np.bool_]:
        """(n_points,) whether there are numbers."""
        return ~np.isin(np.arange(len(self)), list(self.failures))


def joined(parts: Sequence[Outcome], coordinates: Coordinates) -> Outcome:
    """Put outcomes of disjoint points together, in the order of ``coordinates``."""
    index = np.concatenate([part.coordinates.index for part in parts])
    order = np.argsort(index, kind="stable")
    place = np.argsort(np.argsort(coordinates.index, kind="stable"), kind="stable")
    rows = order[place]

    def gathered(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(part, name) for part in parts])[rows]

    failures: dict[int, Failure] = {}
    where = {int(i): row for row, i in enumerate(coordinates.index)}
    for part in parts:
        failures |= {where[int(part.coordinates.index[row])]: f for row, f in part.failures.items()}
    first = parts[0]
    labels = {name: np.concatenate([part.labels[name] for part in parts])[rows] for name in first.labels}
    return Outcome(
        coordinates=coordinates,
        readouts=first.readouts,
        times=first.times,
        features=first.features,
        failures=failures,
        labels=labels,
        **{name: gathered(name) for name in _ARRAYS},
    )
