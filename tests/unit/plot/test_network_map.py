import numpy as np
import pytest

from mtornet.experiment.drug import find_drug
from mtornet.experiment.mechanisms import with_drug
from mtornet.layout.boxes import HALF_HEIGHT, HALF_WIDTH, edge_point, short_of
from mtornet.layout.places import apart, layout_of, positions
from mtornet.layout.processes import Placer, processes_of, reactions_reached_by
from mtornet.network.build import from_graph
from mtornet.plot.glyphs import GLYPHS, glyph_path
from mtornet.plot.map_parts import short_label
from mtornet.plot.network_map import network_map_figure


@pytest.fixture(scope="module")
def treated(network):
    return with_drug(network, find_drug("mtor", "everolimus"))


def overlaps(places):
    found = list(places.values())
    return [
        (a, b)
        for i, a in enumerate(found)
        for b in found[:i]
        if abs(a[0] - b[0]) < 2 * HALF_WIDTH and abs(a[1] - b[1]) < 2 * HALF_HEIGHT
    ]


def test_a_template_species_stands_where_its_template_stands(treated):
    places = positions(treated)
    assert places["everolimus_in"] == layout_of("mtor")["{rapalog}_in"]
    assert set(places) == set(treated.species)


def test_no_species_covers_another(treated):
    places = positions(treated)
    assert overlaps(apart(places, list(treated.species))) == []


def test_two_drugs_of_one_mechanism_are_moved_apart(treated):
    both = with_drug(treated, find_drug("mtor", "sirolimus"))
    places = positions(both)
    assert places["sirolimus_in"] == places["everolimus_in"]
    moved = apart(places, list(both.species))
    assert moved["everolimus_in"] == places["everolimus_in"]
    assert overlaps(moved) == []


def test_a_network_without_layout_is_laid_out_the_same_each_time(network):
    graph = network.graph
    graph.graph["model"] = "somebody_elses"
    other = from_graph(graph)
    assert positions(other) == positions(other)
    assert set(positions(other)) == set(other.species)


def test_processes_without_modifiers_are_merged_with_their_reverse(network):
    found = processes_of(network, network.species)
    pairs = {(p.reactants, p.products): p for p in found}
    bound = pairs[("RPTOR", "mTOR"), ("mTORC1",)]
    assert bound.reversible
    assert set(bound.reactions) == {"R40", "R41"}
    forward = pairs[("S6K",), ("pS6K",)]
    assert not forward.reversible
    assert forward.modifiers == (("mTORC1a", "catalyst"),)
    assert (("pS6K",), ("S6K",)) in pairs


def test_reactions_between_the_same_species_are_one_process(network):
    found = {(p.reactants, p.products): p for p in processes_of(network, network.species)}
    process = found[("IRS",), ("IRSs",)]
    assert set(process.reactions) == {"R13", "R15"}
    assert {name for name, _ in process.modifiers} == {"pS6K", "mTORC1a"}


def test_every_reaction_is_drawn_once(treated):
    drawn = [name for process in processes_of(treated, treated.species) for name in process.reactions]
    assert sorted(drawn) == sorted(treated.reactions)


def test_a_hidden_species_takes_its_reactions_along(treated):
    shown = [name for name in treated.species if "everolimus" not in name]
    drawn = [name for process in processes_of(treated, shown) for name in process.reactions]
    assert not any("everolimus" in name for name in drawn)


def test_the_steps_a_drug_sets_are_found_through_derived_quantities(network, treated):
    inhibited = with_drug(network, find_drug("mtor", "sapanisertib"))
    reached = reactions_reached_by(inhibited, ["sapanisertib"])
    assert {"R67", "R33", "R24"} <= reached
    assert "R68" not in reached
    assert reactions_reached_by(network, ["sapanisertib"]) == set()
    assert "D01_everolimus" in reactions_reached_by(treated, ["everolimus"])


def test_process_squares_stand_apart_from_species_and_each_other(treated):
    places = apart(positions(treated), list(treated.species))
    placer = Placer(places, HALF_WIDTH, HALF_HEIGHT, [])
    for process in processes_of(treated, treated.species):
        if process.reactants and process.products:
            placer.between(process)
        else:
            placer.beside((*process.reactants, *process.products)[0], 0.9)
    inside = [
        (x, y)
        for x, y in placer.taken
        if any(abs(x - a) < HALF_WIDTH and abs(y - b) < HALF_HEIGHT for a, b in places.values())
    ]
    assert len(inside) <= 0.03 * len(placer.taken)


def test_a_panel_leaves_out_the_species_of_other_drugs(comparison):
    figure, data = network_map_figure(comparison)
    panels = data.groupby("condition")["species"].agg(set)
    assert "everolimus_in" in panels["everolimus 20 nM"]
    assert not any("everolimus" in name for name in panels["sapanisertib 224 nM"])
    assert "vehicle" not in panels.index
    shown = data.set_index(["condition", "species"])["fold_change"]
    assert np.isnan(shown["everolimus 20 nM", "everolimus_in"])
    assert (
        shown["sapanisertib 224 nM", "IR"]
        == comparison.state_folds.query("condition == 'sapanisertib 224 nM' and species == 'IR'")[
            "fold_change"
        ].item()
    )
    assert len(figure.axes) >= 3


def test_labels_are_short():
    assert short_label("AKT_TS", ["everolimus"]) == "AKT_TS"
    assert short_label("everolimus_in", ["everolimus"]) == "eve:in"
    assert short_label("mTORC1_everolimus", ["everolimus"]) == "mTORC1:eve"
    assert short_label("mTORC1_everolimus_PRAS40", ["everolimus"]) == "mTORC1:eve\n:PRAS40"
    assert short_label("a_very_long_species_id", []).count("\n") == 1


@pytest.mark.parametrize("kind", [*GLYPHS, "something new"])
def test_a_glyph_fills_its_box(kind):
    box = glyph_path(kind, (10.0, 20.0)).get_extents()
    assert (box.x0, box.x1) == pytest.approx((10 - HALF_WIDTH, 10 + HALF_WIDTH))
    assert (box.y0, box.y1) == pytest.approx((20 - HALF_HEIGHT, 20 + HALF_HEIGHT))


def test_arrows_start_at_the_edge():
    assert edge_point((0, 0), (100, 0)) == (HALF_WIDTH, 0)
    assert edge_point((0, 0), (0, -5)) == (0, -HALF_HEIGHT)
    assert edge_point((1, 1), (1, 1)) == (1, 1)
    assert short_of((10, 0), (0, 0), 2) == (8, 0)
