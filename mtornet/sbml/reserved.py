"""Ids that are words of our formulas: they get another name before anything is read."""

from __future__ import annotations

from typing import Any

from mtornet.sbml.mathml import RESERVED
from mtornet.sbml.symbols import all_references


def rename_reserved(model: Any) -> list[str]:
    """Rename the elements of a libSBML model that are called ``time``, ``not`` ...; return what was done."""
    if not RESERVED & _ids(model):
        # The list of all elements is slow to walk.
        return []
    elements = list(model.getListOfAllElements())
    # Local parameters hide global ones; they get new names when their law is read.
    globals_ = [e for e in elements if e.getElementName() not in ("localParameter", "unitDefinition")]
    ids = {element.getIdAttribute() for element in elements}
    notes = []
    for element in globals_:
        name = element.getIdAttribute()
        if name not in RESERVED or _is_local(element):
            continue
        new = name + "_"
        while new in ids:
            new += "_"
        ids.add(new)
        for other in elements:
            other.renameSIdRefs(name, new)
        element.setIdAttribute(new)
        notes.append(f"{name!r} is a word of our formulas; the {element.getElementName()} is read as {new!r}")
    return notes


def _ids(model: Any) -> set[str]:
    lists = (
        model.getListOfCompartments(),
        model.getListOfSpecies(),
        model.getListOfParameters(),
        model.getListOfReactions(),
        model.getListOfEvents(),
        model.getListOfFunctionDefinitions(),
        all_references(model),
    )
    return {element.getIdAttribute() for elements in lists for element in elements}


def _is_local(element: Any) -> bool:
    # Before Level 3 a local parameter has the name of a global one.
    parent = element.getParentSBMLObject()
    if element.getElementName() != "parameter":
        return False
    return str(parent.getParentSBMLObject().getElementName()) == "kineticLaw"
