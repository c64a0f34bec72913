"""What the names of a model stand for: volumes, amounts, constants, formulas; and their starting values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mtornet.expression import TIME, Apply, Expression, Symbol
from mtornet.expression import symbols as names_in
from mtornet.network.elements import Parameter
from mtornet.sbml.features import Refusals
from mtornet.sbml.formulas import UnsupportedMathError, put_in
from mtornet.sbml.mathml import RATE_OF, FormulaReader
from mtornet.sbml.ratelaw import SpeciesSymbols


@dataclass(slots=True)
class SymbolTable:
    """The names of one model; problems are noted in ``refusals``.

    Trees come in two meanings: **as written**, where the name of a species may be a concentration, and
    **in amounts**, where it is always the amount.
    """

    model: Any
    refusals: Refusals
    reader: FormulaReader
    species: dict[str, Any] = field(default_factory=dict)
    compartments: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    """Elements by id; libSBML looks through its lists for every name."""
    taken: set[str] = field(default_factory=set)
    """Ids in use, so that a new name hits none."""
    derived: dict[str, Expression] = field(default_factory=dict)
    """Derived quantities: rules that nothing which changes enters; of our own files also others."""
    moving: set[str] = field(default_factory=set)
    """Derived quantities that change in time."""
    inlined: dict[str, Expression] = field(default_factory=dict)
    """Other rules, laws by reaction, and rates of change, as written, with none of each other left inside."""
    rate_rules: dict[str, Expression] = field(default_factory=dict)
    """Rate rules by what they change, as written."""
    variables: set[str] = field(default_factory=set)
    """Parameters, compartments and stoichiometries that a rate rule or an event changes."""
    counts: dict[str, Expression] = field(default_factory=dict)
    """Stoichiometries that have a name and stay the same."""
    local_parameters: list[Parameter] = field(default_factory=list)
    """Parameters of single kinetic laws, under new names."""
    values: dict[str, float] = field(default_factory=dict)
    """Every value at the start; a species by what its name means in formulas."""
    named: set[str] = field(default_factory=set)
    """Every name that some formula holds."""
    notes: list[str] = field(default_factory=list)
    assigned_by_events: Counter[str] = field(default_factory=Counter)
    """How many events set a name."""
    unsized: set[str] = field(default_factory=set)
    """Compartments without a size: amounts in them can be counted, concentrations cannot be computed."""
    _volumes: dict[str, Expression] = field(default_factory=dict)
    _pending_volumes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        model = self.model
        self.species = {s.getId(): s for s in model.getListOfSpecies()}
        self.compartments = {c.getId(): c for c in model.getListOfCompartments()}
        self.parameters = {p.getId(): p for p in model.getListOfParameters()}
        others = (model.getListOfReactions(), model.getListOfEvents(), all_references(model))
        self.taken = {element.getIdAttribute() for elements in others for element in elements} - {""}
        self.taken |= self.species.keys() | self.compartments.keys() | self.parameters.keys()

    def fresh(self, name: str) -> str:
        """Return a name that nothing carries yet, as close to ``name`` as can be."""
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def is_amount(self, species: Any) -> bool:
        """Tell whether a species' name means its amount, not its concentration."""
        place = self.compartments.get(species.getCompartment())
        flat = (
            place is not None and place.isSetSpatialDimensions() and place.getSpatialDimensionsAsDouble() == 0
        )
        return bool(species.getHasOnlySubstanceUnits()) or flat

    def is_quantity(self, name: str) -> bool:
        """Tell whether a name means a parameter or a stoichiometry."""
        return name not in self.species and name not in self.compartments

    def has_rule(self, name: str) -> bool:
        """Tell whether an assignment rule gives the value."""
        return name in self.derived or name in self.inlined

    def volume(self, place: str) -> Expression:
        """Return the size of a compartment, in amounts.

        Raises
        ------
        UnsupportedMathError
            If the size follows from concentrations in the same compartment.
        """
        if not self.has_rule(place):
            return Symbol(place)
        if place not in self._volumes:
            if place in self._pending_volumes:
                raise UnsupportedMathError(f"the size of {place!r}, which depends on concentrations in it")
            self._pending_volumes.add(place)
            self._volumes[place] = self.in_amounts(self.inlined[place])
        return self._volumes[place]

    def growth_of(self, place: str) -> Expression | None:
        """Return the rate of change of a compartment's size, in amounts; ``None`` if there is none."""
        if place in self.rate_rules:
            return self.in_amounts(self.rate_rules[place])
        return self.in_amounts(Symbol(RATE_OF + place)) if place in self.inlined else None

    def species_symbols(self) -> SpeciesSymbols:
        """Return what the names of the species mean in formulas."""
        divisor: dict[str, Expression | None] = {}
        unit_volume = set()
        for name, species in self.species.items():
            place = species.getCompartment()
            if not self.has_rule(name):
                divisor[name] = None if self.is_amount(species) else self.volume(place)
            if self.values.get(place) == 1.0 and not self.changes(Symbol(place)):
                unit_volume.add(name)
        return SpeciesSymbols(divisor, frozenset(unit_volume))

    def in_amounts(self, tree: Expression) -> Expression:
        """Return a formula as written in amounts, with nothing left that rules compute."""
        whole = put_in(tree, self.counts, self.inlined)
        replacements: dict[str, Expression] = {}
        for name in dict.fromkeys(names_in(whole)):
            species = self.species.get(name)
            if species is not None and not self.is_amount(species):
                replacements[name] = Apply("/", (Symbol(name), self.volume(species.getCompartment())))
        return put_in(whole, replacements)

    def changes(self, tree: Expression) -> bool:
        """Tell whether a formula depends on anything that changes in time."""
        return any(self.is_changing(name) for name in names_in(tree))

    def holds_species(self, tree: Expression) -> bool:
        """Tell whether a formula depends on the amount of a species."""
        return any(
            self.holds_species(self.inlined[name]) if name in self.inlined else name in self.species
            for name in names_in(tree)
        )

    def is_changing(self, name: str) -> bool:
        """Tell whether what a name means changes in time."""
        return (
            name == TIME
            or name in self.variables
            or name in self.inlined
            or name in self.moving
            or name in self.species
        )

    def initial_amount(self, species: Any) -> float | None:
        """Return the amount of a species at the start, ``None`` if it cannot be computed."""
        value = self.values.get(species.getId())
        if value is None or self.is_amount(species):
            return value
        volume = self.values.get(species.getCompartment())
        return None if volume is None else value * volume


def references_of(reaction: Any) -> Iterator[tuple[Any, int]]:
    """Yield the reactants and products of a reaction with their sign."""
    for reference in reaction.getListOfReactants():
        yield reference, -1
    for reference in reaction.getListOfProducts():
        yield reference, 1


def all_references(model: Any) -> Iterable[Any]:
    """Yield every reactant and product of a model."""
    for reaction in model.getListOfReactions():
        for reference, _ in references_of(reaction):
            yield reference
