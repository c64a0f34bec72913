"""Points of the shipped model are what the same experiment gives by itself."""

import numpy as np
import pytest

import mtornet as mt

INPUTS = {"insulin": "1 nM"}
COMMON = {"readouts": ["pS6K_T389", "pAKT_S473"], "condition": {"inputs": INPUTS}}


def alone(network, drugs, times, *, variant="wild_type", at="0 h", **options):
    protocol = mt.Protocol().settle().apply(mt.Condition(variant=variant, inputs=INPUTS))
    if drugs:
        protocol = protocol.apply(mt.Condition(variant=variant, drugs=drugs), at=at)
    run = mt.run(network, protocol.until(times[-1]), readouts=COMMON["readouts"], times=times, **options)
    table = run.summary[run.summary["drug"] != "vehicle"] if drugs else run.summary
    return table["mean"].to_numpy().reshape(2, len(times)).T, table["fold_change"].to_numpy().reshape(2, -1).T


def test_doses_schedules_genotypes_and_constants(mtor):
    scan = mt.Scan(
        vary=[
            mt.Vary("variant", values=["wild_type", "PTEN_loss"]),
            mt.Vary("drug.everolimus", values=["1 nM", "20 nM"]),
            mt.Vary("schedule.everolimus.start", values=["0 h", "1 h"]),
            mt.Vary("parameter.k_irs_s6k", factor={"values": [0.5, 2.0]}),
        ],
        times=["1 h", "3 h"],
        duration="3 h",
        **COMMON,
    )
    plan = scan.plan()
    found = plan.evaluate()
    assert set(found.status) == {"complete"}
    values = found.coordinates.values
    for i in (0, 5, 10, 15):
        variant = ("wild_type", "PTEN_loss")[int(values["variant"][i])]
        nM, start = values["drug.everolimus"][i], values["schedule.everolimus.start"][i]
        factor = values["parameter.k_irs_s6k.factor"][i]
        network = mtor.with_parameters(k_irs_s6k=mtor.parameters["k_irs_s6k"].value * factor)
        mean, fold = alone(
            network, {"everolimus": f"{nM:g} nM"}, ["1 h", "3 h"], variant=variant, at=float(start)
        )
        np.testing.assert_allclose(found.mean[i], mean, rtol=2e-5)
        np.testing.assert_allclose(found.fold_change[i], fold, rtol=2e-5)


@pytest.mark.parametrize(
    ("vary", "label"),
    [
        (
            mt.Vary("drug", values=["vehicle", "everolimus 20 nM + alpelisib 1 uM"]),
            "everolimus 20 nM + alpelisib",
        ),
        (mt.Vary("drug.everolimus", values=["5 nM", "20 nM for 1 h every 2 h"]), "everolimus 20 nM for 1 h"),
        (mt.Vary("module.rtk_foxo", values=[True, False]), "vehicle"),
        (mt.Vary("method.rtol", values=[1e-4, 1e-7]), "everolimus 20 nM"),
        (mt.Vary("input.insulin", values=["0.1 nM", "10 nM"]), "vehicle"),
        (mt.Vary("amount.PTEN", factor={"range": [0.5, 2], "n": 2}), "vehicle"),
        (mt.Vary("drug.everolimus", factor={"values": [0.1, 1]}), "everolimus 20 nM"),
    ],
    ids=lambda value: getattr(value, "target", ""),
)
def test_everything_that_can_vary_does(vary, label):
    condition = {} if vary.target == "input.insulin" else {"inputs": INPUTS}
    # Cells at rest move with no tolerance, and a factor needs a dose to act on.
    if (vary.factor and vary.target.startswith("drug")) or vary.target == "method.rtol":
        condition = {**condition, "drugs": {"everolimus": "20 nM"}}
    scan = mt.Scan(vary=[vary], readouts=["pAKT_S473"], duration="2 h", condition=condition)
    found = scan.plan().evaluate()
    assert list(found.status) == ["complete", "complete"], found.failures
    assert found.mean[0, 0, 0] != found.mean[1, 0, 0]
    assert found.labels["condition"][1].startswith(label)


def test_features_are_of_fold_changes_over_the_same_cells():
    scan = mt.Scan(
        vary=[mt.Vary("drug.everolimus", values=["0 nM", "20 nM"])],
        duration="24 h",
        features=["nadir", "peak", "rebound_index"],
        times=["24 h"],
        **COMMON,
    )
    found = scan.plan().evaluate()
    assert found.fold_change[0] == pytest.approx(1.0, rel=1e-6)
    assert found.feature("nadir")[0] == pytest.approx(1.0, rel=1e-6)
    assert found.feature("nadir")[1, 0] < 0.1
    assert found.feature("rebound_index")[1, 1] == pytest.approx(np.log2(found.feature("peak")[1, 1]))
    assert found.feature("peak")[1, 1] >= found.fold_change[1, 0, 1] > 1.2


def test_cells_are_those_of_the_experiment_by_itself(mtor):
    options = {"method": "ssa", "cells": 3, "seed": 5, "copy_scale": 0.002, "settle": "5 min"}
    scan = mt.Scan(
        vary=[mt.Vary("drug.everolimus", values=["1 nM", "20 nM"])],
        duration="10 min",
        times=["10 min"],
        **COMMON,
        **options,
    )
    found = scan.plan().evaluate()
    protocol = mt.Protocol().settle().apply(mt.Condition(inputs=INPUTS, drugs={"everolimus": "20 nM"}))
    run = mt.run(mtor, protocol.until("10 min"), readouts=COMMON["readouts"], times=["10 min"], **options)
    table = run.summary[run.summary["drug"] == "everolimus"]
    # The same streams of random numbers, since the content is the same: not one molecule differs.
    assert found.mean[1].ravel().tolist() == table["mean"].tolist()
    assert found.n.tolist() == [3, 3]
    assert np.all(found.n_events > 0)


@pytest.mark.parametrize("method", ["ssa", "hybrid"])
def test_batches_of_cells_and_of_cells_without_drug_are_those_of_one_run(method):
    options = {
        "vary": [mt.Vary("drug.everolimus", values=["1 nM"])],
        "method": method,
        "copy_scale": 0.002,
        "settle": "5 min",
        "duration": "10 min",
        "times": ["10 min"],
        "seed": 5,
        **COMMON,
    }
    # A rule that is never content ends with as many cells as allowed, in batches.
    rule = {"readout": "pS6K_T389", "relative": 1e-9, "batch": 4, "most": 10}
    by_rule = mt.Scan(replicates=rule, **options).plan().evaluate()
    at_once = mt.Scan(cells=10, **options).plan().evaluate()
    np.testing.assert_array_equal(by_rule.levels, at_once.levels)
    np.testing.assert_allclose(by_rule.fold_change, at_once.fold_change, rtol=1e-12)
