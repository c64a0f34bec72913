import numpy as np
import pytest

from mtornet.plot.save import new_figure
from mtornet.plot.scales import fold_label, log2_fold, set_fold_axis, set_time_axis, time_ticks


def test_the_ticks_of_three_days_are_those_of_the_bench():
    assert time_ticks(72) == [0, 1, 4, 8, 16, 24, 48, 72]


@pytest.mark.parametrize("end_h", [0.02, 0.5, 1, 7.3, 24, 168, 720, 5000])
def test_ticks_start_at_zero_end_at_the_end_and_lie_apart(end_h):
    ticks = time_ticks(end_h)
    assert (ticks[0], ticks[-1]) == (0, end_h)
    assert np.diff(np.sqrt(np.array(ticks) / end_h)).min() > 0.09
    assert len(ticks) <= 11


def test_no_time_is_one_tick():
    assert time_ticks(0) == [0.0]


def test_folds_are_held_inside_the_figure_and_gaps_stay_gaps():
    values = log2_fold([0.0, 1e-9, 1.0, 8.0, 1e9, np.nan])
    assert values[:5].tolist() == [-6, -6, 0, 3, 6]
    assert np.isnan(values[5])


def test_labels_say_where_the_axis_is_open():
    assert [fold_label(k) for k in (-6, -2, 0, 3, 6)] == ["≤1/64", "1/4", "1", "8", "≥64"]


def test_the_fold_axis_shows_at_least_half_to_twice():
    axes = new_figure(3, 2).add_subplot()
    set_fold_axis(axes, [0.1, np.nan])
    low, high = axes.get_ylim()
    assert low < -1
    assert high > 1
    assert [text.get_text() for text in axes.get_yticklabels()] == ["1/2", "1", "2"]


def test_the_first_hours_get_room():
    axes = new_figure(3, 2).add_subplot()
    set_time_axis(axes, 72)
    one, end = (axes.transData.transform((hour, 0))[0] for hour in (1, 72))
    start = axes.transData.transform((0, 0))[0]
    assert (one - start) / (end - start) == pytest.approx((1 / 72) ** 0.5)
