"""Searches whose answer follows from the shape of the response."""

import numpy as np
import pytest

import mtornet as mt
from mtornet.analysis.schedules.families import FAMILIES
from mtornet.analysis.schedules.search import schedule_search
from mtornet.plot.schedule import schedule_figure


@pytest.fixture(scope="module")
def found(mtor):
    # mTORC1's activity falls as 1/(1 + D/K) with the dose, at once; its amount hardly moves in two days.
    return schedule_search(
        mtor,
        ["sapanisertib"],
        goal="mean of mTORC1_active",
        subject_to=["exposure <= 10"],
        doses=("0.3 nM", "300 nM"),
        families=["constant", "daily"],
        duration="2 d",
        trials=30,
        seed=2,
    )


def test_with_a_limited_exposure_a_steady_level_is_best(found):
    # 1/(1 + x) is convex: of all schedules with one mean concentration the constant one has the least mean.
    assert found.best["family"].iloc[0] == "constant"
    assert found.best["exposure"].iloc[0] == pytest.approx(10.0, rel=0.15)
    assert np.all(found.best["exposure"] <= 10.0)
    assert found.best["mean of mTORC1_active"].is_monotonic_increasing


def test_bounds_divide_what_was_tried(found):
    assert np.array_equal(found.tried["feasible"], found.tried["exposure"] <= 10.0)
    assert set(found.tried["feasible"]) == {True, False}
    constant = found.tried[found.tried["family"] == "constant"]
    doses = constant["schedule"].str.extract(r"sapanisertib ([\d.e+-]+) nM")[0].astype(float)
    np.testing.assert_allclose(constant["exposure"], doses, rtol=1e-3)
    daily = found.tried[found.tried["family"] == "daily"]
    parts = daily["schedule"].str.extract(r"([\d.e+-]+) nM for ([\d.]+) h every 24 h").astype(float)
    np.testing.assert_allclose(daily["exposure"], parts[0] * parts[1] / 24.0, rtol=1e-3)


def test_goals_are_outcomes_of_the_experiment(mtor, found):
    best = found.best.iloc[0]
    dose = best["schedule"].removeprefix("sapanisertib ")
    protocol = mt.Protocol().settle().apply(mt.Condition(drugs={"sapanisertib": dose})).until("2 d")
    run = mt.run(mtor, protocol, readouts=["mTORC1_active"])
    rows = run.summary[run.summary["drug"] == "sapanisertib"]
    mean = np.trapezoid(rows["fold_change"], rows["time_s"]) / (2 * 86400.0)
    assert best["mean of mTORC1_active"] == pytest.approx(mean, rel=1e-4)
    # Sabotage: another dose.
    assert best["mean of mTORC1_active"] != pytest.approx(mean * 1.01, rel=1e-4)


def search(mtor, **asked):
    question = {
        "goal": "pS6K_T389 at 6 h",
        "families": ["constant"],
        "duration": "6 h",
        "trials": 5,
        "doses": ("1 nM", "10 nM"),
    }
    return schedule_search(mtor, **{"drugs": ["sapanisertib"], **question, **asked})


def test_the_same_seed_tries_the_same(mtor):
    first, again, other = search(mtor, seed=1), search(mtor, seed=1), search(mtor, seed=2)
    assert first.tried.equals(again.tried)
    assert not first.tried.equals(other.tried)


def test_maximise_turns_the_goal_around(mtor):
    least, greatest = search(mtor), search(mtor, maximise=True)
    assert least.best["pS6K_T389 at 6 h"].item() == least.tried["pS6K_T389 at 6 h"].min()
    assert greatest.best["pS6K_T389 at 6 h"].item() == greatest.tried["pS6K_T389 at 6 h"].max()


def test_two_drugs_take_turns(mtor):
    found = search(
        mtor,
        drugs=["everolimus", "sapanisertib"],
        families=["alternating"],
        duration="4 d",
        goal="mean of pS6",
    )
    first = found.tried["schedule"].iloc[0]
    assert " h from " in first
    assert "everolimus" in first
    assert "sapanisertib" in first
    figure, data = schedule_figure(found)
    assert set(data["family"]) == {"alternating"}
    assert len(figure.axes) == 2


def test_forms_of_the_families():
    numbers = {"hours": 6.0, "days_on": 3, "days_off": 4, "days_each": 2}
    words = {
        name: family.given(["a", "b"][: family.n_drugs], [5.0, 7.0][: family.n_drugs], numbers)
        for name, family in FAMILIES.items()
    }
    assert words["constant"] == {"a": (0.0, "5 nM")}
    assert words["daily"] == {"a": (0.0, "5 nM for 6 h every 24 h")}
    assert words["weekly"] == {"a": (0.0, "5 nM for 6 h every 168 h")}
    assert words["intermittent"] == {"a": (0.0, "5 nM for 72 h every 168 h")}
    assert words["alternating"] == {
        "a": (0.0, "5 nM for 48 h every 96 h"),
        "b": (48, "7 nM for 48 h every 96 h"),
    }


def test_no_schedule_within_the_bounds(mtor):
    found = search(mtor, subject_to=["pS6K_T389 at 6 h >= 5"])
    assert found.best.empty
    assert found.courses.empty
    schedule_figure(found)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"drugs": []}, "expected one or two drugs and at least 4 trials, got 0 and 5"),
        ({"families": ["dayly"]}, "unknown family of schedules 'dayly'; did you mean 'daily'"),
        ({"families": ["alternating"]}, "alternating schedules need 2 drugs, got 1"),
        ({"doses": ("10 nM", "1 nM")}, "doses of sapanisertib: expected 0 < lowest < highest"),
        ({"subject_to": ["peak of pS6 < 2"]}, "bound 'peak of pS6 < 2': write it like 'peak of pX <= 1.5'"),
        ({"subject_to": ["peak of pS6 <= two"]}, "bound 'peak of pS6 <= two': write it like"),
        ({"subject_to": ["exposure of torin1 <= 2"]}, "the search gives sapanisertib, not 'torin1'"),
        ({"goal": "exposure"}, "neither the goal nor a bound asks for a read-out"),
        ({"goal": "EC50 of pS6 at 6 h"}, "a schedule has no series of doses"),
        ({"goal": "men of pS6"}, "unknown kind 'men'; did you mean 'mean'"),
    ],
)
def test_questions_without_sense(mtor, asked, message):
    with pytest.raises(mt.MtorNetError) as caught:
        search(mtor, **asked)
    assert message in str(caught.value)
