"""A specification is the same in TOML, in Python and for an editor."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

import mtornet as mt
from mtornet.scans.reading import read_scan, write_scan
from mtornet.scans.schema import SPEC, schema_text

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))

FULL = mt.Scan(
    model="mtor",
    method="ssa",
    cells=4,
    copy_scale=0.01,
    duration="2 h",
    settle="1 h",
    seed=11,
    readouts=["pS6K_T389", "pAKT_S473"],
    times=["1 h", 7200],
    features=["nadir"],
    sample="lhs",
    n=16,
    condition={
        "variant": "PTEN_loss",
        "drugs": {"alpelisib": "100 nM"},
        "inputs": {"insulin": "1 nM"},
        "parameters": {"k_irs_s6k": 1e-8},
    },
    options={"algorithm": "direct"},
    budget={"max_events": 10_000_000, "point_time": "10 min"},
    replicates={"readout": "pAKT_S473", "relative": 0.1},
    vary=[
        mt.Vary("drug.everolimus", values=["1 nM", "20 nM for 6 h every 24 h"], zip="a"),
        mt.Vary("schedule.alpelisib.start", values=["0 h", "1 h"], zip="a"),
        mt.Vary("amount.PTEN", factor={"log": [0.5, 2.0]}),
        mt.Vary("module.rtk_foxo", values=[True, False]),
        mt.Vary("drug", values=["vehicle", "sapanisertib 10 nM"]),
    ],
)


def test_written_and_read_is_the_same(tmp_path):
    path = tmp_path / "spec.toml"
    path.write_text(write_scan(FULL), encoding="utf-8")
    assert read_scan(path).as_dict() == FULL.as_dict()
    assert read_scan(path).plan().sha256 == FULL.plan().sha256
    assert FULL.plan().n_points == 2 * 16 * 2 * 2


def test_the_schema_file_is_up_to_date_and_is_one():
    assert (ROOT / "docs" / "scan.schema.json").read_text(encoding="utf-8") == schema_text()
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_fit_the_schema_and_the_model(path):
    jsonschema.validate(tomllib.loads(path.read_text(encoding="utf-8")), SPEC)
    assert read_scan(path).plan().n_points > 1


@pytest.mark.parametrize(
    "wrong",
    [{"vary": []}, {"vary": [{"target": 3}]}, {"celz": 3}, {"cells": 0}, {"sample": "grid"}, {"times": []}],
    ids=str,
)
def test_editor_and_reader_refuse_the_same(wrong):
    given = {"vary": [{"target": "variant", "values": ["wild_type"]}]} | wrong
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(given, SPEC)
    from mtornet.scans.checking import check

    with pytest.raises(mt.ProtocolError):
        check(given, SPEC, where="spec.toml")


def test_identity_is_of_meaning_not_of_words():
    one = mt.Scan(vary=[mt.Vary("drug.RAD001", values=["1 uM"])], duration="2 h", readouts=["pS6"])
    other = mt.Scan(vary=[mt.Vary("drug.RAD001", values=["1000 nM"])], duration=7200.0, readouts=["pS6"])
    assert one.plan().sha256 == other.plan().sha256
