"""Inhibitors that nobody has made: an enzyme of the network held at a tenth of its activity."""

from __future__ import annotations

from dataclasses import dataclass

from mtornet.experiment.drug import Drug, drugs
from mtornet.experiment.mechanisms import occupancy, with_drug
from mtornet.expression import symbols
from mtornet.graph.knowledge import load_knowledge, model_names
from mtornet.graph.schema import INPUT
from mtornet.network.build import from_graph
from mtornet.network.network import ReactionNetwork

ENZYME = "catalyst"
LEFT = 0.1
"""Activity that an inhibited enzyme keeps (design)."""

DOSE = f"{1.0 / LEFT - 1.0:g} nM"
"""Of an inhibitor with a constant of 1 nM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An enzyme in all its active forms."""

    name: str
    forms: tuple[str, ...]
    input: str
    """The input that inhibits it."""


def enzymes(network: ReactionNetwork) -> tuple[Node, ...]:
    """Return the enzymes of a network: what catalyses a reaction, its forms together."""
    forms: dict[str, list[str]] = {}
    for reaction in network.reactions.values():
        for name, role in reaction.modifiers:
            if role == ENZYME:
                components = network.species[name].components
                molecule = components[0] if len(components) == 1 else name
                if name not in forms.setdefault(molecule, []):
                    forms[molecule].append(name)
    return tuple(
        Node(name=molecule, forms=tuple(found), input=f"inhibitor_of_{found[0]}")
        for molecule, found in forms.items()
    )


def without_a_drug(network: ReactionNetwork) -> tuple[Node, ...]:
    """Return the enzymes on which no drug of the tables acts."""
    known = drugs(network.model).values() if network.model in model_names() else ()
    blocked = _factors_of_drugs(network)
    bound = {part for drug in known for part in _bound(network, drug)}
    found = []
    for node in enzymes(network):
        reactions = [
            r for r in network.reactions.values() if any(name in node.forms for name, _ in r.modifiers)
        ]
        drugged = any(set(symbols(r.rate_constant)) & blocked for r in reactions)
        if not drugged and node.name not in bound:
            found.append(node)
    return tuple(found)


def _factors_of_drugs(network: ReactionNetwork) -> set[str]:
    """Return the derived quantities that some drug of the tables changes."""
    if network.model not in model_names():
        return set()
    occupancies = {row["id"]: row["occupancy"] for row in load_knowledge(network.model)["targets"]}
    blocked = {
        occupancies[target.target]
        for drug in drugs(network.model).values()
        for target in drug.targets
        if target.mechanism == occupancy.NAME and target.target in occupancies
    }
    grown = True
    while grown:
        more = {
            d.id
            for d in network.derived.values()
            if d.id not in blocked and set(symbols(d.expression)) & blocked
        }
        blocked |= more
        grown = bool(more)
    return blocked


def _bound(network: ReactionNetwork, drug: Drug) -> set[str]:
    """Return the molecules that a drug binds in species of its own."""
    if all(target.mechanism == occupancy.NAME for target in drug.targets):
        return set()
    treated = with_drug(network, drug)
    return {
        part
        for species in treated.species.values()
        if species.id not in network.species
        for part in species.components
        if part != drug.id
    }


def with_inhibitors(network: ReactionNetwork, nodes: tuple[Node, ...]) -> ReactionNetwork:
    """Return a network in which inputs of 0 nM can inhibit nodes: each a factor 1/(1 + D/1 nM)."""
    if not nodes:
        return network
    graph = network.graph
    design = {"source": "design: an inhibitor of 1 nM", "confidence": "design", "note": "", "where": ""}
    constant = "K_inhibitor_of_a_node"
    graph.graph["parameters"][constant] = {"value": 1.0, "unit": "nM", "name": "", **design}
    for node in nodes:
        graph.add_node(
            node.input, kind=INPUT, role="ligand", name=f"inhibitor of {node.name}", value=0.0, unit="nM"
        )
        factor = f"f_{node.input}"
        graph.graph["derived"][factor] = {
            "expression": f"1/(1 + {node.input}/{constant})",
            "unit": "1",
            "name": f"fraction of {node.name} left active",
            **design,
        }
        for reaction in network.reactions.values():
            if any(name in node.forms for name, _ in reaction.modifiers):
                process = graph.nodes[reaction.id]
                process["rate_constant"] = f"({process['rate_constant']})*{factor}"
    return from_graph(graph)
