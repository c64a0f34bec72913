"""What the typed graph is made of.

A model is a bipartite ``networkx.MultiDiGraph`` in the vocabulary of SBGN process descriptions.

Nodes carry ``kind``:

``species``
    ``name, initial, compartment, module, state, components, glyph, sbo, annotation`` and provenance.
``input``
    A boundary concentration set by the experiment (ligand, drug): ``name, value, unit, role``.
``process``
    ``law, rate_constant`` (a formula), ``law_parameters`` (``"K=Km_x; n=2"``), ``signed``, ``module,
    sbo, name`` and provenance; ``n_modifiers`` is the number of modifiers the law reads, so that a cut
    edge is noticed.

Edges carry ``role`` and ``stoichiometry``. Into a process lead ``reactant``, ``catalyst``,
``stimulator`` and ``inhibitor`` edges, out of it ``product`` edges. Modifiers of which one is also a
reactant, or stands twice, may carry ``position``: their order in the reaction.

What is not drawn stands in ``graph.graph``: ``model``, ``compartments``, ``parameters``, ``derived``,
``variables``, ``events`` and ``readouts``, each a dictionary of plain dictionaries by id.
"""

from __future__ import annotations

SPECIES, INPUT, PROCESS = "species", "input", "process"

REACTANT, PRODUCT = "reactant", "product"
CATALYST, STIMULATOR, INHIBITOR = "catalyst", "stimulator", "inhibitor"
MODIFIER_ROLES = (CATALYST, STIMULATOR, INHIBITOR)

SECTIONS = ("compartments", "parameters", "derived", "variables", "events", "readouts")
"""Parts of a model kept as dictionaries in ``graph.graph``."""

MODIFIER_SBO = {CATALYST: "SBO:0000013", STIMULATOR: "SBO:0000459", INHIBITOR: "SBO:0000020"}
"""Systems Biology Ontology terms of the modifier roles."""

PROVENANCE_FIELDS: dict[str, object] = {"source": "", "confidence": "design", "note": "", "where": ""}

FIELDS: dict[str, dict[str, object]] = {
    SPECIES: {
        "name": "",
        "initial": 0.0,
        "compartment": "",
        "module": "",
        "state": "",
        "components": (),
        "glyph": "macromolecule",
        "sbo": "",
        "annotation": "",
        **PROVENANCE_FIELDS,
    },
    INPUT: {
        "name": "",
        "value": 0.0,
        "unit": "nM",
        "role": "ligand",
        "sbo": "",
        "annotation": "",
        **PROVENANCE_FIELDS,
    },
    PROCESS: {
        "name": "",
        "law": "mass_action",
        "rate_constant": "",
        "law_parameters": "",
        "signed": False,
        "n_modifiers": 0,
        "module": "",
        "sbo": "",
        **PROVENANCE_FIELDS,
    },
    "compartments": {"name": "", "size": 1.0, "unit": "L", "sbo": "", "annotation": "", **PROVENANCE_FIELDS},
    "parameters": {"name": "", "value": 0.0, "unit": "", "low": None, "high": None, **PROVENANCE_FIELDS},
    "derived": {"name": "", "expression": "", "unit": "", **PROVENANCE_FIELDS},
    "variables": {"name": "", "initial": 0.0, "rate": "", "unit": "", **PROVENANCE_FIELDS},
    "events": {
        "name": "",
        "trigger": "",
        "assignments": "",
        "delay": "",
        "priority": "",
        "persistent": True,
        "initial_value": True,
        "use_values_from_trigger_time": True,
        **PROVENANCE_FIELDS,
    },
    "readouts": {
        "name": "",
        "expression": "",
        "unit": "molecule",
        "assay": "",
        "label": "",
        **PROVENANCE_FIELDS,
    },
}
"""Attributes of each kind of node and section, with what stands in for one that is not given."""

FORMULAS = ("rate_constant", "expression", "rate", "trigger", "delay", "priority")
"""Attributes that hold a formula, kept in the spelling of :func:`mtornet.expression.to_text`."""

ASSIGNMENTS = ("law_parameters", "assignments")
"""Attributes that hold names and their formulas: ``"K=Km_x; n=2"``."""
