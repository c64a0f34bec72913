"""Loops by name on toys whose shares are known, and edited cells that equal cells edited by hand."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import mtornet as mt
from mtornet.analysis.released_loops import explain
from mtornet.analysis.resistance.batch import Batch
from mtornet.analysis.resistance.cells import Cell, saturation_cells, unedited
from mtornet.analysis.resistance.nodes import DOSE, enzymes, with_inhibitors, without_a_drug
from mtornet.analysis.resistance.settings import ResistanceRequest, settings_of
from mtornet.errors import ProtocolError
from mtornet.experiment.arms import arm_of, constant_protocol
from mtornet.experiment.execute import Experiment

TIMES_S = np.array([0.0, 600.0, 3600.0, 14400.0, 43200.0, 172800.0])


def two_brakes(first: float, second: float) -> mt.ReactionNetwork:
    """Kinase pK holds the output Y down twice over: it destroys X and V, which together make Y.

    Y decays on its own and is made at ``a X + b V``; X and V are made at constant rates and lost at
    ``k0 + k pK``. With the kinase off X grows (k0 + k pK)/k0-fold, so that every share is a formula.
    """
    graph = nx.MultiDiGraph(
        model="mtor",
        parameters={
            "k_on": {"value": 1e-2, "unit": "1/s"},
            "k_off": {"value": 1e-2, "unit": "1/s"},
            "k_make": {"value": 1.0, "unit": "molecule/s"},
            "k_decay": {"value": 1e-3, "unit": "1/s"},
            "k_first": {"value": first, "unit": "1/(molecule*s)"},
            "k_second": {"value": second, "unit": "1/(molecule*s)"},
        },
        derived={
            "x_mTORC1": {"expression": "0", "unit": "1"},
            "f_mTORC1": {"expression": "1/(1 + x_mTORC1)", "unit": "1"},
        },
        readouts={"output": {"expression": "Y", "unit": "molecule"}},
    )
    for name, initial in (("K", 1000.0), ("pK", 1000.0), ("X", 500.0), ("V", 500.0), ("Y", 500.0)):
        graph.add_node(name, kind="species", initial=initial, components=(name.removeprefix("p"),))

    def process(
        name: str, constant: str, source: str | None, target: str | None, by: str | None = None
    ) -> None:
        graph.add_node(
            name, kind="process", rate_constant=constant, law="mass_action", n_modifiers=int(by is not None)
        )
        if source:
            graph.add_edge(source, name, role="reactant", stoichiometry=1)
        if target:
            graph.add_edge(name, target, role="product", stoichiometry=1)
        if by:
            graph.add_edge(by, name, role="catalyst", stoichiometry=1)

    process("K_on", "k_on*f_mTORC1", "K", "pK")
    process("K_off", "k_off", "pK", "K")
    for name, constant in (("X", "k_first"), ("V", "k_second")):
        process(f"{name}_made", "k_make", None, name)
        process(f"{name}_lost", "k_decay", name, None)
        process(f"{name}_destroyed", constant, name, None, "pK")
        process(f"Y_by_{name}", "k_decay", None, "Y", name)
    process("Y_lost", "k_decay", "Y", None)
    return mt.from_graph(graph)


def explained(network: mt.ReactionNetwork):
    protocol = constant_protocol(
        variant="wild_type", inputs={}, given={"sapanisertib": "5000 nM"}, duration="48 h"
    )
    experiment = Experiment(network=network, readouts=("output",), times=TIMES_S)
    return explain(experiment, arm_of(network, protocol), ["output"])["output"]


def output(first: float, second: float, kinase: float) -> float:
    """Return the output at rest."""
    return sum(1.0 / (1e-3 + k * kinase) for k in (first, second))


@pytest.mark.parametrize(("first", "second"), [(2e-6, 2e-6), (4e-6, 1e-6), (5e-6, 1e-7)])
def test_the_share_of_two_loops_is_the_formula(first: float, second: float) -> None:
    found = explained(two_brakes(first, second))
    left = 2000.0 * (1e-2 / (1 + 5000 / 3)) / (1e-2 / (1 + 5000 / 3) + 1e-2)

    def climb(k1: float, k2: float) -> float:
        return np.log2(output(k1, k2, left) / output(k1, k2, 1000.0))

    whole = climb(first, second)
    assert found.climb == pytest.approx(whole, rel=2e-3)
    expected = {"K ⊣ X": 1 - climb(0.0, second) / whole, "K ⊣ V": 1 - climb(first, 0.0) / whole}
    shares = {share.name: share.share_removed for share in found.alone}
    for name, share in expected.items():
        if name in shares:
            assert shares[name] == pytest.approx(share, abs=5e-3), name
    assert found.alone[0].name == max(expected, key=expected.__getitem__)
    assert found.together is not None
    assert found.together.share_removed == pytest.approx(1.0, abs=1e-3)
    # Of two loops that explain all: the mean of what each removes first and what it removes last.
    if len(found.alone) == 2:
        names = sorted(expected)
        for name, other in (names, names[::-1]):
            part = {share.name: share.part for share in found.alone}[name]
            assert part == pytest.approx((expected[name] + 1 - expected[other]) / 2, abs=5e-3), name
    assert sum(share.part for share in found.alone) == pytest.approx(found.together.part, abs=1e-9)
    assert found.together.part == pytest.approx(found.together.share_removed, abs=1e-9)


def test_equal_loops_have_equal_parts() -> None:
    found = explained(two_brakes(2e-6, 2e-6))
    assert [share.name for share in found.stronger_together] in (["K ⊣ X + K ⊣ V"], ["K ⊣ V + K ⊣ X"])
    assert found.stronger_together[0].share_removed == pytest.approx(1.0, abs=1e-3)
    assert [share.part for share in found.alone] == pytest.approx([0.5, 0.5], abs=1e-3)
    # (X + V) grows threefold; 1.5-fold if one of them is high to begin with: single cuts claim too much.
    claimed = 1 - np.log(1.5) / np.log(3.0)
    assert [share.share_removed for share in found.alone] == pytest.approx([claimed] * 2, abs=5e-3)


def test_a_wrong_formula_would_be_caught() -> None:
    # The sabotaged twin: shares of the other network are not those of this one.
    shares = {share.name: share.share_removed for share in explained(two_brakes(4e-6, 1e-6)).alone}
    other = {share.name: share.share_removed for share in explained(two_brakes(1e-6, 4e-6)).alone}
    assert abs(shares["K ⊣ X"] - other["K ⊣ X"]) > 0.2


def test_edited_cells_equal_cells_edited_by_hand(mtor) -> None:
    times = np.array([0.0, 3600.0, 86400.0])
    readouts = ("pS6K_T389", "pAKT_S473")
    arms = [
        arm_of(mtor, constant_protocol(variant="wild_type", inputs={}, given=given, duration="24 h"))
        for given in ({}, {"everolimus": "20 nM"}, {"sapanisertib": "20 nM"})
    ]
    cells = [
        unedited(),
        Cell(id="weak", kind="parameter", target="k_irs_s6k", factors=(("k_irs_s6k", 0.1),)),
        Cell(id="null", kind="variant", target="PTEN_loss", variant="PTEN_loss"),
        Cell(id="set", kind="parameter", target="k_s6k", values=(("k_s6k", 1e-6),)),
        Cell(id="no", kind="parameter", target="K_frb", factors=(("K_frb", 0.0),)),
    ]
    found = Batch(network=mtor, readouts=readouts, times=times).solve(cells, arms)
    by_hand = [
        mtor,
        mtor.with_parameters(k_irs_s6k=0.1 * mtor.parameters["k_irs_s6k"].value),
        mtor.with_variant("PTEN_loss"),
        mtor.with_parameters(k_s6k=1e-6),
    ]
    for i, network in enumerate(by_hand):
        alone = Experiment(network=network, readouts=readouts, times=times)
        for a, arm in enumerate(arms):
            wanted = alone.deterministic(arm).moments.mean
            np.testing.assert_allclose(found.values[a, i], wanted, rtol=1e-3, atol=1e-2)
    assert np.isnan(found.values[:, 4]).all()
    assert "division by zero" in found.why_not[4]


def test_the_scan_holds_every_parameter_and_genotype(mtor) -> None:
    cells = saturation_cells(mtor, ["k_s6k", "k_pip3_mut"])
    assert [cell.id for cell in cells[:7]] == [
        "unedited",
        "k_s6k x0",
        "k_s6k x0.1",
        "k_s6k x0.3",
        "k_s6k x3",
        "k_s6k x10",
        # A parameter that is 0 is set to its upper bound instead.
        "k_pip3_mut = 0.005",
    ]
    assert {"MTOR_F2108L", "MTOR_M2327I", "TSC2_loss"} <= {
        cell.id for cell in cells if cell.kind == "variant"
    }


def test_an_inhibited_node_loses_nine_tenths(mtor) -> None:
    nodes = {node.name: node for node in enzymes(mtor)}
    inhibited = with_inhibitors(mtor, (nodes["S6K"],))
    assert inhibited.inputs[nodes["S6K"].input].value == 0.0
    dose = float(DOSE.split()[0])
    assert 1.0 / (1.0 + dose) == pytest.approx(0.1)
    names = {node.name for node in without_a_drug(mtor)}
    assert "PTEN" in names
    assert "mTORC2a" not in names, "mTOR inhibitors act on it"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dose": "5 nM for 6 h every 24 h"}, "expected a concentration > 0 that stays"),
        ({"duration": "2 h"}, "needs at least 24 h to show"),
        ({"draws": 3}, "draws: expected at least 32"),
        ({"drug": "everolimuss"}, "did you mean 'everolimus'"),
        ({"variant": "PTEN_los"}, "did you mean 'PTEN_loss'"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises((ProtocolError, mt.UnknownNameError), match=message):
        settings_of(ResistanceRequest(**change))


def test_a_side_branch_of_a_molecule_on_the_way_hides_no_loop(mtor) -> None:
    # PI3K also drives RAS; a way that passes PI3K to PIP3 does not act through that arm.
    inputs = {i.id: f"{i.value:g} {i.unit}" for i in mtor.inputs.values() if i.role != "drug"}
    protocol = constant_protocol(
        variant="wild_type", inputs=inputs, given={"sapanisertib": "224 nM"}, duration="72 h"
    )
    experiment = Experiment(
        network=mtor, readouts=("pAKT_T308",), times=np.array([0.0, 1.0, 8.0, 72.0]) * 3600
    )
    found = explain(experiment, arm_of(mtor, protocol), ["pAKT_T308"])["pAKT_T308"]
    names = [share.name for share in found.alone]
    assert "S6K ⊣ IRS" in names[:2]
    assert any(name.startswith("AKT ⊣ FOXO") for name in names[:2])
