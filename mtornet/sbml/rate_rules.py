"""Rate rules of species as reactions that make, or take, them at a net rate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from mtornet.expression import Apply, Expression, Symbol
from mtornet.expression import symbols as names_in
from mtornet.graph.schema import STIMULATOR
from mtornet.network.elements import Reaction
from mtornet.sbml.formulas import UnsupportedMathError
from mtornet.sbml.symbols import SymbolTable

EXPRESSION = "expression"
"""The law whose rate constant is the whole rate."""


def read_rate_rules(table: SymbolTable, notes: list[str]) -> list[Reaction]:
    """Return a reaction from nothing for each rate rule of a species; what is refused is noted."""
    made = []
    for name, tree in table.rate_rules.items():
        if name not in table.species:
            continue
        try:
            rate = _rate_of_amount(table, table.species[name], tree)
        except UnsupportedMathError as error:
            table.refusals.add(table.model, f"rate rule for {name!r} uses {error}")
            continue
        reaction = Reaction(
            id=table.fresh(f"{name}__rate"),
            reactants=(),
            products=((name, 1),),
            modifiers=read_by(table, rate, {name}, {}),
            rate_constant=rate,
            law=EXPRESSION,
            signed=True,
        )
        notes.append(
            f"rate rule for {name!r} is read as the reaction {reaction.id!r}, for rate equations only"
        )
        made.append(reaction)
    return made


def _rate_of_amount(table: SymbolTable, species: Any, tree: Expression) -> Expression:
    rate = table.in_amounts(tree)
    if table.is_amount(species):
        return rate
    # d (c V)/dt = V dc/dt + c dV/dt
    place = species.getCompartment()
    volume, growth = table.volume(place), table.growth_of(place)
    total = Apply("*", (rate, volume))
    if growth is None:
        return total
    concentration = Apply("/", (Symbol(species.getId()), volume))
    return Apply("+", (total, Apply("*", (concentration, growth))))


def read_by(
    table: SymbolTable, rate: Expression, taking_part: Collection[str], roles: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """Return the modifiers that a file names, and further species that a rate reads."""
    read = [name for name in dict.fromkeys(names_in(rate)) if name in table.species]
    named = {name: role for name, role in roles.items() if not table.has_rule(name)}
    return tuple((named | {n: named.get(n, STIMULATOR) for n in read if n not in taking_part}).items())
