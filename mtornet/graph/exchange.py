"""The graph in formats of other programs: node-link JSON both ways, GraphML for drawing."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx

from mtornet.errors import ModelError
from mtornet.graph.schema import PROCESS

MAX_BYTES = 50_000_000


def write_node_link(graph: nx.MultiDiGraph, path: Path) -> None:
    """Write a graph as node-link JSON, which :func:`read_node_link` reads back whole."""
    path.write_text(node_link_text(graph), encoding="utf-8")


def node_link_text(graph: nx.MultiDiGraph) -> str:
    """Return a graph as node-link JSON, which :func:`graph_of` reads back whole."""
    data = nx.node_link_data(graph, edges="edges")
    # Edges in the order of the processes they belong to, so that the sides of a reaction keep theirs.
    rank: dict[tuple[object, ...], int] = {}
    for node, kind in graph.nodes(data="kind"):
        if kind == PROCESS:
            for edge in (*graph.in_edges(node, keys=True), *graph.out_edges(node, keys=True)):
                rank.setdefault(edge, len(rank))
    data["edges"].sort(key=lambda edge: rank.get((edge["source"], edge["target"], edge["key"]), len(rank)))
    return json.dumps(data, indent=1, allow_nan=False) + "\n"


def read_node_link(path: Path) -> nx.MultiDiGraph:
    """Read a graph from node-link JSON.

    Raises
    ------
    ModelError
        If the file is no such JSON.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ModelError(f"{path}: larger than {MAX_BYTES} bytes; not a graph of a model")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: cannot be read: {error}") from None
    return graph_of(text, where=str(path))


def graph_of(text: str, *, where: str) -> nx.MultiDiGraph:
    """Read a graph from the text of node-link JSON; errors as of :func:`read_node_link`."""
    try:
        graph = nx.node_link_graph(json.loads(text), directed=True, multigraph=True, edges="edges")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, nx.NetworkXError) as error:
        raise ModelError(f"{where}: not a node-link graph in JSON: {error}") from None
    # JSON knows lists only; the graph's tuples come back so that reading is the identity.
    graph.graph["modules"] = tuple(graph.graph.get("modules", ()))
    for _, attributes in graph.nodes(data=True):
        if "components" in attributes:
            attributes["components"] = tuple(attributes["components"])
    return graph


def write_graphml(graph: nx.MultiDiGraph, path: Path) -> None:
    """Write nodes and edges as GraphML for drawing programs; tables of parameters are left out."""
    plain = nx.MultiDiGraph(model=str(graph.graph.get("model", "")))
    for name, attributes in graph.nodes(data=True):
        plain.add_node(name, **{k: _scalar(v) for k, v in attributes.items() if v is not None})
    for source, target, attributes in graph.edges(data=True):
        plain.add_edge(source, target, **{k: _scalar(v) for k, v in attributes.items()})
    nx.write_graphml(plain, path)


def _scalar(value: object) -> str | int | float:
    if isinstance(value, (str, int, float)):
        return value
    return ";".join(str(part) for part in value) if isinstance(value, tuple) else str(value)
