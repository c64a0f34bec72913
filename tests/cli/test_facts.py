"""``check --facts`` tells what the model meets; ``compare --ensemble`` what all sets that fit say."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from mtornet.graph.exchange import write_node_link


def test_the_score_card(mtornet):
    done = mtornet("check", "mtor", "--facts")
    assert done.code == 0, done.out
    assert "must" in done.out
    assert "OBS-001a" in done.out
    assert done.out.rstrip().endswith("no new miss")


def test_a_broken_feedback_is_a_new_miss(mtornet, mtor, tmp_path):
    write_node_link(mtor.with_parameters(k_irs_s6k=0.0).graph, tmp_path / "cut.json")
    done = mtornet("check", tmp_path / "cut.json", "--facts", "--json")
    assert done.code == 1
    found = json.loads(done.out)
    assert "OBS-001a" in found["new_misses"]
    row = next(row for row in found["facts"] if row["id"] == "OBS-001a")
    assert (row["status"], row["priority"]) == ("missed", "must")
    assert row["source"]


def test_a_foreign_model_has_no_facts(mtornet, toy_xml):
    done = mtornet("check", toy_xml, "--facts")
    assert done.code == 2
    assert "model with facts" in done.err


def test_compare_with_the_ensemble(mtornet, tmp_path):
    done = mtornet(
        "compare", "everolimus", "--method", "ode", "--context", "MCF7", "--ensemble", "4", "--out", "out"
    )
    assert done.code == 0, done.err
    assert "in 90 % of 4 sets" in done.out
    table = pd.read_csv(tmp_path / "out" / "ensemble.csv")
    assert set(table["n"]) == {4}
    assert set(table["readout"]) == {"pS6K_T389", "p4EBP1_T37_46", "pAKT_S473", "pAKT_T308"}
    assert ((table["q05"] <= table["q50"]) & (table["q50"] <= table["q95"])).all()
    assert table["share_above"].between(0, 1).all()
    silenced = table.set_index("readout").loc["pS6K_T389"]
    assert silenced["q95"] < 0.1


@pytest.mark.parametrize("n", ["0", "100000"])
def test_more_sets_than_there_are(mtornet, n):
    done = mtornet("compare", "everolimus", "--method", "ode", "--ensemble", n)
    assert done.code == 2
    assert "ensemble: expected 1 to" in done.err
