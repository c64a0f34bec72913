"""The feedback that a drug releases: on a network where we know it, and on the shipped one."""

from types import SimpleNamespace

import pytest

import mtornet as mt
from mtornet.analysis.feedback import largest_part_first, released_feedback
from mtornet.analysis.findings import released_text
from mtornet.analysis.influence import regulatory_arms

KINASE_DEAD = "5000 nM"  # far above K = 3 nM of sapanisertib: the kinase is off


def test_the_known_loop_is_found(loop, make_experiment, make_arm):
    found = released_feedback(
        make_experiment(loop, "output", "kinase"), make_arm(loop, "sapanisertib", KINASE_DEAD), ["output"]
    )
    best = found["output"][0]
    assert (best.arm.regulator, best.arm.target, best.arm.reactions) == ("pK", "X", ("X_taken",))
    assert best.control < 0
    assert best.fold_with > 1.2
    assert best.share_removed == pytest.approx(1.0, abs=1e-3)
    assert best.part == pytest.approx(1.0, abs=1e-3)
    assert best.fold_without == pytest.approx(1.0, abs=1e-3)
    assert best.path.split()[:3] == ["pK", "⊣", "X"]
    assert best.path.split()[-1] == "pY"


def test_arms_that_the_drug_does_not_touch_are_not_named(loop, make_experiment, make_arm):
    found = released_feedback(
        make_experiment(loop, "output"), make_arm(loop, "sapanisertib", KINASE_DEAD), ["output"]
    )
    assert {entry.arm.regulator for entry in found["output"]} == {"pK"}


def test_no_climb_nothing_to_explain(loop, make_experiment, make_arm):
    # The kinase itself only falls; and a dose far too low moves nothing.
    dead = released_feedback(
        make_experiment(loop, "kinase"), make_arm(loop, "sapanisertib", KINASE_DEAD), ["kinase"]
    )
    low = released_feedback(
        make_experiment(loop, "output"), make_arm(loop, "sapanisertib", "1e-6 nM"), ["output"]
    )
    assert dead == {"kinase": []}
    assert low == {"output": []}


def test_without_the_arm_there_is_no_released_feedback(loop, make_experiment, make_arm):
    cut = loop.without_reaction("X_taken")
    found = released_feedback(
        make_experiment(cut, "output"), make_arm(cut, "sapanisertib", KINASE_DEAD), ["output"]
    )
    assert found == {"output": []}


def test_two_arms_share_the_climb(loop_graph, make_experiment, make_arm):
    # pK also switches Y off: two released arms, neither explains everything alone, the graph names both.
    loop_graph.add_node(
        "Y_off_by_K", kind="process", rate_constant="k_loop", law="mass_action", n_modifiers=1
    )
    loop_graph.add_edge("pY", "Y_off_by_K", role="reactant", stoichiometry=1)
    loop_graph.add_edge("Y_off_by_K", "Y", role="product", stoichiometry=1)
    loop_graph.add_edge("pK", "Y_off_by_K", role="catalyst", stoichiometry=1)
    network = mt.from_graph(loop_graph)
    found = released_feedback(
        make_experiment(network, "output"), make_arm(network, "sapanisertib", KINASE_DEAD), ["output"]
    )
    by_target = {entry.arm.target: entry.share_removed for entry in found["output"]}
    # What the read-out itself is made of is not a feedback, so the arm on Y is left out.
    assert "X" in by_target
    assert 0.1 < by_target["X"] < 1.0


def test_arms_of_the_loop(loop):
    arms = {(arm.regulator, arm.target): arm.reactions for arm in regulatory_arms(loop)}
    assert arms == {
        ("C", "K"): ("K_on",),
        ("pY", "K"): ("K_on_by_output",),
        ("pK", "X"): ("X_taken",),
        ("Z", "X"): ("X_taken_by_Z",),
        ("X", "Y"): ("Y_on",),
        ("W", "Y"): ("Y_off_by_W",),
    }


def test_on_the_shipped_model_the_rapalog_releases_s6k_on_irs_and_grb10(mtor, make_arm):
    from mtornet.analysis.times import default_times
    from mtornet.experiment.execute import Experiment

    experiment = Experiment(network=mtor, readouts=("pAKT_S473", "pAKT_T308"), times=default_times(86400.0))
    arm = make_arm(mtor, "everolimus", "20 nM", duration="24 h", insulin="1 nM")
    found = released_feedback(experiment, arm, ["pAKT_S473", "pAKT_T308"])
    for readout in ("pAKT_S473", "pAKT_T308"):
        best, second = found[readout][:2]
        assert [best.arm.label, second.arm.label] == ["pS6K on IRS", "pGRB10 on IRS"]
        assert set(best.arm.reactions) == {"R13", "R14", "X113", "X115"}
        assert best.part > 0.5
        parts = [entry.part for entry in found[readout]]
        assert parts == sorted(parts, reverse=True)
        assert sum(parts) <= 1.0


def test_the_cut_is_what_compare_says(mtor):
    # The reported fold without the arm is the one a user gets who cuts it by hand.
    found = mt.compare(["everolimus"], network=mtor, method="ode", duration="24 h")
    rows = found.feedback[found.feedback["readout"] == "pAKT_S473"]
    row = rows.iloc[0]
    by_hand = mt.compare(
        ["everolimus"],
        network=mtor.without_reaction(*row["reactions"].split(";")),
        method="ode",
        duration="24 h",
        explain=False,
    )
    s473 = by_hand.summary[
        (by_hand.summary["readout"] == "pAKT_S473") & (by_hand.summary["drug"] == "everolimus")
    ]
    course = s473["fold_change"].to_numpy()
    assert row["fold_without"] == pytest.approx(course[course.argmin() :].max(), rel=1e-6)
    assert list(rows["feedback"].iloc[:2]) == ["pS6K ⊣ IRS", "pGRB10 ⊣ IRS"]
    said = "Released feedback (part of the climb, mean over all orders of cutting): "
    first = f"{row['feedback']} ({row['part']:.0%}; cut alone {row['share_removed']:.0%})"
    assert any(said + first in sentence for sentence in found.sentences)


def test_explain_off_looks_for_nothing(mtor):
    found = mt.compare(["everolimus"], network=mtor, method="ode", duration="1 h", explain=False)
    assert len(found.feedback) == 0
    assert list(found.feedback.columns)[:3] == ["condition", "readout", "feedback"]


def test_released_feedback_in_words():
    said = released_text([("A ⊣ B", 0.476, 0.26), ("C ⊣ D", 0.12, -0.001), ("E ⊣ F", float("nan"), 0.3)])
    assert said == (
        "Released feedback (part of the climb, mean over all orders of cutting): "
        "A ⊣ B (48%; cut alone 26%), C ⊣ D (12%; cut alone 0%), E ⊣ F (unknown; cut alone 30%)"
    )


def test_largest_part_first_and_unknown_ones_last():
    entries = [
        SimpleNamespace(part=part, share_removed=alone)
        for part, alone in ((float("nan"), 0.2), (0.1, 0.9), (float("nan"), 0.5), (0.4, 0.0))
    ]
    ordered = sorted(entries, key=largest_part_first)
    assert [entry.share_removed for entry in ordered] == [0.0, 0.9, 0.5, 0.2]
