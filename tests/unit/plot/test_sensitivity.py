import itertools

import mtornet as mt
from mtornet.plot.sensitivity import MOST_FACTORS, sensitivity_figure


def test_panels_of_the_strongest_factors_do_not_overlap(mtor):
    found = mt.sensitivity(
        mtor, ["pS6 at 1 h", "pAKT_S473 at 1 h", "pS6K_T389", "PIP3"], method="morris", n=2, duration="2 h"
    )
    figure, data = sensitivity_figure(found)
    assert len(figure.axes) == 4
    assert data is found.table
    strongest = found.table[(found.table["outcome"] == "PIP3") & (found.table["index"] == "mu_star")][
        "factor"
    ]
    shown = [label.get_text() for label in figure.axes[3].get_yticklabels()]
    assert shown == strongest.head(MOST_FACTORS).tolist()
    figure.canvas.draw()
    boxes = [axes.get_tightbbox() for axes in figure.axes] + [figure.legends[0].get_window_extent()]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    assert all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.width for box in boxes)
