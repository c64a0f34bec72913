import math

import numpy as np
import pytest

from mtornet.analysis.features import features
from mtornet.analysis.findings import verdict

TIMES = np.array([0.0, 1.0, 2.0, 4.0, 8.0])


def test_fall_then_rebound():
    found = features(TIMES, np.array([[1.0, 0.25, 0.5, 2.0, 1.0]]))
    assert (found.nadir[0], found.t_nadir_s[0]) == (0.25, 1.0)
    assert (found.peak[0], found.t_peak_s[0]) == (2.0, 4.0)
    assert found.rebound_index[0] == 1.0
    assert found.recovery[0] == 3.0


def test_rise_from_the_start():
    # Nothing falls: the nadir is the start itself.
    found = features(TIMES, np.array([1.0, 1.1, 1.5, 3.0, 4.0]))
    assert (found.nadir[0], found.t_nadir_s[0]) == (1.0, 0.0)
    assert (found.peak[0], found.t_peak_s[0]) == (4.0, 8.0)
    assert found.rebound_index[0] == found.recovery[0] == 2.0


def test_fall_for_good():
    # The highest value after the nadir is the nadir: nothing climbs, whatever stood before it.
    found = features(TIMES, np.array([1.0, 0.5, 0.25, 0.2, 0.125]))
    assert found.nadir[0] == found.peak[0] == 0.125
    assert found.t_peak_s[0] == 8.0
    assert found.recovery[0] == 0.0
    assert found.rebound_index[0] == -3.0


def test_a_peak_before_the_nadir_is_no_rebound():
    found = features(TIMES, np.array([1.0, 8.0, 0.5, 0.75, 0.5]))
    assert found.peak[0] == 0.75
    assert found.rebound_index[0] < 0


def test_nothing_happens():
    found = features(TIMES, np.ones(5))
    assert found.nadir[0] == found.peak[0] == 1.0
    assert found.recovery[0] == found.rebound_index[0] == 0.0


def test_equal_lows_count_from_the_first():
    found = features(TIMES, np.array([1.0, 0.5, 0.5, 1.0, 0.5]))
    assert found.t_nadir_s[0] == 1.0
    assert found.t_peak_s[0] == 4.0


def test_gone_for_good_has_no_recovery():
    found = features(TIMES, np.zeros(5))
    assert found.recovery[0] == 0.0
    assert found.rebound_index[0] == -math.inf


def test_back_from_nothing_recovers_without_bound():
    found = features(TIMES, np.array([1.0, 0.0, 0.0, 1.0, 1.0]))
    assert found.recovery[0] == math.inf
    assert found.rebound_index[0] == 0.0


def test_rows_are_independent_and_nan_stays_in_its_row():
    folds = np.array([[1.0, 0.5, 1.0, 1.0, 1.0], [1.0, np.nan, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 2.0, 2.0]])
    found = features(TIMES, folds)
    assert found.nadir[0] == 0.5
    assert found.rebound_index[2] == 1.0
    for values in (
        found.nadir,
        found.peak,
        found.t_nadir_s,
        found.t_peak_s,
        found.rebound_index,
        found.recovery,
    ):
        assert math.isnan(values[1])
        assert not math.isnan(values[0])


@pytest.mark.parametrize(
    ("peak", "recovery", "word"),
    [
        (2.0, 1.0, "rebound"),
        (1.21, 0.0, "rebound"),
        (1.2, 1.0, "full recovery"),  # the threshold itself is not above it
        (1.0, 0.0, "none"),
        (0.9, 2.0, "full recovery"),
        (0.8, 2.0, "full recovery"),
        (0.79, 2.0, "partial recovery"),
        (0.05, 1.0, "partial recovery"),
        (0.05, 0.3, "none"),  # 2**0.3 = 1.23: less than the 1.3-fold that counts as a climb
        (0.05, math.log2(1.31), "partial recovery"),
    ],
)
def test_verdict(peak, recovery, word):
    assert verdict(peak, recovery) == word
