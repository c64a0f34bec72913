"""Checks that need several parts of a network; every problem is listed, none stops the search."""

from __future__ import annotations

from collections.abc import Iterator

from mtornet.errors import ModelError
from mtornet.expression import KEYWORDS, TIME, Expression, Symbol, symbols, to_text
from mtornet.names import did_you_mean, is_identifier
from mtornet.network.elements import Event, Reaction, Readout, Variable, at
from mtornet.network.network import ReactionNetwork
from mtornet.network.ratelaws import full_rate, rate_laws
from mtornet.network.ratelaws.base import RateLaw
from mtornet.network.ratelaws.expression import EXPRESSION as EXPRESSION_LAW
from mtornet.network.unit_problems import unit_problems

EXPRESSION = EXPRESSION_LAW.name
RESERVED = frozenset((*KEYWORDS, TIME))
"""Words that mean something else in formulas."""


def problems_of_network(network: ReactionNetwork) -> list[str]:
    """Return everything that is wrong with a network, in words; empty if nothing is."""
    problems = [*_names(network), *_references(network), *_cycles(network)]
    # Units are only meaningful once every name resolves.
    return problems or [*unit_problems(network)]


def _names(network: ReactionNetwork) -> Iterator[str]:
    taken: dict[str, str] = {}
    catalogues = (
        network.compartments,
        network.species,
        network.inputs,
        network.parameters,
        network.derived,
        network.variables,
        network.reactions,
        network.events,
        network.readouts,
    )
    for catalogue in catalogues:
        for element in catalogue.values():
            if not is_identifier(element.id):
                yield at(element, f"{element.id!r} is not an identifier: letters, digits, _; no digit first")
            if element.id in RESERVED:
                yield at(element, f"{element.id!r} is a word of formulas; no element may carry it as its id")
            if element.id in taken and not _may_share(network, element):
                yield at(element, f"{element.id!r} names a {taken[element.id]} already")
            taken[element.id] = type(element).__name__.lower()


def _may_share(network: ReactionNetwork, element: object) -> bool:
    """Tell whether an element may carry the id of another one.

    A read-out may be a species under its own name; a variable or a read-out may be the size of a compartment.
    """
    if isinstance(element, Readout):
        of_place = element.id in network.compartments and element.id not in network.variables
        return of_place or element.expression == Symbol(element.id)
    return isinstance(element, Variable) and element.id in network.compartments


def _references(network: ReactionNetwork) -> Iterator[str]:
    sized = {*network.variables, *network.readouts}
    places = {name for name in network.compartments if name not in sized}
    constants = {*places, *network.inputs, *network.parameters, *network.derived}
    changing = constants | {*network.species, *network.variables, TIME}
    for species in network.species.values():
        if species.compartment not in network.compartments:
            hint = did_you_mean(species.compartment, network.compartments)
            yield at(species, f"species {species.id!r}: unknown compartment {species.compartment!r}{hint}")
    for reaction in network.reactions.values():
        yield from _reaction_references(network, reaction, changing)
    for derived in network.derived.values():
        yield from _unknown(derived, derived.expression, constants | {*network.variables, TIME})
    for variable in network.variables.values():
        if variable.rate is not None:
            yield from _unknown(variable, variable.rate, changing)
        place = network.compartments.get(variable.id)
        if place is not None and place.size != variable.initial:
            yield at(
                variable,
                f"the compartment {place.id!r} has the size {place.size!r}, as a variable it starts at "
                f"{variable.initial!r}",
            )
    for event in network.events.values():
        yield from _event_references(network, event, changing)
    for readout in network.readouts.values():
        yield from _unknown(readout, readout.expression, changing)


def _reaction_references(network: ReactionNetwork, reaction: Reaction, known: set[str]) -> Iterator[str]:
    label = f"reaction {reaction.id!r}"
    for name in reaction.involved:
        if name not in network.species:
            hint = did_you_mean(name, network.species)
            yield at(reaction, f"{label}: unknown species {name!r}{hint}")
    law = rate_laws().get(reaction.law)
    if law is None:
        hint = did_you_mean(reaction.law, rate_laws()) or f"; known: {', '.join(rate_laws())}"
        yield at(reaction, f"{label}: unknown rate law {reaction.law!r}{hint}")
    for message in (*_count_problems(reaction), *_law_problems(reaction, law)):
        yield at(reaction, f"{label}: {message}")
    for what, tree in (("the rate constant", reaction.rate_constant), *reaction.law_parameters):
        for name in dict.fromkeys(symbols(tree)):
            if name in network.species:
                yield from _species_named(reaction, name, what)
            elif name not in known:
                hint = did_you_mean(name, known)
                yield at(reaction, f"{label}: unknown name {name!r} in {what}{hint}")


def _species_named(reaction: Reaction, name: str, what: str) -> Iterator[str]:
    label = f"reaction {reaction.id!r}"
    if reaction.law != EXPRESSION:
        what = what.removeprefix("the ")
        yield at(reaction, f"{label}: {what} names the species {name!r}; make it a reactant or a modifier")
    elif name not in reaction.involved:
        # Without it the wiring would not show what the rate depends on.
        yield at(reaction, f"{label}: its rate names the species {name!r}; make it a modifier as well")


def _count_problems(reaction: Reaction) -> Iterator[str]:
    for _, count in (*reaction.reactants, *reaction.products):
        if not 0 < count < float("inf"):
            yield f"stoichiometry {count!r}, expected a number > 0"
    if any(not float(count).is_integer() for _, count in reaction.reactants) and reaction.law not in (
        EXPRESSION,
        "constant_rate",
    ):
        yield f"a reactant's stoichiometry is not whole; the law {reaction.law!r} counts molecules"


def _law_problems(reaction: Reaction, law: RateLaw | None) -> Iterator[str]:
    if law is None:
        return
    names = [name for name, _ in reaction.law_parameters]
    if len(set(names)) < len(names):
        yield "a name stands twice in law_parameters"
    for name in names:
        if name not in law.constants:
            expected = ", ".join(law.constants) or "none"
            yield f"unknown law parameter {name!r}; the law {law.name!r} has {expected}"
    try:
        full_rate(reaction)
    except ModelError as error:
        yield str(error)


def _event_references(network: ReactionNetwork, event: Event, changing: set[str]) -> Iterator[str]:
    formulas = [event.trigger, *(tree for _, tree in event.assignments)]
    formulas += [tree for tree in (event.delay, event.priority) if tree is not None]
    for tree in formulas:
        yield from _unknown(event, tree, changing)
    for target, _ in event.assignments:
        if target not in network.species and target not in network.variables:
            hint = did_you_mean(target, [*network.species, *network.variables])
            yield at(
                event, f"event {event.id!r}: assigns {target!r}, which is no species and no variable{hint}"
            )


def _unknown(element: object, expression: Expression, known: set[str]) -> Iterator[str]:
    for name in dict.fromkeys(symbols(expression)):
        if name not in known:
            label = getattr(element, "id", "")
            yield at(
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
        yield at(
            network.derived[left[0]],
            f"derived quantities depend on each other in a circle: {', '.join(left)}",
        )
