"""The map in an SBML file: complete, where the tables say, and absent where there is none."""

import libsbml
import pytest

import mtornet as mt
from mtornet.experiment.drug import find_drug
from mtornet.experiment.mechanisms import with_drug
from mtornet.layout.boxes import HALF_HEIGHT, HALF_WIDTH
from mtornet.layout.places import layout_of
from mtornet.sbml.write import sbml_text


def document_of(network):
    document = libsbml.readSBMLFromString(sbml_text(network))
    assert document.checkConsistency() == 0
    return document


def layout_in(document):
    # What libSBML returns lives as long as its document: callers keep that in a name.
    return document.getModel().getPlugin("layout").getLayout(0)


@pytest.fixture(scope="module")
def network():
    return mt.load_model("mtor")


def test_every_species_and_reaction_has_a_glyph(network):
    document = document_of(network)
    layout = layout_in(document)
    assert [g.getSpeciesId() for g in layout.getListOfSpeciesGlyphs()] == list(network.species)
    assert [g.getReactionId() for g in layout.getListOfReactionGlyphs()] == list(network.reactions)
    for glyph in layout.getListOfReactionGlyphs():
        ends = {
            layout.getSpeciesGlyph(end.getSpeciesGlyphId()).getSpeciesId()
            for end in glyph.getListOfSpeciesReferenceGlyphs()
        }
        assert ends == set(network.reactions[glyph.getReactionId()].involved)


def test_species_stand_to_each_other_as_in_the_tables(network):
    document, rows = document_of(network), layout_of("mtor")
    layout = layout_in(document)
    boxes = {g.getSpeciesId(): g.getBoundingBox() for g in layout.getListOfSpeciesGlyphs()}
    scale = boxes["AKT"].getWidth() / (2 * HALF_WIDTH)
    assert boxes["AKT"].getHeight() == pytest.approx(2 * HALF_HEIGHT * scale)
    for one, other in (("IR", "AKT"), ("S6K", "TSC"), ("mTORC1", "mTORC2")):
        across, down = boxes[other].getX() - boxes[one].getX(), boxes[other].getY() - boxes[one].getY()
        assert across == pytest.approx(scale * (rows[other][0] - rows[one][0]), abs=1)
        # Down the page in SBML, up in the tables.
        assert down == pytest.approx(-scale * (rows[other][1] - rows[one][1]), abs=1)


def test_everything_lies_on_the_page_and_products_are_pointed_at(network):
    document = document_of(network)
    layout = layout_in(document)
    width, height = layout.getDimensions().getWidth(), layout.getDimensions().getHeight()
    for glyphs in (layout.getListOfSpeciesGlyphs(), layout.getListOfReactionGlyphs()):
        for glyph in glyphs:
            box = glyph.getBoundingBox()
            assert 0 < box.getX() < width - box.getWidth()
            assert 0 < box.getY() < height - box.getHeight()
    for glyph in layout.getListOfReactionGlyphs():
        for end in glyph.getListOfSpeciesReferenceGlyphs():
            segment, box = end.getCurve().getCurveSegment(0), glyph.getBoundingBox()
            at_reaction = (
                segment.getStart() if end.getRole() == libsbml.SPECIES_ROLE_PRODUCT else segment.getEnd()
            )
            assert abs(at_reaction.getXOffset() - box.getX() - box.getWidth() / 2) <= 1
            assert abs(at_reaction.getYOffset() - box.getY() - box.getHeight() / 2) <= 1


def test_a_drug_stands_where_its_template_stands(network):
    document = document_of(with_drug(network, find_drug("mtor", "everolimus")))
    layout = layout_in(document)
    names = [g.getSpeciesId() for g in layout.getListOfSpeciesGlyphs()]
    assert "everolimus_in" in names


def test_a_network_without_a_map_has_no_layout(network):
    graph = network.graph
    graph.graph["model"] = "somebody_elses"
    text = sbml_text(mt.from_graph(graph))
    assert "layout" not in text


def test_programs_that_know_no_layouts_may_leave_it_out(network):
    assert document_of(network).getPackageRequired("layout") is False
