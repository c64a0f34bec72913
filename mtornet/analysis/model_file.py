"""Load a model the user names: a shipped one, an SBML or an Antimony file, a graph."""

from __future__ import annotations

from pathlib import Path

from mtornet.errors import ModelError
from mtornet.network.network import ReactionNetwork

SBML_SUFFIXES = (".xml", ".sbml")
ANTIMONY_SUFFIXES = (".ant", ".txt")
DEFAULT = "mtor"


def splits(names: list[str]) -> tuple[str, list[str]]:
    """Return the model that is named first, ``mtor`` if none is, and what is named in it."""
    from mtornet.graph.knowledge import model_names

    if not names:
        return DEFAULT, []
    first = names[0]
    if first in model_names() or Path(first).suffix or Path(first).exists():
        return first, names[1:]
    return DEFAULT, names


def load(name: str) -> ReactionNetwork:
    """Return the network of a shipped model or of a file.

    Raises
    ------
    ModelError
        If there is neither such a model nor such a file, or the suffix says nothing.
    """
    from mtornet.graph.knowledge import model_names

    if name in model_names():
        from mtornet.network.library import load_model

        return load_model(name)
    path = Path(name)
    if not path.exists():
        raise ModelError(
            f"no model {name!r} — neither a file nor one of the shipped models ({', '.join(model_names())})"
        )
    suffix = path.suffix.lower()
    if suffix in SBML_SUFFIXES:
        from mtornet.sbml.read import read_sbml

        return read_sbml(path)
    if suffix in ANTIMONY_SUFFIXES:
        from mtornet.sbml.antimony import read_antimony

        return read_antimony(path)
    if suffix == ".json":
        from mtornet.graph.exchange import read_node_link
        from mtornet.network.build import from_graph

        return from_graph(read_node_link(path))
    raise ModelError(
        f"{name}: unknown suffix {suffix!r}; expected {', '.join(SBML_SUFFIXES)} (SBML), "
        f"{', '.join(ANTIMONY_SUFFIXES)} (Antimony) or .json (node-link graph)"
    )
