"""A virtual cohort: own vehicles, reproducible patients, tables; intrinsic and extrinsic noise apart."""

import numpy as np
import pytest

import mtornet as mt
from mtornet.analysis.cohort_tables import wilson
from mtornet.errors import ProtocolError
from mtornet.experiment.tumour_exposure import tumour_exposure


@pytest.fixture(scope="module")
def small(mtor):
    return mt.cohort(network=mtor, patients=33, at="14 d", seed=4)


def test_every_patient_is_there_once_and_compared_with_itself(small):
    rows = small.patients
    for _, own in rows.groupby(["drug", "readout"]):
        assert list(own["patient"]) == list(range(33))
    assert np.allclose(rows["fold_change"], rows["treated"] / rows["vehicle"])
    assert (rows["responder"] == (rows["fold_change"] > 1.2)).all()
    assert rows["vehicle"].nunique() > 60, "no two tumours are the same"


def test_a_patient_does_not_depend_on_the_others(mtor, small):
    again = mt.cohort(network=mtor, patients=36, at="14 d", seed=4).patients
    merged = small.patients.merge(
        again, on=["patient", "context", "drug", "readout"], suffixes=("", "_again")
    )
    assert len(merged) == len(small.patients)
    assert np.allclose(merged["fold_change"], merged["fold_change_again"], rtol=1e-9)


def test_fractions_and_shares_add_up(small):
    for (drug, readout), rows in small.contexts.groupby(["drug", "readout"]):
        overall = rows[rows["context"] == "all"].iloc[0]
        parts = rows[rows["context"] != "all"]
        assert overall["n"] == parts["n"].sum() == 33
        assert overall["fraction_up"] == pytest.approx((parts["fraction_up"] * parts["n"]).sum() / 33)
        assert overall["low"] <= overall["fraction_up"] <= overall["high"]
        assert small.fraction(drug, readout) == overall["fraction_up"]
    sums = small.shares.groupby(["drug", "readout"])["share"].sum()
    assert np.allclose(sums, 1.0)


def test_the_exposure_is_that_of_the_clinic(small):
    met = small.exposures["everolimus"]
    assert met.provenance.source
    assert met.nM == pytest.approx(0.06 * 1.28 / 0.27, rel=0.02), (
        "0.06 of all drug in plasma, of which 27 % is free"
    )
    assert "10 mg QD" in met.words


def test_a_partition_of_the_free_drug():
    # Sapanisertib: as free in the tumour as in plasma (clinical.tsv).
    met = tumour_exposure("mtor", "sapanisertib")
    daily = mt.exposure("sapanisertib", "3 mg QD at steady state")
    assert met.nM == pytest.approx(daily.average(daily.free_nM))


def test_wilson_interval():
    # 28 of 55 patients, as Agresti and Coull tabulate the score interval.
    low, high = wilson(28, 55)
    assert (low, high) == (pytest.approx(0.381, abs=2e-3), pytest.approx(0.636, abs=2e-3))
    assert wilson(0, 10)[0] == 0.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patients": 3}, "about 33 or more"),
        ({"at": "2 h"}, "after the first day"),
        ({"doses": {"sapanisertib": "3 nM"}}, "not among the drugs"),
        ({"doses": {"everolimus": "5 nM for 6 h every 24 h"}}, "comes and goes"),
        ({"mix": "mixd"}, "did you mean 'mixed'"),
        ({"extrinsic": "wide"}, "expected 'table'"),
    ],
)
def test_what_makes_no_sense_is_refused(mtor, options, message):
    with pytest.raises(mt.MtorNetError, match=message):
        mt.cohort(network=mtor, **options)


PROTOCOL = mt.Protocol().settle().apply(mt.Condition(drugs={"everolimus": "20 nM"})).until("2 h")
ASK = {"times": ["0 h", "2 h"], "readouts": ["pAKT_S473", "pS6K_T389"], "seed": 3, "jobs": 1}


def cells_of(run, condition="vehicle", readout=0):
    arm = next(arm for arm in run.arms if arm.arm.condition == condition)
    return arm.cells[:, 0, readout]


def test_extrinsic_alone_is_deterministic_cells_that_differ(mtor):
    run = mt.run(mtor, PROTOCOL, method="ode", cells=6, extrinsic="table", **ASK)
    values = cells_of(run)
    assert values.size == 6
    assert np.unique(values).size == 6
    again = mt.run(mtor, PROTOCOL, method="ode", cells=8, extrinsic="table", **ASK)
    assert np.allclose(cells_of(again)[:6], values, rtol=1e-9), "more cells change none"
    assert run.summary.query("condition == 'vehicle'")["n"].eq(6).all()
    none = mt.run(mtor, PROTOCOL, method="ode", cells=3, extrinsic=0.0, **ASK)
    plain = mt.run(mtor, PROTOCOL, method="ode", **ASK)
    assert np.ptp(cells_of(none)) < 1e-6 * cells_of(none).mean()
    first = plain.summary.query("condition == 'vehicle'").iloc[0]
    assert cells_of(none)[0] == pytest.approx(first["mean"], rel=1e-5)


def test_own_vehicle_of_the_vehicle_is_itself(mtor):
    run = mt.run(mtor, PROTOCOL, method="ode", cells=4, extrinsic="table", **ASK)
    own = run.cells.query("condition == 'vehicle'")
    assert np.allclose(own["peak"], 1.0, atol=1e-4)
    assert np.allclose(own["nadir"], 1.0, atol=1e-4)


def test_chance_comes_on_top(mtor):
    options = {**ASK, "method": "ssa", "cells": 4, "copy_scale": 0.002, "settle": "10 min"}
    both = mt.run(mtor, PROTOCOL, extrinsic="table", **options)
    again = mt.run(mtor, PROTOCOL, extrinsic="table", **{**options, "jobs": 2})
    assert np.array_equal(cells_of(both), cells_of(again)), "threads change nothing"
    alone = mt.run(mtor, PROTOCOL, method="ode", extrinsic="table", **{**ASK, "cells": 4})
    assert not np.array_equal(cells_of(both), cells_of(alone))
    chance = mt.run(mtor, PROTOCOL, **options)
    assert not np.array_equal(cells_of(both), cells_of(chance))


def test_without_the_population_table_extrinsic_is_refused(mtor):
    from dataclasses import replace

    with pytest.raises(ProtocolError, match=r"no population.tsv"):
        mt.compare(["everolimus"], network=replace(mtor, model="mtor_mine"), extrinsic=0.2, method="ode")
