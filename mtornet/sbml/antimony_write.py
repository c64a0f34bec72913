"""Write Antimony, the short text form of SBML; needs no other package.

Antimony holds structure, values and units. Sources, confidence, bounds and drawing hints have no
place in it: keep the SBML file, or the tables, as the record.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from mtornet.errors import ModelError, OutputError
from mtornet.expression import FUNCTIONS
from mtornet.names import is_identifier
from mtornet.network.elements import Event, Reaction, Side, Variable
from mtornet.network.network import ReactionNetwork
from mtornet.network.ratelaws import full_rate
from mtornet.sbml.antimony_formula import antimony_condition, antimony_formula
from mtornet.units import parse_unit

_ARROWS = {"catalyst": "-o", "stimulator": "-o", "inhibitor": "-|"}
_BASES = {"molecule": "item", "s": "second", "L": "litre", "mol": "mole"}
_RESERVED = frozenset(
    {
        "DNA",
        "after",
        "at",
        "avogadro",
        "compartment",
        "const",
        "constraint",
        "delay",
        "end",
        "event",
        "exp",
        "ext",
        "false",
        "formula",
        "function",
        "gene",
        "has",
        "import",
        "in",
        "inf",
        "infinity",
        "is",
        "maximize",
        "minimize",
        "model",
        "module",
        "nan",
        "notanumber",
        "operator",
        "pi",
        "priority",
        "reaction",
        "species",
        "substanceOnly",
        "t0",
        "time",
        "true",
        "unit",
        "var",
        *FUNCTIONS,
    }
)


def antimony_text(network: ReactionNetwork) -> str:
    """Return a network as Antimony text.

    Raises
    ------
    ModelError
        If an element is named by a word that Antimony keeps for itself.
    """
    names = [name for part in _parts(network) for name in part]
    taken = [name for name in names if name in _RESERVED]
    if taken:
        raise ModelError(
            f"Antimony keeps the word {taken[0]!r} for itself; rename that element to write Antimony"
        )
    return "\n".join(_lines(network)) + "\n"


def write_antimony(network: ReactionNetwork, path: str | os.PathLike[str]) -> None:
    """Write a network as an Antimony file.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    text = antimony_text(network)
    try:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from None


def _lines(network: ReactionNetwork) -> Iterator[str]:
    units = _Units(network)
    yield f"// {_plain(network.describe())}"
    scale = (
        "molecules per cell, times are seconds" if network.states_units else "in the units of the source file"
    )
    yield f"// Amounts are {scale}. A research model, never clinical advice."
    yield f"model *{_model_name(network)}()"
    if network.states_units:
        yield "  unit substance = item; unit extent = item; unit time_unit = second; unit volume = litre;"
        yield from units.definitions()
    yield from _quantities(network, units)
    yield f"\n  // reactions{', molecules per second' if network.states_units else ''}"
    for reaction in network.reactions.values():
        yield from _reaction(reaction)
    if network.events:
        yield "\n  // events"
    for event in network.events.values():
        yield _event(event)
    yield "\n  // read-outs"
    for readout in network.readouts.values():
        formula = antimony_formula(readout.expression)
        if readout.id in network.compartments:
            yield f"  {readout.id} := {formula};"
        elif readout.id not in network.species:
            # A read-out may be a species under its own name, which stands above.
            unit = units.of(readout.id, readout.unit)
            yield f"  var {readout.id} := {formula};{unit}{_remark(readout.name)}"
    yield "end"


def _quantities(network: ReactionNetwork, units: _Units) -> Iterator[str]:
    yield f"\n  // compartments{', litres' if network.states_units else ''}"
    for compartment in network.compartments.values():
        yield f"  compartment {compartment.id} = {compartment.size!r};"
    yield f"\n  // species{', molecules' if network.states_units else ''}"
    for species in network.species.values():
        place = f"substanceOnly species {species.id} in {species.compartment}"
        yield f"  {place} = {species.initial!r};{_remark(species.name)}"
    yield "\n  // inputs, set by the experiment"
    for given in network.inputs.values():
        yield f"  var {given.id} = {given.value!r};{units.of(given.id, given.unit)}{_remark(given.name)}"
    yield "\n  // parameters"
    for parameter in network.parameters.values():
        unit = units.of(parameter.id, parameter.unit)
        yield f"  const {parameter.id} = {parameter.value!r};{unit}{_remark(parameter.name)}"
    if network.variables:
        yield "\n  // variables"
    for variable in network.variables.values():
        yield from _variable(network, variable, units)
    yield "\n  // derived quantities"
    for derived in network.derived.values():
        unit = units.of(derived.id, derived.unit)
        yield f"  var {derived.id} := {antimony_formula(derived.expression)};{unit}{_remark(derived.name)}"


def _reaction(reaction: Reaction) -> Iterator[str]:
    arrow = "->" if reaction.signed else "=>"
    equation = f"{_side(reaction.reactants)} {arrow} {_side(reaction.products)}"
    yield f"  {reaction.id}: {equation}; {antimony_formula(full_rate(reaction))};{_remark(reaction.name)}"
    for i, (modifier, role) in enumerate(reaction.modifiers):
        yield f"  {reaction.id}_by_{i}: {modifier} {_ARROWS[role]} {reaction.id};"


def _variable(network: ReactionNetwork, variable: Variable, units: _Units) -> Iterator[str]:
    if variable.id not in network.compartments:
        unit = units.of(variable.id, variable.unit)
        yield f"  var {variable.id} = {variable.initial!r};{unit}{_remark(variable.name)}"
    if variable.rate is not None:
        yield f"  {variable.id}' = {antimony_formula(variable.rate)};"


def _event(event: Event) -> str:
    after = "" if event.delay is None else f"({antimony_formula(event.delay)}) after "
    options = [f"t0={_word(event.initial_value)}", f"persistent={_word(event.persistent)}"]
    options.append(f"fromTrigger={_word(event.use_values_from_trigger_time)}")
    if event.priority is not None:
        options.append(f"priority=({antimony_formula(event.priority)})")
    assigned = ", ".join(f"{name} = {antimony_formula(tree)}" for name, tree in event.assignments)
    trigger = antimony_condition(event.trigger)
    return f"  {event.id}: at {after}({trigger}), {', '.join(options)}: {assigned};{_remark(event.name)}"


def _word(value: bool) -> str:
    return "true" if value else "false"


def _parts(network: ReactionNetwork) -> tuple[Iterable[str], ...]:
    return (
        network.compartments,
        network.species,
        network.inputs,
        network.parameters,
        network.variables,
        network.derived,
        network.reactions,
        network.events,
        network.readouts,
    )


def _model_name(network: ReactionNetwork) -> str:
    # Antimony has one space of names for models and what is in them.
    name = network.model if is_identifier(network.model) else "network"
    while name in _RESERVED or any(name in part for part in _parts(network)):
        name += "_model"
    return name


class _Units:
    """Names for the units of a network, each defined once."""

    def __init__(self, network: ReactionNetwork) -> None:
        elements = (network.inputs, network.parameters, network.variables, network.derived, network.readouts)
        texts = dict.fromkeys(e.unit for catalogue in elements for e in catalogue.values())
        self._names: dict[str, str] = {}
        for text in texts:
            unit = parse_unit(text) if text else None
            if unit is None or not unit.dimension:
                continue
            self._names[text] = f"unit_{re.sub(r'[^A-Za-z0-9]+', '_', text).strip('_')}"

    def definitions(self) -> Iterator[str]:
        for text, name in self._names.items():
            unit = parse_unit(text)
            # Antimony puts the factor into the first unit, and raises it to that unit's power.
            ordered = sorted(unit.dimension, key=lambda entry: -entry[1])
            powers = [f"{_BASES[base]}^{power}" for base, power in ordered]
            if ordered[0][1] != 1:
                powers.insert(0, "dimensionless")
            yield f"  unit {name} = {unit.factor:.12g} {' * '.join(powers)};"

    def of(self, name: str, text: str) -> str:
        return f" {name} has {self._names[text]};" if text in self._names else ""


def _plain(text: str) -> str:
    return " ".join(text.split())


def _remark(text: str) -> str:
    return f"  // {_plain(text)}" if text else ""


def _side(side: Side) -> str:
    return " + ".join(f"{count!r} {name}" if count != 1 else name for name, count in side)
