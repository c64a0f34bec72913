import numpy as np
import pytest

from mtornet.plot.dose import dose_figure

DOSES = np.array([0.0, 0.1, 1.0, 10.0, 100.0])


def hill(doses):
    return 1 / (1 + np.asarray(doses) / 3.0)


def texts(figure):
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_data_hold_points_bars_and_fit():
    figure, data = dose_figure(
        DOSES,
        hill(DOSES),
        low=hill(DOSES) - 0.1,
        high=hill(DOSES) + 0.1,
        fit=hill,
        ec50_nM=3.0,
        ec50_interval_nM=(2.0, 4.5),
        drug="sapanisertib",
        readout="pS6K T389",
    )
    assert list(data.columns) == ["dose_nM", "response", "low", "high", "fitted"]
    assert data["fitted"].tolist() == hill(DOSES).tolist()
    assert "EC50 3 nM (95 % CI 2 to 4.5)" in texts(figure)
    assert "0" in texts(figure)


def test_without_a_fit_there_are_points_only():
    figure, data = dose_figure(DOSES[1:], hill(DOSES[1:]))
    assert list(data.columns) == ["dose_nM", "response"]
    assert not any("EC50" in text for text in texts(figure))


@pytest.mark.parametrize("interval", [(0.0, np.inf), (-np.inf, 4.0), (np.nan, np.nan)])
def test_an_open_interval_stays_inside_the_figure(interval):
    figure, _ = dose_figure(DOSES, hill(DOSES), ec50_nM=3.0, ec50_interval_nM=interval)
    left, right = figure.axes[0].get_xlim()
    assert 0 < left < right < 1000


def test_an_ec50_that_was_not_found_is_not_drawn():
    figure, _ = dose_figure(DOSES, hill(DOSES), ec50_nM=float("nan"))
    assert not any("EC50" in text for text in texts(figure))


def test_a_mean_outside_its_quantiles_has_no_negative_bar():
    figure, _ = dose_figure([1.0, 10.0], [2.0, 1.0], low=[2.5, 0.5], high=[3.0, 1.5])
    assert figure.axes[0].containers
