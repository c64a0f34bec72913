import pytest

from mtornet.analysis.compare import carry_out
from mtornet.analysis.forecast import forecast_compare
from mtornet.analysis.request import CompareRequest


@pytest.mark.parametrize("drug", ["everolimus", "sapanisertib"])
def test_predicted_events_within_a_factor_of_two(drug):
    request = CompareRequest(
        drug_names=[drug], cells=3, copy_scale=0.002, duration="2 h", settle="0 h", readouts=["pS6K_T389"]
    )
    predicted = forecast_compare(request)
    true = carry_out(request, explain=False).run["events"]
    assert 0.5 < predicted.events / true < 2.0


@pytest.fixture
def short_pilot(monkeypatch):
    """A pilot of few events: only the number of events is looked at, not the time they take."""
    monkeypatch.setattr("mtornet.analysis.forecast.PILOT_EVENTS", 2000)


@pytest.mark.usefixtures("short_pilot")
def test_what_scales_with_what():
    def predict(jobs=None, **changed):
        given = {
            "drug_names": ["everolimus"],
            "cells": 4,
            "copy_scale": 0.01,
            "duration": "4 h",
            "settle": "2 h",
        }
        return forecast_compare(CompareRequest(**(given | changed)), jobs=jobs)

    base = predict()
    assert predict(cells=8).events == pytest.approx(2 * base.events, rel=1e-6)
    assert predict(copy_scale=0.02).events == pytest.approx(2 * base.events, rel=1e-6)
    assert predict(settle="4 h").events > base.events
    assert base.conditions == 2
    alone = predict(jobs=1)
    assert alone.minutes == pytest.approx(alone.events * alone.ns_per_event * 1e-9 / 60)
    assert predict(cells=8).megabytes == pytest.approx(2 * base.megabytes)


def test_rate_equations_cost_no_events():
    found = forecast_compare(CompareRequest(drug_names=["everolimus"], method="ode"))
    assert found.events == found.minutes == 0
    assert found.sentence() == "2 conditions, rate equations only: a few seconds"


@pytest.mark.usefixtures("short_pilot")
def test_words():
    text = forecast_compare(
        CompareRequest(drug_names=["everolimus"], cells=4, copy_scale=0.01, duration="4 h")
    ).sentence()
    assert text.startswith("2 conditions x 4 cells: about ")
    for word in ("reaction events", " min at ", " ns each", "MB of memory"):
        assert word in text


def test_a_mistake_shows_before_anything_runs():
    from mtornet.errors import MtorNetError

    for wrong in ({"copy_scale": -1.0}, {"settle": "-1 h"}, {"cells": 0}):
        with pytest.raises(MtorNetError):
            forecast_compare(CompareRequest(drug_names=["everolimus"], duration="1 h", **wrong))
