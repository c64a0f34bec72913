"""What a specification may hold, as JSON Schema: one description for editors, for the reader and for people.

Only the words of JSON Schema that :mod:`mtornet.scans.checking` knows are used here.
"""

from __future__ import annotations

from typing import Any

METHODS = ("ode", "ssa", "tau", "hybrid", "cle")
FEATURES = ("nadir", "t_nadir_s", "peak", "t_peak_s", "rebound_index", "recovery")
SAMPLES = ("sobol", "lhs", "random")

Schema = dict[str, Any]

_NUMBER_OR_TEXT: Schema = {"type": ["number", "string"]}
_TIME: Schema = {"type": ["number", "string"], "description": "Text with a unit, '24 h', or seconds."}
_TEXTS: Schema = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_ENDS: Schema = {"type": "array", "items": _NUMBER_OR_TEXT, "minItems": 2, "maxItems": 2}
_COUNT: Schema = {"type": "integer", "minimum": 1}


def _table(description: str, values: Schema) -> Schema:
    return {"type": "object", "description": description, "additionalProperties": values}


_SPREAD: dict[str, Schema] = {
    "values": {
        "type": "array",
        "items": {"type": ["number", "string", "boolean"]},
        "minItems": 1,
        "description": "The values themselves.",
    },
    "range": {**_ENDS, "description": "Lowest and highest value, evenly spaced or drawn in between."},
    "log": {
        **_ENDS,
        "description": "The same on a logarithmic axis.",
    },
    "n": {**_COUNT, "description": "Number of values of a grid."},
}

VARY: Schema = {
    "type": "object",
    "description": "One thing that varies; blocks are crossed.",
    "required": ["target"],
    "additionalProperties": False,
    "properties": {
        "target": {
            "type": "string",
            "description": "drug.<name>, drug, parameter.<id>, amount.<species>, input.<id>, "
            "schedule.<drug>.start|hold|every, variant, context, module.<name> or method.<option>.",
        },
        **_SPREAD,
        "factor": {
            "type": "object",
            "description": "Values as multiples of what the model (or the condition) has.",
            "additionalProperties": False,
            "properties": _SPREAD,
        },
        "zip": {"type": "string", "description": "Blocks of one name and length are walked side by side."},
        "sample": {
            "type": "boolean",
            "description": "Whether the block is drawn together with the others; by default one with "
            "'range' or 'log' and no 'n' of its own, if the specification has a sample.",
        },
    },
}

CONDITION: Schema = {
    "type": "object",
    "description": "What is the same at every point.",
    "additionalProperties": False,
    "properties": {
        "variant": {"type": "string", "description": "Genotype, an id of variants.tsv."},
        "context": {"type": "string", "description": "Kind of cell, an id of contexts.tsv."},
        "drugs": _table("Dose by drug: '20 nM' or '20 nM for 6 h every 24 h'.", {"type": "string"}),
        "inputs": _table("Concentration by ligand, '1 nM'.", {"type": "string"}),
        "parameters": _table("Values of parameters, after the genotype's edits.", _NUMBER_OR_TEXT),
        "amounts": _table("Molecules per cell before settling, after the genotype's edits.", _NUMBER_OR_TEXT),
        "modules": {**_TEXTS, "description": "Modules of a shipped model; all if not given."},
    },
}

BUDGET: Schema = {
    "type": "object",
    "description": "What one point may use; a point that needs more is set aside with its status.",
    "additionalProperties": False,
    "properties": {
        "max_events": {**_COUNT, "description": "Reaction events of one cell (ssa, tau)."},
        "max_steps": {**_COUNT, "description": "Steps of the integrator (ode)."},
        "point_time": {**_TIME, "description": "Processor-bound time of one point on one thread."},
    },
}

REPLICATES: Schema = {
    "type": "object",
    "description": "Simulate cells of a point in batches until the interval of one mean is tight.",
    "required": ["readout", "relative"],
    "additionalProperties": False,
    "properties": {
        "readout": {"type": "string", "description": "Read-out whose mean decides."},
        "feature": {"type": "string", "enum": list(FEATURES), "description": "Feature of it, if not a time."},
        "time": {**_TIME, "description": "When to look; the end if neither time nor feature is given."},
        "relative": {"type": "number", "description": "Half-width of the interval over the mean."},
        "confidence": {"type": "number", "description": "Of the interval; 0.95 if not given."},
        "batch": {**_COUNT, "description": "Cells of one batch; 'cells' of the specification if not given."},
        "most": {**_COUNT, "description": "Most cells of a point."},
    },
}

SPEC: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "mtornet scan",
    "type": "object",
    "required": ["vary"],
    "additionalProperties": False,
    "properties": {
        "model": {
            "type": "string",
            "description": "A shipped model, or the path of a file.",
        },
        "method": {"type": "string", "enum": list(METHODS), "description": "How a point is simulated."},
        "cells": {**_COUNT, "description": "Cells per point of a stochastic method."},
        "copy_scale": {"type": "number", "description": "Fraction of a real cell (stochastic methods)."},
        "duration": {**_TIME, "description": "How long after time 0."},
        "settle": {
            "type": ["number", "string", "boolean"],
            "description": "How long stochastic cells fluctuate around rest before time 0; false starts "
            "from the model's initial amounts.",
        },
        "seed": {"type": "integer", "minimum": 0, "description": "Of random streams and of the sample."},
        "readouts": {**_TEXTS, "description": "Ids of read-outs or species."},
        "times": {
            "type": "array",
            "items": _TIME,
            "minItems": 1,
            "description": "When to look; the end if not given.",
        },
        "features": {
            "type": "array",
            "items": {"type": "string", "enum": list(FEATURES)},
            "description": "Features of each read-out's fold change over its vehicle.",
        },
        "vehicle": {
            "type": "boolean",
            "description": "Whether to compare each point with the same cells without drug.",
        },
        "sample": {"type": "string", "enum": list(SAMPLES), "description": "Draw points instead of a grid."},
        "n": {**_COUNT, "description": "Number of points drawn."},
        "condition": CONDITION,
        "options": _table("Options of the method, such as rtol.", {"type": ["number", "string", "boolean"]}),
        "budget": BUDGET,
        "replicates": REPLICATES,
        "vary": {"type": "array", "items": VARY, "minItems": 1},
    },
}


def schema_text() -> str:
    """Return the schema as the file that editors read."""
    import json

    return json.dumps(SPEC, indent=2) + "\n"
