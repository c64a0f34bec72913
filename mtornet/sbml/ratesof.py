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


class RatesOfChange:
    """Writes rates of change as written, in terms of rules, laws and further rates of change.

    Parameters
    ----------
    defined
        Assignment rules and laws by name.
    """

    def __init__(self, table: SymbolTable, defined: Mapping[str, Expression]) -> None:
        self._table = table
        self._defined = defined
        self._changed_by: dict[str, list[tuple[Any, Any, int]]] | None = None

    def of(self, name: str) -> Expression:
        """Return d name / d t.

        Raises
        ------
        UnsupportedMathError
            If it is the rate of change of a stoichiometry or another thing without one.
        """
        table = self._table
        if name in table.rate_rules:
            return table.rate_rules[name]
        if name in self._defined:
            return self._of_formula(self._defined[name])
        if name in table.species:
            return self._of_species(table.species[name])
        if name not in table.parameters and name not in table.compartments:
            raise UnsupportedMathError(f"the rate of change of {name!r}")
        return ZERO

    def _of_formula(self, tree: Expression) -> Expression:
        total = derivative(tree, TIME)
        for name in dict.fromkeys(names_in(tree)):
            if name.startswith(RATE_OF):
                raise UnsupportedMathError("the rate of change of a rate of change")
            if name != TIME and (name in self._defined or self._table.is_changing(name)):
                total = apply("+", total, apply("*", derivative(tree, name), Symbol(RATE_OF + name)))
        return total

    def _of_species(self, species: Any) -> Expression:
        table = self._table
        amount = self._change_by_reactions(species)
        if table.is_amount(species):
            return amount
        place = species.getCompartment()
        total = apply("/", amount, Symbol(place))
        if place in self._defined or place in table.variables:
            share = Apply("/", (Symbol(species.getId()), Symbol(place)))
            total = apply("-", total, Apply("*", (share, Symbol(RATE_OF + place))))
        return total

    def _change_by_reactions(self, species: Any) -> Expression:
        if species.getBoundaryCondition() or species.getConstant():
            return ZERO
        total: Expression = ZERO
        for reaction, reference, sign in self._reactions_that_change(species.getId()):
            name = reference.getId()
            count: Expression = Symbol(name) if name else Number(float(reference.getStoichiometry()))
            total = apply("+" if sign > 0 else "-", total, apply("*", count, Symbol(reaction.getId())))
        factor = conversion_factor(self._table.model, species)
        return apply("*", Symbol(factor), total) if factor else total

    def _reactions_that_change(self, name: str) -> list[tuple[Any, Any, int]]:
        if self._changed_by is None:
            self._changed_by = {}
            for reaction in self._table.model.getListOfReactions():
                for reference, sign in references_of(reaction):
                    entry = (reaction, reference, sign)
                    self._changed_by.setdefault(reference.getSpecies(), []).append(entry)
        return self._changed_by.get(name, [])


def conversion_factor(model: Any, species: Any) -> str:
    """Return the parameter that turns extents of reactions into amounts of a species, or an empty string."""
    return str(species.getConversionFactor() or model.getConversionFactor())
