import numpy as np
import pytest

from mtornet.analysis.times import default_times, responder_time, time_grid
from mtornet.errors import ProtocolError

HOUR = 3600.0


@pytest.mark.parametrize(
    "duration_s",
    [
        1.0,
        299.0,
        300.0,
        301.0,
        HOUR,
        4 * HOUR,
        24 * HOUR,
        25 * HOUR,
        72 * HOUR,
        73.5 * HOUR,
        60 * 24 * HOUR,
        3650 * 24 * HOUR,
    ],
)
def test_default_times(duration_s):
    times = default_times(duration_s)
    assert times[0] == 0.0
    assert times[-1] == duration_s
    assert np.all(np.diff(times) > 0)
    assert times.size <= 1000
    for wanted in (300.0, HOUR, 6 * HOUR, 24 * HOUR):
        assert wanted > duration_s or wanted in times
    steps = np.diff(times)
    assert np.all(np.diff(steps[:-1]) >= -1e-6 * duration_s), "steps only grow, but for the last"


def test_default_times_of_three_days():
    times = default_times(72 * HOUR) / HOUR
    assert times[times <= 1].size >= 6
    assert set(range(25)) <= set(times)
    assert np.all(np.diff(times[times >= 24]) == 2.0)


def test_time_grid_sorts_and_drops_repeats():
    assert list(time_grid(["1 h", 0, "30 min", 3600.0], 7200.0)) == [0.0, 1800.0, 3600.0]


@pytest.mark.parametrize("times", [[], [-1.0], ["3 h"]])
def test_time_grid_refuses(times):
    with pytest.raises(ProtocolError, match="times: expected times between 0 and the end at 7200 s"):
        time_grid(times, 7200.0)


def test_responders_are_counted_at_24_h_or_at_the_end():
    assert responder_time(72 * HOUR) == 24 * HOUR
    assert responder_time(4 * HOUR) == 4 * HOUR
