"""Genotypes: named sets of edits from the model's ``variants.tsv``."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from mtornet.errors import ModelError
from mtornet.graph.knowledge import load_knowledge, model_names
from mtornet.names import unknown_name
from mtornet.network.edits import EditSet, edit_sets, edited
from mtornet.network.network import ReactionNetwork


@cache
def variants(model: str) -> dict[str, EditSet]:
    """Return the variants of a shipped model by id."""
    return edit_sets(load_knowledge(model)["variants"], column="variant")


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
        network = edited(network, edit, by=f"variant {name!r}")
    return replace(network, variant=name if network.variant == "wild_type" else f"{network.variant}+{name}")
