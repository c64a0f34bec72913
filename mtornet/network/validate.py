"""Checks that need several parts of a network; every problem is listed, none stops the search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mtornet.errors import MtorNetError, UnitError
from mtornet.expression import Expression, Symbol, symbols, to_text, unit_of
from mtornet.names import did_you_mean, is_identifier
from mtornet.network.elements import Derived, Reaction, Readout
from mtornet.network.network import ReactionNetwork
from mtornet.network.ratelaws import rate_laws
from mtornet.units import Unit, parse_unit

_MOLECULE = parse_unit("molecule")
_PER_SECOND = parse_unit("1/s")


def problems_of_network(network: ReactionNetwork) -> list[str]:
    """Return everything that is wrong with a network, in words; empty if nothing is."""
    problems = [*_names(network), *_references(network), *_cycles(network)]
    # Units are only meaningful once every name resolves.
    return problems or [*_units(network)]


def _at(element: object, message: str) -> str:
    provenance = getattr(element, "provenance", None)
    return f"{provenance.where}: {message}" if provenance is not None and provenance.where else message


def _names(network: ReactionNetwork) -> Iterator[str]:
    taken: dict[str, str] = {}
    catalogues = (
        network.compartments,
        network.species,
        network.inputs,
        network.parameters,
        network.derived,
        network.reactions,
        network.readouts,
    )
    for catalogue in catalogues:
        for element in catalogue.values():
            if not is_identifier(element.id):
                yield _at(element, f"{element.id!r} is not an identifier: letters, digits, _; no digit first")
            if element.id in taken and not _is_alias(element):
                yield _at(element, f"{element.id!r} names a {taken[element.id]} already")
            taken[element.id] = type(element).__name__.lower()


def _is_alias(element: object) -> bool:
    """Tell whether a read-out is just a species under its own name, which is no clash."""
    return isinstance(element, Readout) and element.expression == Symbol(element.id)


def _references(network: ReactionNetwork) -> Iterator[str]:
    constants = {*network.compartments, *network.inputs, *network.parameters, *network.derived}
    for species in network.species.values():
        if species.compartment not in network.compartments:
            hint = did_you_mean(species.compartment, network.compartments)
            yield _at(species, f"species {species.id!r}: unknown compartment {species.compartment!r}{hint}")
    for reaction in network.reactions.values():
        yield from _reaction_references(network, reaction, constants)
    for derived in network.derived.values():
        yield from _unknown(derived, derived.expression, constants)
    for readout in network.readouts.values():
        yield from _unknown(readout, readout.expression, constants | set(network.species))


def _reaction_references(network: ReactionNetwork, reaction: Reaction, constants: set[str]) -> Iterator[str]:
    for name in reaction.involved:
        if name not in network.species:
            hint = did_you_mean(name, network.species)
            yield _at(reaction, f"reaction {reaction.id!r}: unknown species {name!r}{hint}")
    if reaction.law not in rate_laws():
        hint = did_you_mean(reaction.law, rate_laws()) or f"; known: {', '.join(rate_laws())}"
        yield _at(reaction, f"reaction {reaction.id!r}: unknown rate law {reaction.law!r}{hint}")
    for count in (count for _, count in (*reaction.reactants, *reaction.products)):
        if count < 1:
            yield _at(
                reaction, f"reaction {reaction.id!r}: stoichiometry {count}, expected a whole number >= 1"
            )
    for name in dict.fromkeys(symbols(reaction.rate_constant)):
        if name in network.species:
            yield _at(
                reaction,
                f"reaction {reaction.id!r}: rate constant names the species {name!r}; "
                "make it a reactant or a modifier",
            )
        elif name not in constants:
            yield _at(
                reaction,
                f"reaction {reaction.id!r}: unknown name {name!r} in the rate constant"
                f"{did_you_mean(name, constants)}",
            )


def _unknown(element: Derived | object, expression: Expression, known: set[str]) -> Iterator[str]:
    for name in dict.fromkeys(symbols(expression)):
        if name not in known:
            label = getattr(element, "id", "")
            yield _at(
                element,
                f"{label!r}: unknown name {name!r} in {to_text(expression)!r}{did_you_mean(name, known)}",
            )


def _cycles(network: ReactionNetwork) -> Iterator[str]:
    depends = {d.id: set(symbols(d.expression)) & set(network.derived) for d in network.derived.values()}
    done: set[str] = set()
    while True:
        ready = [name for name, needs in depends.items() if name not in done and needs <= done]
        if not ready:
            break
        done.update(ready)
    left = [name for name in depends if name not in done]
    if left and all(symbol in network.derived for name in left for symbol in depends[name]):
        yield _at(
            network.derived[left[0]],
            f"derived quantities depend on each other in a circle: {', '.join(left)}",
        )


def units_of_constants(network: ReactionNetwork) -> dict[str, Unit]:
    """Return the units of everything a rate constant may name; without a stated unit it is absent."""
    units: dict[str, Unit] = {name: parse_unit(c.unit) for name, c in network.compartments.items()}
    stated = [
        *((i.id, i.unit) for i in network.inputs.values()),
        *((p.id, p.unit) for p in network.parameters.values()),
        *((d.id, d.unit) for d in network.derived.values()),
    ]
    units.update({name: parse_unit(unit) for name, unit in stated if unit})
    return units


def _units(network: ReactionNetwork) -> Iterator[str]:
    try:
        units = units_of_constants(network)
    except UnitError as error:
        yield str(error)
        return
    for derived in network.derived.values():
        if derived.unit:
            yield from _mismatch(derived, f"{derived.id!r}", derived.expression, units, units[derived.id])
    for reaction in network.reactions.values():
        molecularity = sum(
            power for _, power in rate_laws()[reaction.law].factors(reaction.reactants, reaction.modifiers)
        )
        wanted = _MOLECULE ** (1 - molecularity) * _PER_SECOND
        yield from _mismatch(
            reaction,
            f"reaction {reaction.id!r} ({molecularity} molecules take part)",
            reaction.rate_constant,
            units,
            wanted,
        )
    with_species = units | dict.fromkeys(network.species, _MOLECULE)
    for readout in network.readouts.values():
        if readout.unit:
            yield from _mismatch(
                readout,
                f"read-out {readout.id!r}",
                readout.expression,
                with_species,
                parse_unit(readout.unit),
            )


def _mismatch(
    element: object, label: str, expression: Expression, units: Mapping[str, Unit], wanted: Unit
) -> Iterator[str]:
    names = list(symbols(expression))
    # A bare number states no unit, nor does a quantity that was given none.
    if not names or any(name not in units for name in names):
        return
    try:
        found = unit_of(expression, units)
    except MtorNetError as error:
        yield _at(element, f"{label}: {error}")
        return
    if not found.same_as(wanted):
        yield _at(element, f"{label}: {to_text(expression)!r} has the unit {found}, expected {wanted}")
