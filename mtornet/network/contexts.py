"""Kinds of cells: named sets of edits from the model's ``contexts.tsv``.

A context is the cell in which a genotype or a drug is studied. It comes first: a variant then edits
the cell of that context, so that every variant combines with every context.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from mtornet.errors import ModelError
from mtornet.graph.knowledge import load_knowledge, model_names
from mtornet.graph.wiring import default_context
from mtornet.names import unknown_name
from mtornet.network.edits import Edit, EditSet, edit_sets, edited
from mtornet.network.network import ReactionNetwork


@cache
def contexts(model: str) -> dict[str, EditSet]:
    """Return the contexts of a shipped model by id; the first is the cell of the tables themselves."""
    return edit_sets(load_knowledge(model)["contexts"], column="context")


def with_context(network: ReactionNetwork, name: str) -> ReactionNetwork:
    """Return the network of a kind of cell.

    An edit of a species whose module is switched off goes with that module.

    Raises
    ------
    UnknownNameError
        If the model has no such context.
    ModelError
        If the network is another kind of cell or carries a genotype already.
    """
    known = contexts(network.model) if network.model in model_names() else {}
    if name not in known:
        raise unknown_name("context", name, known)
    if name == network.context:
        return network
    if network.context != default_context(load_knowledge(network.model)):
        raise ModelError(f"the network is a {network.context!r} cell already; it cannot become {name!r} too")
    if network.variant != "wild_type":
        raise ModelError(
            f"the network carries {network.variant!r} already; take the context first: "
            f".with_context({name!r}).with_variant({network.variant.split('+')[0]!r})"
        )
    off = {row["id"] for row in load_knowledge(network.model)["species"]} - set(network.species)
    for edit in known[name].edits:
        if not _goes_with_a_module(edit, off):
            network = edited(network, edit, by=f"context {name!r}")
    return replace(network, context=name)


def _goes_with_a_module(edit: Edit, off: set[str]) -> bool:
    return edit.kind == "amount" and edit.target in off
