"""``mtornet compare``: options, determinism and what is said."""

import json

import pandas as pd
import pytest

from tests.cli.conftest import TINY

pytestmark = pytest.mark.usefixtures("no_drawing")


@pytest.fixture
def fast(mtornet):
    """Compare one drug by rate equations for an hour, without figures."""

    def call(*arguments, method="ode"):
        return mtornet("compare", "--method", method, "--duration", "1 h", "--quiet", *arguments)

    return call


def summary(folder):
    return pd.read_csv(folder / "summary.csv")


def test_defaults_are_three_classes(fast, tmp_path):
    done = fast("--out", "x")
    assert done.code == 0
    assert list(summary(tmp_path / "x")["drug"].unique()) == [
        "vehicle",
        "everolimus",
        "sapanisertib",
        "dactolisib",
    ]
    assert "everolimus 20 nM (rapalog) · sapanisertib 224 nM (ATP-competitive mTOR)" in done.out


def test_without_out_the_folder_is_called_compare(fast, tmp_path):
    assert fast("everolimus").code == 0
    assert (tmp_path / "compare" / "run.json").is_file()


def test_aliases_and_case(fast, tmp_path):
    assert fast("rad001", "BEZ235", "--out", "x").code == 0
    assert set(summary(tmp_path / "x")["drug"]) == {"vehicle", "everolimus", "dactolisib"}


def test_json_is_one_object_and_nothing_else(fast, tmp_path):
    done = fast("everolimus", "--json", "--out", "x")
    found = json.loads(done.out)
    assert done.out.count("\n") == 1
    assert done.err == ""
    assert [row["condition"] for row in found["table"]] == ["everolimus 20 nM"]
    assert found["interrupted"] is False
    for path in found["paths"].values():
        assert (tmp_path / path).is_file()
    assert set(found["paths"]) >= {"summary", "model", "antimony", "report", "run"}


def test_json_of_a_population(mtornet):
    done = mtornet("compare", "everolimus", *TINY, "--json", "--out", "x")
    found = json.loads(done.out)
    assert done.err == ""
    assert found["seed"] == 7
    assert found["table"][0]["cells above baseline"].endswith("%")


@pytest.mark.parametrize("method", ["ode", "ssa"])
def test_dry_run_writes_nothing(method, mtornet, tmp_path):
    done = mtornet("compare", "everolimus", "--method", method, "--dry-run", "--out", "x")
    assert done.code == 0
    assert list(tmp_path.iterdir()) == []
    assert done.out.startswith("2 conditions")
    if method == "ssa":
        for word in ("cells", "reaction events", "min", "MB"):
            assert word in done.out


def test_dry_run_as_json(mtornet, tmp_path):
    found = json.loads(mtornet("compare", "everolimus", *TINY, "--dry-run", "--json").out)
    assert set(found) >= {"conditions", "cells", "events", "ns_per_event", "minutes", "megabytes"}
    assert found["events"] > 0
    assert list(tmp_path.iterdir()) == []


def test_ode_has_no_cells(fast, tmp_path):
    assert fast("everolimus", "--keep", "trajectories", "--out", "x").code == 0
    assert not (tmp_path / "x" / "cells.parquet").exists()
    assert not (tmp_path / "x" / "trajectories.parquet").exists()
    table, run = (
        summary(tmp_path / "x"),
        json.loads((tmp_path / "x" / "run.json").read_text(encoding="utf-8")),
    )
    assert (table["n"] == 1).all()
    assert (table["sd"] == 0).all()
    assert run["kisao"] == "KISAO:0000033"


def test_variant_dose_and_input_reach_the_result(fast, tmp_path):
    arguments = ("--variant", "TSC2_loss", "--dose", "RAD001=5 nM", "--input", "insulin=10 nM")
    assert fast("everolimus", *arguments, "--out", "x").code == 0
    table, run = (
        summary(tmp_path / "x"),
        json.loads((tmp_path / "x" / "run.json").read_text(encoding="utf-8")),
    )
    assert set(table["variant"]) == {"TSC2_loss"}
    assert set(table["dose_nM"]) == {0.0, 5.0}
    assert run["spec"]["inputs"]["insulin"] == "10 nM"
    assert run["spec"]["inputs"]["E2"] == "0 nM", "what was not asked for is stated too"
    wild = fast("everolimus", "--out", "y")
    assert wild.code == 0
    assert (
        json.loads((tmp_path / "y" / "run.json").read_text(encoding="utf-8"))["model_sha256"]
        != run["model_sha256"]
    )


def test_same_seed_same_bytes_for_any_number_of_threads(mtornet, tmp_path):
    for folder, jobs, seed in (("a", 1, 7), ("b", 2, 7), ("c", 2, 8)):
        done = mtornet(
            "compare", "everolimus", *TINY, "--jobs", jobs, "--seed", seed, "--quiet", "--out", folder
        )
        assert done.code == 0, done.err
    texts = {name: (tmp_path / name / "summary.csv").read_bytes() for name in "abc"}
    assert texts["a"] == texts["b"]
    assert texts["a"] != texts["c"]
    cells = {name: (tmp_path / name / "cells.parquet").read_bytes() for name in "ab"}
    assert cells["a"] == cells["b"]
    rates = {name: (tmp_path / name / "deterministic.csv").read_bytes() for name in "abc"}
    assert rates["a"] == rates["c"], "the seed touches chance only"


@pytest.mark.parametrize("method", ["ssa", "hybrid"])
def test_more_drugs_or_cells_change_no_other_cell(mtornet, tmp_path, method):
    asked = (*TINY, "--method", method)
    first = ("compare", "everolimus", *asked, "--keep", "trajectories", "--quiet", "--out", "a")
    more = (
        "compare",
        "sapanisertib",
        "everolimus",
        *asked,
        "--cells",
        "4",
        "--keep",
        "trajectories",
        "--quiet",
        "--out",
        "b",
    )
    assert mtornet(*first).code == mtornet(*more).code == 0
    key = ["condition", "cell", "time_s", "readout"]
    few, many = (
        pd.read_parquet(tmp_path / name / "trajectories.parquet").set_index(key)["value"] for name in "ab"
    )
    pd.testing.assert_series_equal(few, many.loc[few.index])


def test_a_second_run_replaces_the_first(fast, tmp_path):
    assert fast("everolimus", "--out", "x").code == 0
    assert fast("dactolisib", "--out", "x").code == 0
    assert set(summary(tmp_path / "x")["drug"]) == {"vehicle", "dactolisib"}


def test_the_printed_command_repeats_the_run(fast, tmp_path):
    assert (
        fast(
            "everolimus", "--dose", "everolimus=5 nM for 30 min", "--variant", "PTEN_loss", "--out", "x"
        ).code
        == 0
    )
    text = (tmp_path / "x" / "report.html").read_text(encoding="utf-8")
    for part in ("mtornet compare", "--variant PTEN_loss", "--method ode"):
        assert part in text
