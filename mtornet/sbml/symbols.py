"""What the names of a model stand for: volumes, amounts, constants, formulas; and their starting values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from mtornet.errors import ExpressionError
from mtornet.expression import Apply, Expression, Number, Symbol, evaluate, substitute
from mtornet.expression import symbols as names_in
from mtornet.sbml.features import Refusals
from mtornet.sbml.mathml import (
    MAX_NODES,
    MAX_TREE_DEPTH,
    FormulaReader,
    UnsupportedMathError,
    depth_of,
    size_of,
)
from mtornet.sbml.ratelaw import SpeciesSymbols


@dataclass(slots=True)
class SymbolTable:
    """The names of one model; problems are noted in ``refusals``."""

    model: Any
    refusals: Refusals
    reader: FormulaReader
    constants: dict[str, Expression] = field(default_factory=dict)
    """Derived quantities: rules that depend on no species."""
    observed: dict[str, Expression] = field(default_factory=dict)
    """Rules that depend on species, as written, with no other such rule left inside."""
    counts: dict[str, Expression] = field(default_factory=dict)
    """Names of stoichiometries."""
    values: dict[str, float] = field(default_factory=dict)
    """Every value at the start; a species by what its name means in formulas."""
    notes: list[str] = field(default_factory=list)
    unsized: set[str] = field(default_factory=set)

    def is_amount(self, species: Any) -> bool:
        """Tell whether a species' name means its amount, not its concentration."""
        place = self.model.getCompartment(species.getCompartment())
        flat = (
            place is not None and place.isSetSpatialDimensions() and place.getSpatialDimensionsAsDouble() == 0
        )
        return bool(species.getHasOnlySubstanceUnits()) or flat

    def species_symbols(self) -> SpeciesSymbols:
        """Return what the names of the species mean in formulas."""
        divisor: dict[str, Expression | None] = {}
        unit_volume = set()
        for species in self.model.getListOfSpecies():
            place = species.getCompartment()
            divisor[species.getId()] = None if self.is_amount(species) else Symbol(place)
            if self.values.get(place) == 1.0:
                unit_volume.add(species.getId())
        return SpeciesSymbols(divisor, frozenset(unit_volume))

    def in_amounts(self, tree: Expression) -> Expression:
        """Return a formula in which the names of species mean amounts."""
        replacements: dict[str, Expression] = {}
        for species in self.model.getListOfSpecies():
            if not self.is_amount(species):
                name = species.getId()
                replacements[name] = Apply("/", (Symbol(name), Symbol(species.getCompartment())))
        return substitute(tree, replacements) if replacements else tree

    def initial_amount(self, species: Any) -> float | None:
        """Return the amount of a species at the start, ``None`` if it cannot be computed."""
        value = self.values.get(species.getId())
        if value is None or self.is_amount(species):
            return value
        volume = self.values.get(species.getCompartment())
        return None if volume is None else value * volume


def read_symbols(model: Any, refusals: Refusals) -> SymbolTable:
    """Read rules and starting values of a model; what is not read is noted in ``refusals``."""
    functions = {f.getId(): f for f in model.getListOfFunctionDefinitions()}
    table = SymbolTable(model, refusals, FormulaReader(functions))
    _name_counts(table)
    rules = _formulas(
        table, (r for r in model.getListOfRules() if _is_readable_rule(model, r)), "assignment rule for"
    )
    assignments = _formulas(table, model.getListOfInitialAssignments(), "initial assignment to")
    _sort_rules(table, rules)
    _start(table, rules, assignments)
    _name_computed_counts(table)
    return table


def _is_readable_rule(model: Any, rule: Any) -> bool:
    return rule.isAssignment() and rule.isSetMath() and model.getParameter(rule.getVariable()) is not None


def _name_counts(table: SymbolTable) -> None:
    for reaction in table.model.getListOfReactions():
        for reference in (*reaction.getListOfReactants(), *reaction.getListOfProducts()):
            name = reference.getId()
            if (
                name
                and reference.isSetStoichiometry()
                and table.model.getInitialAssignmentBySymbol(name) is None
            ):
                table.counts[name] = Number(float(reference.getStoichiometry()))


def _name_computed_counts(table: SymbolTable) -> None:
    """Put the numbers in for stoichiometries that an initial assignment computed."""
    for reaction in table.model.getListOfReactions():
        for reference in (*reaction.getListOfReactants(), *reaction.getListOfProducts()):
            name = reference.getId()
            if name in table.values:
                table.counts[name] = _signed_number(table.values[name])
    for rules in (table.constants, table.observed):
        rules.update({name: substitute(tree, table.counts) for name, tree in rules.items()})


def _formulas(table: SymbolTable, elements: Iterable[Any], kind: str) -> dict[str, Expression]:
    found = {}
    for element in elements:
        target = element.getVariable() if hasattr(element, "getVariable") else element.getSymbol()
        if not element.isSetMath():
            table.refusals.add(element, f"{kind} {target!r} has no formula")
            continue
        try:
            found[target] = substitute(table.reader.read(element.getMath()), table.counts)
        except UnsupportedMathError as error:
            table.refusals.add(element, f"{kind} {target!r} uses {error}")
    return found


def _sort_rules(table: SymbolTable, rules: dict[str, Expression]) -> None:
    """Part the rules into derived quantities and read-outs."""
    model = table.model
    variable = {species.getId() for species in model.getListOfSpecies()}
    reactions = {reaction.getId() for reaction in model.getListOfReactions()}
    pending = dict(rules)
    while pending:
        ready = [name for name, tree in pending.items() if not any(n in pending for n in names_in(tree))]
        if not ready:
            for name in pending:
                table.refusals.add(model, f"assignment rule for {name!r} depends on itself")
            return
        for name in ready:
            tree = pending.pop(name)
            if any(n in reactions for n in names_in(tree)):
                table.refusals.add(model, f"assignment rule for {name!r} uses the rate of a reaction")
            elif any(n in variable or n in table.observed for n in names_in(tree)):
                whole = substitute(tree, table.observed)
                if size_of(whole, MAX_NODES) > MAX_NODES or depth_of(whole) > MAX_TREE_DEPTH:
                    table.refusals.add(model, f"assignment rule for {name!r}: a formula too large")
                else:
                    table.observed[name] = whole
            else:
                table.constants[name] = tree


def _start(table: SymbolTable, rules: dict[str, Expression], assignments: dict[str, Expression]) -> None:
    """Compute every value at the start, in the order in which they depend on each other."""
    model, values = table.model, table.values
    pending = {**rules, **assignments}
    for place in model.getListOfCompartments():
        if place.getId() not in pending and place.isSetSize():
            values[place.getId()] = place.getSize()
        elif place.getId() not in pending:
            # Without a volume amounts can be counted; a concentration cannot be computed.
            table.unsized.add(place.getId())
    for parameter in model.getListOfParameters():
        if parameter.getId() not in pending and parameter.isSetValue():
            values[parameter.getId()] = parameter.getValue()
    for species in model.getListOfSpecies():
        if species.getId() not in pending:
            _start_species(table, species, pending)
    _evaluate(table, pending)
    for name in assignments:
        if name in values:
            table.notes.append(f"initial assignment: {name!r} starts at {values[name]:.15g}")


def _evaluate(table: SymbolTable, pending: dict[str, Expression]) -> None:
    while ready := [name for name, tree in pending.items() if all(n in table.values for n in names_in(tree))]:
        for name in ready:
            try:
                table.values[name] = evaluate(pending.pop(name), table.values)
            except ExpressionError as error:
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
        pending[name] = Apply("/" if amount else "*", (_signed_number(value), Symbol(place)))


def _signed_number(value: float) -> Expression:
    return Number(value) if value >= 0 or math.isnan(value) else Apply("neg", (Number(-value),))
