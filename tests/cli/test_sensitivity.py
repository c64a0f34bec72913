import json

import pandas as pd
import pytest

ASKED = (
    "sensitivity",
    "pAKT_S473 at 1 h",
    "nadir of pS6K_T389",
    "--drug",
    "sapanisertib=10 nM",
    "--duration",
    "2 h",
)
FEW = ("--factor", "k_irs_s6k", "--factor", "kt_mut", "--span", "2", "--quiet")


@pytest.mark.parametrize(
    ("method", "n", "indices"),
    [("sobol", 4, {"S1", "ST"}), ("morris", 3, {"mu", "mu_star", "sigma"}), ("prcc", 12, {"PRCC"})],
)
def test_table_figure_and_points(mtornet, tmp_path, method, n, indices):
    done = mtornet(*ASKED, *FEW, "--method", method, "--n", n, "--out", "x")
    assert done.code == 0
    assert done.out.startswith(f"pAKT_S473 at 1 h: {method}, 2 factors, ")
    written = {path.name for path in (tmp_path / "x").iterdir()}
    assert written == {"sensitivity.svg", "sensitivity.png", "sensitivity.csv", "points.csv"}
    table = pd.read_csv(tmp_path / "x" / "sensitivity.csv")
    assert set(table["index"]) == indices
    assert set(table["factor"]) == {"k_irs_s6k", "kt_mut"}
    points = pd.read_csv(tmp_path / "x" / "points.csv")
    assert list(points) == ["k_irs_s6k", "kt_mut", "pAKT_S473 at 1 h", "nadir of pS6K_T389", "status"]
    assert set(points["status"]) == {"complete"}


def test_json_repeats_with_the_seed(mtornet, tmp_path):
    arguments = (*ASKED, *FEW, "--method", "morris", "--n", 2, "--json")
    first, again, other = (mtornet(*arguments, "--seed", seed).out for seed in (3, 3, 4))
    assert first == again != other
    assert json.loads(first)["table"][0]["outcome"] == "pAKT_S473 at 1 h"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (
            ("--factor", "k_irs_s6k=1:2", "--factor", "kt_mut"),
            "give bounds (name=LOW:HIGH) for all or for none",
        ),
        (("--factor", "k_irs_s6k=1-2"), "--factor 'k_irs_s6k=1-2': expected name=LOW:HIGH"),
        (("--factor", "kt_mut=1:2", "--factor", "kt_mut=1:3"), "'kt_mut' is given twice"),
        (("--method", "fast"), "method 'fast': expected one of sobol, morris, prcc"),
    ],
)
def test_mistakes_are_told(mtornet, extra, message):
    done = mtornet(*ASKED, *extra)
    assert done.code == 2
    assert message in done.err
