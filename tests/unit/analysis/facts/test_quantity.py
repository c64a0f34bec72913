"""The grammar of quantities and arms."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.analysis.facts.measure import measure
from mtornet.analysis.facts.quantity import Look, looks, parse_quantity
from mtornet.analysis.facts.treatment import Course, Item, parse_arms
from mtornet.errors import ExpressionError, MtorNetError, ProtocolError


class Plain:
    """Courses whose read-out is the dose of their drug times the time in hours, over a vehicle of 2."""

    def look(self, course, _readout, times):
        dose = sum(float(item.amount.split()[0]) for item in course.items)
        return np.array([[dose * t / 3600.0 if course.items else 2.0 for t in times]])

    def vehicle(self, course):
        return course.only()

    def singles(self, course):
        return tuple(course.only(item) for item in course.items)


def number(text, arms="a = x 4 nM"):
    return measure(parse_quantity(text), parse_arms(arms, ()), Plain())[0].tolist()


def test_look_ups():
    assert number("amount(r, a, 1 h, 2 h)") == [4.0, 8.0]
    assert number("fold(r, a, 3 h)") == [6.0]
    assert number("level(r, a, 0 h..2 h)") == [pytest.approx(2.0)]
    assert number("max(amount(r, a, 0 h..6 h)) - 2 * min(fold(r, a, 1 h, 2 h))") == [20.0]
    assert number("mean(amount(r, a, 1 h, 2 h), amount(r, a, 3 h))") == [8.0]
    # Rises linearly, so it is half-way to the end of the window in its middle.
    assert number("half_time(r, a, 1 h..3 h)") == [pytest.approx(3600.0)]


def test_bliss_excess_is_the_product_of_singles_less_the_combination():
    # Levels over 0 to 2 h are dose * 1 h / 2.
    assert number("excess(r, a, 0 h..2 h)", "a = x 4 nM + y 6 nM") == [pytest.approx(2.0 * 3.0 - 5.0)]


def test_half_dose_interpolates_on_the_logarithm():
    class Falling(Plain):
        def look(self, course, _readout, times):
            dose = float(course.items[0].amount.split()[0]) if course.items else 0.0
            return np.full((1, len(times)), 1.0 / (1.0 + dose / 30.0))

    arms = parse_arms("a = x 1..1000 nM", ())
    found = measure(parse_quantity("half_dose(r, a, 1 h)"), arms, Falling())
    assert found[0, 0] == pytest.approx(30.0, rel=0.02)
    far = parse_arms("a = x 1..10 nM", ())
    assert measure(parse_quantity("half_dose(r, a, 1 h)"), far, Falling())[0, 0] == pytest.approx(10.0)


def test_sabotage_a_wrong_operator_order_would_show():
    assert number("1 + 2 * 3") == [7.0]
    assert number("(1 + 2) * 3") == [9.0]
    assert number("8 / 4 / 2") == [1.0]
    assert number("8 - 4 - 2") == [2.0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fold(pS6, a)", "needs a read-out, an arm and times"),
        ("fodl(pS6, a, 1 h)", "did you mean 'fold'"),
        ("fold(pS6, a, 1 h", "not closed"),
        ("level(pS6, a, 1 h)", "needs a window"),
        ("fold(pS6, a, 3 h..1 h)", "does not run forwards"),
        ("fold(pS6, a, 1 parsec)", "parsec"),
        ("fold(pS6, a, 1 h) +", "found the end"),
        ("1 2", "expected the end"),
        ("__import__('os')", "found '__import__', expected a number"),
    ],
)
def test_what_cannot_be_read_is_told(text, told):
    with pytest.raises(MtorNetError, match=told.replace("(", r"\(")):
        parse_quantity(text)


def test_windows_hold_both_ends():
    (look,) = looks(parse_quantity("max(fold(pS6, a, 1 h..25 h))"))
    assert isinstance(look, Look)
    assert look.window
    assert (look.times[0], look.times[-1]) == (3600.0, 90000.0)
    assert np.allclose(np.diff(look.times), 3600.0)


def test_arms():
    arms = parse_arms(
        "a = sirolimus 20 nM; b = +RICTOR x 0: sirolimus 20 nM for 6 h + insulin 1 nM from insulin 0 nM; "
        "c = PTEN, TSC = 0: none; d = azd8055 100 nM after 24 h",
        ("WT",),
    )
    assert arms["a"].course == Course(("WT",), (), (Item("sirolimus", "20 nM"),))
    assert arms["b"].course.cells == ("WT", "RICTOR x 0")
    assert arms["b"].course.rest == (Item("insulin", "0 nM"),)
    assert arms["b"].course.items == (Item("sirolimus", "20 nM for 6 h"), Item("insulin", "1 nM"))
    assert arms["c"].course == Course(("PTEN", "TSC = 0"), (), ())
    assert arms["d"].course.items[0].after_s == 86400.0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sirolimus 20 nM", "write it like 'A = sirolimus 20 nM'"),
        ("a = sirolimus", "cannot read 'sirolimus'"),
        ("a = x 1 nM; a = y 1 nM", "stands twice"),
        ("a = x 1 nM + y 1..10 nM", "must stand first"),
        ("a = x 10..1 nM", "range of doses"),
        ("", "no arm is given"),
    ],
)
def test_wrong_arms_are_told(text, told):
    with pytest.raises(ProtocolError, match=told):
        parse_arms(text, ())


def test_deep_brackets_are_refused_as_text_not_as_a_crash():
    with pytest.raises(ExpressionError, match="brackets inside each other"):
        parse_quantity("(" * 100_000)
