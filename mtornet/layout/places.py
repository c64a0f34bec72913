"""Where the species of a network stand on its map."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mtornet.graph.knowledge import load_knowledge, model_names
from mtornet.layout.boxes import HALF_HEIGHT, HALF_WIDTH, Position

if TYPE_CHECKING:
    from mtornet.network.network import ReactionNetwork

_PLACEHOLDER = re.compile(r"\{[^{}]+\}")
_WIDTH, _HEIGHT = 100.0, 60.0


def positions(network: ReactionNetwork) -> dict[str, Position]:
    """Return the place of each species: x 0 to 100, y 0 to 60 upwards.

    What has no place in the model's ``layout.tsv`` is put near its partners by a spring layout, the same
    one each time.
    """
    placed = placed_by_hand(network)
    missing = [name for name in network.species if name not in placed]
    return placed | _spring(network, placed, missing) if missing else placed


def placed_by_hand(network: ReactionNetwork) -> dict[str, Position]:
    """Return the places of the species that the model's ``layout.tsv`` holds.

    Species of a drug stand where the layout has their template (``{rapalog}_in``).
    """
    layout = layout_of(network.model)
    found = {name: layout.get(name) or _template_place(name, layout, network) for name in network.species}
    return {name: place for name, place in found.items() if place is not None}


def layout_of(model: str) -> dict[str, Position]:
    """Return the rows of a model's ``layout.tsv``; empty for a model without tables."""
    if model not in model_names():
        return {}
    return {row["id"]: (float(row["x"]), float(row["y"])) for row in load_knowledge(model)["layout"]}


def _template_place(name: str, layout: Mapping[str, Position], network: ReactionNetwork) -> Position | None:
    for template, place in layout.items():
        if not _PLACEHOLDER.search(template):
            continue
        before, after = _PLACEHOLDER.split(template)
        # The dose of a drug is an input of the network.
        if name.removeprefix(before).removesuffix(after) in network.inputs and name.startswith(before):
            return place
    return None


def apart(places: Mapping[str, Position], shown: Sequence[str]) -> dict[str, Position]:
    """Return the places of the shown species; where two have the same, the later one moves to a free spot.

    Two drugs of one mechanism in one arm have their species at the same places of the layout.
    """
    owner: dict[Position, str] = {}
    for name in shown:
        owner.setdefault(places[name], name)
    found = {name: place for place, name in owner.items()}
    for name in shown:
        if name not in found:
            found[name] = _free_spot(places[name], list(found.values()))
    return {name: found[name] for name in shown}


def _free_spot(wanted: Position, taken: Sequence[Position]) -> Position:
    width, height = 2 * HALF_WIDTH + 0.6, 2 * HALF_HEIGHT + 0.6
    steps = sorted(
        ((i, j) for i in range(-4, 5) for j in range(-9, 10)),
        key=lambda step: (abs(step[0]) * width + abs(step[1]) * height, step),
    )
    for i, j in steps:
        x, y = wanted[0] + i * width, wanted[1] + j * height
        if all(
            abs(x - other_x) >= width - 0.01 or abs(y - other_y) >= height - 0.01
            for other_x, other_y in taken
        ):
            return (x, y)
    return wanted


def _spring(
    network: ReactionNetwork, placed: Mapping[str, Position], missing: Sequence[str]
) -> dict[str, Position]:
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(network.species)
    for reaction in network.reactions.values():
        first, *others = reaction.involved
        graph.add_edges_from((first, other) for other in others)
    start = {name: (x / _WIDTH, y / _HEIGHT) for name, (x, y) in placed.items()}
    found = nx.spring_layout(
        graph,
        pos=start or None,
        fixed=list(start) or None,
        seed=1,
        iterations=120,
        k=1.6 / max(len(graph), 1) ** 0.5,
    )
    if not start:
        spread = {name: (float(x), float(y)) for name, (x, y) in found.items()}
        return {name: ((x + 1) / 2 * _WIDTH, (y + 1) / 2 * _HEIGHT) for name, (x, y) in spread.items()}
    return {name: (float(found[name][0]) * _WIDTH, float(found[name][1]) * _HEIGHT) for name in missing}
