"""Cutting the mTORC1/S6K feedback on IRS, in every way the library offers, removes the rebound."""

import numpy as np
import pytest

import mtornet as mt
from tests.biology.courses import courses_of

# OBS-003 (design): "no rise" is at most 1.1-fold; acceptance uses the same number for the cut feedback.
NO_RISE = 1.1
IRS_STATES = {"IRS", "IRSy", "IRSs", "PI3Ka", "PI3KBa"}


def feedback_reactions(network: mt.ReactionNetwork) -> list[str]:
    """Processes by which S6K or mTORC1 act on IRS, and by which mTORC1 acts on GRB10, read from the graph."""
    graph = network.graph
    found = []
    for kinase in ("pS6K", "mTORC1a"):
        for _, process, edge in graph.out_edges(kinase, data=True):
            if edge["role"] not in ("catalyst", "stimulator", "inhibitor"):
                continue
            touched = {name for name, _ in graph.in_edges(process)} - {kinase}
            if touched & (IRS_STATES | {"GRB10"}):
                found.append(process)
    return found


def by_variant(network):
    return network.with_variant("IRS_feedback_off")


def by_parameters(network):
    return network.with_parameters(k_irs_s6k=0.0, k_irs_c1=0.0, k_grb10=0.0)


def by_without_reaction(network):
    return network.without_reaction(*feedback_reactions(network))


def by_removed_nodes(network):
    graph = network.graph
    graph.remove_nodes_from(feedback_reactions(network))
    return mt.from_graph(graph)


def by_removed_edges(network):
    graph = network.graph
    for process in feedback_reactions(network):
        for kinase in ("pS6K", "mTORC1a"):
            while graph.has_edge(kinase, process):
                graph.remove_edge(kinase, process)
    return mt.from_graph(graph)


CUTS = [by_variant, by_parameters, by_without_reaction, by_removed_nodes, by_removed_edges]


@pytest.fixture(scope="module")
def reference(mtor):
    return courses_of(by_variant(mtor), "everolimus")


def test_the_graph_names_the_feedback(mtor):
    # S6K on IRS in four states, mTORC1 on IRS in four states, mTORC1 on GRB10.
    assert sorted(feedback_reactions(mtor)) == sorted(
        ["R13", "R14", "X113", "X115", "R15", "R16", "X114", "X116", "R08"]
    )


@pytest.mark.parametrize("rapalog", ["everolimus", "sirolimus"])
@pytest.mark.parametrize("cut", CUTS)
def test_cut_feedback_no_rebound(cut, rapalog, mtor):
    found = courses_of(cut(mtor), rapalog)
    assert found.folds["pAKT_S473"].max() <= NO_RISE
    assert np.all(found.between("pS6K_T389", 1, 24) < 0.1), "the drug still works (OBS-001)"


@pytest.mark.parametrize("cut", CUTS)
def test_all_cuts_are_the_same_cut(cut, mtor, reference):
    found = courses_of(cut(mtor), "everolimus")
    # Without the arms no IRS is serine phosphorylated: 0 over 0 there, in every cut.
    assert np.allclose(found.folds, reference.folds, rtol=1e-4, atol=1e-7, equal_nan=True)
    assert list(found.folds.columns[found.folds.isna().any()]) == ["pIRS1_S636"]


def test_removed_edges_are_told(mtor):
    notes = by_removed_edges(mtor).notes
    assert len(notes) == 9
    assert "process 'R13' is left out: a modifier edge of it was cut" in notes


def test_sabotage_an_unrelated_cut_keeps_the_rebound(mtor):
    graph = mtor.graph
    graph.remove_edge("pS6K", "R69")  # S6K on S6 carries no feedback
    found = courses_of(mt.from_graph(graph), "everolimus")
    assert found.folds["pAKT_S473"].max() > NO_RISE


def test_the_cut_leaves_the_original_alone(mtor, courses):
    before = mtor.sha256
    for cut in CUTS:
        cut(mtor)
    assert mtor.sha256 == before
    assert courses("everolimus").folds["pAKT_S473"].max() > NO_RISE
