import json

import pandas as pd
import pytest

BLOTS = """condition,drug,dose,time,readout,fold_change,sd
everolimus,everolimus,20 nM,1 h,pS6K_T389,0.05,0.02
everolimus,everolimus,20 nM,6 h,pAKT_S473,1.9,0.3
everolimus,everolimus,20 nM,24 h,pAKT_S473,1.6,0.3
sapanisertib,sapanisertib,50 nM,1 h,pAKT_S473,0.2,0.05
sapanisertib,sapanisertib,50 nM,24 h,pAKT_S473,0.3,0.06
"""
ASKED = ("fit", "blots.csv", "--parameters", "k_irs_s6k,kt_mut", "--span", "5")


@pytest.fixture(autouse=True)
def _blots(tmp_path):
    (tmp_path / "blots.csv").write_text(BLOTS, encoding="utf-8")


def test_constants_tables_and_figure(mtornet, tmp_path):
    done = mtornet(*ASKED, "--intervals", "wald", "--starts", "1", "--out", "x")
    assert done.code == 0, done.err
    assert done.out.startswith("5 measurements, 2 constants, likelihood; 95% intervals\n")
    assert "chi squared " in done.out
    written = {path.name for path in (tmp_path / "x").iterdir()}
    assert written == {"parameters.csv", "courses.csv", "draws.csv", "fit.svg", "fit.png", "fit.csv"}
    parameters = pd.read_csv(tmp_path / "x" / "parameters.csv")
    assert parameters["name"].tolist() == ["k_irs_s6k", "kt_mut"]
    assert (parameters["low"] <= parameters["value"]).all()
    assert (parameters["value"] <= parameters["high"]).all()
    data = pd.read_csv(tmp_path / "x" / "fit.csv")
    assert data["where"].tolist() == [f"blots.csv:{line}" for line in range(2, 7)]
    assert (data["predicted_low"] <= data["predicted_high"]).all()


def test_abc_as_json(mtornet, tmp_path):
    lines = BLOTS.splitlines(keepends=True)
    (tmp_path / "blots.csv").write_text(lines[0] + lines[4], encoding="utf-8")
    done = mtornet(
        "fit", "blots.csv", "--parameters", "kt_mut=0.2:5", "--method", "abc", "--particles", "20", "--json"
    )
    found = json.loads(done.out)
    assert found["method"] == "abc"
    assert found["n_data"] == 1
    assert found["p_value"] is None
    (row,) = found["parameters"]
    assert 0.2 <= row["low"] <= row["high"] <= 5.0


def test_a_wrong_line_is_told_with_its_number(mtornet, tmp_path):
    path = tmp_path / "blots.csv"
    path.write_text(BLOTS.replace("50 nM,1 h", "50,1 h"), encoding="utf-8")
    done = mtornet(*ASKED)
    assert done.code == 2
    assert "blots.csv:5: dose of sapanisertib: '50' has no unit; write it like '50 nM'" in done.err
