"""Occupancy: binding is fast, so the drug is a factor ``1/(1 + D/K)`` on the steps it blocks.

The sum of ``D/K`` over drugs is a derived quantity of the network, one per target, named in
``targets.tsv``; several drugs on one site compete.
"""

from __future__ import annotations

from mtornet.errors import ModelError
from mtornet.experiment.drug import Drug, DrugTarget
from mtornet.experiment.mechanisms import efflux
from mtornet.graph.knowledge import load_knowledge
from mtornet.graph.schema import INPUT
from mtornet.names import did_you_mean
from mtornet.network.build import from_graph
from mtornet.network.network import ReactionNetwork

NAME = "occupancy"


def add(network: ReactionNetwork, drug: Drug, targets: tuple[DrugTarget, ...]) -> ReactionNetwork:
    """Return the network with the drug's term in the occupancy of each of its targets."""
    occupancies = {row["id"]: row["occupancy"] for row in load_knowledge(network.model)["targets"]}
    graph = network.graph
    if drug.id not in graph:
        graph.add_node(drug.id, kind=INPUT, role="drug", name=drug.id, value=0.0, unit="nM")
    inside = efflux.free_inside(graph, drug.id)
    for target in targets:
        where = target.provenance.where
        if target.target not in occupancies:
            hint = did_you_mean(target.target, occupancies)
            raise ModelError(f"{where}: unknown target {target.target!r} for drug {drug.id!r}{hint}")
        occupancy = graph.graph["derived"].get(occupancies[target.target])
        if occupancy is None:
            # The target's module is switched off, and the drug has nothing to act on there.
            continue
        constant = f"{target.constant}_{drug.id}_{target.target}"
        if target.value <= 0:
            raise ModelError(f"{where}: {constant} must be > 0 {target.unit}, found {target.value:g}")
        graph.graph["parameters"][constant] = {
            "value": target.value,
            "unit": target.unit,
            "name": f"effective constant of {drug.id} on {target.target}",
            "source": target.provenance.source,
            "confidence": target.provenance.confidence,
            "note": target.provenance.note,
            "where": where,
        }
        before = "" if occupancy["expression"] == "0" else f"{occupancy['expression']} + "
        graph.graph["derived"][occupancies[target.target]] = {
            **occupancy,
            "expression": f"{before}{inside}/{constant}",
        }
    return from_graph(graph)
