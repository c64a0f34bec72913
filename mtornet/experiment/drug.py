"""Drugs as the tables describe them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from mtornet.errors import ModelError
from mtornet.graph.knowledge import load_knowledge
from mtornet.names import did_you_mean, is_identifier, unknown_name
from mtornet.provenance import Provenance
from mtornet.units import parse_quantity

VEHICLE = "vehicle"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugTarget:
    """One row of ``drugs.tsv``: a drug on one target."""

    target: str
    mechanism: str
    constant: str
    value: float
    """Effective constant in the cell: the table's value times the cell shift, in ``unit``."""
    unit: str
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultDose:
    """The dose that ``compare`` uses unless told otherwise, and why."""

    nM: float
    why: str
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug:
    """A drug and everything the tables know of it."""

    id: str
    drug_class: str
    class_label: str
    aliases: tuple[str, ...]
    targets: tuple[DrugTarget, ...]
    default_dose: DefaultDose | None
    transporters: tuple[str, ...] = ()
    """Pumps that carry the drug out of the cell, ids of ``transporters.tsv``."""


@cache
def drugs(model: str) -> Mapping[str, Drug]:
    """Return the drugs of a model by id."""
    knowledge = load_knowledge(model)
    labels = {row["id"]: row["label"] for row in knowledge["classes"]}
    doses = {
        row["drug"]: DefaultDose(
            nM=parse_quantity(f"{row['dose']} {row['unit']}", like="nM", what=f"{row.where}: dose"),
            why=row["why"],
            provenance=Provenance(
                source=row["source"], confidence=row["confidence"], note=row["note"], where=row.where
            ),
        )
        for row in knowledge["doses"]
    }
    found: dict[str, Drug] = {}
    for row in knowledge["drugs"]:
        name = row["drug"]
        if not is_identifier(name):
            raise ModelError(
                f"{row.where}: drug {name!r} is not an identifier; write it in letters, digits and _"
            )
        if row["class"] not in labels:
            raise ModelError(
                f"{row.where}: unknown class {row['class']!r}{did_you_mean(row['class'], labels)}"
            )
        drug = found.get(
            name,
            Drug(
                id=name,
                drug_class=row["class"],
                class_label=labels[row["class"]],
                aliases=(),
                targets=(),
                default_dose=doses.get(name),
            ),
        )
        aliases, pumps = _parts(row["aliases"]), _parts(row["transporter"])
        target = DrugTarget(
            target=row["target"],
            mechanism=row["mechanism"],
            constant=row["constant"],
            value=float(row["value"]) * float(row["cell_shift"] or 1.0),
            unit=row["unit"],
            provenance=Provenance(
                source=row["source"], confidence=row["confidence"], note=row["note"], where=row.where
            ),
        )
        found[name] = replace(
            drug,
            aliases=tuple(dict.fromkeys((*drug.aliases, *aliases))),
            targets=(*drug.targets, target),
            transporters=tuple(dict.fromkeys((*drug.transporters, *pumps))),
        )
    for name, dose in doses.items():
        if name not in found:
            raise ModelError(f"{dose.provenance.where}: unknown drug {name!r}{did_you_mean(name, found)}")
    return found


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def find_drug(model: str, name: str) -> Drug:
    """Return a drug by id or alias, in any case: ``everolimus``, ``RAD001``.

    Raises
    ------
    UnknownNameError
        With the closest known name.
    """
    known = drugs(model)
    by_alias = {drug.id.lower(): drug for drug in known.values()}
    for drug in known.values():
        for alias in drug.aliases:
            by_alias.setdefault(alias.lower(), drug)
    drug_or_none = by_alias.get(name.strip().lower())
    if drug_or_none is None:
        hint = did_you_mean(name, by_alias)
        if hint:
            raise unknown_name("drug", name, by_alias)
        raise unknown_name("drug", name, known)
    return drug_or_none
