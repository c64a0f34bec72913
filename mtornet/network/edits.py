"""Edits of a network that tables name: set or multiply a parameter, an amount or an input."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from mtornet.errors import ModelError
from mtornet.graph.tables import Row
from mtornet.names import did_you_mean
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of a value: ``set`` it or ``multiply`` it."""

    kind: str
    target: str
    operation: str
    value: float
    low: float | None = None
    """Bounds within which a fit may move the value, if the table states them."""
    high: float | None = None
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditSet:
    """Edits that act together under one name: a genotype, a kind of cell."""

    id: str
    name: str
    edits: tuple[Edit, ...] = ()


def edit_sets(rows: Iterable[Row], *, column: str) -> dict[str, EditSet]:
    """Return the sets of edits that rows describe, by the id in ``column``."""
    found: dict[str, EditSet] = {}
    for row in rows:
        known = found.get(row[column], EditSet(id=row[column], name=row[column]))
        if row["name"]:
            known = replace(known, name=row["name"])
        if row["kind"] != "description":
            known = replace(known, edits=(*known.edits, _edit(row)))
        found[known.id] = known
    return found


def _edit(row: Row) -> Edit:
    if not (row["target"] and row["operation"] and row["value"]):
        raise ModelError(f"{row.where}: an edit needs target, operation and value")
    return Edit(
        kind=row["kind"],
        target=row["target"],
        operation=row["operation"],
        value=float(row["value"]),
        low=float(row["low"]) if row["low"] else None,
        high=float(row["high"]) if row["high"] else None,
        provenance=Provenance(
            source=row["source"], confidence=row["confidence"], note=row["note"], where=row.where
        ),
    )


def edited(network: ReactionNetwork, edit: Edit, *, by: str) -> ReactionNetwork:
    """Return the network with one value changed.

    Parameters
    ----------
    by
        Who asks, in words, for the message: ``"variant 'PTEN_loss'"``.

    Raises
    ------
    ModelError
        If the network does not hold what is to be changed.
    """
    values: dict[str, dict[str, float]] = {
        "amount": {s.id: s.initial for s in network.species.values()},
        "parameter": {p.id: p.value for p in network.parameters.values()},
        "input": {i.id: i.value for i in network.inputs.values()},
    }
    known = values[edit.kind]
    if edit.target not in known:
        raise ModelError(
            f"{edit.provenance.where}: {by} edits the {edit.kind} {edit.target!r}, "
            f"which this network does not hold{did_you_mean(edit.target, known)}"
        )
    after = edit.value if edit.operation == "set" else known[edit.target] * edit.value
    if edit.kind == "amount":
        return network.with_amounts({edit.target: after})
    return network.with_parameters(**{edit.target: after})
