"""Elements of a network from the attributes of nodes and sections of its typed graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mtornet.expression import Expression, parse
from mtornet.graph.assignments import parse_assignments
from mtornet.network.elements import (
    Compartment,
    Derived,
    Event,
    Input,
    Parameter,
    Readout,
    Species,
    Variable,
)
from mtornet.provenance import Provenance


def provenance_of(a: Mapping[str, Any]) -> Provenance:
    """Return where an element comes from."""
    return Provenance(source=a["source"], confidence=a["confidence"], note=a["note"], where=a["where"])


def make_compartment(name: str, a: dict[str, Any]) -> Compartment:
    """Return a compartment."""
    return Compartment(
        id=name,
        name=a["name"],
        size=float(a["size"]),
        unit=a["unit"],
        sbo=a["sbo"],
        annotation=a["annotation"],
        provenance=provenance_of(a),
    )


def make_species(name: str, a: dict[str, Any], default_place: str) -> Species:
    """Return a species."""
    return Species(
        id=name,
        name=a["name"],
        initial=float(a["initial"]),
        compartment=a["compartment"] or default_place,
        module=a["module"],
        state=a["state"],
        components=tuple(a["components"]),
        glyph=a["glyph"],
        sbo=a["sbo"],
        annotation=a["annotation"],
        provenance=provenance_of(a),
    )


def make_input(name: str, a: dict[str, Any]) -> Input:
    """Return an input."""
    return Input(
        id=name,
        name=a["name"],
        value=float(a["value"]),
        unit=a["unit"],
        role=a["role"],
        sbo=a["sbo"],
        annotation=a["annotation"],
        provenance=provenance_of(a),
    )


def make_parameter(name: str, a: dict[str, Any]) -> Parameter:
    """Return a parameter."""
    return Parameter(
        id=name,
        name=a["name"],
        value=float(a["value"]),
        unit=a["unit"],
        low=a["low"],
        high=a["high"],
        provenance=provenance_of(a),
    )


def make_derived(name: str, a: dict[str, Any]) -> Derived:
    """Return a derived quantity."""
    return Derived(
        id=name,
        name=a["name"],
        expression=parse(str(a["expression"])),
        unit=a["unit"],
        provenance=provenance_of(a),
    )


def make_variable(name: str, a: dict[str, Any]) -> Variable:
    """Return a variable."""
    return Variable(
        id=name,
        name=a["name"],
        initial=float(a["initial"]),
        unit=a["unit"],
        rate=_formula_or_none(a["rate"]),
        provenance=provenance_of(a),
    )


def make_event(name: str, a: dict[str, Any]) -> Event:
    """Return an event."""
    return Event(
        id=name,
        name=a["name"],
        trigger=parse(str(a["trigger"])),
        assignments=parse_assignments(str(a["assignments"])),
        delay=_formula_or_none(a["delay"]),
        priority=_formula_or_none(a["priority"]),
        persistent=bool(a["persistent"]),
        initial_value=bool(a["initial_value"]),
        use_values_from_trigger_time=bool(a["use_values_from_trigger_time"]),
        provenance=provenance_of(a),
    )


def _formula_or_none(text: object) -> Expression | None:
    return parse(str(text)) if text != "" else None


def make_readout(name: str, a: dict[str, Any]) -> Readout:
    """Return a read-out."""
    return Readout(
        id=name,
        name=a["name"],
        expression=parse(str(a["expression"])),
        unit=a["unit"],
        assay=a["assay"],
        label=a["label"],
        provenance=provenance_of(a),
    )
