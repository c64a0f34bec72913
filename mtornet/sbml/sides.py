"""What a reaction consumes and produces: counts, from SBML's stoichiometries and conversion factors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from mtornet.errors import ExpressionError
from mtornet.expression import Expression, Symbol, evaluate
from mtornet.expression.algebra import apply
from mtornet.network.elements import Side
from mtornet.sbml.features import label
from mtornet.sbml.formulas import UnsupportedMathError, negated, put_in, signed_number
from mtornet.sbml.ratesof import conversion_factor
from mtornet.sbml.symbols import SymbolTable, references_of

LARGEST = 1e15
"""Counts beyond it are no longer told from their neighbours."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Counts of one reaction that stay the same, and those that change in time."""

    reactants: Side
    products: Side
    changing: tuple[tuple[str, Expression], ...] = ()
    """Species and what is produced of it per event, as written."""
    notes: tuple[str, ...] = ()

    @property
    def whole_reactants(self) -> bool:
        """Tell whether whole molecules are consumed."""
        return all(float(count).is_integer() for _, count in self.reactants)

    @property
    def whole_products(self) -> bool:
        """Tell whether whole molecules are produced."""
        return all(float(count).is_integer() for _, count in self.products)

    def exact(self, digits: tuple[str, ...]) -> Sides:
        """Return the counts with all their digits, where those of our annotation say the same."""
        counts = [count for _, count in (*self.reactants, *self.products)]
        if len(digits) != len(counts):
            return self
        full = iter([_exact(text, count) for text, count in zip(digits, counts, strict=True)])
        reactants = tuple((name, next(full)) for name, _ in self.reactants)
        return replace(
            self, reactants=reactants, products=tuple((name, next(full)) for name, _ in self.products)
        )


def _exact(text: str, count: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return count
    return value if f"{value:.15g}" == f"{count:.15g}" else count


def sides_of(table: SymbolTable, reaction: Any) -> Sides | None:
    """Return what a reaction consumes and produces; ``None`` if that is refused.

    Boundary and constant species keep their amounts: they may set the rate but are in no side.
    """
    consumed: dict[str, float] = {}
    produced: dict[str, float] = {}
    changing: list[tuple[str, Expression]] = []
    notes: list[str] = []
    good = True
    for reference, sign in references_of(reaction):
        name = reference.getSpecies()
        species = table.species[name]
        try:
            given, note = _count(table, reference)
            count = _converted(table, species, given)
        except UnsupportedMathError as error:
            where = f"{label('reaction', reaction)}: the stoichiometry of {name!r}"
            table.refusals.add(reference, f"{where} {error}")
            good = False
            continue
        if species.getBoundaryCondition() or species.getConstant():
            continue
        notes += note
        if isinstance(count, float):
            # A negative reactant is a product.
            side = consumed if sign * count < 0 else produced
            if count:
                side[name] = side.get(name, 0.0) + abs(count)
        else:
            changing.append((name, count if sign > 0 else negated(count)))
    if not good:
        return None
    return Sides(tuple(consumed.items()), tuple(produced.items()), tuple(changing), tuple(notes))


def _converted(table: SymbolTable, species: Any, count: Expression) -> float | Expression:
    """Return how much of a species an event of the reaction makes; a number, if that never changes."""
    factor = conversion_factor(table.model, species)
    tree = apply("*", count, Symbol(factor)) if factor else count
    if table.changes(tree):
        return tree
    try:
        number = evaluate(tree, table.values)
    except ExpressionError:
        number = float("nan")
    if not abs(number) <= LARGEST:
        raise UnsupportedMathError(f"is not given as a number up to {LARGEST:g}")
    return number


def _count(table: SymbolTable, reference: Any) -> tuple[Expression, Iterable[str]]:
    """Return a stoichiometry as written.

    Raises
    ------
    UnsupportedMathError
        If there is none; the text goes on "the stoichiometry of 'A'".
    """
    name = reference.getId()
    return (Symbol(name), ()) if name and table.is_changing(name) else _given(table, reference)


def _given(table: SymbolTable, reference: Any) -> tuple[Expression, Iterable[str]]:
    name, species = reference.getId(), reference.getSpecies()
    if name and name in table.values:
        return signed_number(table.values[name]), ()
    if table.model.getLevel() > 2:
        if not reference.isSetStoichiometry():
            raise UnsupportedMathError("is not given as a number")
        return signed_number(float(reference.getStoichiometry())), ()
    if not reference.isSetStoichiometryMath():
        return signed_number(float(reference.getStoichiometry()) / (reference.getDenominator() or 1)), ()
    tree = put_in(table.reader.read(reference.getStoichiometryMath().getMath()), table.counts)
    return tree, (f"a stoichiometry of {species!r} is computed: {tree}",)
