"""Typed graph to network and back; the round trip is the identity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any, TypeVar

import networkx as nx

from mtornet.errors import ModelError, MtorNetError
from mtornet.expression import parse, to_text
from mtornet.graph.assignments import assignments_text, parse_assignments
from mtornet.graph.schema import (
    ASSIGNMENTS,
    FIELDS,
    FORMULAS,
    INPUT,
    MODIFIER_ROLES,
    PROCESS,
    PRODUCT,
    REACTANT,
    SECTIONS,
    SPECIES,
)
from mtornet.network.catalogue import Catalogue
from mtornet.network.elements import Reaction
from mtornet.network.from_attributes import (
    make_compartment,
    make_derived,
    make_event,
    make_input,
    make_parameter,
    make_readout,
    make_species,
    make_variable,
    provenance_of,
)
from mtornet.network.network import ReactionNetwork
from mtornet.network.validate import problems_of_network

T = TypeVar("T")


def from_graph(graph: nx.MultiDiGraph) -> ReactionNetwork:
    """Build the network that a typed graph describes.

    A process whose modifier edge was cut cannot run and is left out; the network's ``notes`` say so.

    Raises
    ------
    ModelError
        Listing everything that is wrong with the graph.
    """
    problems: list[str] = []
    if not isinstance(graph, nx.MultiDiGraph):
        raise ModelError(f"expected a networkx.MultiDiGraph, got {type(graph).__name__}")
    of_kind = _nodes_by_kind(graph, problems)
    _check_edges(graph, of_kind, problems)
    sections = {name: _section(graph, name, problems) for name in SECTIONS}
    if not sections["compartments"] and graph.graph.get("compartments") is None:
        sections["compartments"] = {"cell": {"size": 1.0}}
    notes: list[str] = []

    def make(
        kind: str, label: str, entries: Mapping[str, Mapping[str, Any]], build: Callable[..., T]
    ) -> list[T]:
        made = []
        for name, given in entries.items():
            try:
                made.append(build(str(name), _complete(kind, given)))
            except MtorNetError as error:
                problems.append(_at(given, f"{label} {name!r}: {error}"))
            except (TypeError, ValueError) as error:
                problems.append(_at(given, f"{label} {name!r}: {error}"))
        return made

    compartments = make("compartments", "compartment", sections["compartments"], make_compartment)
    default_place = compartments[0].id if compartments else ""
    species = make(SPECIES, "species", of_kind[SPECIES], lambda n, a: make_species(n, a, default_place))
    inputs = make(INPUT, "input", of_kind[INPUT], make_input)
    parameters = make("parameters", "parameter", sections["parameters"], make_parameter)
    derived = make("derived", "derived quantity", sections["derived"], make_derived)
    variables = make("variables", "variable", sections["variables"], make_variable)
    events = make("events", "event", sections["events"], make_event)
    readouts = make("readouts", "read-out", sections["readouts"], make_readout)
    reactions = [
        reaction
        for reaction in make(
            PROCESS, "process", of_kind[PROCESS], lambda n, a: _reaction(graph, n, a, problems, notes)
        )
        if reaction is not None
    ]
    if problems:
        raise _refusal(problems)
    network = ReactionNetwork(
        model=str(graph.graph.get("model", "custom")),
        modules=tuple(graph.graph.get("modules", ())),
        variant=str(graph.graph.get("variant", "wild_type")),
        context=str(graph.graph.get("context", "")),
        compartments=Catalogue("compartment", compartments),
        species=Catalogue("species", species),
        inputs=Catalogue("input", inputs),
        parameters=Catalogue("parameter", parameters),
        derived=Catalogue("derived quantity", derived),
        reactions=Catalogue("reaction", reactions),
        variables=Catalogue("variable", variables),
        events=Catalogue("event", events),
        readouts=Catalogue("read-out", readouts),
        notes=tuple(notes),
    )
    problems = problems_of_network(network)
    if problems:
        raise _refusal(problems)
    return network


def _refusal(problems: list[str]) -> ModelError:
    if len(problems) == 1:
        return ModelError(problems[0], problems)
    return ModelError(f"{len(problems)} problems in the model\n  " + "\n  ".join(problems), problems)


def _nodes_by_kind(graph: nx.MultiDiGraph, problems: list[str]) -> dict[str, dict[str, dict[str, Any]]]:
    of_kind: dict[str, dict[str, dict[str, Any]]] = {SPECIES: {}, INPUT: {}, PROCESS: {}}
    for node, given in graph.nodes(data=True):
        kind = given.get("kind")
        if kind not in of_kind:
            found = "no kind" if kind is None else f"kind {kind!r}"
            problems.append(f"node {node!r}: found {found}, expected one of species, input, process")
        else:
            of_kind[kind][node] = given
    return of_kind


def _section(graph: nx.MultiDiGraph, name: str, problems: list[str]) -> Mapping[str, Mapping[str, Any]]:
    section = graph.graph.get(name, {})
    if not isinstance(section, Mapping):
        problems.append(f"graph.graph[{name!r}]: expected a dictionary by id, got {type(section).__name__}")
        return {}
    for entry, given in section.items():
        if not isinstance(given, Mapping):
            problems.append(
                f"graph.graph[{name!r}][{entry!r}]: expected a dictionary such as {{'value': 1.0}}, "
                f"got {given!r}"
            )
    return {entry: given for entry, given in section.items() if isinstance(given, Mapping)}


def _check_edges(
    graph: nx.MultiDiGraph, of_kind: Mapping[str, Mapping[str, object]], problems: list[str]
) -> None:
    for source, target in graph.edges():
        if source not in of_kind[PROCESS] and target not in of_kind[PROCESS]:
            problems.append(
                f"edge {source!r} -> {target!r}: no end is a process; species act on each other through one"
            )


def _count(name: str, edge: Mapping[str, Any]) -> float:
    count = edge.get("stoichiometry", 1)
    if isinstance(count, bool) or not isinstance(count, Real):
        raise ModelError(f"stoichiometry {count!r} of {name!r}, expected a number")
    return float(count)


def _complete(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(given) - set(FIELDS[kind]) - {"kind", "x", "y"}
    if unknown:
        raise ModelError(f"unknown attribute {sorted(unknown)[0]!r}; expected {', '.join(FIELDS[kind])}")
    return {name: given.get(name, default) for name, default in FIELDS[kind].items()}


def _at(given: Mapping[str, Any], message: str) -> str:
    return f"{given['where']}: {message}" if given.get("where") else message


def _reaction(
    graph: nx.MultiDiGraph, name: str, a: dict[str, Any], problems: list[str], notes: list[str]
) -> Reaction | None:
    reactants, modifiers, products = [], [], []
    incoming = sorted(graph.in_edges(name, data=True), key=lambda edge: edge[2].get("position", 0))
    for source, _, edge in incoming:
        role = edge.get("role")
        if role == REACTANT:
            reactants.append((source, _count(source, edge)))
        elif role in MODIFIER_ROLES:
            modifiers.append((source, role))
        else:
            problems.append(
                _at(
                    a,
                    f"edge {source!r} -> {name!r}: role {role!r}, expected reactant, "
                    f"{', '.join(MODIFIER_ROLES)}",
                )
            )
    for _, target, edge in graph.out_edges(name, data=True):
        if edge.get("role") == PRODUCT:
            products.append((target, _count(target, edge)))
        else:
            problems.append(
                _at(a, f"edge {name!r} -> {target!r}: role {edge.get('role')!r}, expected 'product'")
            )
    wanted = int(graph.nodes[name].get("n_modifiers", len(modifiers)))
    if len(modifiers) < wanted:
        notes.append(f"process {name!r} is left out: a modifier edge of it was cut")
        return None
    return Reaction(
        id=name,
        name=a["name"],
        reactants=tuple(reactants),
        products=tuple(products),
        modifiers=tuple(modifiers),
        rate_constant=parse(str(a["rate_constant"])),
        law=a["law"],
        law_parameters=parse_assignments(str(a["law_parameters"])),
        signed=bool(a["signed"]),
        module=a["module"],
        sbo=a["sbo"],
        provenance=provenance_of(a),
    )


def to_graph(network: ReactionNetwork) -> nx.MultiDiGraph:
    """Return the typed graph of a network."""
    graph = nx.MultiDiGraph(
        model=network.model,
        modules=network.modules,
        variant=network.variant,
        context=network.context,
        compartments={c.id: _plain("compartments", c) for c in network.compartments.values()},
        parameters={p.id: _plain("parameters", p) for p in network.parameters.values()},
        derived={d.id: _plain("derived", d) for d in network.derived.values()},
        variables={v.id: _plain("variables", v) for v in network.variables.values()},
        events={e.id: _plain("events", e) for e in network.events.values()},
        readouts={r.id: _plain("readouts", r) for r in network.readouts.values()},
    )
    for an_input in network.inputs.values():
        graph.add_node(an_input.id, kind=INPUT, **_plain(INPUT, an_input))
    for species in network.species.values():
        graph.add_node(species.id, kind=SPECIES, **_plain(SPECIES, species))
    for reaction in network.reactions.values():
        graph.add_node(
            reaction.id, kind=PROCESS, **_plain(PROCESS, reaction, n_modifiers=len(reaction.modifiers))
        )
        for name, count in reaction.reactants:
            graph.add_edge(name, reaction.id, role=REACTANT, stoichiometry=count)
        for i, (name, role) in enumerate(reaction.modifiers):
            # The graph has the edges of one species together; where that is not their order, they state it.
            position = {} if _keeps_order(reaction) else {"position": i + 1}
            graph.add_edge(name, reaction.id, role=role, stoichiometry=1, **position)
        for name, count in reaction.products:
            graph.add_edge(reaction.id, name, role=PRODUCT, stoichiometry=count)
    return graph


def _keeps_order(reaction: Reaction) -> bool:
    names = [name for name, _ in reaction.modifiers]
    seen = list(dict.fromkeys([*(name for name, _ in reaction.reactants), *names]))
    return names == sorted(names, key=seen.index)


def _plain(kind: str, element: Any, **more: object) -> dict[str, object]:
    attributes: dict[str, object] = {}
    for name in FIELDS[kind]:
        if name in more:
            attributes[name] = more[name]
        elif name in ("source", "confidence", "note", "where"):
            attributes[name] = getattr(element.provenance, name)
        elif name in ASSIGNMENTS:
            attributes[name] = assignments_text(getattr(element, name))
        elif name in FORMULAS:
            formula = getattr(element, name)
            attributes[name] = "" if formula is None else to_text(formula)
        else:
            attributes[name] = getattr(element, name)
    return attributes
