"""GR metrics of growth laws whose answer is known."""

import numpy as np
import pytest

import mtornet as mt
from mtornet.analysis.growth import divisions, gr_metrics, gr_values, per_second

DOSES = np.logspace(-1, 3, 9)


def test_divisions_are_log2_of_the_cell_number():
    times = np.linspace(0.0, 72 * 3600.0, 50)
    assert divisions(times, np.full(50, np.log(2.0) / 24.0), "1/h") == pytest.approx(3.0)
    falling = np.linspace(0.04, -0.02, 50)
    assert divisions(times, falling, "1/h") == pytest.approx(0.01 * 72 / np.log(2.0))
    with pytest.raises(mt.ProtocolError, match="a cell number needs a growth rate, in 1/h or the like"):
        divisions(times, falling, "molecule")


def test_units_of_rates():
    assert per_second("1/h") == pytest.approx(1 / 3600)
    assert per_second("1/d") == pytest.approx(1 / 86400)
    assert per_second("molecule") is None
    assert per_second("1/(molecule*s)") is None


def test_gr_values_are_those_of_their_definition():
    # Hafner 2016: from counts at the start, of the control and of treated cells.
    x0, control, treated = 100.0, 800.0, np.array([800.0, 283.0, 100.0, 50.0])
    expected = 2 ** (np.log2(treated / x0) / np.log2(control / x0)) - 1
    found = gr_values(np.log2(treated / x0), np.log2(control / x0))
    np.testing.assert_allclose(found, expected)
    assert found[0] == pytest.approx(1.0)
    assert found[2] == pytest.approx(0.0)
    assert found[3] < 0
    with pytest.raises(mt.ProtocolError, match="GR needs growing untreated cells; these make -1 divisions"):
        gr_values(np.ones(3), -1.0)


@pytest.mark.parametrize("control", [1.0, 4.0])
def test_gr_does_not_depend_on_how_fast_cells_divide_but_cell_numbers_do(control):
    share = 1.0 / (1.0 + DOSES / 10.0)
    metrics = gr_metrics(DOSES, gr_values(control * share, control))
    # 2^(1/2) - 1 = 0.414 at half the rate: GR is 0.5 where the rate is log2(1.5).
    assert pytest.approx(10.0 * (1.0 / np.log2(1.5) - 1.0), rel=0.03) == metrics.GR50
    cells = 2.0 ** (control * (share - 1.0))
    assert np.interp(0.5, cells[::-1], DOSES[::-1]) != pytest.approx(metrics.GR50, rel=0.2)


def test_gr_metrics_of_a_hill_curve():
    values = 1.0 + (-0.2 - 1.0) / (1.0 + (20.0 / DOSES) ** 1.3)
    found = gr_metrics(DOSES, values)
    assert pytest.approx(20.0, rel=1e-4) == found.GEC50
    assert found.GRinf == pytest.approx(-0.2, abs=1e-4)
    assert found.hGR == pytest.approx(1.3, rel=1e-4)
    assert pytest.approx(20.0 * (0.5 / 0.7) ** (1 / 1.3), rel=1e-3) == found.GR50
    assert found.GRmax == values[-1]
    assert pytest.approx(np.mean(1.0 - (values[1:] + values[:-1]) / 2)) == found.GR_AOC
    assert found.GR50_interval[0] <= found.GR50 <= found.GR50_interval[1]


def test_a_drug_that_never_halves_growth_has_no_gr50():
    found = gr_metrics(DOSES, 1.0 - 0.3 / (1.0 + 5.0 / DOSES))
    assert np.inf == found.GR50
