"""Units and quantities: read once at the border, refused with a hint."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtornet.errors import UnitError
from mtornet.units import (
    DIMENSIONLESS,
    Unit,
    concentration_in_nM,
    parse_quantity,
    parse_unit,
    time_in_seconds,
)


@pytest.mark.parametrize(
    ("text", "factor", "dimension"),
    [
        ("1", 1.0, {}),
        ("nM", 1e-9, {"mol": 1, "L": -1}),
        ("1/(molecule*s)", 1.0, {"molecule": -1, "s": -1}),
        ("1/molecule/s", 1.0, {"molecule": -1, "s": -1}),
        ("molecule/(nM*L)", 1e9, {"molecule": 1, "mol": -1}),
        ("1/min", 1 / 60, {"s": -1}),
        ("s^2", 1.0, {"s": 2}),
        ("s^-1", 1.0, {"s": -1}),
        (" molecule / h ", 1 / 3600, {"molecule": 1, "s": -1}),
        ("s/s", 1.0, {}),
        ("µM", 1e-6, {"mol": 1, "L": -1}),
    ],
)
def test_units(text: str, factor: float, dimension: dict[str, int]) -> None:
    unit = parse_unit(text)
    assert unit.factor == pytest.approx(factor, rel=1e-15)
    assert dict(unit.dimension) == dimension


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ends too early"),
        ("nM nM", "cannot read the unit 'nM nM'"),
        ("s*", "ends too early"),
        ("(s", "lacks a closing bracket"),
        ("s)", "cannot read"),
        ("s^x", "a power must be a whole number"),
        ("s^", "a power must be a whole number"),
        ("min^9999", "a power beyond 40"),
        ("s^-99999999999", "a power beyond 40"),
        ("s^\u0663", "cannot read"),
        ("2", "unknown unit '2'"),
        ("NM", r"unknown unit 'NM' in 'NM'; did you mean 'nM'\?"),
        ("furlong", "unknown unit 'furlong'"),
        ("s;s", "cannot read"),
        ("(" * 70 + "s", "cannot read"),
    ],
)
def test_units_that_are_refused(text: str, message: str) -> None:
    with pytest.raises(UnitError, match=message):
        parse_unit(text)


def test_unit_arithmetic() -> None:
    rate = parse_unit("1/s")
    assert (parse_unit("molecule") * rate).same_as(parse_unit("molecule/s"))
    assert (rate / rate).same_as(DIMENSIONLESS)
    assert (parse_unit("min") ** 2).factor == 3600
    assert not parse_unit("min").same_as(parse_unit("s"))
    assert not parse_unit("s").same_as(rate)


@given(
    st.lists(
        st.tuples(st.sampled_from(["s", "molecule", "L", "mol"]), st.integers(-4, 4)), min_size=1, max_size=6
    )
)
def test_units_are_written_so_that_they_read_back(parts: list[tuple[str, int]]) -> None:
    unit = Unit()
    for base, power in parts:
        unit = unit * parse_unit(base) ** power
    assert parse_unit(str(unit)).same_as(unit)


@pytest.mark.parametrize(
    ("text", "like", "value"),
    [
        ("20 nM", "nM", 20.0),
        ("20nM", "nM", 20.0),
        ("1 uM", "nM", 1000.0),
        ("1 µM", "nM", 1000.0),
        ("0.3 mM", "nM", 3e5),
        ("1e3 pM", "nM", 1.0),
        ("0", "nM", 0.0),
        ("1.5 h", "s", 5400.0),
        ("2 days", "s", 172800.0),
        ("3 hours", "h", 3.0),
        ("1 week", "d", 7.0),
        (".5 min", "s", 30.0),
        ("-1 nM", "nM", -1.0),
    ],
)
def test_quantities(text: str, like: str, value: float) -> None:
    assert parse_quantity(text, like=like, what="dose") == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("20", "dose: '20' has no unit; write it like '20 nM'"),
        ("nM", "dose: 'nM' is not a number with a unit"),
        ("20 h", "dose: '20 h' has the unit 'h'; expected one like 'nM'"),
        ("1,5 nM", "cannot read"),
        ("20 nMM", "unknown unit 'nMM'"),
        ("", "is not a number with a unit"),
        ("nan nM", "is not a number with a unit"),
    ],
)
def test_quantities_that_are_refused(text: str, message: str) -> None:
    with pytest.raises(UnitError, match=message):
        parse_quantity(text, like="nM", what="dose")


@given(st.floats(1e-6, 1e6), st.sampled_from(["pM", "nM", "uM", "mM", "M"]))
def test_quantities_convert_there_and_back(value: float, unit: str) -> None:
    there = parse_quantity(f"{value!r} {unit}", like="nM", what="x")
    assert math.isclose(parse_quantity(f"{there!r} nM", like=unit, what="x"), value, rel_tol=1e-12)


def test_times_and_concentrations() -> None:
    assert time_in_seconds(90) == 90.0
    assert time_in_seconds("0") == 0.0
    with pytest.raises(UnitError, match="'72' has no unit; write it like '72 h' or '72 s'"):
        time_in_seconds("72")
    assert time_in_seconds("1.5 min") == 90.0
    for endless in ("inf", "nan", "1e999 s", math.inf, math.nan):
        with pytest.raises(UnitError, match="until: expected a finite time"):
            time_in_seconds(endless, what="until")
    with pytest.raises(UnitError, match="expected one like 's'"):
        time_in_seconds("3 nM")
    assert concentration_in_nM("2 uM") == 2000.0
    with pytest.raises(UnitError, match="20 has no unit; write it like '20 nM'"):
        concentration_in_nM(20)  # type: ignore[arg-type]
