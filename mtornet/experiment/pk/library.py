"""The PK models of a model's ``pk.tsv``, by drug and name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from mtornet.errors import ModelError, ProtocolError
from mtornet.experiment.pk.model import UNITS, PkModel
from mtornet.graph.knowledge import load_knowledge
from mtornet.graph.tables import Row
from mtornet.names import did_you_mean, unknown_name
from mtornet.provenance import Provenance
from mtornet.units import parse_quantity

_SHARED = "all"
"""In the column ``model``: a row that belongs to every model of the drug."""


@cache
def pk_models(model: str) -> Mapping[str, Mapping[str, PkModel]]:
    """Return the PK models by drug and name; the first of a drug is its default.

    Raises
    ------
    ModelError
        If a row names an unknown parameter or has the wrong unit, or a model is not complete.
    """
    rows: dict[str, dict[str, list[Row]]] = {}
    for row in load_knowledge(model)["pk"]:
        rows.setdefault(row["drug"], {}).setdefault(row["model"], []).append(row)
    found: dict[str, dict[str, PkModel]] = {}
    for drug, by_name in rows.items():
        shared = by_name.pop(_SHARED, [])
        found[drug] = {name: _model(drug, name, [*shared, *own]) for name, own in by_name.items()}
        if not by_name:
            raise ModelError(f"{shared[0].where}: drug {drug!r} has no PK model, only rows of {_SHARED!r}")
    return found


def _model(drug: str, name: str, rows: list[Row]) -> PkModel:
    values: dict[str, float] = {}
    variation: dict[str, float] = {}
    provenance: dict[str, Provenance] = {}
    matrix = population = ""
    for row in rows:
        parameter = row["parameter"]
        if parameter not in UNITS:
            hint = did_you_mean(parameter, UNITS) or f"; known: {', '.join(UNITS)}"
            raise ModelError(f"{row.where}: unknown PK parameter {parameter!r}{hint}")
        values[parameter] = parse_quantity(
            f"{row['value']} {row['unit']}", like=UNITS[parameter], what=f"{row.where}: {parameter}"
        )
        if row["cv"]:
            variation[parameter] = float(row["cv"])
        provenance[parameter] = Provenance(
            source=row["source"], confidence=row["confidence"], note=row["note"], where=row.where
        )
        if matrix and row["matrix"] not in ("", matrix):
            raise ModelError(f"{row.where}: PK model {name!r} is one of {matrix!r}, not of {row['matrix']!r}")
        matrix = matrix or row["matrix"]
        population = population or row["population"]
    return PkModel(
        drug=drug,
        name=name,
        matrix=matrix,
        values=values,
        variation=variation,
        population=population,
        provenance=provenance,
    )


def pk_model(model: str, drug: str, name: str | None = None) -> PkModel:
    """Return a PK model of a drug, by the drug's id; its default if none is named.

    Raises
    ------
    ProtocolError
        If the drug has none.
    UnknownNameError
        If it has none of that name.
    """
    known = pk_models(model)
    if drug not in known:
        raise ProtocolError(
            f"drug {drug!r} has no PK model, so a dose in mg says nothing of what cells meet — write a free "
            f"concentration such as '20 nM', or add rows to pk.tsv; drugs with one: {', '.join(known)}"
        )
    if name is None:
        return next(iter(known[drug].values()))
    if name not in known[drug]:
        raise unknown_name(f"PK model of {drug}", name, known[drug])
    return known[drug][name]
