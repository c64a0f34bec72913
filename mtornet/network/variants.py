"""Genotypes: named sets of edits from the model's ``variants.tsv``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from mtornet.errors import ModelError
from mtornet.graph.knowledge import load_knowledge, model_names
from mtornet.names import did_you_mean, unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of a value: ``set`` it or ``multiply`` it."""

    kind: str
    target: str
    operation: str
    value: float
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A genotype: its edits, and what it is called."""

    id: str
    name: str
    edits: tuple[Edit, ...]


@cache
def variants(model: str) -> dict[str, Variant]:
    """Return the variants of a shipped model by id."""
    found: dict[str, Variant] = {}
    for row in load_knowledge(model)["variants"]:
        variant = found.get(row["variant"], Variant(id=row["variant"], name=row["variant"], edits=()))
        if row["name"]:
            variant = replace(variant, name=row["name"])
        if row["kind"] != "description":
            if not (row["target"] and row["operation"] and row["value"]):
                raise ModelError(f"{row.where}: an edit needs target, operation and value")
            edit = Edit(
                kind=row["kind"],
                target=row["target"],
                operation=row["operation"],
                value=float(row["value"]),
                provenance=Provenance(
                    source=row["source"], confidence=row["confidence"], note=row["note"], where=row.where
                ),
            )
            variant = replace(variant, edits=(*variant.edits, edit))
        found[variant.id] = variant
    return found


def with_variant(network: ReactionNetwork, name: str) -> ReactionNetwork:
    """Return the network of a genotype.

    Raises
    ------
    UnknownNameError
        If the model has no such variant.
    ModelError
        If an edit names something this network does not hold, for example because its module is off.
    """
    if name == "wild_type":
        # No edits; a network that is a variant already stays what it is.
        return network
    known = variants(network.model) if network.model in model_names() else {}
    if name not in known:
        raise unknown_name("variant", name, known)
    if name in network.variant.split("+"):
        raise ModelError(f"the network is {network.variant!r} already; its edits would be made twice")
    for edit in known[name].edits:
        network = _apply(network, edit, name)
    return replace(network, variant=name if network.variant == "wild_type" else f"{network.variant}+{name}")


def _apply(network: ReactionNetwork, edit: Edit, variant: str) -> ReactionNetwork:
    values: dict[str, dict[str, float]] = {
        "amount": {s.id: s.initial for s in network.species.values()},
        "parameter": {p.id: p.value for p in network.parameters.values()},
        "input": {i.id: i.value for i in network.inputs.values()},
    }
    known = values[edit.kind]
    if edit.target not in known:
        raise ModelError(
            f"{edit.provenance.where}: variant {variant!r} edits the {edit.kind} {edit.target!r}, "
            f"which this network does not hold{did_you_mean(edit.target, known)}"
        )
    after = edit.value if edit.operation == "set" else known[edit.target] * edit.value
    if edit.kind == "amount":
        return network.with_amounts({edit.target: after})
    return network.with_parameters(**{edit.target: after})
