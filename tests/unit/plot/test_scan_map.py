"""A map shows each point where it stands."""

import numpy as np
import pandas as pd
import pytest

from mtornet.plot.scan_map import scan_map_figure


def table(quantity, missing=False):
    rows = [
        {"parameter.k.factor": k, "drug.everolimus": d, quantity: np.log2(k) + 0.1 * d}
        for k in (0.5, 1.0, 2.0, 4.0)
        for d in (1.0, 2.0, 3.0)
    ]
    return pd.DataFrame(rows[1:] if missing else rows)


def draw(quantity, **options):
    return scan_map_figure(
        table(quantity, **options),
        x="drug.everolimus",
        y="parameter.k.factor",
        quantity=quantity,
        label=quantity,
        units={"drug.everolimus": "nM"},
    )


@pytest.mark.parametrize("quantity", ["rebound_index", "fold_change", "t_nadir_s"])
def test_cells_ticks_and_labels(quantity):
    figure, data = draw(quantity)
    axes = figure.axes[0]
    shown = np.asarray(axes.images[0].get_array())
    assert shown.shape == (4, 3)
    assert len(data) == 12
    assert axes.get_xlabel() == "dose of everolimus (nM)"
    assert axes.get_ylabel() == "k (multiple)"
    assert [text.get_text() for text in axes.get_yticklabels()] == ["0.5", "1", "2", "4"]
    if quantity == "rebound_index":
        assert shown[3, 0] == pytest.approx(2.1)
        low, high = axes.images[0].get_clim()
        assert low == -high


def test_a_missing_point_stays_empty():
    figure, _ = draw("rebound_index", missing=True)
    assert np.ma.getmaskarray(figure.axes[0].images[0].get_array()).sum() == 1
