"""SBML to a reaction network: our own files without loss, others if they are mass action, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from mtornet.errors import ExpressionError, ModelError, SBMLError
from mtornet.expression import Expression, Symbol, parse
from mtornet.network.catalogue import Catalogue
from mtornet.network.elements import Compartment, Derived, Input, Parameter, Reaction, Readout, Species
from mtornet.network.network import ReactionNetwork
from mtornet.network.validate import problems_of_network
from mtornet.sbml.annotation import Details, annotation_text, details_of
from mtornet.sbml.features import Refusals, label, parse_document, scan
from mtornet.sbml.mathml import same_formula
from mtornet.sbml.reactions import ReactionReader
from mtornet.sbml.source import Source, checked_sbml
from mtornet.sbml.symbols import SymbolTable, read_symbols
from mtornet.sbml.unitdefs import same_unit, text_of_unit, unit_of_definition
from mtornet.units import Unit


def read_sbml(path_or_text: str | os.PathLike[str]) -> ReactionNetwork:
    """Read an SBML file (Level 2 or 3) as a reaction network.

    Files that :func:`mtornet.write_sbml` wrote come back equal. Of other files those are read whose
    reactions are mass action or of constant rate, in either direction, in constant compartments;
    species become amounts, volumes become part of the rate constants. What reading decided (a
    reaction split into two directions, ``x (x-1)`` read as a propensity) stands in the ``notes``.

    Parameters
    ----------
    path_or_text
        A path, or SBML text, which begins with ``<``.

    Raises
    ------
    UnsupportedFeatureError
        Naming every construct that is not read, with the element's id; there is no partial model.
    SBMLError
        If the file is missing, too large, too deep, or is not valid SBML.
    """
    source = checked_sbml(path_or_text)
    try:
        return _network(source)
    except ModelError as error:
        raise SBMLError(f"{source.name}: {error}") from None
    except RecursionError:
        raise SBMLError(f"{source.name}: a formula is nested too deep to be read") from None


def _network(source: Source) -> ReactionNetwork:
    # The model is part of the document and goes with it.
    document = parse_document(source)
    model = document.getModel()
    refusals = Refusals(source.name)
    scan(model, refusals)
    table = read_symbols(model, refusals)
    network = _Reader(table, with_units=True).network(refusals)
    if not problems_of_network(network):
        return network
    # Units that do not fit together: ours are kept as written, those of other tools left out.
    bare = _Reader(table, with_units=False).network(refusals)
    problems = problems_of_network(bare)
    if problems:
        raise SBMLError(f"{source.name}: the model is not consistent\n  " + "\n  ".join(problems))
    return network if details_of(model).kind == "model" else bare


class _Reader:
    """Reads the parts of one model."""

    def __init__(self, table: SymbolTable, *, with_units: bool) -> None:
        self.table = table
        self.model = table.model
        self.details = details_of(self.model)
        self.with_units = with_units and _counts_items_per_second(self.model)
        self.units = {
            "": None,
            **{d.getId(): unit_of_definition(d) for d in self.model.getListOfUnitDefinitions()},
        }

    def network(self, refusals: Refusals) -> ReactionNetwork:
        reader = ReactionReader(self.table, self.table.species_symbols(), self.ids(), self.with_units)
        reactions: list[Reaction] = []
        for reaction in self.model.getListOfReactions():
            reactions += reader.read(reaction)
        species = list(filter(None, map(self.species, self.model.getListOfSpecies())))
        compartments = [self.compartment(c) for c in self.model.getListOfCompartments()]
        inputs, parameters, derived, readouts = self.quantities()
        if not reactions and not refusals.found:
            refusals.add(self.model, f"{label('model', self.model)} has no reactions that change a species")
        refusals.raise_if_any()
        name = self.details.text("model") or self.model.getId() or self.model.getName() or "sbml"
        return ReactionNetwork(
            model=name,
            modules=self.details.items("modules"),
            variant=self.details.text("variant", "wild_type"),
            compartments=Catalogue("compartment", compartments),
            species=Catalogue("species", species),
            inputs=Catalogue("input", inputs),
            parameters=Catalogue("parameter", [*parameters, *reader.parameters]),
            derived=Catalogue("derived quantity", derived),
            reactions=Catalogue("reaction", reactions),
            readouts=Catalogue("read-out", self.with_aliases(readouts)),
            notes=(*self.table.notes, *reader.notes, *self.scale_notes()),
        )

    def ids(self) -> set[str]:
        lists = (
            self.model.getListOfCompartments(),
            self.model.getListOfSpecies(),
            self.model.getListOfParameters(),
            self.model.getListOfReactions(),
        )
        return {element.getId() for elements in lists for element in elements}

    def scale_notes(self) -> Iterable[str]:
        if not self.details.kind and not _counts_items_per_second(self.model):
            yield "amounts and times are in the units of the file, which are not molecules and seconds"

    def common(self, element: Any, details: Details) -> dict[str, Any]:
        return {
            "id": element.getId(),
            "name": details.text("name", element.getName()),
            "provenance": details.provenance,
        }

    def compartment(self, element: Any) -> Compartment:
        details = details_of(element)
        size = self.table.values.get(element.getId(), 1.0)
        return Compartment(
            **self.common(element, details),
            size=details.exact("size", size),
            unit=details.text("unit", "L") if self.with_units else "L",
            sbo=details.text("sbo", element.getSBOTermID()),
            annotation=annotation_text(element, details),
        )

    def species(self, element: Any) -> Species | None:
        details, table = details_of(element), self.table
        initial = table.initial_amount(element)
        if initial is None:
            if self.model.getRuleByVariable(element.getId()) is None:
                table.refusals.add(
                    element,
                    f"{label('species', element)} has no initial amount that can be computed "
                    f"(compartment {element.getCompartment()!r})",
                )
            return None
        if not 0 <= initial < float("inf"):
            table.refusals.add(
                element, f"{label('species', element)} starts at {initial!r}; expected an amount >= 0"
            )
            return None
        return Species(
            **self.common(element, details),
            initial=details.exact("initial", initial),
            compartment=element.getCompartment(),
            module=details.text("module"),
            state=details.text("state"),
            components=details.items("components"),
            glyph=details.text("glyph", "macromolecule"),
            sbo=details.text("sbo", element.getSBOTermID()),
            annotation=annotation_text(element, details),
        )

    def quantities(self) -> tuple[list[Input], list[Parameter], list[Derived], list[Readout]]:
        inputs: list[Input] = []
        parameters: list[Parameter] = []
        derived: list[Derived] = []
        readouts: list[Readout] = []
        table = self.table
        for element in self.model.getListOfParameters():
            name, details = element.getId(), details_of(element)
            if name in table.constants:
                derived.append(self.derived(element, details, table.constants[name]))
            elif name in table.observed:
                readouts.append(self.readout(element, details, table.in_amounts(table.observed[name])))
            elif self.model.getRuleByVariable(name) is not None:
                continue
            elif not _is_finite(table.values.get(name)):
                found = table.values.get(name, "no value")
                table.refusals.add(element, f"{label('parameter', element)} has no finite value: {found}")
            elif not element.getConstant() and table.values[name] >= 0 and details.kind in ("", "input"):
                inputs.append(self.input(element, details))
            else:
                parameters.append(self.parameter(element, details))
        return inputs, parameters, derived, readouts

    def input(self, element: Any, details: Details) -> Input:
        return Input(
            **self.common(element, details),
            value=details.exact("value", self.table.values[element.getId()]),
            unit=self.unit(element, details),
            role=details.text("role", "ligand"),
            sbo=details.text("sbo", element.getSBOTermID() if details.kind else ""),
            annotation=annotation_text(element, details),
        )

    def parameter(self, element: Any, details: Details) -> Parameter:
        return Parameter(
            **self.common(element, details),
            value=details.exact("value", self.table.values[element.getId()]),
            unit=self.unit(element, details),
            low=details.number("low"),
            high=details.number("high"),
        )

    def derived(self, element: Any, details: Details, rule: Expression) -> Derived:
        return Derived(
            **self.common(element, details),
            expression=_formula(details, rule),
            unit=self.unit(element, details),
        )

    def readout(self, element: Any, details: Details, rule: Expression) -> Readout:
        return Readout(
            **self.common(element, details),
            expression=_formula(details, rule),
            unit=self.unit(element, details),
            assay=details.text("assay"),
            label=details.text("label"),
        )

    def with_aliases(self, readouts: list[Readout]) -> list[Readout]:
        """Put the read-outs that are a species under its own name back in their places."""
        for alias in self.details.children:
            name, position = alias.text("id"), alias.text("position")
            if alias.kind != "readout" or self.model.getSpecies(name) is None or not position.isdecimal():
                continue
            readout = Readout(
                id=name,
                expression=Symbol(name),
                unit=alias.text("unit"),
                name=alias.text("name"),
                assay=alias.text("assay"),
                label=alias.text("label"),
                provenance=alias.provenance,
            )
            readouts.insert(min(int(position[:9]), len(readouts)), readout)
        return readouts

    def unit(self, element: Any, details: Details) -> str:
        """Return the unit's text, in our own spelling where that means the same."""
        if not self.with_units:
            return ""
        name = element.getUnits()
        unit = self.units[name] if name in self.units else _built_in(name)
        ours = details.text("unit")
        return ours if ours and same_unit(ours, unit) else text_of_unit(unit)


def _built_in(name: str) -> Unit | None:
    bases = {"item": "molecule", "second": "s", "litre": "L", "mole": "mol"}
    if name == "dimensionless":
        return Unit()
    return Unit(1.0, ((bases[name], 1),)) if name in bases else None


def _counts_items_per_second(model: Any) -> bool:
    """Tell whether amounts are molecules and times are seconds."""
    units = {d.getId(): unit_of_definition(d) for d in model.getListOfUnitDefinitions()}
    if model.getLevel() > 2:
        substance, time = model.getExtentUnits() or model.getSubstanceUnits(), model.getTimeUnits()
    else:
        # Level 2 has predefined ids that a file may define anew; the defaults are mole and second.
        substance, time = "substance", "time"
        units = {"substance": _built_in("mole"), "time": _built_in("second"), **units}
    found = [units[name] if name in units else _built_in(name) for name in (substance, time)]
    return found == [_built_in("item"), _built_in("second")]


def _is_finite(value: float | None) -> bool:
    return value is not None and abs(value) < float("inf")


def _formula(details: Details, rule: Expression) -> Expression:
    """Return the formula as our annotation groups it, if the rule says the same."""
    try:
        ours = parse(details.text("formula"))
    except ExpressionError:
        return rule
    return ours if same_formula(ours, rule) else rule
