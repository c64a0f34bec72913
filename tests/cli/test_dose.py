import json

import numpy as np
import pandas as pd
import pytest


def test_sapanisertib_on_s6k(mtornet, tmp_path):
    done = mtornet(
        "dose",
        "sapanisertib",
        "--from",
        "0.1 nM",
        "--to",
        "1 uM",
        "--doses",
        "9",
        "--at",
        "1 h",
        "--out",
        "x",
    )
    assert done.code == 0
    assert done.out.startswith("sapanisertib on pS6K_T389 after 1 h (fold change over vehicle)\n")
    assert done.out.count(" nM  ") == 9
    assert "EC50 " in done.out
    assert "Emax " in done.out
    written = {path.name for path in (tmp_path / "x").iterdir()}
    assert written == {"summary.csv", "dose_response.svg", "dose_response.png", "dose_response.csv"}
    table = pd.read_csv(tmp_path / "x" / "summary.csv")
    assert table["dose_nM"].nunique() == 10, "nine doses and the vehicle"
    assert set(table["readout"]) == {"pS6K_T389"}


def test_json(mtornet, tmp_path):
    done = mtornet("dose", "torin1", "--doses", "7", "--at", "1 h", "--json")
    found = json.loads(done.out, parse_constant=lambda text: pytest.fail(f"{text} is not JSON"))
    assert len(found["doses_nM"]) == len(found["fold_change"]) == 7
    low, high = found["EC50_interval_nM"]
    assert low < found["EC50_nM"] < high
    assert found["fit"] == "good"
    assert found["paths"] == {}
    assert list(tmp_path.iterdir()) == []


def test_json_has_no_number_for_an_open_interval(mtornet):
    done = mtornet(
        "dose", "everolimus", "--readout", "mTORC2_active", "--at", "0.001 s", "--doses", "5", "--json"
    )
    found = json.loads(done.out, parse_constant=lambda text: pytest.fail(f"{text} is not JSON"))
    assert found["fit"] == "no effect at any dose"
    assert found["Emax_interval"] == [None, None]


def test_biphasic_is_said_in_words(mtornet):
    # pAKT S473 rises with mTORC1 off and comes down again as the rapalog takes mTOR from mTORC2: no sigmoid.
    done = mtornet("dose", "everolimus", "--readout", "pAKT_S473", "--from", "0.1 nM", "--to", "10 uM")
    assert done.code == 0
    assert "no EC50: the response is not one sigmoid" in done.out
    assert "EC50 " not in done.out.replace("no EC50", "").replace("EC50 has no meaning", "")


def test_stochastic_doses_repeat_with_the_seed(mtornet, tmp_path):
    arguments = ("dose", "sapanisertib", "--doses", "4", "--at", "10 min", "--method", "ssa", "--cells", "2")
    arguments += ("--copy-scale", "0.01", "--quiet")
    texts = []
    for folder, seed, jobs in (("a", 3, 1), ("b", 3, 2), ("c", 4, 1)):
        assert mtornet(*arguments, "--seed", seed, "--jobs", jobs, "--out", folder).code == 0
        texts.append((tmp_path / folder / "summary.csv").read_bytes())
    assert texts[0] == texts[1] != texts[2]
    table = pd.read_csv(tmp_path / "a" / "summary.csv")
    assert (table["n"] == 2).all()
    assert np.isfinite(table["mean"]).all()


def test_several_readouts_and_gr_metrics(mtornet, tmp_path):
    done = mtornet(
        *("dose", "sapanisertib", "--readout", "pS6K_T389", "--readout", "growth_rate"),
        *("--doses", "7", "--from", "0.1 nM", "--to", "1 uM", "--at", "24 h", "--out", "x"),
    )
    assert done.code == 0, done.err
    assert done.out.count("sapanisertib on ") == 2
    assert "IC50 " in done.out
    assert "AUC " in done.out
    assert done.out.count("GR_AOC ") == 1
    written = {path.name for path in (tmp_path / "x").iterdir()}
    assert {"dose_response_pS6K_T389.png", "dose_response_growth_rate.png", "gr_growth_rate.csv"} <= written
    found = json.loads(
        mtornet("dose", "sapanisertib", "--readout", "growth_rate", "--doses", "6", "--json").out
    )
    assert len(found["GR"]) == 6
    assert found["GRmax"] < found["GR"][0] <= 1.0 + 1e-9


def test_a_pair_gives_a_matrix_and_its_synergy(mtornet, tmp_path):
    pair = ("dose", "sapanisertib", "alpelisib", "--readout", "pS6K_T389", "--at", "2 h", "--doses", "3")
    done = mtornet(*pair, "--from", "1 nM", "--to", "1 uM", "--replicates", "3", "--out", "x")
    assert done.code == 0, done.err
    for model in ("Bliss", "HSA", "Loewe", "ZIP"):
        assert model in done.out
    written = {path.name for path in (tmp_path / "x").iterdir()}
    assert written == {"synergy.csv", "dose_matrix.svg", "dose_matrix.png", "dose_matrix.csv"}
    wells = pd.read_csv(tmp_path / "x" / "dose_matrix.csv")
    assert len(wells) == 16
    alone = json.loads(
        mtornet("dose", "sapanisertib", "--at", "2 h", "--doses", "4", "--from", "1 nM", "--json").out
    )
    first = wells[(wells["dose_a"] == 1.0) & (wells["dose_b"] == 0.0)]["nominal"].item()
    assert first == pytest.approx(alone["fold_change"][0], rel=1e-4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("everolimus", "RAD001"), "a pair needs two drugs; 'everolimus' and 'RAD001' are both everolimus"),
        (("everolimus", "torin1", "alpelisib"), "dose: expected one drug or two, got 3"),
        (
            ("everolimus", "torin1", "--method", "ssa"),
            "a dose matrix is of one read-out and of the rate equations",
        ),
        (("everolimus", "--doses", "3"), "a dose response needs at least four different doses above 0"),
    ],
)
def test_wrong_pairs(mtornet, arguments, message):
    done = mtornet("dose", *arguments)
    assert done.code == 2
    assert message in done.err
