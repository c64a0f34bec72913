"""Rules, laws and rates of change, put into each other until only what stands for itself is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from mtornet.expression import Expression, Symbol
from mtornet.expression import symbols as names_in
from mtornet.network.elements import Parameter
from mtornet.sbml.annotation import details_of
from mtornet.sbml.features import Refusals, label
from mtornet.sbml.formulas import ZERO, UnsupportedMathError, put_in, signed_number, size_of
from mtornet.sbml.mathml import RATE_OF, FormulaReader, marked
from mtornet.sbml.order import in_order
from mtornet.sbml.ratesof import RatesOfChange
from mtornet.sbml.start import start
from mtornet.sbml.symbols import SymbolTable, all_references

MAX_TOTAL_NODES = 2_000_000
"""Nodes of all formulas together once they are put into each other."""


def read_symbols(model: Any, refusals: Refusals) -> SymbolTable:
    """Read rules, laws and starting values of a model; what is not read is noted in ``refusals``."""
    functions = {f.getId(): f for f in model.getListOfFunctionDefinitions() if f.isSetMath()}
    table = SymbolTable(model, refusals, FormulaReader(functions))
    table.assigned_by_events = _assigned_by_events(model)
    table.variables |= {name for name in table.assigned_by_events if name not in table.species}
    rules = [rule for rule in model.getListOfRules() if not rule.isAlgebraic()]
    assigned = _formulas(table, (r for r in rules if r.isAssignment()), "assignment rule for")
    table.rate_rules = _formulas(table, (r for r in rules if r.isRate()), "rate rule for")
    table.variables |= {name for name in table.rate_rules if name not in table.species}
    initial = _formulas(table, model.getListOfInitialAssignments(), "initial assignment to")
    laws = _laws(table)
    _name_counts(table, {*assigned, *table.variables, *initial})
    events = _event_formulas(table)
    trees = [*laws.values(), *assigned.values(), *initial.values(), *table.rate_rules.values(), *events]
    rates = _rates_of_change(table, {**laws, **assigned}, trees)
    table.named = {name for tree in (*trees, *rates.values()) for name in names_in(tree)} | _factors(model)
    _put_in_each_other(table, {**laws, **assigned, **rates}, set(assigned))
    start(table, {**assigned, **rates}, laws, initial)
    _fix_computed_counts(table, initial)
    return table


def _factors(model: Any) -> set[str]:
    return {model.getConversionFactor(), *(s.getConversionFactor() for s in model.getListOfSpecies())}


def _assigned_by_events(model: Any) -> Counter[str]:
    return Counter(
        assignment.getVariable()
        for event in model.getListOfEvents()
        if event.isSetTrigger() and event.getTrigger().isSetMath()
        for assignment in event.getListOfEventAssignments()
        if assignment.isSetMath()
    )


def _formulas(table: SymbolTable, elements: Iterable[Any], kind: str) -> dict[str, Expression]:
    found = {}
    for element in elements:
        target = element.getVariable() if hasattr(element, "getVariable") else element.getSymbol()
        if not element.isSetMath():
            # Level 3 Version 2: an element without a formula means nothing.
            table.notes.append(f"{kind} {target!r} has no formula and is left out")
            continue
        try:
            found[target] = table.reader.read(element.getMath())
        except UnsupportedMathError as error:
            table.refusals.add(element, f"{kind} {target!r} uses {error}")
    return found


def _laws(table: SymbolTable) -> dict[str, Expression]:
    """Return the kinetic laws by reaction, their local parameters under new names."""
    laws = {}
    for reaction in table.model.getListOfReactions():
        law = reaction.getKineticLaw()
        if law is None or not law.isSetMath():
            continue
        try:
            tree = table.reader.read(law.getMath())
        except UnsupportedMathError as error:
            table.refusals.add(reaction, f"{label('reaction', reaction)}: its kinetic law uses {error}")
            continue
        laws[reaction.getId()] = put_in(tree, _local(table, reaction, law))
    return laws


def _local(table: SymbolTable, reaction: Any, law: Any) -> dict[str, Expression]:
    local: dict[str, Expression] = {}
    for parameter in law.getListOfParameters():
        if not parameter.isSetValue():
            table.refusals.add(
                parameter, f"{label('local parameter', parameter)} of {reaction.getId()!r} has no value"
            )
            continue
        name = table.fresh(f"{reaction.getId()}__{parameter.getId()}")
        table.values[name] = parameter.getValue()
        table.local_parameters.append(
            Parameter(id=name, value=parameter.getValue(), name=parameter.getName() or parameter.getId())
        )
        local[marked(parameter.getId())] = Symbol(name)
        local[RATE_OF + marked(parameter.getId())] = ZERO
    return local


def _name_counts(table: SymbolTable, computed: set[str]) -> None:
    for reference in all_references(table.model):
        name = reference.getId()
        if name and reference.isSetStoichiometry():
            table.values[name] = float(reference.getStoichiometry())
            if name not in computed:
                table.counts[name] = signed_number(table.values[name])


def _fix_computed_counts(table: SymbolTable, initial: Mapping[str, Expression]) -> None:
    """Put the numbers in for stoichiometries that an initial assignment computed once."""
    for reference in all_references(table.model):
        name = reference.getId()
        if name in initial and name in table.values and not table.is_changing(name):
            table.counts[name] = signed_number(table.values[name])
    for trees in (table.derived, table.inlined):
        trees.update({name: put_in(tree, table.counts) for name, tree in trees.items()})


def _rates_of_change(
    table: SymbolTable, defined: Mapping[str, Expression], trees: Iterable[Expression]
) -> dict[str, Expression]:
    """Return the formulas of all ``rateOf`` that are used, and of those that these need."""
    rates = RatesOfChange(table, defined)
    found: dict[str, Expression] = {}
    pending = [*trees, *_growing(table, defined)]
    while pending:
        for name in dict.fromkeys(names_in(pending.pop())):
            if name.startswith(RATE_OF) and name not in found:
                try:
                    found[name] = rates.of(name.removeprefix(RATE_OF))
                except UnsupportedMathError as error:
                    table.refusals.add(table.model, f"rateOf uses {error}")
                    found[name] = ZERO
                pending.append(found[name])
    return found


def _growing(table: SymbolTable, defined: Mapping[str, Expression]) -> list[Expression]:
    """Return the rates of change of sizes that a rule computes and a rate rule of a species needs."""
    places = {table.species[name].getCompartment() for name in table.rate_rules if name in table.species}
    return [Symbol(RATE_OF + place) for place in sorted(places) if place in defined]


def _event_formulas(table: SymbolTable) -> list[Expression]:
    """Return the formulas of events, as far as they can be read; events report what cannot."""
    found = []
    for event in table.model.getListOfEvents():
        parts = [
            event.getTrigger(),
            event.getDelay(),
            event.getPriority(),
            *event.getListOfEventAssignments(),
        ]
        for part in parts:
            if part is not None and part.isSetMath():
                try:
                    found.append(table.reader.read(part.getMath()))
                except UnsupportedMathError:
                    continue
    return found


def _put_in_each_other(table: SymbolTable, definitions: dict[str, Expression], rules: set[str]) -> None:
    """Part the definitions into derived quantities and formulas that are put in where they are named."""
    trees = {name: put_in(tree, table.counts) for name, tree in definitions.items()}
    ordered, circle = in_order({name: set(names_in(tree)) for name, tree in trees.items()})
    for name in circle:
        table.refusals.add(table.model, f"{_what(table, name)} depends on itself")
    total = 0
    for name in ordered:
        tree = trees[name]
        if name in rules and _is_derived(table, name, tree):
            table.derived[name] = tree
            table.moving |= {name} if table.changes(tree) else set()
            continue
        try:
            table.inlined[name] = put_in(tree, table.inlined)
        except UnsupportedMathError as error:
            table.refusals.add(table.model, f"{_what(table, name)} uses {error}")
            table.inlined[name] = ZERO
        total += size_of(table.inlined[name], MAX_TOTAL_NODES)
        if total > MAX_TOTAL_NODES:
            table.refusals.add(table.model, f"the rules and laws have more than {MAX_TOTAL_NODES} nodes")
            return


def _is_derived(table: SymbolTable, name: str, tree: Expression) -> bool:
    if not table.is_quantity(name) or table.holds_species(tree):
        return False
    parameter = table.parameters.get(name)
    kind = "" if parameter is None else details_of(parameter).kind
    # What only follows the time may be a derived quantity as well; a read-out also shows in results.
    return kind == "derived" or (kind != "readout" and not table.changes(tree))


def _what(table: SymbolTable, name: str) -> str:
    if table.model.getReaction(name) is not None:
        return f"the kinetic law of reaction {name!r}"
    return (
        f"rateOf {name.removeprefix(RATE_OF)!r}"
        if name.startswith(RATE_OF)
        else f"assignment rule for {name!r}"
    )
