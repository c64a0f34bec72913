"""``Scan``: what varies, what is fixed, what is looked at. The same in Python and in TOML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtornet.errors import ProtocolError
from mtornet.scans.checking import check
from mtornet.scans.schema import SPEC, VARY

if TYPE_CHECKING:
    from mtornet.network.network import ReactionNetwork
    from mtornet.scans.plan import Plan

Value = float | int | str | bool
Time = float | int | str


@dataclass(frozen=True)
class Vary:
    """One thing that varies.

    Parameters
    ----------
    target
        ``"drug.everolimus"``, ``"parameter.k_irs_s6k"``, ``"amount.PTEN"``, ``"input.insulin"``,
        ``"schedule.everolimus.start"`` (``hold``, ``every``), ``"variant"``, ``"context"``, ``"drug"``,
        ``"module.feedback"``, ``"method.rtol"``.
    values
        The values themselves.
    range, log
        Lowest and highest value, spaced evenly or on a logarithmic axis: ``n`` of a grid, or drawn if the
        scan has a ``sample``.
    factor
        ``{"log": (0.1, 10), "n": 5}``: multiples of what the model or the condition has.
    zip
        Blocks of one name are walked side by side instead of crossed.
    sample
        Whether the block is drawn; by default if it has ``range`` or ``log`` and no ``n``.
    """

    target: str
    values: Sequence[Value] | None = None
    range: Sequence[float | str] | None = None
    log: Sequence[float | str] | None = None
    n: int | None = None
    factor: Mapping[str, Any] | None = None
    zip: str | None = None
    sample: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return what is given, as it would stand in the file."""
        return {f.name: _plain(value) for f in fields(self) if (value := getattr(self, f.name)) is not None}


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A specification: every combination of what varies is a point.

    Parameters
    ----------
    vary
        Blocks are crossed, the last one changing fastest.
    model
        A shipped model, a path to SBML or Antimony, or a network.
    method
        ``"ode"``, ``"ssa"``, ``"tau"``, ``"hybrid"`` or ``"cle"``; ``cells``, ``copy_scale`` and ``settle``
        concern the stochastic ones, ``options`` are those of the method.
    condition
        What is fixed: ``variant``, ``context``, ``drugs``, ``inputs``, ``parameters``, ``amounts``,
        ``modules``.
    times, features
        When to look, and features of each read-out's fold change over the same cells without drug.
    sample, n
        ``"sobol"``, ``"lhs"`` or ``"random"``: draw ``n`` points instead of a grid.
    budget
        ``max_events``, ``max_steps``, ``point_time``: what one point may use.
    replicates
        ``readout``, ``relative`` and more: simulate cells until the interval of a mean is tight.

    Examples
    --------
    >>> import mtornet as mt
    >>> scan = mt.Scan(
    ...     vary=[
    ...         mt.Vary("parameter.k_irs_s6k", factor={"log": (0.1, 10), "n": 3}),
    ...         mt.Vary("drug.everolimus", values=["0 nM", "20 nM"]),
    ...     ],
    ...     readouts=["pAKT_S473"],
    ...     duration="24 h",
    ... )
    >>> scan.plan().n_points
    6
    """

    vary: Sequence[Vary]
    model: str | ReactionNetwork = "mtor"
    method: str = "ode"
    cells: int = 24
    copy_scale: float | None = None
    duration: Time = "72 h"
    settle: Time | bool | None = None
    seed: int = 1
    readouts: Sequence[str] | None = None
    times: Sequence[Time] | None = None
    features: Sequence[str] = ()
    vehicle: bool | None = None
    sample: str | None = None
    n: int | None = None
    condition: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Value] = field(default_factory=dict)
    budget: Mapping[str, Any] = field(default_factory=dict)
    replicates: Mapping[str, Any] = field(default_factory=dict)
    where: str = field(default="scan", compare=False)
    """What messages name: the file that it was read from."""

    def __post_init__(self) -> None:
        for i, block in enumerate(self.vary, start=1):
            check(block.as_dict(), VARY, where=self.where, key=f"vary[{i}]")
        check(self.as_dict(), SPEC, where=self.where)
        if (self.sample is None) != (self.n is None):
            given, missing = ("n", "sample") if self.sample is None else ("sample", "n")
            raise ProtocolError(f"{self.where}: {given} is given without {missing}; a sample needs both")

    def as_dict(self) -> dict[str, Any]:
        """Return what is given, as it would stand in the file; a network as its name."""
        found: dict[str, Any] = {}
        for f in fields(self):
            value = getattr(self, f.name)
            if f.name in ("where", "vary") or value is None or value == f.default or value == {}:
                continue
            found[f.name] = _plain(value)
        if not isinstance(self.model, str):
            found["model"] = self.model.model
        if not self.features:
            found.pop("features", None)
        return {**found, "vary": [block.as_dict() for block in self.vary]}

    def plan(self) -> Plan:
        """Check the specification against its model; nothing is simulated.

        Raises
        ------
        MtorNetError
            For the first name, unit, value or time that makes no sense, with its key.
        """
        from mtornet.scans.plan import plan

        return plan(self)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if hasattr(value, "tolist"):  # numpy's numbers and arrays
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    return value
