import numpy as np
import pandas as pd
import pytest

from mtornet.errors import OutputError, UnknownNameError
from mtornet.plot import figures_for
from mtornet.plot.courses import courses_figure
from mtornet.plot.distribution import distribution_figure
from mtornet.plot.population import arm_folds, vehicle_molecules
from mtornet.plot.save import new_figure, save


def texts(figure):
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_folds_are_over_the_mean_vehicle_cell_at_the_same_time(comparison):
    vehicle, *others = arm_folds(comparison)
    assert vehicle.cells.mean(axis=0) == pytest.approx(np.ones((6, 4)))
    mean = comparison.population[0].cells.mean(axis=0)
    assert others[0].cells[3, 4, 1] == comparison.population[1].cells[3, 4, 1] / mean[4, 1]
    assert np.all(vehicle.deterministic == 1)


def test_stopped_cells_are_left_out(make_comparison):
    whole, broken = make_comparison(n_cells=12), make_comparison(n_cells=12, stopped=2)
    vehicle = arm_folds(broken)[0]
    assert len(vehicle.cells) == 10
    kept = whole.population[0].cells[:10]
    assert vehicle.cells == pytest.approx(kept / kept.mean(axis=0))
    assert vehicle_molecules(broken, "pAKT_S473") == pytest.approx(kept[:, :, 1].mean())


def test_a_rate_has_no_molecules(make_comparison):
    seen = make_comparison(n_cells=12)
    assert vehicle_molecules(seen, "pAKT_S473") is not None
    assert vehicle_molecules(seen, "growth_rate") is None, "per hour"


def test_courses_data_hold_the_numbers_that_the_axis_cuts_off(comparison):
    figure, data = courses_figure(comparison)
    assert len(data) == 4 * 4 * 6
    row = data[(data["condition"] == "sapanisertib 224 nM") & (data["readout"] == "pS6K_T389")].iloc[-1]
    assert row["time_h"] == 72
    assert row["fold_deterministic"] == pytest.approx(0.0012, rel=1e-3)
    assert row["fold_q05"] <= row["fold_q50"] <= row["fold_q95"]
    shown = texts(figure)
    assert "pS6K T389" in shown
    assert "mTORC1a" in shown
    assert "sapanisertib 224 nM (ATP-competitive mTOR)" in shown


def test_courses_without_cells_have_no_bands(make_comparison):
    figure, data = courses_figure(make_comparison(n_cells=0))
    assert "fold_q50" not in data.columns
    assert not any("median" in text for text in texts(figure))


def test_few_molecules_are_said(make_comparison):
    scarce = make_comparison()
    for result in scarce.population:
        result.cells[:, :, 1] = np.minimum(result.cells[:, :, 1], 2)
    figure, _ = courses_figure(scarce)
    assert sum("molecules" in text for text in texts(figure)) == 1


def test_a_vehicle_that_reaches_zero_leaves_a_gap(make_comparison):
    empty = make_comparison()
    empty.population[0].cells[:, 2, 0] = 0
    _, data = courses_figure(empty)
    gap = data[(data["readout"] == "pS6K_T389") & (data["time_h"] == 1)]
    assert gap["fold_q50"].isna().all()


@pytest.mark.parametrize("draw", [courses_figure, distribution_figure])
def test_an_unknown_readout_is_named(comparison, draw):
    with pytest.raises(UnknownNameError, match=r"pAKT_S474.*pAKT_S473"):
        draw(comparison, readouts=["pAKT_S474"])


def test_distribution_has_one_row_per_cell(comparison):
    figure, data = distribution_figure(comparison)
    assert len(data) == 4 * 2 * 4 * 12
    assert sorted(data["time_h"].unique()) == [0, 1, 24, 72]
    assert set(data["readout"]) == {"pAKT_S473", "pAKT_T308"}
    points = sum(len(c.get_offsets()) for axes in figure.axes for c in axes.collections)
    assert points == len(data)


def test_many_cells_are_outlines_and_few_are_points(make_comparison):
    figure, _ = distribution_figure(make_comparison(n_cells=200), readouts=["pAKT_S473"], times_h=[24])
    assert any("outline: 200 cells" in text for text in texts(figure))
    assert {type(c).__name__ for c in figure.axes[0].collections} == {"FillBetweenPolyCollection"} or len(
        figure.axes[0].collections
    ) == 4


def test_distribution_without_cells_says_so(make_comparison):
    figure, data = distribution_figure(make_comparison(n_cells=0))
    assert len(data) == 4 * 2 * 4
    assert any("no single cells" in text for text in texts(figure))


def test_equal_data_give_equal_files(make_comparison, tmp_path):
    first = figures_for(make_comparison(), tmp_path / "a")
    second = figures_for(make_comparison(), tmp_path / "b")
    assert list(first) == ["courses", "network_map", "distribution"]
    for name, paths in first.items():
        assert [path.name for path in paths] == [f"{name}.svg", f"{name}.png", f"{name}.csv"]
        for one, other in zip(paths, second[name], strict=True):
            assert one.read_bytes() == other.read_bytes(), one.name
    svg = first["courses"][0].read_text(encoding="utf-8")
    assert "<dc:date>" not in svg
    assert ">pS6K T389</text>" in svg


def test_more_readouts_than_fit_go_into_a_second_figure(make_comparison, tmp_path, monkeypatch):
    monkeypatch.setattr("mtornet.plot.figures.MAIN_READOUTS", 3)
    paths = figures_for(make_comparison(n_cells=0), tmp_path)
    assert list(paths) == ["courses", "network_map", "distribution", "courses_more"]
    assert set(pd.read_csv(paths["courses_more"][2])["readout"]) == {"mTORC1a"}


def test_the_data_read_back_exactly(tmp_path):
    data = pd.DataFrame({"x": [0.1 + 0.2, 1 / 3, 1e-300, np.nan]})
    *_, csv = save(new_figure(1, 1), tmp_path, "numbers", data)
    back = [
        float(line) if line != '""' else np.nan for line in csv.read_text(encoding="utf-8").splitlines()[1:]
    ]
    assert np.array_equal(back, data["x"], equal_nan=True)


def test_a_label_with_dollars_is_a_label(make_comparison, tmp_path):
    odd = make_comparison(n_cells=0)
    odd.class_labels = {**odd.class_labels, "dual": "costs $5 & <b>$x_{</b>"}
    svg, *_ = figures_for(odd, tmp_path)["courses"]
    assert "costs $5 &amp; &lt;b&gt;$x_{&lt;/b&gt;" in svg.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="'numbers' cannot be written"):
        save(new_figure(1, 1), tmp_path / "file", "numbers", pd.DataFrame())
