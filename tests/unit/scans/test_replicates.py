"""Cells until the interval of a mean is tight, and never more than allowed."""

import numpy as np
import pytest
from scipy.stats import t

import mtornet as mt

RULE = {"readout": "A", "relative": 0.05, "batch": 10}


def evaluate(toy_scan, **rule):
    scan = toy_scan(
        method="ssa", vary=[mt.Vary("parameter.k", values=[0.01, 0.1, 0.3])], replicates={**RULE, **rule}
    )
    return scan.plan().evaluate()


def test_each_point_gets_what_its_mean_needs(toy_scan):
    found = evaluate(toy_scan)
    assert np.all(found.n % 10 == 0)
    # 100 molecules of which exp(-0.1) stay: the relative spread is a tenth of that of exp(-3).
    assert found.n[0] < found.n[1] < found.n[2]
    mean, sd = found.levels[:, 1, 0, 0], found.levels[:, 1, 0, 1]
    half = t.ppf(0.975, found.n - 1) * sd / np.sqrt(found.n)
    assert np.all(half <= 0.05 * mean)


def test_never_more_than_allowed(toy_scan):
    assert evaluate(toy_scan, relative=1e-6, most=25).n.tolist() == [25, 25, 25]


def test_a_longer_point_begins_with_the_same_cells(toy_scan):
    few, more = (
        evaluate(toy_scan, relative=10.0),
        toy_scan(method="ssa", vary=[mt.Vary("parameter.k", values=[0.01, 0.1, 0.3])], cells=10)
        .plan()
        .evaluate(),
    )
    assert few.n.tolist() == [10, 10, 10]
    assert np.array_equal(few.levels, more.levels)


def test_a_batch_needs_two_cells(toy_scan):
    with pytest.raises(mt.ProtocolError, match="at least 2 cells"):
        evaluate(toy_scan, batch=1)
