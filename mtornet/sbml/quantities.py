"""Parameters, and whatever else is a number with a name, to inputs, parameters, variables and read-outs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mtornet.expression import Apply, Expression, Symbol
from mtornet.network.elements import Derived, Input, Parameter, Readout, Variable
from mtornet.sbml.annotation import Details, annotation_text, details_of
from mtornet.sbml.features import label
from mtornet.sbml.formulas import UnsupportedMathError
from mtornet.sbml.ours import our_formula
from mtornet.sbml.symbols import SymbolTable, all_references
from mtornet.sbml.unitdefs import UnitReader


def common(element: Any, details: Details) -> dict[str, Any]:
    """Return what every element of ours has."""
    return {
        "id": element.getId(),
        "name": details.text("name", element.getName()),
        "provenance": details.provenance,
    }


@dataclass(slots=True)
class QuantityReader:
    """Reads the quantities of one model that are neither compartments nor species."""

    table: SymbolTable
    units: UnitReader
    inputs: list[Input] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    derived: list[Derived] = field(default_factory=list)
    readouts: list[Readout] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)

    def read(self) -> None:
        """Fill the lists; what is refused is noted."""
        model, table = self.table.model, self.table
        for element in model.getListOfParameters():
            self._parameter_or_input(element, details_of(element))
        for reference in all_references(model):
            if reference.getId() in table.variables:
                self._add_variable(reference, Details(), len(self.variables))
            elif table.has_rule(reference.getId()):
                self._computed(reference, Details())
        for species in model.getListOfSpecies():
            if table.has_rule(species.getId()):
                self._computed(species, Details())
        for place in model.getListOfCompartments():
            self._size(place, details_of(place))

    def _parameter_or_input(self, element: Any, details: Details) -> None:
        table, name = self.table, element.getId()
        if name in table.variables or details.kind == "variable":
            self._add_variable(element, details, len(self.variables))
        elif table.has_rule(name):
            self._computed(element, details)
        elif name not in table.values and name not in table.named:
            table.notes.append(f"{label('parameter', element)} has no value and no use and is left out")
        elif not is_finite(table.values.get(name)):
            found = table.values.get(name, "no value")
            table.refusals.add(element, f"{label('parameter', element)} has no finite value: {found}")
        elif not element.getConstant() and table.values[name] >= 0 and details.kind in ("", "input"):
            self.inputs.append(self._input(element, details))
        else:
            self.parameters.append(self._parameter(element, details))

    def _size(self, place: Any, details: Details) -> None:
        """Read the size of a compartment that changes; of our own files it knows its place in the order."""
        table, name = self.table, place.getId()
        if name in table.variables:
            mine = next((d for d in details.children if d.kind == "variable"), Details())
            position = mine.text("position")
            at = int(position[:9]) if position.isdecimal() else len(self.variables)
            self._add_variable(place, mine, at)
        elif table.has_rule(name) and not details.kind:
            self._computed(place, Details())

    def _add_variable(self, element: Any, details: Details, position: int) -> None:
        table, name = self.table, element.getId()
        initial = table.values.get(name)
        if initial is None or not is_finite(initial):
            table.refusals.add(element, f"{label('variable', element)} has no finite value: {initial}")
            return
        rate = table.rate_rules.get(name)
        try:
            written = None if rate is None else table.in_amounts(rate)
        except UnsupportedMathError as error:
            table.refusals.add(element, f"rate rule for {name!r} uses {error}")
            return
        is_place = name in table.compartments
        is_parameter = name in table.parameters
        made = Variable(
            id=name,
            name=details.text("name", element.getName() if is_parameter else ""),
            initial=details.exact("size" if is_place else "initial", initial),
            unit=details.text("unit", self.units.volume) if is_place else self.units.text(element, details),
            rate=None if written is None else our_formula(details, "rate", written),
            provenance=details.provenance,
        )
        self.variables.insert(min(position, len(self.variables)), made)

    def _computed(self, element: Any, details: Details) -> None:
        """Add what a rule computes: a derived quantity, or a read-out if it changes in time."""
        table, name = self.table, element.getId()
        if name in table.derived:
            tree = our_formula(details, "formula", table.derived[name])
            unit = self.units.text(element, details)
            self.derived.append(Derived(**common(element, details), expression=tree, unit=unit))
            return
        try:
            tree = our_formula(details, "formula", self._seen(element))
        except UnsupportedMathError as error:
            table.refusals.add(element, f"assignment rule for {name!r} uses {error}")
            return
        self.readouts.append(
            Readout(
                **common(element, details),
                expression=tree,
                unit=self._unit_seen(element, details),
                assay=details.text("assay"),
                label=details.text("label"),
            )
        )

    def _seen(self, element: Any) -> Expression:
        """Return what a rule computes, in amounts; of a species that is the amount as well."""
        table, name = self.table, element.getId()
        value = table.in_amounts(table.inlined[name])
        species = table.species.get(name)
        if species is None or table.is_amount(species):
            return value
        return Apply("*", (value, table.volume(species.getCompartment())))

    def _unit_seen(self, element: Any, details: Details) -> str:
        if element.getId() in self.table.species:
            return self.units.amount
        if element.getId() in self.table.compartments:
            return self.units.volume
        return self.units.text(element, details)

    def _input(self, element: Any, details: Details) -> Input:
        return Input(
            **common(element, details),
            value=details.exact("value", self.table.values[element.getId()]),
            unit=self.units.text(element, details),
            role=details.text("role", "ligand"),
            sbo=details.text("sbo", element.getSBOTermID() if details.kind else ""),
            annotation=annotation_text(element, details),
        )

    def _parameter(self, element: Any, details: Details) -> Parameter:
        return Parameter(
            **common(element, details),
            value=details.exact("value", self.table.values[element.getId()]),
            unit=self.units.text(element, details),
            low=details.number("low"),
            high=details.number("high"),
        )

    def add_aliases(self, of_model: Details) -> None:
        """Put the read-outs that are a species, or the size of a compartment, back in their places."""
        for alias in of_model.children:
            name, position = alias.text("id"), alias.text("position")
            expression = self._alias(name, alias)
            if alias.kind != "readout" or expression is None or not position.isdecimal():
                continue
            readout = Readout(
                id=name,
                expression=expression,
                unit=alias.text("unit"),
                name=alias.text("name"),
                assay=alias.text("assay"),
                label=alias.text("label"),
                provenance=alias.provenance,
            )
            self.readouts.insert(min(int(position[:9]), len(self.readouts)), readout)

    def _alias(self, name: str, alias: Details) -> Expression | None:
        table = self.table
        if name in table.compartments and name in table.inlined:
            return our_formula(alias, "formula", table.in_amounts(table.inlined[name]))
        return Symbol(name) if name in table.species and not table.has_rule(name) else None


def is_finite(value: float | None) -> bool:
    """Tell whether there is a finite value."""
    return value is not None and abs(value) < float("inf")
