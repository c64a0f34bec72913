"""What ``mt.compare`` promises beyond its files."""

import json

import numpy as np
import pytest

import mtornet as mt
from mtornet.analysis.request import CompareRequest, prepared
from tests.file_contract import RUN_KEYS


@pytest.fixture(scope="module")
def found():
    return mt.compare(
        ["everolimus", "sapanisertib"],
        combinations=[["everolimus", "sapanisertib"]],
        method="ode",
        duration="4 h",
        explain=False,
    )


def test_vehicle_first_then_drugs_then_combinations(found):
    assert [arm.condition for arm in found.arms] == [
        "vehicle",
        "everolimus 20 nM",
        "sapanisertib 224 nM",
        "everolimus 20 nM + sapanisertib 224 nM",
    ]
    combination = found.arms[-1]
    assert combination.drug == "everolimus+sapanisertib"
    assert combination.drug_class == "rapalog+atp_competitive"
    assert np.isnan(combination.dose_nM)
    assert list(found.summary["condition"].unique()) == [arm.condition for arm in found.arms]


def test_the_combination_is_at_least_as_strong_on_s6k(found):
    at_end = found.summary[found.summary["time_s"] == 4 * 3600].query("readout == 'p4EBP1_T37_46'")
    folds = at_end.set_index("condition")["fold_change"]
    assert folds.iloc[-1] < min(folds["everolimus 20 nM"], folds["sapanisertib 224 nM"])


def test_table_and_sentences(found):
    assert list(found.table["condition"]) == [arm.condition for arm in found.arms[1:]]
    assert len(found.sentences) == 3
    assert found.sentences[0].startswith("everolimus 20 nM (rapalog): ")
    assert found.sentences[2].startswith("everolimus 20 nM + sapanisertib 224 nM (combination): ")
    assert "cells above baseline" in found.table.columns
    assert set(found.table["cells above baseline"]) == {"-"}


def test_words_say_what_the_curves_do(found):
    # A site that never falls and rises above 1.2-fold "rebounds"; a site that stays down "stays".
    assert "pAKT S473 rebounds to" in found.sentences[0]
    assert "pAKT S473 falls to" in found.sentences[1] or "pAKT S473 stays at" in found.sentences[1]


def test_doses_say_why(found):
    rows = found.doses.set_index("drug")
    assert rows.loc["everolimus", "why"] == "more than 95 % of S6K1 off ex vivo"
    assert "OBS-008" in rows.loc["everolimus", "source"]
    own = mt.compare(["everolimus"], doses={"RAD001": "5 nM"}, method="ode", duration="1 h", explain=False)
    assert own.doses.loc[0, "why"] == "chosen for this run"
    assert own.arms[1].condition == "everolimus 5 nM"


def test_drug_bars_follow_the_schedule():
    found = mt.compare(
        ["everolimus"],
        doses={"everolimus": "20 nM for 6 h every 24 h"},
        method="ode",
        duration="30 h",
        explain=False,
    )
    assert found.drug_bars["vehicle"] == []
    (bars,) = (v for k, v in found.drug_bars.items() if k != "vehicle")
    assert bars == [(0.0, 6 * 3600.0, 20.0), (24 * 3600.0, 30 * 3600.0, 20.0)]


def test_run_record_can_be_written_for_every_kind_of_run(found):
    json.dumps(found.run, allow_nan=False)
    for name in RUN_KEYS:
        assert name in found.run


def test_state_folds_hold_every_species(found, mtor):
    own = found.state_folds
    assert set(own["condition"]) == {arm.condition for arm in found.arms}
    assert set(own["species"]) == set(mtor.species)
    vehicle = own[own["condition"] == "vehicle"]["fold_change"].dropna()
    assert np.allclose(vehicle, 1.0)


def test_two_doses_of_one_drug_are_refused():
    with pytest.raises(mt.ProtocolError, match="everolimus"):
        mt.compare(
            ["everolimus"],
            doses={"everolimus": "5 nM", "RAD001": "6 nM"},
            method="ode",
            duration="1 h",
            explain=False,
        )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"drug_names": ["everolimos"]}, "unknown drug 'everolimos'; did you mean 'everolimus'?"),
        ({"variant": "PTEN_los"}, "unknown variant 'PTEN_los'; did you mean 'PTEN_loss'?"),
        ({"readouts": ["pS6K_T398"]}, "unknown read-out 'pS6K_T398'; did you mean 'pS6K_T389'?"),
        ({"method": "sssa"}, "unknown method 'sssa'; did you mean 'ssa'?"),
        ({"duration": "0 h"}, "duration: expected a time > 0, got '0 h'"),
        ({"inputs": {"insuln": "1 nM"}}, "unknown input 'insuln'; did you mean 'insulin'?"),
        (
            {"doses": {"sapanisertib": "1 nM"}},
            "a dose is given for 'sapanisertib', which is not among the drugs compared",
        ),
        ({"combinations": [["everolimus", "torin1"]]}, "the combination names 'torin1', which is not among"),
        ({"times": ["5 h"]}, "times: expected times between 0 and the end at 3600 s"),
        ({"cells": 0, "method": "ssa"}, "cells: expected a whole number >= 1, got 0"),
        ({"copy_scale": 0.0, "method": "ssa"}, "copy_scale: expected a number > 0, got 0.0"),
    ],
)
def test_mistakes(given, message):
    with pytest.raises(mt.MtorNetError) as caught:
        mt.compare(
            **({"drug_names": ["everolimus"], "method": "ode", "duration": "1 h", "explain": False} | given)
        )
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "used"),
    [({}, "hybrid"), ({"copy_scale": 0.01}, "ssa"), ({"copy_scale": 0.01, "method": "cle"}, "cle")],
)
def test_the_method_fits_the_size_of_the_cells(asked, used):
    settings = prepared(CompareRequest(drug_names=["everolimus"], **asked)).settings
    assert (settings.method, settings.copy_scale) == (used, asked.get("copy_scale", 1.0))
