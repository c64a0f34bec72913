"""The hand-placed map of a model as an SBML layout, so that other programs draw it as we do."""

from __future__ import annotations

from typing import Any

from mtornet.graph.schema import CATALYST, INHIBITOR, STIMULATOR
from mtornet.layout.boxes import HALF_HEIGHT, HALF_WIDTH, Position, edge_point
from mtornet.layout.places import apart, placed_by_hand
from mtornet.layout.processes import Placer, process_of
from mtornet.network.elements import Reaction
from mtornet.network.network import ReactionNetwork
from mtornet.sbml.library import load_libsbml

PREFIX = "map__"
_SCALE, _EDGE = 20.0, 5.0
"""Points of SBML for one unit of a layout; free space around all, in these units."""
_SQUARE = 0.38
_ROLES = {CATALYST: "activator", STIMULATOR: "activator", INHIBITOR: "inhibitor"}


def has_layout(network: ReactionNetwork) -> bool:
    """Tell whether every species of a network has a place of its own."""
    return bool(network.species) and len(placed_by_hand(network)) == len(network.species)


def write_layout(model: Any, network: ReactionNetwork) -> None:
    """Add the map to a libSBML model whose document has the package ``layout``."""
    _Map(model.getPlugin("layout").createLayout(), network).write()


class _Map:
    """Fills one libSBML layout; y grows downwards in SBML and upwards in ours."""

    def __init__(self, layout: Any, network: ReactionNetwork) -> None:
        self.layout, self.network, self.sbml = layout, network, load_libsbml()
        self.names = self.sbml.LayoutPkgNamespaces(3, 1, 1)
        self.places = apart(placed_by_hand(network), list(network.species))
        self.left = min(x for x, _ in self.places.values()) - _EDGE
        self.top = max(y for _, y in self.places.values()) + _EDGE

    def write(self) -> None:
        right = max(x for x, _ in self.places.values()) + _EDGE
        bottom = min(y for _, y in self.places.values()) - _EDGE
        self.layout.setId(f"{PREFIX}layout")
        self.layout.setDimensions(
            self.sbml.Dimensions(
                self.names,
                _SCALE * (right - self.left),
                _SCALE * (self.top - bottom),
            )
        )
        for name, place in self.places.items():
            self.species(name, place)
        placer = Placer(self.places, HALF_WIDTH, HALF_HEIGHT, [])
        for reaction in self.network.reactions.values():
            self.reaction(reaction, placer)

    def species(self, name: str, place: Position) -> None:
        glyph = self.layout.createSpeciesGlyph()
        glyph.setId(f"{PREFIX}{name}")
        glyph.setSpeciesId(name)
        self.box(glyph, place, HALF_WIDTH, HALF_HEIGHT)
        text = self.layout.createTextGlyph()
        text.setId(f"{PREFIX}{name}__text")
        text.setGraphicalObjectId(glyph.getId())
        text.setOriginOfTextId(name)
        self.box(text, place, HALF_WIDTH, HALF_HEIGHT)

    def reaction(self, reaction: Reaction, placer: Placer) -> None:
        process = process_of(reaction)
        if process.reactants and process.products:
            centre = placer.between(process)
        else:
            centre, _ = placer.beside((*process.reactants, *process.products)[0], 0.9)
        glyph = self.layout.createReactionGlyph()
        glyph.setId(f"{PREFIX}{reaction.id}")
        glyph.setReactionId(reaction.id)
        self.box(glyph, centre, _SQUARE, _SQUARE)
        ends = [
            *((name, "substrate") for name in process.reactants),
            *((name, "product") for name in process.products),
            *((name, _ROLES.get(role, "modifier")) for name, role in process.modifiers),
        ]
        for i, (name, role) in enumerate(ends):
            end = glyph.createSpeciesReferenceGlyph()
            end.setId(f"{glyph.getId()}__{i}")
            end.setSpeciesGlyphId(f"{PREFIX}{name}")
            end.setRole(role)
            border = edge_point(self.places[name], centre)
            self.line(end, centre, border) if role == "product" else self.line(end, border, centre)

    def line(self, glyph: Any, start: Position, end: Position) -> None:
        segment = glyph.createLineSegment()
        segment.setStart(*self.point(start))
        segment.setEnd(*self.point(end))

    def box(self, glyph: Any, centre: Position, half_width: float, half_height: float) -> None:
        corner = self.point((centre[0] - half_width, centre[1] + half_height))
        size = (2 * _SCALE * half_width, 2 * _SCALE * half_height)
        glyph.setBoundingBox(self.sbml.BoundingBox(self.names, f"{glyph.getId()}__box", *corner, *size))

    def point(self, place: Position) -> tuple[float, float]:
        # Whole points are exact in the text, and the same on every machine.
        return float(round(_SCALE * (place[0] - self.left))), float(round(_SCALE * (self.top - place[1])))
