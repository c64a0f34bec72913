"""The units of a network: what each name has, and where a formula does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mtornet.errors import MtorNetError, UnitError
from mtornet.expression import TIME, Expression, symbols, to_text, unit_of
from mtornet.network.elements import Event, Reaction, at
from mtornet.network.network import ReactionNetwork
from mtornet.network.ratelaws import rate_laws
from mtornet.units import DIMENSIONLESS, Unit, parse_unit

_MOLECULE = parse_unit("molecule")
_PER_SECOND = parse_unit("1/s")


def units_of_names(network: ReactionNetwork) -> dict[str, Unit]:
    """Return the units of everything a formula may name; without a stated unit it is absent."""
    stated = [
        *((c.id, c.unit) for c in network.compartments.values()),
        *((i.id, i.unit) for i in network.inputs.values()),
        *((p.id, p.unit) for p in network.parameters.values()),
        *((d.id, d.unit) for d in network.derived.values()),
        *((v.id, v.unit) for v in network.variables.values()),
    ]
    amounts = dict.fromkeys(network.species, _MOLECULE)
    return {name: parse_unit(unit) for name, unit in stated if unit} | amounts


def unit_problems(network: ReactionNetwork) -> Iterator[str]:
    """Yield every formula whose unit is not what it stands for, if the network states units."""
    try:
        units = units_of_names(network)
    except UnitError as error:
        yield str(error)
        return
    if not network.states_units:
        return
    for reaction in network.reactions.values():
        yield from _units_of_reaction(reaction, units)
    for event in network.events.values():
        yield from _units_of_event(event, units)
    yield from _units_of_quantities(network, units)


def _units_of_quantities(network: ReactionNetwork, units: Mapping[str, Unit]) -> Iterator[str]:
    for derived in network.derived.values():
        if derived.unit:
            yield from _mismatch(derived, f"{derived.id!r}", derived.expression, units, units[derived.id])
    for variable in network.variables.values():
        if variable.rate is not None and variable.unit:
            label = f"the rate of {variable.id!r}"
            yield from _mismatch(variable, label, variable.rate, units, units[variable.id] * _PER_SECOND)
    for readout in network.readouts.values():
        if readout.unit:
            label = f"read-out {readout.id!r}"
            yield from _mismatch(readout, label, readout.expression, units, parse_unit(readout.unit))


def _units_of_reaction(reaction: Reaction, units: Mapping[str, Unit]) -> Iterator[str]:
    law = rate_laws()[reaction.law]
    if law.formula is not None:
        for name, tree in reaction.law_parameters:
            label = f"reaction {reaction.id!r}: {name}"
            yield from _mismatch(reaction, label, tree, units, parse_unit(law.constants[name]))
        rate = law.formula(reaction)
        yield from _mismatch(reaction, f"reaction {reaction.id!r}", rate, units, _MOLECULE * _PER_SECOND)
        return
    molecularity = sum(power for _, power in law.factors(reaction.reactants, reaction.modifiers))
    yield from _mismatch(
        reaction,
        f"reaction {reaction.id!r} ({molecularity} molecules take part)",
        reaction.rate_constant,
        units,
        _MOLECULE ** (1 - molecularity) * _PER_SECOND,
    )


def _units_of_event(event: Event, units: Mapping[str, Unit]) -> Iterator[str]:
    label = f"event {event.id!r}"
    yield from _mismatch(event, f"{label}: trigger", event.trigger, units, DIMENSIONLESS)
    if event.delay is not None:
        yield from _mismatch(event, f"{label}: delay", event.delay, units, parse_unit("s"))
    if event.priority is not None:
        yield from _mismatch(event, f"{label}: priority", event.priority, units, DIMENSIONLESS)
    for target, tree in event.assignments:
        if target in units:
            yield from _mismatch(event, f"{label}: {target!r}", tree, units, units[target])


def _mismatch(
    element: object, label: str, expression: Expression, units: Mapping[str, Unit], wanted: Unit
) -> Iterator[str]:
    names = list(symbols(expression))
    # A bare number states no unit, nor does a quantity that was given none.
    if not names or any(name not in units and name != TIME for name in names):
        return
    try:
        found = unit_of(expression, units)
    except MtorNetError as error:
        yield at(element, f"{label}: {error}")
        return
    if not found.same_as(wanted):
        yield at(element, f"{label}: {to_text(expression)!r} has the unit {found}, expected {wanted}")
