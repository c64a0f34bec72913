"""The models that come with mtornet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mtornet.graph.knowledge import load_knowledge
from mtornet.graph.wiring import default_graph, unmet_needs
from mtornet.network.build import from_graph
from mtornet.network.network import ReactionNetwork


def load_model(name: str = "mtor", modules: Sequence[str] | None = None) -> ReactionNetwork:
    """Return a shipped model, without drugs.

    Parameters
    ----------
    name
        A folder of ``models/``.
    modules
        Module tables to wire; all if not given. The network's ``notes`` say which of them miss another
        one that they need (``modules.tsv``).

    Raises
    ------
    UnknownNameError
        If there is no such model or module.
    TableError
        If its tables are damaged; every problem is listed.
    """
    network = from_graph(default_graph(name, modules))
    return replace(network, notes=(*network.notes, *unmet_needs(load_knowledge(name), network.modules)))
