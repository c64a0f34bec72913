"""The models that come with mtornet."""

from __future__ import annotations

from collections.abc import Sequence

from mtornet.graph.wiring import default_graph
from mtornet.network.build import from_graph
from mtornet.network.network import ReactionNetwork


def load_model(name: str = "mtor", modules: Sequence[str] | None = None) -> ReactionNetwork:
    """Return a shipped model, without drugs.

    Parameters
    ----------
    name
        A folder of ``models/``.
    modules
        Module tables to wire; all if not given.

    Raises
    ------
    UnknownNameError
        If there is no such model or module.
    TableError
        If its tables are damaged; every problem is listed.
    """
    return from_graph(default_graph(name, modules))
