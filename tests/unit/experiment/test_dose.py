"""The grammar of doses."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtornet.errors import MtorNetError, ProtocolError, UnitError
from mtornet.experiment.dose import Dose, log_doses, parse_dose

H = 3600.0


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("20 nM", Dose(nM=20)),
        ("20nM", Dose(nM=20)),
        ("0.1 uM", Dose(nM=100)),
        ("0 nM", Dose(nM=0)),
        ("20 nM for 6 h", Dose(nM=20, hold_s=6 * H)),
        ("20 nM  for  30 min  every  1 d", Dose(nM=20, hold_s=1800, every_s=24 * H)),
        ("1 pM for 6 h every 24 h x 3", Dose(nM=1e-3, hold_s=6 * H, every_s=24 * H, times=3)),
        ("20 nM for 6 h every 24 h x3", Dose(nM=20, hold_s=6 * H, every_s=24 * H, times=3)),
    ],
)
def test_doses(text: str, dose: Dose) -> None:
    assert parse_dose(text) == dose
    assert parse_dose(dose) is dose


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("20", "dose of X: '20' has no unit; write it like '20 nM'"),
        ("-1 nM", "dose of X: expected a concentration >= 0 nM, got '-1 nM'"),
        ("20 h", "expected one like 'nM'"),
        ("20 nMM", "unknown unit 'nMM'"),
        ("", "dose of X: cannot read ''"),
        (20, "dose of X: cannot read 20"),
        (None, "dose of X: cannot read None"),
        ("20 nM for 0 h", "'for' needs a time > 0"),
        ("20 nM for -1 h", "'for' needs a time > 0"),
        ("20 nM for 6 nM", "dose of X, for: '6 nM' has the unit 'nM'; expected one like 's'"),
        ("20 nM every 24 h", "'every' needs 'for': write '20 nM for 6 h every 24 h'"),
        ("20 nM for 25 h every 24 h", "(the hold must be shorter|hold it for less)"),
        ("20 nM for 6 h x 3", "a number of repetitions needs 'every'"),
        ("20 nM for ever", "is not a number with a unit"),
        ("1e400 nM", "expected a concentration >= 0 nM, got inf nM"),
        ("20 nM for inf", "expected a finite time"),
    ],
)
def test_doses_that_are_refused(text: object, message: str) -> None:
    with pytest.raises(MtorNetError, match=message) as caught:
        parse_dose(text, what="dose of X")  # type: ignore[arg-type]
    assert isinstance(caught.value, ProtocolError | UnitError)


@pytest.mark.parametrize(
    ("text", "at", "end", "steps"),
    [
        ("20 nM", 0, 100 * H, [(0, 20)]),
        ("20 nM for 6 h", H, 100 * H, [(H, 20), (7 * H, 0)]),
        (
            "20 nM for 6 h every 24 h",
            0,
            49 * H,
            [(0, 20), (6 * H, 0), (24 * H, 20), (30 * H, 0), (48 * H, 20), (54 * H, 0)],
        ),
        ("20 nM for 6 h every 24 h x 2", 0, 99 * H, [(0, 20), (6 * H, 0), (24 * H, 20), (30 * H, 0)]),
        ("20 nM for 24 h every 24 h x 2", 0, 99 * H, [(0, 20), (24 * H, 20), (48 * H, 0)]),
        ("20 nM for 6 h", 10 * H, 10 * H, []),
    ],
)
def test_steps(text: str, at: float, end: float, steps: list[tuple[float, float]]) -> None:
    assert parse_dose(text).changes(at, end) == steps


@given(st.floats(0.05, 5.0), st.floats(0.05, 1.0), st.floats(0, 3))
def test_steps_alternate_in_time(period: float, part: float, at: float) -> None:
    steps = Dose(nM=3, hold_s=period * part, every_s=period).changes(at, 60.0)
    assert [time for time, _ in steps] == sorted(time for time, _ in steps)
    # The drug is there for the given part of each period.
    until = [*steps, (60.0, 0.0)]
    held = sum((later if later < 60 else 60) - time for (time, nM), (later, _) in pairwise(until) if nM > 0)
    whole = [i for i in range(2000) if at + (i + 1) * period <= 60]
    assert held >= len(whole) * period * part - 1e-6


def test_endless_repetition_is_refused() -> None:
    with pytest.raises(ProtocolError, match="more than 100000 repetitions"):
        Dose(nM=1, hold_s=1e-3, every_s=1e-3).changes(0, 1e6)


def test_log_doses() -> None:
    doses = log_doses("0.01 nM", "10 uM", 13)
    assert doses[0] == "0.01 nM"
    assert doses[2] == "0.1 nM"
    assert doses[-1] == "10000.0 nM"
    values = [parse_dose(d).nM for d in doses]
    ratios = [b / a for a, b in pairwise(values)]
    assert ratios == pytest.approx([10**0.5] * 12, rel=1e-9)
    assert log_doses("5 nM", "5 nM", 1) == ("5.0 nM",)
    for wrong in (("0 nM", "1 nM", 3), ("2 nM", "1 nM", 3), ("1 nM", "2 nM", 0)):
        with pytest.raises(ProtocolError, match="log_doses: expected 0 < low <= high"):
            log_doses(*wrong)
