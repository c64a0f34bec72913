"""A reaction network as SBML Level 3 Version 2: equal networks give equal bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from mtornet.errors import OutputError, SBMLError
from mtornet.expression import Symbol, to_text
from mtornet.graph.assignments import assignments_text
from mtornet.graph.schema import MODIFIER_SBO
from mtornet.names import is_identifier
from mtornet.network.elements import (
    Compartment,
    Derived,
    Event,
    Input,
    Parameter,
    Reaction,
    Readout,
    Species,
    Variable,
)
from mtornet.network.network import ReactionNetwork
from mtornet.network.ratelaws import full_rate, rate_law
from mtornet.network.unit_problems import units_of_names
from mtornet.sbml.annotation import (
    Details,
    add_links,
    annotate,
    compact_ids_of,
    is_plain,
    provenance_values,
    text_of_items,
)
from mtornet.sbml.layout import has_layout, write_layout
from mtornet.sbml.library import load_libsbml
from mtornet.sbml.mathml_write import FormulaWriter
from mtornet.sbml.unitdefs import UnitDefinitions
from mtornet.units import DIMENSIONLESS, parse_unit

_NOTES = (
    '<notes><body xmlns="http://www.w3.org/1999/xhtml"><p>A research model: an approximation for simulation '
    "studies. It is not a medical device and gives no clinical advice.</p><p>{} Sources of all values stand "
    "in the annotations.</p></body></notes>"
)
_WITH_UNITS = "Amounts are molecules per cell, times are seconds."
_WITHOUT_UNITS = "Amounts and times are in the units of the file that this model was read from."
_PER_SECOND = parse_unit("1/s")
_RATE = parse_unit("molecule/s")


def write_sbml(network: ReactionNetwork, path: str | os.PathLike[str]) -> None:
    """Write a network as an SBML file; :func:`mtornet.read_sbml` gives it back equal.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    text = sbml_text(network)
    try:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from None


def sbml_text(network: ReactionNetwork) -> str:
    """Return a network as SBML Level 3 Version 2 text, without dates, equal for equal networks.

    Raises
    ------
    SBMLError
        If a value is so close to 0 that libSBML does not read it back.
    """
    libsbml = load_libsbml()
    _check_values(network)

    mapped = has_layout(network)
    document = libsbml.SBMLDocument(libsbml.SBMLNamespaces(3, 2, *(("layout", 1) if mapped else ())))
    if mapped:
        document.setPackageRequired("layout", False)
    model = document.createModel()
    _Writer(model, network).write()
    if mapped:
        write_layout(model, network)
    return str(libsbml.writeSBMLToString(document))


SMALLEST = 1e-300
"""libSBML reads numbers near the smallest double, 2.2e-308, as no numbers at all."""


def _check_values(network: ReactionNetwork) -> None:
    values = [
        *((c.id, c.size) for c in network.compartments.values()),
        *((s.id, s.initial) for s in network.species.values()),
        *((i.id, i.value) for i in network.inputs.values()),
        *((p.id, p.value) for p in network.parameters.values()),
        *((v.id, v.initial) for v in network.variables.values()),
    ]
    for name, value in values:
        if 0.0 < abs(value) < SMALLEST:
            raise SBMLError(
                f"{name!r} is {value!r}; SBML readers take no value between 0 and {SMALLEST:g} — set it to 0"
            )


class _Writer:
    """Fills one libSBML model."""

    def __init__(self, model: Any, network: ReactionNetwork) -> None:
        self.model = model
        self.network = network
        self.units = UnitDefinitions(model)
        self.has_units = network.states_units
        units = units_of_names(network) if self.has_units else {}
        self.formulas = FormulaWriter(units, self.units.id_of_unit if self.has_units else None)

    def write(self) -> None:
        network = self.network
        self.head()
        parts: tuple[tuple[Callable[[Any], None], Iterable[Any]], ...] = (
            (self.compartment, network.compartments.values()),
            (self.species, network.species.values()),
            (self.input, network.inputs.values()),
            (self.parameter, network.parameters.values()),
            (self.variable, network.variables.values()),
            (self.computed, network.derived.values()),
            (self.readout, network.readouts.values()),
            (self.reaction, network.reactions.values()),
            (self.event, network.events.values()),
        )
        for write, elements in parts:
            for element in elements:
                write(element)

    def head(self) -> None:
        network, model = self.network, self.model
        catalogues = (
            network.compartments,
            network.species,
            network.inputs,
            network.parameters,
            network.derived,
            network.variables,
            network.events,
        )
        taken = {name for part in (*catalogues, network.reactions, network.readouts) for name in part}
        model_id = network.model if is_identifier(network.model) else "model"
        while model_id in taken:
            model_id += "_"
        model.setId(model_id)
        model.setMetaId(f"meta__{model_id}")
        if is_plain(network.model):
            model.setName(network.model)
        if self.has_units:
            model.setSubstanceUnits("item")
            model.setExtentUnits("item")
            model.setTimeUnits("second")
            model.setVolumeUnits("litre")
        model.setNotes(_NOTES.format(_WITH_UNITS if self.has_units else _WITHOUT_UNITS))
        values = {"model": network.model, "variant": network.variant}
        if network.context:
            values["context"] = network.context
        if network.modules:
            values["modules"] = text_of_items(network.modules)
        annotate(model, Details("model", values, self.aliases()))

    def aliases(self) -> tuple[Details, ...]:
        """Return the read-outs that are a species, or the size of a compartment; SBML has those already."""
        found = []
        for position, readout in enumerate(self.network.readouts.values()):
            is_place = readout.id in self.network.compartments
            if is_place or _is_alias(readout):
                values = {"id": readout.id, "position": str(position), "unit": readout.unit}
                values |= _given(name=readout.name, assay=readout.assay, label=readout.label)
                if is_place:
                    values["formula"] = to_text(readout.expression)
                found.append(Details("readout", values | provenance_values(readout.provenance)))
        return tuple(found)

    def common(
        self,
        made: Any,
        element: Any,
        values: dict[str, str],
        *,
        kind: str,
        sbo: str = "",
        children: tuple[Details, ...] = (),
    ) -> None:
        """Set what every element has; ``values`` is what only our annotation can hold."""
        made.setIdAttribute(element.id)
        made.setMetaId(f"meta_{element.id}")
        if element.name and is_plain(element.name):
            made.setName(element.name)
        elif element.name:
            values["name"] = element.name
        if sbo and _sbo_fits(kind, sbo):
            made.setSBOTerm(sbo)
        elif sbo:
            values["sbo"] = sbo
        links = compact_ids_of(getattr(element, "annotation", ""))
        if getattr(element, "annotation", "") != ";".join(links):
            values["annotation"] = element.annotation
        annotate(made, Details(kind, values | provenance_values(element.provenance), children))
        add_links(made, links)

    def compartment(self, compartment: Compartment) -> None:
        network, name = self.network, compartment.id
        made = self.model.createCompartment()
        made.setSpatialDimensions(3)
        made.setSize(compartment.size)
        made.setConstant(name not in network.variables and name not in network.readouts)
        if compartment.unit:
            made.setUnits(self.units.id_of(compartment.unit))
        values = _digits(size=compartment.size)
        if compartment.unit != ("L" if self.has_units else ""):
            values["unit"] = compartment.unit
        children: tuple[Details, ...] = ()
        if name in network.variables:
            children = (self.size_over_time(network.variables[name]),)
        self.common(made, compartment, values, kind="compartment", sbo=compartment.sbo, children=children)

    def size_over_time(self, variable: Variable) -> Details:
        """Return what only our annotation can hold of a variable that is the size of a compartment."""
        values = {"position": str(list(self.network.variables).index(variable.id)), "unit": variable.unit}
        values |= _given(name=variable.name) | _digits(size=variable.initial)
        if variable.rate is not None:
            values["rate"] = to_text(variable.rate)
        return Details("variable", values | provenance_values(variable.provenance))

    def species(self, species: Species) -> None:
        made = self.model.createSpecies()
        made.setCompartment(species.compartment)
        made.setInitialAmount(species.initial)
        if self.has_units:
            made.setSubstanceUnits("item")
        made.setHasOnlySubstanceUnits(True)
        made.setBoundaryCondition(False)
        made.setConstant(False)
        values = _given(module=species.module, state=species.state) | _digits(initial=species.initial)
        if species.glyph != "macromolecule":
            values["glyph"] = species.glyph
        if species.components:
            values["components"] = text_of_items(species.components)
        self.common(made, species, values, kind="species", sbo=species.sbo)

    def quantity(self, unit: str, *, constant: bool) -> Any:
        made = self.model.createParameter()
        made.setConstant(constant)
        if unit:
            made.setUnits(self.units.id_of(unit))
        return made

    def input(self, an_input: Input) -> None:
        # Not constant: an event of another tool, or its user, may change the dose.
        made = self.quantity(an_input.unit, constant=False)
        made.setValue(an_input.value)
        values = {"role": an_input.role} | _given(unit=an_input.unit) | _digits(value=an_input.value)
        self.common(made, an_input, values, kind="input", sbo=an_input.sbo)

    def parameter(self, parameter: Parameter) -> None:
        made = self.quantity(parameter.unit, constant=True)
        made.setValue(parameter.value)
        values = _given(unit=parameter.unit) | _digits(value=parameter.value)
        for key, bound in (("low", parameter.low), ("high", parameter.high)):
            if bound is not None:
                values[key] = repr(bound)
        self.common(made, parameter, values, kind="parameter")

    def variable(self, variable: Variable) -> None:
        if variable.id not in self.network.compartments:
            made = self.quantity(variable.unit, constant=False)
            made.setValue(variable.initial)
            values = _given(unit=variable.unit) | _digits(initial=variable.initial)
            if variable.rate is not None:
                values["rate"] = to_text(variable.rate)
            self.common(made, variable, values, kind="variable")
        if variable.rate is not None:
            rule = self.model.createRateRule()
            rule.setVariable(variable.id)
            unit = self.formulas.units.get(variable.id, DIMENSIONLESS) * _PER_SECOND
            rule.setMath(self.formulas.write(variable.rate, unit))

    def readout(self, readout: Readout) -> None:
        if readout.id in self.network.compartments:
            self.assignment_rule(readout)
        elif not _is_alias(readout):
            self.computed(readout)

    def computed(self, quantity: Derived | Readout) -> None:
        made = self.quantity(quantity.unit, constant=False)
        values = _given(unit=quantity.unit) | {"formula": to_text(quantity.expression)}
        kind = "derived"
        if isinstance(quantity, Readout):
            kind = "readout"
            values |= _given(assay=quantity.assay, label=quantity.label)
        self.common(made, quantity, values, kind=kind)
        self.assignment_rule(quantity)

    def assignment_rule(self, quantity: Derived | Readout) -> None:
        rule = self.model.createAssignmentRule()
        rule.setVariable(quantity.id)
        unit = parse_unit(quantity.unit) if quantity.unit else DIMENSIONLESS
        rule.setMath(self.formulas.write(quantity.expression, unit))

    def reaction(self, reaction: Reaction) -> None:
        made = self.model.createReaction()
        made.setReversible(reaction.signed)
        values = _given(module=reaction.module)
        values |= {"law": reaction.law, "rate_constant": to_text(reaction.rate_constant)}
        values |= _given(
            law_parameters=assignments_text(reaction.law_parameters), signed="true" if reaction.signed else ""
        )
        counts = [count for _, count in (*reaction.reactants, *reaction.products)]
        if any(_digits(count=count) for count in counts):
            values["counts"] = text_of_items([repr(count) for count in counts])
        self.common(made, reaction, values, kind="reaction", sbo=reaction.sbo)
        sides = ((reaction.reactants, made.createReactant, 10), (reaction.products, made.createProduct, 11))
        for side, create, sbo in sides:
            for name, count in side:
                reference = create()
                reference.setSpecies(name)
                reference.setStoichiometry(count)
                reference.setConstant(True)
                reference.setSBOTerm(sbo)
        for name, role in reaction.modifiers:
            modifier = made.createModifier()
            modifier.setSpecies(name)
            modifier.setSBOTerm(MODIFIER_SBO[role])
        law = made.createKineticLaw()
        law.setSBOTerm(rate_law(reaction.law).sbo)
        law.setMath(self.formulas.write(full_rate(reaction), _RATE))

    def event(self, event: Event) -> None:
        made = self.model.createEvent()
        made.setUseValuesFromTriggerTime(event.use_values_from_trigger_time)
        trigger = made.createTrigger()
        trigger.setPersistent(event.persistent)
        trigger.setInitialValue(event.initial_value)
        trigger.setMath(self.formulas.condition(event.trigger))
        values = {"trigger": to_text(event.trigger), "assignments": assignments_text(event.assignments)}
        if event.delay is not None:
            values["delay"] = to_text(event.delay)
            made.createDelay().setMath(self.formulas.write(event.delay, parse_unit("s")))
        if event.priority is not None:
            values["priority"] = to_text(event.priority)
            made.createPriority().setMath(self.formulas.write(event.priority))
        for target, tree in event.assignments:
            assignment = made.createEventAssignment()
            assignment.setVariable(target)
            assignment.setMath(self.formulas.write(tree, self.formulas.units.get(target, DIMENSIONLESS)))
        self.common(made, event, values, kind="event")


def _is_alias(readout: Readout) -> bool:
    return readout.expression == Symbol(readout.id)


def _given(**values: str) -> dict[str, str]:
    return {key: value for key, value in values.items() if value}


def _digits(**numbers: float) -> dict[str, str]:
    """Return the numbers that libSBML, which writes 15 digits, would round."""
    return {key: repr(value) for key, value in numbers.items() if float(f"{value:.15g}") != value}


def _sbo_fits(kind: str, sbo: str) -> bool:
    """Tell whether a term is of the branch of SBO that may stand on this kind of element."""
    libsbml = load_libsbml()

    branches = {
        "compartment": libsbml.SBO.isMaterialEntity,
        "species": libsbml.SBO.isMaterialEntity,
        "input": libsbml.SBO.isQuantitativeSystemsDescriptionParameter,
        "reaction": libsbml.SBO.isOccurringEntityRepresentation,
    }
    term = libsbml.SBO.stringToInt(sbo)
    return bool(term >= 0 and branches[kind](term))
