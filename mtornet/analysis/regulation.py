"""Who regulates whom at a steady state: signs, strengths and delays between regulators, as a graph.

Reactions tie species into blocks (the states and complexes of some molecules); regulators act from one
block on the rates of another. An edge of the graph is the answer of one block to one regulator with
everything else held, so that consumption and conservation within a block count and no path is an
artefact of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from mtornet.analysis.influence import readout_gradient
from mtornet.compiled.bind import row_of_constants, values_of
from mtornet.compiled.network import compile_network
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.rate_equations import functions

FloatArray = NDArray[np.float64]

LEAST_RESPONSE = 0.005
"""Relative change of a species per relative change of its regulator below which there is no edge."""


def blocks_of(network: ReactionNetwork) -> tuple[tuple[str, ...], ...]:
    """Return the species that reactions turn into each other, block by block."""
    ties = nx.Graph()
    ties.add_nodes_from(network.species)
    for reaction in network.reactions.values():
        changed = [name for name in reaction.net if name in network.species]
        ties.add_edges_from((changed[0], other) for other in changed[1:])
    order = {name: i for i, name in enumerate(network.species)}
    found = [tuple(sorted(block, key=order.__getitem__)) for block in nx.connected_components(ties)]
    return tuple(sorted(found, key=lambda block: order[block[0]]))


def regulatory_graph(
    network: ReactionNetwork, inputs: Mapping[str, float], amounts: FloatArray
) -> nx.DiGraph:
    """Return the local responses between species at a steady state.

    An edge from ``a`` to ``b`` says that ``a`` acts on the rates of the block of ``b``. It carries
    ``response`` (d ln b / d ln a with all other blocks held), ``sign``, ``lag_s`` (mean delay of the
    answer to a step) and ``target`` (the molecule that ``a`` acts on).

    Notes
    -----
    Local response coefficients of modular response analysis (Kholodenko 2002, PNAS 99:12841), with the
    conserved totals of each block held.
    """
    compiled = compile_network(network)
    constants = row_of_constants(compiled, values_of(network, compiled, inputs))
    _, jacobian = functions(compiled, constants)
    matrix = jacobian(0.0, amounts)
    index = {name: i for i, name in enumerate(compiled.species)}
    targets = _targets(network)
    graph = nx.DiGraph()
    graph.add_nodes_from(network.species)
    for block in blocks_of(network):
        rows = [index[name] for name in block]
        pushes = {
            name: matrix[rows, index[name]] * amounts[index[name]]
            for name in network.species
            if name not in block and np.any(matrix[rows, index[name]]) and amounts[index[name]] > 0
        }
        if not pushes:
            continue
        basis = _changes(network, block)
        inner = basis.T @ matrix[np.ix_(rows, rows)] @ basis
        push = basis.T @ np.column_stack(list(pushes.values()))
        settled = np.linalg.lstsq(inner, -push, rcond=None)[0]
        late = basis @ np.linalg.lstsq(inner, -settled, rcond=None)[0]
        moved = basis @ settled
        for k, regulator in enumerate(pushes):
            for i, name in enumerate(block):
                _add_edge(graph, regulator, name, moved[i, k], late[i, k], amounts[rows[i]], targets)
    return graph


def with_readouts(
    graph: nx.DiGraph, network: ReactionNetwork, inputs: Mapping[str, float], amounts: FloatArray
) -> nx.DiGraph:
    """Return the graph with the read-outs as ends: a regulator's response is that of what the assay sees.

    A species that a read-out sees leads to it too, with its share of the read-out and no delay.
    """
    compiled = compile_network(network)
    index = {name: i for i, name in enumerate(compiled.species)}
    wider = nx.DiGraph(graph)
    for readout in network.readouts.values():
        slopes, value = readout_gradient(network, inputs, amounts, readout.id)
        if value <= 0:
            continue
        shares = {name: slopes[i] * amounts[i] / value for name, i in index.items() if slopes[i]}
        for regulator in network.species:
            edges = [
                (graph.edges[regulator, name], share)
                for name, share in shares.items()
                if graph.has_edge(regulator, name)
            ]
            response = float(sum(edge["response"] * share for edge, share in edges))
            weights = [abs(edge["response"] * share) for edge, share in edges]
            lag = float(np.dot(weights, [edge["lag_s"] for edge, _ in edges]) / max(sum(weights), 1e-300))
            itself = abs(shares.get(regulator, 0.0)) >= LEAST_RESPONSE
            if itself:
                response, lag = float(shares[regulator]), 0.0
            if abs(response) >= LEAST_RESPONSE:
                wider.add_edge(
                    regulator,
                    readout_node(readout.id),
                    response=response,
                    sign=1 if response > 0 else -1,
                    lag_s=lag,
                    target="",
                    itself=itself,
                )
    return wider


def readout_node(name: str) -> str:
    """Return the node of a read-out, which may have the name of a species."""
    return f"[{name}]"


def _add_edge(
    graph: nx.DiGraph,
    regulator: str,
    name: str,
    moved: float,
    late: float,
    amount: float,
    targets: Mapping[tuple[str, str], str],
) -> None:
    response = float(moved) / amount if amount > 0 else 0.0
    if abs(response) < LEAST_RESPONSE:
        return
    graph.add_edge(
        regulator,
        name,
        response=response,
        sign=1 if response > 0 else -1,
        lag_s=max(float(late / moved), 0.0),
        target=targets.get((regulator, name), ""),
    )


def _changes(network: ReactionNetwork, block: tuple[str, ...]) -> FloatArray:
    """Return an orthonormal basis of what the block's reactions can change."""
    rows = {name: i for i, name in enumerate(block)}
    columns = []
    for reaction in network.reactions.values():
        net = reaction.net
        if any(name in rows for name in net):
            column = np.zeros(len(block))
            for name, count in net.items():
                column[rows[name]] = count
            columns.append(column)
    left, sizes, _ = np.linalg.svd(np.column_stack(columns), full_matrices=False)
    return np.asarray(left[:, sizes > 1e-9 * max(float(sizes[0]), 1.0)])


def _targets(network: ReactionNetwork) -> dict[tuple[str, str], str]:
    """Return by regulator and species the molecule that the regulator acts on in the species' block."""
    found: dict[tuple[str, str], str] = {}
    blocks = {name: block for block in blocks_of(network) for name in block}
    for reaction in network.reactions.values():
        changed = [name for name, _ in (*reaction.reactants, *reaction.products)]
        label = "·".join(network.species[changed[0]].components) or changed[0]
        for regulator, _ in reaction.modifiers:
            for name in blocks[changed[0]]:
                known = found.get((regulator, name))
                # The smallest thing acted on names the arm: IRS, not its complex with PI3K.
                if known is None or label.count("·") < known.count("·"):
                    found[regulator, name] = label
    return found
