import itertools

import pytest

import mtornet as mt
from mtornet.analysis.fitting.blots import Blot
from mtornet.plot.fit import fit_figure


@pytest.fixture(scope="module")
def found(mtor):
    blots = [
        Blot(
            where=f"blots.csv:{i}",
            label=f"{drug} in cells of a long name",
            condition=mt.Condition(drugs={drug: "20 nM"}),
            time_s=3600.0 * hours,
            readout=readout,
            fold=fold,
            sd=0.1,
        )
        for i, (drug, hours, readout, fold) in enumerate(
            itertools.product(["everolimus", "torin1"], [1, 8], ["pS6", "PIP3", "pAKT_S473", "pIR"], [1.2])
        )
    ]
    return mt.fit(mtor, blots, parameters=["k_irs_s6k"], span=3.0, intervals="wald", starts=1)


def test_measurements_lie_over_bands_and_nothing_overlaps(found):
    figure, data = fit_figure(found)
    assert data is found.data
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["pS6", "PIP3", "pAKT_S473", "pIR"]
    for axes in figure.axes:
        assert len(axes.collections) >= 2, "a band for each condition"
        assert len(axes.containers) == 2, "measurements of each condition"
    figure.canvas.draw()
    boxes = [axes.get_tightbbox() for axes in figure.axes] + [figure.legends[0].get_window_extent()]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    assert all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.width for box in boxes)
