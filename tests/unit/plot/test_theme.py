import subprocess
import sys
from itertools import combinations
from types import SimpleNamespace

import numpy as np

from mtornet.plot.theme import (
    CLASS_COLOURS,
    VEHICLE_COLOUR,
    arm_styles,
    class_colours,
    class_order,
    figure_style,
    legend_columns,
    shade,
)


def arm(condition, drug_class):
    return SimpleNamespace(condition=condition, drug=condition, drug_class=drug_class)


def test_a_class_keeps_its_colour_whatever_it_is_compared_with():
    known = class_order("mtor")
    alone = class_colours(["dual"], known=known)
    among = class_colours(["pi3k", "rapalog", "dual"], known=known)
    assert alone["dual"] == among["dual"]
    assert among["vehicle"] == VEHICLE_COLOUR
    assert len(set(among.values())) == len(among)


def test_an_unknown_class_gets_a_colour_of_its_own():
    colours = class_colours(["rapalog+pi3k", "novel"], known=class_order("mtor"))
    assert colours["rapalog+pi3k"] != colours["novel"]
    assert not {colours["novel"], colours["rapalog+pi3k"]} & {colours[name] for name in class_order("mtor")}


def test_a_model_without_tables_has_no_class_order():
    assert class_order("somebody_elses") == ()


# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
COLOUR_VISION = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}


def seen(colour, matrix):
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.clip(np.asarray(matrix) @ linear, 0, 1) ** (1 / 2.4)


def test_the_classes_of_the_model_are_told_apart_with_any_colour_vision():
    colours = [*CLASS_COLOURS[:4], VEHICLE_COLOUR]
    for matrix in COLOUR_VISION.values():
        for one, other in combinations(colours, 2):
            assert np.linalg.norm(seen(one, matrix) - seen(other, matrix)) > 0.1, (one, other)
    # The check can fail: red and green of equal lightness are one colour to many.
    red, green = (seen(c, COLOUR_VISION["deuteranopia"]) for c in ("#C04020", "#7A7A00"))
    assert np.linalg.norm(red - green) < 0.1


def test_arms_of_one_class_differ_in_shade_and_line():
    styles = arm_styles([arm("a", "rapalog"), arm("b", "rapalog")], {"rapalog": "rapalog"})
    assert styles["a"].colour != styles["b"].colour
    assert styles["a"].line != styles["b"].line
    assert styles["a"].label == "a (rapalog)"


def test_a_combination_is_called_one():
    assert arm_styles([arm("a + b", "rapalog+pi3k")], {})["a + b"].label == "a + b (combination)"


def test_shade_mixes_with_black_and_white():
    assert shade("#804020", -1) == "#000000"
    assert shade("#804020", 1) == "#FFFFFF"
    assert shade("#804020", 0) == "#804020"


def test_legend_entries_fit():
    assert legend_columns(["a", "b", "c"], 11) == 3
    assert legend_columns(["x" * 60] * 4, 11) == 2
    assert legend_columns(["x" * 600], 5) == 1


def test_the_style_ends_with_the_figure():
    import matplotlib

    before = dict(matplotlib.rcParams)
    with figure_style():
        assert matplotlib.rcParams["svg.hashsalt"] == "mtornet"
    assert dict(matplotlib.rcParams) == before


def test_importing_loads_neither_matplotlib_nor_a_simulator():
    code = (
        "import sys, mtornet.plot.courses, mtornet.plot.distribution, mtornet.plot.network_map\n"
        "import mtornet.plot.dose, mtornet.report.html\n"
        "heavy = ('matplotlib', 'numba', 'mtornet.simulate', 'mtornet.compiled')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert found.stdout.strip() == "[]"
