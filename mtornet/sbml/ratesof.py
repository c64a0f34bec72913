"""The rate of change of anything a model names: SBML's ``rateOf``, and sizes that follow from a rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mtornet.expression import TIME, Apply, Expression, Number, Symbol, derivative
from mtornet.expression import symbols as names_in
from mtornet.expression.algebra import apply
from mtornet.sbml.formulas import ZERO, UnsupportedMathError
from mtornet.sbml.mathml import RATE_OF
from mtornet.sbml.symbols import SymbolTable, references_of


def rate_of_change(table: SymbolTable, name: str, defined: Mapping[str, Expression]) -> Expression:
    """Return d name / d t as written, in terms of rules, laws and further rates of change.

    Parameters
    ----------
    defined
        Assignment rules and laws by name.

    Raises
    ------
    UnsupportedMathError
        If it is the rate of change of a stoichiometry or another thing without one.
    """
    if name in table.rate_rules:
        return table.rate_rules[name]
    if name in defined:
        return _of_formula(table, defined[name], defined)
    species = table.model.getSpecies(name)
    if species is not None:
        return _of_species(table, species, defined)
    if table.model.getParameter(name) is None and table.model.getCompartment(name) is None:
        raise UnsupportedMathError(f"the rate of change of {name!r}")
    return ZERO


def _of_formula(table: SymbolTable, tree: Expression, defined: Mapping[str, Expression]) -> Expression:
    total = derivative(tree, TIME)
    for name in dict.fromkeys(names_in(tree)):
        if name.startswith(RATE_OF):
            raise UnsupportedMathError("the rate of change of a rate of change")
        if name != TIME and (name in defined or table.is_changing(name)):
            total = apply("+", total, apply("*", derivative(tree, name), Symbol(RATE_OF + name)))
    return total


def _of_species(table: SymbolTable, species: Any, defined: Mapping[str, Expression]) -> Expression:
    amount = _change_by_reactions(table, species)
    if table.is_amount(species):
        return amount
    place = species.getCompartment()
    total = apply("/", amount, Symbol(place))
    if place in defined or place in table.variables:
        dilution = Apply("*", (Apply("/", (Symbol(species.getId()), Symbol(place))), Symbol(RATE_OF + place)))
        total = apply("-", total, dilution)
    return total


def _change_by_reactions(table: SymbolTable, species: Any) -> Expression:
    if species.getBoundaryCondition() or species.getConstant():
        return ZERO
    total: Expression = ZERO
    for reaction in table.model.getListOfReactions():
        for reference, sign in references_of(reaction):
            if reference.getSpecies() == species.getId():
                name = reference.getId()
                count: Expression = Symbol(name) if name else Number(float(reference.getStoichiometry()))
                rate = apply("*", count, Symbol(reaction.getId()))
                total = apply("+" if sign > 0 else "-", total, rate)
    factor = conversion_factor(table.model, species)
    return apply("*", Symbol(factor), total) if factor else total


def conversion_factor(model: Any, species: Any) -> str:
    """Return the parameter that turns extents of reactions into amounts of a species, or an empty string."""
    return str(species.getConversionFactor() or model.getConversionFactor())
