"""A small network with one known negative loop, for everything that explains a rebound."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import mtornet as mt
from mtornet.experiment.arms import Arm, arm_of, constant_protocol
from mtornet.experiment.execute import Experiment

TIMES_S = np.array([0.0, 60.0, 300.0, 900.0, 3600.0, 7200.0, 14400.0])


def add_species(graph: nx.MultiDiGraph, name: str, initial: float, molecule: str) -> None:
    graph.add_node(name, kind="species", initial=initial, components=(molecule,))


def add_switch(
    graph: nx.MultiDiGraph, process: str, off: str, on: str, constant: str, by: str | None = None
) -> None:
    """``off -> on``, catalysed by ``by`` if given."""
    graph.add_node(
        process, kind="process", rate_constant=constant, law="mass_action", n_modifiers=int(by is not None)
    )
    graph.add_edge(off, process, role="reactant", stoichiometry=1)
    graph.add_edge(process, on, role="product", stoichiometry=1)
    if by is not None:
        graph.add_edge(by, process, role="catalyst", stoichiometry=1)


@pytest.fixture
def loop_graph() -> nx.MultiDiGraph:
    """Adaptor X drives output pY; pY switches kinase K on, and pK takes X away: one negative loop.

    The ATP site of C (mTORC1's, so that the shipped drugs act on it) makes pK. Z also takes X away, but no
    drug touches Z: an inhibitory arm which is not released. W switches off Y and is not touched either.
    """
    graph = nx.MultiDiGraph(
        model="mtor",
        parameters={
            "k_act": {"value": 1e-6, "unit": "1/(molecule*s)"},
            "k_loop": {"value": 5e-7, "unit": "1/(molecule*s)"},
            "k_take": {"value": 2e-6, "unit": "1/(molecule*s)"},
            "k_other": {"value": 1e-6, "unit": "1/(molecule*s)"},
            "k_back": {"value": 1e-3, "unit": "1/s"},
        },
        derived={
            "x_mTORC1": {"expression": "0", "unit": "1"},
            "f_mTORC1": {"expression": "1/(1 + x_mTORC1)", "unit": "1"},
        },
        readouts={
            "output": {"expression": "pY", "unit": "molecule"},
            "kinase": {"expression": "pK", "unit": "molecule"},
        },
    )
    for name, initial, molecule in [
        ("C", 1000.0, "C"),
        ("Z", 500.0, "Z"),
        ("W", 500.0, "W"),
        ("K", 3000.0, "K"),
        ("pK", 2000.0, "K"),
        ("X", 3000.0, "X"),
        ("Xs", 3000.0, "X"),
        ("Y", 3000.0, "Y"),
        ("pY", 2000.0, "Y"),
    ]:
        add_species(graph, name, initial, molecule)
    add_switch(graph, "K_on", "K", "pK", "k_act*f_mTORC1", "C")
    add_switch(graph, "K_on_by_output", "K", "pK", "k_loop*f_mTORC1", "pY")
    add_switch(graph, "K_off", "pK", "K", "k_back")
    add_switch(graph, "X_taken", "X", "Xs", "k_take", "pK")
    add_switch(graph, "X_taken_by_Z", "X", "Xs", "k_other", "Z")
    add_switch(graph, "X_back", "Xs", "X", "k_back")
    add_switch(graph, "Y_on", "Y", "pY", "k_act", "X")
    add_switch(graph, "Y_off_by_W", "pY", "Y", "k_other", "W")
    add_switch(graph, "Y_off", "pY", "Y", "k_back")
    return graph


@pytest.fixture
def loop(loop_graph: nx.MultiDiGraph) -> mt.ReactionNetwork:
    return mt.from_graph(loop_graph)


def experiment_on(network: mt.ReactionNetwork, *readouts: str) -> Experiment:
    return Experiment(network=network, readouts=readouts, times=TIMES_S)


def drug_arm(network: mt.ReactionNetwork, drug: str, dose: str, duration: str = "4 h", **inputs: str) -> Arm:
    protocol = constant_protocol(variant="wild_type", inputs=inputs, given={drug: dose}, duration=duration)
    return arm_of(network, protocol)


@pytest.fixture
def make_experiment():
    return experiment_on


@pytest.fixture
def make_arm():
    return drug_arm
