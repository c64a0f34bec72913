"""``mtornet scan``: from a specification to a table, in the order in which a user does it."""

import json

import pandas as pd
import pytest

from tests.cli.conftest import TOY_ANTIMONY

SPEC = """
model = "decay.ant"
duration = "10 s"
times = ["5 s", "10 s"]
readouts = ["A"]

[[vary]]
target = "parameter.k"
log = [0.01, 1.0]
n = 4

[[vary]]
target = "amount.A"
values = [10, 100]
"""


@pytest.fixture
def spec(tmp_path):
    (tmp_path / "decay.ant").write_text(TOY_ANTIMONY, encoding="utf-8")
    path = tmp_path / "spec.toml"
    path.write_text(SPEC, encoding="utf-8")
    return path


def test_from_a_specification_to_a_table(mtornet, spec):
    done = mtornet("scan", spec, "--out", "x", "--jobs", 2)
    assert done.code == 0, done.err
    assert done.out.startswith("x: 8 of 8 points, 8 of them now")
    assert "mtornet scan merge x" in done.out
    status = mtornet("scan", "status", "x", "--json")
    numbers = json.loads(status.out)
    assert (numbers["points"], numbers["done"], numbers["failed"], numbers["running"]) == (8, 8, 0, False)
    assert mtornet("scan", "status", "x").out.startswith("x: 8 of 8 points (100.0 %)")
    told = mtornet("scan", "merge", "x", "--format", "csv", "--out", "table.csv")
    assert told.out == "wrote table.csv (16 rows)\n"
    assert len(pd.read_csv(spec.parent / "table.csv")) == 16
    assert mtornet("scan", "merge", "x", "--format", "parquet", "--out", "t.parquet").code == 0
    assert len(pd.read_parquet(spec.parent / "t.parquet")) == 16
    again = mtornet("scan", "resume", "x", "--json")
    assert json.loads(again.out)["complete"] is True
    assert mtornet("scan", "retry", "x").out == "0 points have numbers now, 0 have not\n"


def test_the_folder_knows_its_model(mtornet, spec):
    assert mtornet("scan", spec, "--out", "x", "--quiet").code == 0
    (spec.parent / "decay.ant").unlink()
    assert mtornet("scan", "resume", "x").code == 0


def test_an_edited_specification_is_refused(mtornet, spec):
    assert mtornet("scan", spec, "--out", "x").code == 0
    spec.write_text(SPEC.replace('"10 s"\n', '"20 s"\n'), encoding="utf-8")
    told = mtornet("scan", spec, "--out", "x")
    assert told.code == 2
    assert "duration_s: was 10.0, now 20.0" in told.err


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('readouts = ["A"]', 'readout = ["A"]', "unknown key 'readout'; did you mean 'readouts'?"),
        ("n = 4", "n = 0", "vary[1].n: expected a number >= 1, found 0"),
        ("n = 4", 'n = "4"', "vary[1].n: expected a whole number, found '4'"),
        ("log = [0.01, 1.0]", "log = [0.01]", "vary[1].log: expected 2 entries, found 1"),
        ("log = [0.01, 1.0]", "log = [0.01, 1.0", "not TOML: "),
        ('target = "amount.A"', 'targett = "amount.A"', "vary[2].target is missing"),
        ('"decay.ant"', '"decoy.ant"', "no model 'decoy.ant'"),
    ],
)
def test_mistakes_name_the_file_and_the_key(mtornet, spec, before, after, message):
    spec.write_text(SPEC.replace(before, after), encoding="utf-8")
    told = mtornet("scan", spec, "--out", "x")
    assert told.code == 2
    assert message in told.err
    assert told.err.startswith(f"error: {spec}: ") or "no model" in message
    assert not (spec.parent / "x").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["status"], "needs the folder of a scan"),
        (["status", "nothing"], "holds no scan"),
        (["nothing.toml"], "there is no such file"),
        (["merge", "nothing", "--format", "xlsx"], "expected csv or parquet"),
        (["nothing.toml", "x"], "write 'mtornet scan nothing.toml --out x'"),
    ],
    ids=" ".join,
)
def test_wrong_words(mtornet, arguments, message):
    told = mtornet("scan", *arguments)
    assert told.code == 2
    assert message in told.err


def test_a_map_of_two_things_that_vary(mtornet, spec):
    assert mtornet("scan", spec, "--out", "x").code == 0
    told = mtornet("scan", "map", "x", "--at", "5 s", "--out", "figures", "--json")
    assert told.code == 0, told.err
    paths = json.loads(told.out)
    data = pd.read_csv(spec.parent / paths["csv"])
    assert list(data.columns) == ["amount.A", "parameter.k", "mean"]
    assert len(data) == 8
    assert (spec.parent / paths["png"]).stat().st_size > 5000
    for arguments, message in (
        (["--at", "6 s"], "the scan looked at"),
        (["--readout", "AA"], "unknown read-out 'AA'"),
        (["--where", "parameter.k=7"], "no point is there"),
        (["--where", "parameter.k=0.01"], "a map needs two things that vary"),
        (["--feature", "nadir"], "unknown feature 'nadir'"),
    ):
        wrong = mtornet("scan", "map", "x", *arguments)
        assert wrong.code == 2
        assert message in wrong.err


def test_a_dry_run_makes_no_folder(mtornet, spec, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    told = mtornet("scan", spec, "--dry-run")
    assert told.code == 0
    assert told.out.startswith("8 points, rate equations\nabout ")
    assert json.loads(mtornet("scan", spec, "--dry-run", "--json").out)["points"] == 8
    assert not (spec.parent / "spec").exists()
