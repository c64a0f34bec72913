"""Doses in mg from the command line: the table, the model file that goes with the protocol, messages."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import mtornet as mt


@pytest.fixture(scope="module")
def dosed(shell, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pk") / "out"
    doses = ("--dose", "everolimus=10 mg QD", "--dose", "sapanisertib=4 mg QD")
    more = ("--duration", "36 h", "--method", "ode", "--quiet", "--out", folder)
    done = shell("compare", "everolimus", "sapanisertib", *doses, *more)
    assert done.code == 0, done.err
    return folder


def read(path: Path, delimiter: str = "\t") -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def test_the_protocol_and_the_model_tell_the_same_concentration(dosed: Path) -> None:
    network = mt.read_sbml(dosed / "model.xml")
    assert "everolimus" in network.derived
    conditions: dict[str, dict[str, float]] = {}
    for row in read(dosed / "protocol" / "conditions.tsv"):
        conditions.setdefault(row["conditionId"], {})[row["targetId"]] = float(row["targetValue"])
    experiment = [
        (float(row["time"]), conditions[row["conditionId"]])
        for row in read(dosed / "protocol" / "experiments.tsv")
        if row["experimentId"] == "everolimus_10_mg_QD"
    ]
    exact = mt.exposure("everolimus", "10 mg QD", duration="36 h")
    for hours in (0.5, 1.0, 6.0, 23.0, 25.0, 35.0):
        time = hours * 3600.0
        values = [values for start, values in experiment if start <= time][-1]
        assert set(values) <= set(network.inputs) | set(network.parameters)
        since = time - values["everolimus_since"]
        found = (values["everolimus_level"] + values["everolimus_slope"] * since) * np.exp(
            -values["everolimus_fading"] * since
        )
        assert found == pytest.approx(np.interp(time, exact.times, exact.free_nM), rel=0.02)
        assert values["sapanisertib_level"] == 0.0


def test_the_table_says_the_dose_in_mg_and_the_highest_free_concentration(dosed: Path) -> None:
    rows = read(dosed / "summary.csv", delimiter=",")
    everolimus = {row["condition"] for row in rows if row["drug"] == "everolimus"}
    assert everolimus == {"everolimus 10 mg QD"}
    dose = {float(row["dose_nM"]) for row in rows if row["drug"] == "everolimus"}
    exact = mt.exposure("everolimus", "10 mg QD", duration="36 h")
    assert dose.pop() == pytest.approx(exact.free_nM.max(), rel=0.02)


@pytest.mark.parametrize(
    ("dose", "message"),
    [
        ("torkinib=100 mg QD", "drug 'torkinib' has no PK model"),
        ("torkinib=100 mg QDD", "cannot read 'QDD' in '100 mg QDD'"),
        ("torkinib=100 mg at steady state", "'at steady state' needs how often"),
    ],
)
def test_wrong_doses_are_one_message(mtornet, tmp_path: Path, dose: str, message: str) -> None:
    done = mtornet("compare", "torkinib", "--dose", dose, "--out", tmp_path / "x")
    assert done.code == 2
    assert message in done.err
    assert not (tmp_path / "x").exists()


SPEC = """
variant = "PTEN_loss"
duration = "60 h"
readouts = ["pAKT_S473", "pS6K_T389"]
times = ["0 h", "24 h", "60 h"]

[[step]]
at = "0 h"
inputs = { insulin = "1 nM" }
drugs = { everolimus = "10 mg QD" }

[[step]]
at = "30 h"
wash = "everolimus"
"""


def test_run_carries_out_a_file(mtornet, tmp_path: Path) -> None:
    (tmp_path / "daily.toml").write_text(SPEC, encoding="utf-8")
    done = mtornet("run", "daily.toml", "--quiet")
    assert done.code == 0, done.err
    assert "everolimus 10 mg QD, PTEN_loss, after 60 h (ode)" in done.out
    folder = tmp_path / "daily"
    rows = read(folder / "summary.csv", delimiter=",")
    assert {row["condition"] for row in rows} == {"vehicle", "everolimus 10 mg QD"}
    assert {row["variant"] for row in rows} == {"PTEN_loss"}
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert record["spec"]["step"][1] == {"at": "30 h", "wash": "everolimus"}
    for name in record["outputs"].values():
        assert (folder / name).is_file(), name
    course = read(folder / "figures" / "concentration.csv", delimiter=",")
    exact = mt.exposure("everolimus", "10 mg QD", duration="30 h").free_nM.max()
    assert max(float(row["free_nM"]) for row in course) == pytest.approx(exact, rel=0.02)
    assert all(float(row["free_nM"]) == 0.0 for row in course if float(row["time_h"]) > 30.0)
    assert {row["dose"] for row in course} == {"10 mg QD, then washed out"}
    same = mt.run(
        mt.load_model("mtor"),
        mt.Protocol()
        .settle()
        .apply(
            mt.Condition(variant="PTEN_loss", drugs={"everolimus": "10 mg QD"}, inputs={"insulin": "1 nM"})
        )
        .wash("everolimus", at="30 h")
        .until("60 h"),
        readouts=["pAKT_S473", "pS6K_T389"],
        times=["0 h", "24 h", "60 h"],
    ).summary
    assert [float(row["mean"]) for row in rows] == same["mean"].tolist()


def test_run_of_cells_writes_features_and_repeats(mtornet, tmp_path: Path) -> None:
    (tmp_path / "few.toml").write_text(
        SPEC.replace('"60 h"', '"2 h"').replace('"24 h", ', "").replace('"30 h"', '"1 h"') + "",
        encoding="utf-8",
    )
    text = (tmp_path / "few.toml").read_text(encoding="utf-8")
    head = 'method = "ssa"\ncells = 3\ncopy_scale = 0.002\nsettle = "1 h"\nseed = 5\n'
    (tmp_path / "few.toml").write_text(head + text, encoding="utf-8")
    for out in ("a", "b"):
        done = mtornet("run", "few.toml", "--quiet", "--out", out, "--keep", "trajectories")
        assert done.code == 0, done.err
    for name in ("summary.csv", "cells.parquet", "trajectories.parquet", "deterministic.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_run_shows_an_example_that_runs(mtornet, tmp_path: Path) -> None:
    shown = mtornet("run", "--example")
    (tmp_path / "e.toml").write_text(shown.out.replace('"14 d"', '"8 d"'), encoding="utf-8")
    done = mtornet("run", "e.toml", "--json")
    assert done.code == 0, done.err
    assert {row["readout"] for row in json.loads(done.out)["table"]} == {"pAKT_S473", "pS6K_T389"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('duration = "60 h"', ""), "x.toml: duration is missing"),
        (('duration = "60 h"', 'duratoin = "60 h"'), "unknown key 'duratoin'; did you mean 'duration'?"),
        (('duration = "60 h"', "duration = 60"), "duration: expected text, found 60"),
        (('"60 h"\nread', '"60"\nread'), "duration: until: '60' has no unit"),
        (
            ('wash = "everolimus"', 'wush = "everolimus"'),
            "x.toml: step 2: unknown key 'wush'; did you mean 'wash'?",
        ),
        (('wash = "everolimus"', ""), "x.toml: step 2: nothing is done"),
        (("10 mg QD", "10 mg QX"), "x.toml: step 1: dose of everolimus: cannot read 'QX'"),
        (("insulin =", "insulins ="), "did you mean 'insulin'?"),
        (('variant = "PTEN_loss"', 'variant = "PTEN_los"'), "did you mean 'PTEN_loss'?"),
        (("[[step]]", "cells = 2.5\n[[step]]"), "cells: expected a whole number, found 2.5"),
        (("[[step]]", "parameters = { k = 'a' }\n[[step]]"), "parameters.k: expected a number, found 'a'"),
        (("[[step]]", "start = 'rest'\n[[step]]"), "start: expected 'settled'"),
        (('duration = "60 h"', "duration = "), "x.toml: not TOML"),
    ],
)
def test_a_wrong_file_is_one_message(mtornet, tmp_path: Path, change: tuple[str, str], message: str) -> None:
    assert change[0] in SPEC
    (tmp_path / "x.toml").write_text(SPEC.replace(*change, 1), encoding="utf-8")
    done = mtornet("run", "x.toml")
    assert done.code == 2, done.out
    assert done.err.startswith("error: ")
    assert message in done.err
    assert not (tmp_path / "x").exists()


def test_run_without_a_file(mtornet) -> None:
    assert "there is no such file" in mtornet("run", "none.toml").err
    assert "name the TOML file" in mtornet("run").err


def test_convert_writes_the_course_into_the_model(mtornet, tmp_path: Path) -> None:
    done = mtornet("convert", "mtor", "dosed.xml", "--drug", "everolimus=10 mg QD", "--duration", "30 h")
    assert done.code == 0, done.err
    dosed = mt.read_sbml(tmp_path / "dosed.xml")
    hours = [0.0, 1.0, 6.0, 23.0, 25.0, 30.0]
    found = mt.simulate(dosed, [3600.0 * h for h in hours])
    protocol = (
        mt.Protocol()
        .apply(mt.Condition(drugs={"everolimus": "10 mg QD"}, inputs={"insulin": "1 nM"}))
        .until("30 h")
    )
    species = ["FKBP12", "pS6K"]
    same = mt.run(mt.load_model("mtor"), protocol, readouts=species, times=[f"{h} h" for h in hours]).summary
    for name in species:
        expected = same.query("drug == 'everolimus' and readout == @name")["mean"].to_numpy()
        assert found.mean[:, found.column(name)] == pytest.approx(expected, rel=2e-3, abs=1e-2)


def test_convert_of_a_constant_dose_sets_the_input(mtornet, tmp_path: Path) -> None:
    done = mtornet("convert", "mtor", "held.xml", "--drug", "sapanisertib=20 nM")
    assert done.code == 0, done.err
    assert mt.read_sbml(tmp_path / "held.xml").inputs["sapanisertib"].value == 20.0


def test_where_a_constant_concentration_is_needed_a_dose_in_mg_is_refused(mtornet) -> None:
    done = mtornet("verify", "mtor", "--drug", "everolimus=10 mg QD")
    assert done.code == 2
    assert "a dose in mg changes over time" in done.err
