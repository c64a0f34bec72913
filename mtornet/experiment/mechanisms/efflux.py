"""Efflux: pumps carry a drug out of the cell, so that less of it is free inside than outside.

Each pump of ``transporters.tsv`` names a derived quantity: its rate of export relative to passive
exit. The exit of a drug is 1 plus the sum over its pumps. A drug whose uptake is explicit leaves that
much faster; for one in rapid equilibrium the concentration inside is the one outside divided by it.
"""

from __future__ import annotations

import networkx as nx

from mtornet.errors import ModelError
from mtornet.experiment.drug import Drug
from mtornet.graph.knowledge import load_knowledge
from mtornet.names import did_you_mean
from mtornet.network.build import from_graph
from mtornet.network.network import ReactionNetwork


def exit_of(drug_id: str) -> str:
    """Return the id of the derived quantity that holds a drug's exit relative to passive exit."""
    return f"{drug_id}_exit"


def add(network: ReactionNetwork, drug: Drug) -> ReactionNetwork:
    """Return the network with the exit of a drug in it: 1 plus what its pumps add.

    Raises
    ------
    ModelError
        If a pump is not in the tables.
    """
    pumps = {row["id"]: row for row in load_knowledge(network.model)["transporters"]}
    where = drug.targets[0].provenance.where
    for name in drug.transporters:
        if name not in pumps:
            hint = did_you_mean(name, pumps)
            raise ModelError(f"{where}: unknown transporter {name!r} of drug {drug.id!r}{hint}")
    used = [pumps[name] for name in drug.transporters]
    graph = network.graph
    graph.graph["derived"][exit_of(drug.id)] = {
        "expression": " + ".join(["1", *(row["efflux"] for row in used)]),
        "unit": "1",
        "name": f"exit of {drug.id} relative to passive exit",
        "source": "; ".join(row["source"] for row in used) or "no pump in drugs.tsv",
        "confidence": used[0]["confidence"] if used else "design",
        "where": where,
    }
    return from_graph(graph)


def free_inside(graph: nx.MultiDiGraph, drug_id: str) -> str:
    """Return the formula of the free concentration in the cell of a drug in rapid equilibrium."""
    return f"{drug_id}/{exit_of(drug_id)}" if exit_of(drug_id) in graph.graph["derived"] else drug_id
