"""Factors of a many-point analysis: which values of a cell may move, and between which bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mtornet.errors import ProtocolError
from mtornet.experiment.points import Points
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.problem import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One value that moves between two bounds, on a logarithmic scale unless a bound is 0 or below."""

    name: str
    kind: str
    """``parameter``, ``input`` (a ligand) or ``amount`` (molecules of a species before settling)."""
    value: float
    """What the network has."""
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.low) and np.isfinite(self.high) and self.low < self.high):
            raise ProtocolError(
                f"{self.name}: expected finite bounds with low < high, got {self.low:g} to {self.high:g}"
            )
        if self.kind != "parameter" and self.low < 0:
            raise ProtocolError(
                f"{self.name}: an {self.kind} cannot be negative, got a bound of {self.low:g}"
            )

    @property
    def logarithmic(self) -> bool:
        """Whether equal ratios count as equal steps."""
        return self.low > 0

    def value_at(self, unit: FloatArray) -> FloatArray:
        """Return values at places between 0 (the lower bound) and 1 (the upper one)."""
        if self.logarithmic:
            return np.asarray(np.exp(np.log(self.low) + unit * (np.log(self.high) - np.log(self.low))))
        return np.asarray(self.low + unit * (self.high - self.low))

    def place_of(self, value: float) -> float:
        """Return where a value stands between the bounds, from 0 to 1; held to them."""
        held = float(np.clip(value, self.low, self.high))
        if self.logarithmic:
            return float((np.log(held) - np.log(self.low)) / (np.log(self.high) - np.log(self.low)))
        return (held - self.low) / (self.high - self.low)


def factors_of(
    network: ReactionNetwork,
    names: Sequence[str] | Mapping[str, tuple[float, float]] | None = None,
    *,
    span: float | None = None,
) -> tuple[Factor, ...]:
    """Return factors of a network.

    Parameters
    ----------
    names
        Parameters, ligands or species (``amount.X`` where another thing has that id too), with bounds if
        it is a mapping; every parameter that the model's tables give bounds if not given.
    span
        Bounds are the network's value divided and multiplied by it, instead of the tables' bounds.

    Raises
    ------
    ProtocolError
        If a name has no bounds.
    UnknownNameError
        If the network holds nothing of a name.
    """
    if span is not None and not span > 1:
        raise ProtocolError(f"span: expected a number above 1, got {span:g}")
    if names is None:
        names = [p.id for p in network.parameters.values() if p.low is not None and p.high is not None]
        if not names:
            raise ProtocolError("no parameter of this model has bounds; name some, with a span or bounds")
    given = names if isinstance(names, Mapping) else dict.fromkeys(names)
    return tuple(_factor(network, name, bounds, span) for name, bounds in given.items())


def points_of(factors: Sequence[Factor], places: FloatArray) -> Points:
    """Return the points at places (n_points, n_factors) between 0 and 1."""
    values = {factor: factor.value_at(places[:, k]) for k, factor in enumerate(factors)}
    return Points(
        parameters={factor.name: v for factor, v in values.items() if factor.kind != "amount"},
        amounts={factor.name: v for factor, v in values.items() if factor.kind == "amount"},
    )


def _factor(
    network: ReactionNetwork, text: str, bounds: tuple[float, float] | None, span: float | None
) -> Factor:
    kind, value, table = _found(network, text)
    name = text.rpartition(".")[2]
    if bounds is None and span is not None:
        if not value > 0:
            raise ProtocolError(
                f"{name}: it is {value:g}, so that a span of {span:g} has no meaning; give bounds"
            )
        bounds = (value / span, value * span)
    bounds = bounds if bounds is not None else table
    if bounds is None:
        raise ProtocolError(f"{name}: the model gives it no bounds; give them, or a span around its value")
    return Factor(name=name, kind=kind, value=value, low=float(bounds[0]), high=float(bounds[1]))


def _found(network: ReactionNetwork, text: str) -> tuple[str, float, tuple[float, float] | None]:
    """Return kind, value and the tables' bounds of a name."""
    kind, dot, name = text.rpartition(".")
    ligands = [i.id for i in network.inputs.values() if i.role != "drug"]
    homes = {"parameter": network.parameters, "input": ligands, "amount": network.species}
    if dot and kind not in homes:
        raise ProtocolError(f"{text!r}: expected parameter., input. or amount. before the name")
    for home in [kind] if dot else homes:
        if name not in homes[home]:
            continue
        if home == "parameter":
            p = network.parameters[name]
            table = (p.low, p.high) if p.low is not None and p.high is not None else None
            return home, p.value, table
        value = network.inputs[name].value if home == "input" else network.species[name].initial
        return home, value, None
    raise unknown_name("parameter, input or species", name, [n for home in homes.values() for n in home])
