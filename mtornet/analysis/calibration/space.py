"""What a fit may move: chosen values with stated bounds, on a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mtornet.analysis.facts.fact import FloatArray
from mtornet.errors import ProtocolError
from mtornet.graph.knowledge import load_knowledge
from mtornet.network.contexts import contexts
from mtornet.network.network import ReactionNetwork

FREE_CONFIDENCES = ("design", "fitted")
"""Values read in a file or on a page stay as they are."""
PRIOR_WIDTH = 0.25
"""Standard deviation of the prior, as a share of the logarithmic width between the bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """One value that may move."""

    name: str
    """A parameter, or ``context.target`` for an edit of a context."""
    prior: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Space:
    """Free values in a fixed order; a point is their natural logarithms."""

    free: tuple[Free, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(each.name for each in self.free)

    @property
    def prior(self) -> FloatArray:
        """The point of the prior values."""
        return np.log([each.prior for each in self.free])

    @property
    def low(self) -> FloatArray:
        """Lower bounds."""
        return np.log([each.low for each in self.free])

    @property
    def high(self) -> FloatArray:
        """Upper bounds."""
        return np.log([each.high for each in self.free])

    @property
    def width(self) -> FloatArray:
        """Standard deviations of the prior."""
        return PRIOR_WIDTH * (self.high - self.low)

    def sets(self, points: FloatArray) -> dict[str, FloatArray]:
        """Return values by name for points of shape (n_sets, n_free)."""
        return {name: np.exp(points[:, i]) for i, name in enumerate(self.names)}

    def only(self, names: Sequence[str]) -> Space:
        """Return the space of some of the values."""
        return Space(free=tuple(each for each in self.free if each.name in set(names)))


def free_space(network: ReactionNetwork, priors: Mapping[str, float] | None = None) -> Space:
    """Return what a fit of a shipped network may move.

    Parameters
    ----------
    priors
        Values to be drawn to, where they are not those of the tables: of an earlier fit, so that a fit
        that is run again starts from the same knowledge.

    Raises
    ------
    ProtocolError
        If a prior lies outside its bounds.
    """
    known = priors or {}
    found: list[Free] = []
    for row in load_knowledge(network.model)["parameters"]:
        name = row["id"]
        if (
            row["confidence"] in FREE_CONFIDENCES
            and name in network.parameters
            and (bounded := _bounded(name, row["value"], row["low"], row["high"], known))
        ):
            found.append(bounded)
    for context, edits in contexts(network.model).items():
        for edit in edits.edits:
            if edit.low is not None and edit.high is not None and edit.kind != "input":
                name = f"{context}.{edit.target}"
                bounded = _bounded(name, str(edit.value), str(edit.low), str(edit.high), known)
                if bounded:
                    found.append(bounded)
    return Space(free=tuple(found))


def _bounded(name: str, value: str, low: str, high: str, priors: Mapping[str, float]) -> Free | None:
    """Return a value with both bounds above zero; others, such as switches at 0, do not move."""
    if not (value and low and high):
        return None
    lower, upper, prior = float(low), float(high), priors.get(name, float(value))
    if not (0 < lower < upper and prior > 0 and math.isfinite(upper)):
        return None
    if not lower * (1 - 1e-9) <= prior <= upper * (1 + 1e-9):
        raise ProtocolError(f"{name}: the prior {prior:g} lies outside its bounds {lower:g} to {upper:g}")
    return Free(name=name, prior=prior, low=lower, high=upper)
