"""SBML to a reaction network: our own files without loss, others with the same mathematics, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

from mtornet.errors import ModelError, SBMLError
from mtornet.expression import Expression, Symbol
from mtornet.network.catalogue import Catalogue
from mtornet.network.elements import Compartment, Event, Reaction, Species, Variable
from mtornet.network.network import ReactionNetwork
from mtornet.network.validate import problems_of_network
from mtornet.sbml.annotation import annotation_text, details_of
from mtornet.sbml.definitions import read_symbols
from mtornet.sbml.events import EventReader
from mtornet.sbml.features import Refusals, label, parse_document, scan
from mtornet.sbml.formulas import UnsupportedMathError
from mtornet.sbml.quantities import QuantityReader, common
from mtornet.sbml.rate_rules import read_rate_rules
from mtornet.sbml.reactions import ReactionReader
from mtornet.sbml.reserved import rename_reserved
from mtornet.sbml.signs import Signs, signs_of_variables
from mtornet.sbml.source import Source, checked_sbml
from mtornet.sbml.symbols import SymbolTable
from mtornet.sbml.unitdefs import UnitReader


def read_sbml(path_or_text: str | os.PathLike[str]) -> ReactionNetwork:
    """Read an SBML file (Level 2 or 3) as a reaction network.

    Files that :func:`mtornet.write_sbml` wrote come back equal. Of other files the mathematics is the
    same: species become amounts, mass action is recognised, every other law becomes a formula, what
    assignment rules compute is put in where it is used and kept as a read-out. What reading decided (a
    reaction split into two directions, ``x (x-1)`` read as a propensity, a net rate that only rate
    equations take) stands in the ``notes``.

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
    notes = [*rename_reserved(model), *scan(model, refusals)]
    table = read_symbols(model, refusals)
    table.notes[:0] = notes
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
        self.units = UnitReader(self.model, wanted=with_units)

    def network(self, refusals: Refusals) -> ReactionNetwork:
        table = self.table
        # Two readings, with and without units, use the same new names.
        taken = set(table.taken)
        numbered = enumerate(self.model.getListOfEvents(), start=1)
        read = EventReader(table).read
        events = [made for number, event in numbered if (made := read(event, number)) is not None]
        quantities = QuantityReader(table, self.units)
        quantities.read()
        quantities.add_aliases(self.details)
        reader = self.reaction_reader(quantities.variables, events)
        reactions = [*self.reactions(reader), *read_rate_rules(table, reader.notes)]
        species = list(filter(None, map(self.species, self.model.getListOfSpecies())))
        compartments = list(filter(None, map(self.compartment, self.model.getListOfCompartments())))
        refusals.raise_if_any()
        table.taken = taken
        parameters = [*quantities.parameters, *table.local_parameters, *reader.parameters]
        return ReactionNetwork(
            model=self.details.text("model") or self.model.getId() or self.model.getName() or "sbml",
            modules=self.details.items("modules"),
            variant=self.details.text("variant", "wild_type"),
            context=self.details.text("context"),
            compartments=Catalogue("compartment", compartments),
            species=Catalogue("species", species),
            inputs=Catalogue("input", quantities.inputs),
            parameters=Catalogue("parameter", parameters),
            derived=Catalogue("derived quantity", quantities.derived),
            reactions=Catalogue("reaction", reactions),
            readouts=Catalogue("read-out", quantities.readouts),
            variables=Catalogue("variable", quantities.variables),
            events=Catalogue("event", events),
            notes=tuple(dict.fromkeys((*table.notes, *reader.notes, *self.scale_notes()))),
        )

    def reaction_reader(self, variables: Sequence[Variable], events: Sequence[Event]) -> ReactionReader:
        try:
            species = self.table.species_symbols()
        except UnsupportedMathError as error:
            self.table.refusals.add(self.model, f"{label('model', self.model)} uses {error}")
            self.table.refusals.raise_if_any()
            raise
        return ReactionReader(self.table, species, self.signs(variables, events), self.units.stated)

    def signs(self, variables: Sequence[Variable], events: Sequence[Event]) -> Signs:
        table = self.table
        constants = {name: value for name, value in table.values.items() if not table.changes(Symbol(name))}
        assigned: dict[str, list[Expression]] = {}
        for event in events:
            for name, tree in event.assignments:
                assigned.setdefault(name, []).append(tree)
        amounts = [species.getId() for species in self.model.getListOfSpecies()]
        return signs_of_variables(
            constants, amounts, {v.id: (v.initial, v.rate) for v in variables}, assigned
        )

    def reactions(self, reader: ReactionReader) -> list[Reaction]:
        made: list[Reaction] = []
        for reaction in self.model.getListOfReactions():
            made += reader.read(reaction)
        return made

    def scale_notes(self) -> Iterable[str]:
        if not self.details.kind and not self.units.stated:
            yield "amounts and times are in the units of the file; no formula is checked for units"

    def compartment(self, element: Any) -> Compartment | None:
        details, name = details_of(element), element.getId()
        if self.table.has_rule(name) and name not in self.table.values:
            self.table.refusals.add(element, f"{label('compartment', element)} has no size at the start")
            return None
        size = self.table.values.get(name, 1.0)
        return Compartment(
            **common(element, details),
            size=details.exact("size", size),
            unit=details.text("unit", self.units.volume),
            sbo=details.text("sbo", element.getSBOTermID()),
            annotation=annotation_text(element, details),
        )

    def species(self, element: Any) -> Species | None:
        details, table = details_of(element), self.table
        if table.has_rule(element.getId()):
            return None
        initial = table.initial_amount(element)
        if initial is None:
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
            **common(element, details),
            initial=details.exact("initial", initial),
            compartment=element.getCompartment(),
            module=details.text("module"),
            state=details.text("state"),
            components=details.items("components"),
            glyph=details.text("glyph", "macromolecule"),
            sbo=details.text("sbo", element.getSBOTermID()),
            annotation=annotation_text(element, details),
        )
