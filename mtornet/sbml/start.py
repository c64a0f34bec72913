"""The values of everything at the start, in the order in which they depend on each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mtornet.errors import ExpressionError
from mtornet.expression import TIME, Apply, Expression, Symbol, evaluate
from mtornet.expression import symbols as names_in
from mtornet.sbml.formulas import put_in, signed_number
from mtornet.sbml.order import in_order
from mtornet.sbml.symbols import SymbolTable


def start(
    table: SymbolTable,
    computed: Mapping[str, Expression],
    laws: Mapping[str, Expression],
    initial: Mapping[str, Expression],
) -> None:
    """Fill in ``table.values``.

    Parameters
    ----------
    computed, laws, initial
        Assignment rules and rates of change, kinetic laws, and initial assignments, as written.
    """
    model, values = table.model, table.values
    pending = {name: put_in(tree, table.counts) for name, tree in {**laws, **computed, **initial}.items()}
    values[TIME] = 0.0
    for place in model.getListOfCompartments():
        if place.getId() not in pending and place.isSetSize():
            values[place.getId()] = place.getSize()
        elif place.getId() not in pending:
            table.unsized.add(place.getId())
    for parameter in model.getListOfParameters():
        if parameter.getId() not in pending and parameter.isSetValue():
            values[parameter.getId()] = parameter.getValue()
    for species in model.getListOfSpecies():
        if species.getId() not in pending:
            _start_species(table, species, pending)
    _evaluate(table, pending, laws, initial)
    for name in initial:
        if name in values:
            table.notes.append(f"initial assignment: {name!r} starts at {values[name]:.15g}")


def _evaluate(
    table: SymbolTable,
    pending: dict[str, Expression],
    laws: Mapping[str, Expression],
    initial: Mapping[str, Expression],
) -> None:
    needed = {n for tree in pending.values() for n in names_in(tree)}
    for name in laws:
        # The rate at the start counts only where a formula names the reaction.
        if name not in needed:
            del pending[name]
    ordered, _ = in_order({name: set(names_in(tree)) for name, tree in pending.items()})
    for name in pending:
        table.values.pop(name, None)
    for name in ordered:
        tree = pending[name]
        if all(n in table.values for n in names_in(tree)):
            try:
                table.values[name] = evaluate(tree, table.values)
            except ExpressionError as error:
                # What a rule computes may be undefined at first; who needs the value says so.
                if name in initial:
                    table.refusals.add(table.model, f"starting value of {name!r}: {error}")


def _start_species(table: SymbolTable, species: Any, pending: dict[str, Expression]) -> None:
    name, place = species.getId(), species.getCompartment()
    amount = species.isSetInitialAmount()
    if not amount and not species.isSetInitialConcentration():
        return
    value = species.getInitialAmount() if amount else species.getInitialConcentration()
    if amount == table.is_amount(species):
        table.values[name] = value
    elif place not in table.unsized:
        # The volume itself may be an initial assignment.
        pending[name] = Apply("/" if amount else "*", (signed_number(value), Symbol(place)))
