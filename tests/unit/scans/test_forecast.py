"""Predictions count what will run, and remember how good they were."""

import pytest

import mtornet as mt
from mtornet.scans import history
from mtornet.scans.forecast import forecast
from mtornet.scans.run import scan


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_what_is_counted(toy_scan):
    found = forecast(toy_scan(method="ssa").plan(), jobs=4)
    assert (found.points, found.cells, found.cell_states, found.jobs) == (30, 240, 30, 4)
    # Every molecule that turns into B is one event.
    assert found.events == pytest.approx(8 * 30 * 76 * 0.59, rel=0.5)
    assert found.minutes > 0
    assert found.megabytes > 0
    assert found.sentences()[0].startswith("30 points, 240 cells, about ")


def test_points_that_share_cells_are_told_apart():
    plan = mt.Scan(
        vary=[
            mt.Vary("parameter.k_irs_s6k", factor={"values": [0.5, 1.0, 2.0]}),
            mt.Vary("drug.everolimus", log=("1 nM", "100 nM"), n=5),
        ],
        duration="1 h",
        readouts=["pS6"],
    ).plan()
    found = forecast(plan)
    assert (found.points, found.cell_states, found.cells, found.events) == (15, 3, 0, 0)


def test_predictions_are_judged(toy_scan, tmp_path):
    plan = toy_scan().plan()
    assert forecast(plan).earlier == ()
    scan(toy_scan(), tmp_path / "x")
    (record,) = history.records()
    assert record.took_s > 0
    assert record.took_megabytes > 0
    (ratio,) = forecast(plan).earlier
    assert ratio == pytest.approx(record.took_s / record.seconds)
    assert any("times as long as predicted" in text for text in forecast(plan).sentences())


def test_a_damaged_memory_is_none(tmp_path, toy_scan):
    path = tmp_path / "cache" / "mtornet" / "forecasts.json"
    path.parent.mkdir(parents=True)
    path.write_text("{", encoding="utf-8")
    assert forecast(toy_scan().plan()).earlier == ()
