"""The parts of a reaction network; each is checked for what it alone can know."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from mtornet.errors import ModelError
from mtornet.expression import Expression
from mtornet.provenance import Provenance

Side = tuple[tuple[str, float], ...]
"""Species and their counts on one side of a reaction; one that is not whole is for rate equations only."""

Assignments = tuple[tuple[str, Expression], ...]
"""Names and the formulas they get."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compartment:
    """A place; ``size`` is in litres, or in what the file it is from counts in if there is no ``unit``."""

    id: str
    size: float
    name: str = ""
    unit: str = "L"
    sbo: str = ""
    annotation: str = ""
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.size) and self.size > 0):
            raise ModelError(f"compartment {self.id!r}: size must be > 0 L, got {self.size!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Species:
    """A molecular species in one state; ``initial`` is in molecules per cell."""

    id: str
    initial: float
    compartment: str
    name: str = ""
    module: str = ""
    state: str = ""
    components: tuple[str, ...] = ()
    glyph: str = "macromolecule"
    sbo: str = ""
    annotation: str = ""
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.initial) and self.initial >= 0):
            raise ModelError(
                f"species {self.id!r}: initial amount must be >= 0 molecules, got {self.initial!r}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A concentration that the experiment sets and the network does not change: a ligand, a drug."""

    id: str
    value: float
    unit: str = "nM"
    role: str = "ligand"
    name: str = ""
    sbo: str = ""
    annotation: str = ""
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and self.value >= 0):
            raise ModelError(f"input {self.id!r}: must be >= 0 {self.unit}, got {self.value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A constant with its unit and, where a fit may move it, its bounds."""

    id: str
    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    name: str = ""
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ModelError(f"parameter {self.id!r}: must be a finite number, got {self.value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A quantity computed from constants, variables, time and other such quantities, not from species."""

    id: str
    expression: Expression
    unit: str = ""
    name: str = ""
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A quantity that is neither a molecular species nor a constant.

    Events change it, and with a ``rate`` it also changes continuously: dv/dt = rate. A variable with
    the id of a compartment is that compartment's size over time, in litres.
    """

    id: str
    initial: float
    unit: str = ""
    rate: Expression | None = None
    name: str = ""
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        if not math.isfinite(self.initial):
            raise ModelError(f"variable {self.id!r}: must start at a finite number, got {self.initial!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A change of amounts and variables at the moment a condition becomes true, or a delay later.

    The meaning is that of SBML Level 3 Version 2. A species is assigned its amount in molecules;
    ``delay`` is in seconds; of events due at the same time the highest ``priority`` comes first.
    """

    id: str
    trigger: Expression
    assignments: Assignments
    delay: Expression | None = None
    priority: Expression | None = None
    persistent: bool = True
    """Once triggered it happens even if the trigger turns false before its time."""
    initial_value: bool = True
    """What the trigger was before the start: after ``False``, one that is true at the start fires."""
    use_values_from_trigger_time: bool = True
    name: str = ""
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        if not self.assignments:
            raise ModelError(f"event {self.id!r}: changes nothing")
        targets = [target for target, _ in self.assignments]
        twice = next((target for target in targets if targets.count(target) > 1), None)
        if twice is not None:
            raise ModelError(f"event {self.id!r}: assigns {twice!r} twice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Readout:
    """What an assay would see: a formula over species, variables, time and everything that is constant."""

    id: str
    expression: Expression
    unit: str = "molecule"
    name: str = ""
    assay: str = ""
    label: str = ""
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """A process that turns reactants into products at the rate its law gives.

    ``modifiers`` are pairs of species and role; the law says which of the species it multiplies, and
    which further constants it needs from ``law_parameters``. With the law ``expression`` the rate
    constant is the whole rate in molecules/s, in which the name of a species means its amount.
    """

    id: str
    reactants: Side
    products: Side
    rate_constant: Expression
    modifiers: tuple[tuple[str, str], ...] = ()
    law: str = "mass_action"
    law_parameters: Assignments = ()
    signed: bool = False
    """The rate may be negative (net rate of a reversible process): rate equations only."""
    name: str = ""
    module: str = ""
    sbo: str = ""
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        if not self.reactants and not self.products:
            raise ModelError(f"reaction {self.id!r}: nothing goes in and nothing comes out")
        for side in ("reactants", "products"):
            object.__setattr__(
                self, side, tuple((name, _whole(count)) for name, count in getattr(self, side))
            )

    @property
    def involved(self) -> tuple[str, ...]:
        """Every species that takes part, each once."""
        names = [name for name, _ in (*self.reactants, *self.products, *self.modifiers)]
        return tuple(dict.fromkeys(names))

    @property
    def net(self) -> dict[str, float]:
        """Change of each species when the reaction fires once; catalysts are absent."""
        change: dict[str, float] = {}
        for name, count in self.reactants:
            change[name] = change.get(name, 0) - count
        for name, count in self.products:
            change[name] = change.get(name, 0) + count
        return {name: count for name, count in change.items() if count}

    @property
    def fractional(self) -> bool:
        """Tell whether a count is not whole, so that the reaction is for rate equations only."""
        return any(not float(count).is_integer() for _, count in (*self.reactants, *self.products))


def at(element: object, message: str) -> str:
    """Return a message about an element, after the row of the table it is from."""
    provenance = getattr(element, "provenance", None)
    return f"{provenance.where}: {message}" if provenance is not None and provenance.where else message


def _whole(count: float) -> float:
    # Whole counts are integers, so that equal reactions are equal text and have equal hashes.
    return int(count) if math.isfinite(count) and float(count).is_integer() else count
