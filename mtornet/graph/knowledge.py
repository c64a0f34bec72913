"""Find ``models/`` and load its tables as rows, the same from a checkout and from a wheel."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from mtornet.errors import ModelError
from mtornet.graph.tables import Columns, Problems, Row, read_table
from mtornet.names import unknown_name

_PROVENANCE = ("source", "confidence")

COLUMNS: dict[str, Columns] = {
    "compartments": Columns(
        required=("id", "name", "size", "unit", *_PROVENANCE),
        optional=("sbo", "annotation", "note"),
        non_negative=("size",),
        units=("unit",),
    ),
    "species": Columns(
        required=("id", "name", "module", "compartment", "initial", "glyph", *_PROVENANCE),
        optional=("state", "components", "sbo", "annotation", "note"),
        non_negative=("initial",),
    ),
    "parameters": Columns(
        required=("id", "value", "unit", *_PROVENANCE),
        optional=("low", "high", "name", "note"),
        numbers=("value", "low", "high"),
        units=("unit",),
    ),
    "derived": Columns(
        required=("id", "expression", "unit", *_PROVENANCE),
        optional=("name", "note"),
        units=("unit",),
        expressions=("expression",),
    ),
    "inputs": Columns(
        required=("id", "name", "value", "unit", *_PROVENANCE),
        optional=("sbo", "annotation", "note"),
        non_negative=("value",),
        units=("unit",),
    ),
    "reactions": Columns(
        required=("id", "equation", "law", "rate_constant", *_PROVENANCE),
        optional=("modifiers", "law_parameters", "unless", "sbo", "name", "note"),
        expressions=("rate_constant",),
        assignments=("law_parameters",),
    ),
    "targets": Columns(
        required=("id", "occupancy", "name", *_PROVENANCE),
        optional=("note",),
    ),
    "classes": Columns(required=("id", "label", "order"), optional=("note",), numbers=("order",)),
    "drugs": Columns(
        required=("drug", "class", "mechanism", "target", "constant", "value", "unit", *_PROVENANCE),
        optional=("aliases", "cell_shift", "transporter", "note"),
        non_negative=("value", "cell_shift"),
        units=("unit",),
        key=("drug", "target", "constant"),
    ),
    "doses": Columns(
        required=("drug", "dose", "unit", "why", *_PROVENANCE),
        optional=("note",),
        non_negative=("dose",),
        units=("unit",),
        key=("drug",),
    ),
    "pk": Columns(
        required=("drug", "model", "parameter", "value", "unit", *_PROVENANCE),
        optional=("matrix", "cv", "population", "note"),
        numbers=("value",),
        non_negative=("cv",),
        units=("unit",),
        choices={"matrix": ("plasma", "whole_blood")},
        key=("drug", "model", "parameter"),
    ),
    "variants": Columns(
        required=("variant", "kind", *_PROVENANCE),
        optional=("name", "target", "operation", "value", "note"),
        non_negative=("value",),
        choices={
            "kind": ("description", "parameter", "amount", "input"),
            "operation": ("set", "multiply"),
        },
        key=("variant", "kind", "target"),
    ),
    "readouts": Columns(
        required=("id", "name", "expression", "unit", "assay", *_PROVENANCE),
        optional=("label", "with_drug", "note"),
        units=("unit",),
        expressions=("expression", "with_drug"),
    ),
    "layout": Columns(required=("id", "x", "y"), numbers=("x", "y")),
    "modules": Columns(required=("id", "name", *_PROVENANCE), optional=("needs", "note")),
    "contexts": Columns(
        required=("context", "kind", *_PROVENANCE),
        optional=("name", "target", "operation", "value", "low", "high", "note"),
        numbers=("low", "high"),
        non_negative=("value",),
        choices={
            "kind": ("description", "parameter", "amount", "input"),
            "operation": ("set", "multiply"),
        },
        key=("context", "kind", "target"),
    ),
    "states": Columns(
        required=("id", "name", "k_on", "k_off", "unit", *_PROVENANCE),
        optional=("off_context", "off_variant", "on_context", "on_variant", "note"),
        non_negative=("k_on", "k_off"),
        units=("unit",),
    ),
    "transporters": Columns(required=("id", "efflux", "name", *_PROVENANCE), optional=("note",)),
    "cohorts": Columns(
        required=("cohort", "context", "weight", "cv", *_PROVENANCE),
        optional=("note",),
        non_negative=("weight", "cv"),
        key=("cohort", "context"),
    ),
    "clinical": Columns(
        required=("drug", "dose", "tumour_partition", "partition_of", *_PROVENANCE),
        optional=("note",),
        non_negative=("tumour_partition",),
        choices={"partition_of": ("total", "free")},
        key=("drug",),
    ),
    "population": Columns(
        required=("kind", "target", "cv", *_PROVENANCE),
        optional=("group", "correlation", "note"),
        non_negative=("cv", "correlation"),
        choices={"kind": ("total", "parameter")},
        key=("kind", "target"),
    ),
}

OPTIONAL_TABLES = frozenset(
    ("modules", "contexts", "transporters", "population", "states", "cohorts", "clinical")
)
"""Tables that a model may do without."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The rows of one model's tables, each checked cell by cell; names are resolved when built."""

    model: str
    folder: Path
    tables: dict[str, list[Row]] = field(default_factory=dict)
    modules: dict[str, list[Row]] = field(default_factory=dict)

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables[table]


def models_folder() -> Path:
    """Return the folder that holds the models' tables.

    A checkout has ``models/`` beside the package; a wheel carries it as ``mtornet/_models``.
    """
    package = Path(__file__).resolve().parent.parent
    for candidate in (package.parent / "models", package / "_models"):
        if candidate.is_dir():
            return candidate
    raise ModelError(
        f"the tables of the models are missing; looked for {package.parent / 'models'}; reinstall mtornet"
    )


def model_names() -> list[str]:
    """Return the names of the models that come as knowledge tables."""
    return sorted(p.name for p in models_folder().iterdir() if (p / "species.tsv").is_file())


def load_knowledge(model: str, folder: Path | None = None) -> Knowledge:
    """Load every table of a model.

    Parameters
    ----------
    model
        Name of a folder in ``models/``.
    folder
        Another folder with the same tables, instead.

    Raises
    ------
    TableError
        Listing every malformed cell of every table with ``file:line``.
    """
    return _shipped_knowledge(model) if folder is None else _read(model, folder)


@cache
def _shipped_knowledge(model: str) -> Knowledge:
    if model not in model_names():
        raise unknown_name("model", model, model_names())
    return _read(model, models_folder() / model)


def _read(model: str, folder: Path) -> Knowledge:
    problems = Problems()
    tables = {
        name: read_table(folder / f"{name}.tsv", columns, problems)
        for name, columns in COLUMNS.items()
        if name != "reactions" and (name not in OPTIONAL_TABLES or (folder / f"{name}.tsv").exists())
    }
    tables |= {name: [] for name in OPTIONAL_TABLES if name not in tables}
    modules = {
        path.stem: read_table(path, COLUMNS["reactions"], problems)
        for path in sorted((folder / "modules").glob("*.tsv"))
    }
    if not modules:
        problems.add(str(folder / "modules"), "no module table (*.tsv) found")
    problems.raise_if_any()
    return Knowledge(model, folder, tables, modules)
