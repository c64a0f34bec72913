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
