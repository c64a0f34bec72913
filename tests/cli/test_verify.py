import json

import numpy as np
import pandas as pd

from tests.file_contract import RUN_KEYS


def test_all_methods_side_by_side(mtornet, toy_xml, tmp_path):
    done = mtornet(
        "verify", toy_xml, "--method", "all", "--times", "0,2 s,8 s", "--cells", "60", "--out", "v", "--quiet"
    )
    assert done.code == 0, done.err
    for name, cells in (
        ("tau", "60 cells"),
        ("hybrid", "240 cells"),
        ("cle", "240 cells"),
        ("lna", "no cells"),
    ):
        assert f"{name}: {cells} beside 60 exact ones; about " in done.out
        assert (
            f"{name} is undecided here (allowed: bias 0.1 sd, spread 5%; wrongly good at most 5%" in done.out
        )
    assert done.out.rstrip().endswith("exact cells would tell")
    table = pd.read_csv(tmp_path / "v" / "verify.csv")
    assert list(table["method"].unique()) == ["tau", "hybrid", "cle", "lna"]
    assert len(table) == 4 * 2 * 2
    lna = table[(table["method"] == "lna") & (table["readout"] == "A")]
    np.testing.assert_allclose(lna["mean"], 100 * np.exp([-0.2, -0.8]), rtol=1e-4)


def test_json(mtornet, toy_xml):
    done = mtornet("verify", toy_xml, "--method", "lna", "--times", "0,5 s", "--cells", "20", "--json")
    assert done.code == 0
    found = json.loads(done.out)
    assert found["verdicts"] == {"lna": "undecided"}
    assert {row["readout"] for row in found["rows"]} == {"A", "B"}
    assert "would tell" in found["sentence"]


def test_a_bad_method_is_a_failed_check(mtornet, tmp_path):
    # Three molecules that pair fast: no cloud of Gaussians.
    (tmp_path / "few.ant").write_text(
        """
        model few
          compartment cell = 1;
          species A in cell, B in cell;
          substanceOnly species A, B;
          A = 3; B = 0; k = 5; b = 1;
          J: 2 A -> B; k*A*(A - 1)/2;
          K: B -> 2 A; b*B;
        end
        """,
        encoding="utf-8",
    )
    done = mtornet("verify", "few.ant", "--method", "lna", "--times", "0,5 s", "--cells", "2000", "--quiet")
    assert done.code == 1
    assert "lna is bad here" in done.out
    assert "none of these methods is safe here; use ssa" in done.out


def test_a_budget_in_minutes(mtornet, toy_xml):
    done = mtornet("verify", toy_xml, "--times", "0,2 s", "--minutes", "0.02", "--jobs", "1", "--quiet")
    assert done.code in (0, 1)
    assert " exact ones" in done.out
    short = mtornet("verify", toy_xml, "--times", "0,2 s", "--minutes", "1e-9", "--jobs", "1", "--quiet")
    assert short.code == 2
    assert "minutes: 20 exact cells and their counterparts take about" in short.err


def test_a_wrong_method_names_the_right_ones(mtornet, toy_xml):
    done = mtornet("verify", toy_xml, "--method", "lnaa", "--times", "0,2 s")
    assert done.code == 2
    assert "unknown approximate method 'lnaa'; did you mean 'lna'?" in done.err


def test_simulate_by_linear_noise(mtornet, toy_xml, tmp_path):
    done = mtornet("simulate", toy_xml, "--method", "lna", "--times", "0:10:11", "--out", "y")
    assert done.code == 0, done.err
    mean, sd = (pd.read_csv(tmp_path / "y" / f"{name}.csv") for name in ("mean", "sd"))
    survival = np.exp(-0.1 * mean["time"])
    np.testing.assert_allclose(mean["A"], 100 * survival, rtol=1e-4)
    np.testing.assert_allclose(sd["A"] ** 2, 100 * survival * (1 - survival), rtol=1e-4, atol=1e-4)
    record = json.loads((tmp_path / "y" / "run.json").read_text(encoding="utf-8"))
    assert set(RUN_KEYS) <= set(record)
    assert record["method"] == "lna"
    assert record["seed"] is None
    refused = mtornet("simulate", toy_xml, "--method", "lna", "--cells", "10")
    assert refused.code == 2
    assert "without cells" in refused.err


def test_simulate_by_tau_leaping(mtornet, toy_xml, tmp_path):
    done = mtornet(
        "simulate", toy_xml, "--method", "tau", "--times", "0:10:3", "--cells", "500", "--out", "y", "--quiet"
    )
    assert done.code == 0, done.err
    mean = pd.read_csv(tmp_path / "y" / "mean.csv")
    survival = np.exp(-0.1 * mean["time"])
    assert np.all(np.abs(mean["A"] - 100 * survival) <= 5 * np.sqrt(100 * survival * (1 - survival) / 500))
    assert json.loads((tmp_path / "y" / "run.json").read_text(encoding="utf-8"))["kisao"] == "KISAO:0000084"


def test_compare_refuses_a_method_without_cells(mtornet):
    done = mtornet("compare", "everolimus", "--method", "lna")
    assert done.code == 2
    assert "method 'lna' gives means and standard deviations but no cells" in done.err
    assert "mtornet simulate --method lna" in done.err
