"""Wire the rows of the knowledge tables into the typed graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import networkx as nx

from mtornet.errors import ModelError
from mtornet.expression import parse, symbols, to_text
from mtornet.graph.assignments import assignments_text, parse_assignments
from mtornet.graph.equation import parse_equation, parse_modifiers
from mtornet.graph.knowledge import Knowledge, load_knowledge
from mtornet.graph.schema import (
    ASSIGNMENTS,
    FIELDS,
    FORMULAS,
    INPUT,
    PROCESS,
    PRODUCT,
    REACTANT,
    SECTIONS,
    SPECIES,
)
from mtornet.graph.tables import Problems, Row
from mtornet.names import did_you_mean, is_identifier, unknown_name


def model_graph(knowledge: Knowledge, modules: Sequence[str] | None = None) -> nx.MultiDiGraph:
    """Build the drug-free graph of a model.

    Parameters
    ----------
    knowledge
        The model's tables.
    modules
        Which module tables to wire, in any order; all of them if not given.

    Raises
    ------
    UnknownNameError
        If a module does not exist.
    TableError
        Listing every name that resolves to nothing, with ``file:line``.
    """
    chosen = _chosen_modules(knowledge, modules)
    graph = nx.MultiDiGraph(
        model=knowledge.model,
        modules=chosen,
        variant="wild_type",
        context=default_context(knowledge),
        compartments={row["id"]: attributes("compartments", row) for row in knowledge["compartments"]},
        parameters={},
        derived={},
        variables={},
        events={},
        readouts={},
    )
    problems = Problems()
    for row in knowledge["inputs"]:
        graph.add_node(row["id"], kind=INPUT, **attributes(INPUT, row))
    wire_rows(graph, knowledge, problems)
    absent = {row["id"] for row in knowledge["species"]} - set(graph)
    for row in knowledge["readouts"]:
        # A read-out of a species whose module is switched off goes with it.
        if not absent & set(symbols(parse(row["expression"]))):
            graph.graph["readouts"][row["id"]] = attributes("readouts", row)
    _check_ids(graph, problems)
    problems.raise_if_any()
    return graph


def default_context(knowledge: Knowledge) -> str:
    """Return the cell that the tables describe before any edit: the first of ``contexts.tsv``."""
    return next((row["context"] for row in knowledge["contexts"]), "")


def _chosen_modules(knowledge: Knowledge, modules: Sequence[str] | None) -> tuple[str, ...]:
    if modules is None:
        return tuple(knowledge.modules)
    for name in modules:
        if name not in knowledge.modules:
            raise unknown_name("module", name, knowledge.modules)
    return tuple(name for name in knowledge.modules if name in set(modules))


def unmet_needs(knowledge: Knowledge, modules: Sequence[str]) -> list[str]:
    """Return in words which modules miss another one that they need; their steps through it are left out."""
    found = []
    for row in knowledge["modules"]:
        needs = [part.strip() for part in row["needs"].split(";") if part.strip()]
        missing = [name for name in needs if name not in modules]
        if row["id"] in modules and missing:
            found.append(
                f"module {row['id']!r} needs {' and '.join(missing)}, which {'are' if missing[1:] else 'is'} "
                "off: its steps through it are left out"
            )
    return found


def wire_rows(
    graph: nx.MultiDiGraph,
    knowledge: Knowledge,
    problems: Problems,
    *,
    placeholder: str | None = None,
    name: str = "",
) -> None:
    """Add species, parameters, derived quantities and processes to ``graph``.

    Without a placeholder the plain rows are wired. With one, the template rows that mention
    ``{placeholder}`` are, every mention replaced by ``name``: that is how a drug that binds
    gets its own species and reactions.
    """

    def pick(rows: Iterable[Row]) -> list[Row]:
        return list(_instances(rows, placeholder, name))

    chosen = set(graph.graph["modules"])
    everywhere = {row["id"] for row in pick(knowledge["species"])} | set(graph)
    for row in pick(knowledge["species"]):
        if row["module"] in chosen:
            graph.add_node(row["id"], kind=SPECIES, **attributes(SPECIES, row))
    for row in pick(knowledge["parameters"]):
        graph.graph["parameters"][row["id"]] = attributes("parameters", row)
    for row in pick(knowledge["derived"]):
        graph.graph["derived"][row["id"]] = attributes("derived", row)
    for module in graph.graph["modules"]:
        for row in pick(knowledge.modules[module]):
            # A plain step gives way where a module that is on describes it in detail.
            if not (row["unless"] and row["unless"] in chosen):
                add_process(graph, row, module, everywhere, problems)
    if placeholder is not None:
        _add_to_readouts(graph, knowledge, placeholder, name)


def _add_to_readouts(graph: nx.MultiDiGraph, knowledge: Knowledge, placeholder: str, name: str) -> None:
    """Let read-outs see the species of a drug: the antibody sees a phosphorylated site, drug-bound or not."""
    mark = "{" + placeholder + "}"
    for row in knowledge["readouts"]:
        entry = graph.graph["readouts"].get(row["id"])
        for part in filter(None, (part.strip() for part in row["with_drug"].split(" + "))):
            if entry is not None and mark in part:
                entry["expression"] = to_text(parse(f"{entry['expression']} + {part.replace(mark, name)}"))


def _instances(rows: Iterable[Row], placeholder: str | None, name: str) -> Iterable[Row]:
    for row in rows:
        columns = ("id", "equation", "rate_constant", "modifiers", "law_parameters")
        text = "\t".join(row[column] for column in columns)
        if placeholder is None:
            if "{" not in text:
                yield row
        elif "{" + placeholder + "}" in text:
            mark = "{" + placeholder + "}"
            yield replace(row, cells={column: cell.replace(mark, name) for column, cell in row.cells.items()})


def add_process(
    graph: nx.MultiDiGraph, row: Row, module: str, everywhere: Iterable[str], problems: Problems
) -> None:
    """Add one reaction row as a process node with its edges.

    A row that needs a species of a module which is switched off is left out with that module.
    """
    try:
        reactants, products = parse_equation(row["equation"])
        modifiers = parse_modifiers(row["modifiers"])
    except ModelError as error:
        problems.add(row.where, str(error))
        return
    involved = [species for species, _ in (*reactants, *products, *modifiers)]
    unknown = [species for species in involved if species not in everywhere]
    for species in unknown:
        problems.add(
            row.where, f"unknown species {species!r} in {row['id']!r}{did_you_mean(species, everywhere)}"
        )
    if unknown or any(species not in graph for species in involved):
        return
    graph.add_node(
        row["id"], kind=PROCESS, **attributes(PROCESS, row, module=module, n_modifiers=len(modifiers))
    )
    for species, count in reactants:
        graph.add_edge(species, row["id"], role=REACTANT, stoichiometry=count)
    for species, role in modifiers:
        graph.add_edge(species, row["id"], role=role, stoichiometry=1)
    for species, count in products:
        graph.add_edge(row["id"], species, role=PRODUCT, stoichiometry=count)


def attributes(kind: str, row: Row, **more: object) -> dict[str, object]:
    """Return the full set of attributes that a node or section entry of ``kind`` carries."""
    complete: dict[str, object] = {}
    for name, default in FIELDS[kind].items():
        text = row[name]
        if name == "where":
            complete[name] = row.where
        elif not text:
            complete[name] = default
        elif isinstance(default, float) or name in ("low", "high"):
            complete[name] = float(text)
        elif name == "components":
            complete[name] = tuple(part.strip() for part in text.split(";"))
        elif name in ASSIGNMENTS:
            complete[name] = assignments_text(parse_assignments(text))
        elif name in FORMULAS:
            complete[name] = to_text(parse(text))
        else:
            complete[name] = text
    return complete | more


def _check_ids(graph: nx.MultiDiGraph, problems: Problems) -> None:
    taken: dict[str, str] = {node: str(graph.nodes[node].get("where", "")) for node in graph}
    for section in SECTIONS:
        for name, attributes in graph.graph[section].items():
            # A read-out may be a species under its own name.
            alias = section == "readouts" and attributes["expression"] == name
            if name in taken and not alias:
                problems.add(attributes["where"], f"{name!r} is already used at {taken[name]}")
            taken[name] = attributes["where"]
    for name, where in taken.items():
        if not is_identifier(name):
            problems.add(
                where, f"{name!r} is not an identifier (letters, digits and _, not starting with a digit)"
            )


def default_graph(model: str, modules: Sequence[str] | None = None) -> nx.MultiDiGraph:
    """Build the drug-free graph of a shipped model by name."""
    return model_graph(load_knowledge(model), modules)
