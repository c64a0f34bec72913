"""Binding that changes chemistry: the drug gets species and reactions of its own.

They stand in the tables as template rows that mention the mechanism in braces, and are wired once
for each drug of that mechanism, so that two such drugs can be in one cell.
"""

from __future__ import annotations

from mtornet.errors import ModelError
from mtornet.experiment.drug import Drug, DrugTarget
from mtornet.graph.knowledge import load_knowledge
from mtornet.graph.schema import INPUT
from mtornet.graph.tables import Problems
from mtornet.graph.wiring import wire_rows
from mtornet.network.build import from_graph
from mtornet.network.network import ReactionNetwork


def add(
    network: ReactionNetwork, drug: Drug, targets: tuple[DrugTarget, ...], *, template: str
) -> ReactionNetwork:
    """Return the network with the template's rows wired for this drug."""
    graph = network.graph
    if drug.id not in graph:
        graph.add_node(drug.id, kind=INPUT, role="drug", name=drug.id, value=0.0, unit="nM")
    before = set(graph)
    problems = Problems()
    wire_rows(graph, load_knowledge(network.model), problems, placeholder=template, name=drug.id)
    problems.raise_if_any()
    if set(graph) == before:
        raise ModelError(
            f"{targets[0].provenance.where}: mechanism {template!r} of {drug.id!r} has no rows in "
            f"the modules {', '.join(network.modules)}; expected rows with {{{template}}}"
        )
    for target in targets:
        name = target.constant.replace("{" + template + "}", drug.id)
        parameter = graph.graph["parameters"].get(name)
        if parameter is None:
            raise ModelError(
                f"{target.provenance.where}: {target.constant!r} is no parameter of the template {template!r}"
            )
        graph.graph["parameters"][name] = {
            **parameter,
            "value": target.value,
            "source": target.provenance.source,
            "confidence": target.provenance.confidence,
            "note": target.provenance.note,
            "where": target.provenance.where,
        }
    return from_graph(graph)
