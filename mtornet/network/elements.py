"""The parts of a reaction network; each is checked for what it alone can know."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from mtornet.errors import ModelError
from mtornet.expression import Expression
from mtornet.provenance import Provenance

Side = tuple[tuple[str, int], ...]
"""Species and their counts on one side of a reaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compartment:
    """A place; ``size`` is in litres."""

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
    """A quantity computed from parameters, inputs and other derived quantities, never from species."""

    id: str
    expression: Expression
    unit: str = ""
    name: str = ""
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readout:
    """What an assay would see: a formula over species, parameters and derived quantities."""

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

    ``modifiers`` are pairs of species and role; the law says which of the species it multiplies.
    """

    id: str
    reactants: Side
    products: Side
    rate_constant: Expression
    modifiers: tuple[tuple[str, str], ...] = ()
    law: str = "mass_action"
    name: str = ""
    module: str = ""
    sbo: str = ""
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        if not self.reactants and not self.products:
            raise ModelError(f"reaction {self.id!r}: nothing goes in and nothing comes out")

    @property
    def involved(self) -> tuple[str, ...]:
        """Every species that takes part, each once."""
        names = [name for name, _ in (*self.reactants, *self.products, *self.modifiers)]
        return tuple(dict.fromkeys(names))

    @property
    def net(self) -> dict[str, int]:
        """Change of each species when the reaction fires once; catalysts are absent."""
        change: dict[str, int] = {}
        for name, count in self.reactants:
            change[name] = change.get(name, 0) - count
        for name, count in self.products:
            change[name] = change.get(name, 0) + count
        return {name: count for name, count in change.items() if count}
