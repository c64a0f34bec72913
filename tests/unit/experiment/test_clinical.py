"""The grammar of doses in mg, and when they are given."""

from __future__ import annotations

import pytest

from mtornet.errors import MtorNetError, ProtocolError
from mtornet.experiment.clinical import ClinicalDose, parse_clinical
from mtornet.experiment.dose import Dose, parse_dose

H, DAY = 3600.0, 86400.0


@pytest.mark.parametrize(
    ("text", "dose", "again"),
    [
        ("10 mg", ClinicalDose(mg=10), "10 mg"),
        ("10 mg QD", ClinicalDose(mg=10, every_s=DAY), "10 mg QD"),
        ("0.5 g once daily", ClinicalDose(mg=500, every_s=DAY), "500 mg QD"),
        ("50mg qw", ClinicalDose(mg=50, every_s=7 * DAY), "50 mg QW"),
        ("4 mg every 36 h x 4", ClinicalDose(mg=4, every_s=36 * H, times=4), "4 mg every 36 h x 4"),
        ("30 mg q2w", ClinicalDose(mg=30, every_s=14 * DAY), "30 mg every 336 h"),
        (
            "125 mg BID 2 days on 5 off",
            ClinicalDose(mg=125, every_s=12 * H, on_s=2 * DAY, off_s=5 * DAY),
            "125 mg BID 2 days on 5 off",
        ),
        (
            "125 mg QD 3 weeks on, 1 week off",
            ClinicalDose(mg=125, every_s=DAY, on_s=21 * DAY, off_s=7 * DAY),
            "125 mg QD 21 days on 7 off",
        ),
        (
            "25 mg over 30 min QW at steady state",
            ClinicalDose(mg=25, every_s=7 * DAY, over_s=1800.0, at_steady_state=True),
            "25 mg over 30 min QW at steady state",
        ),
        (
            "10 mg QD for 14 d (de_wit_2016)",
            ClinicalDose(mg=10, every_s=DAY, lasting_s=14 * DAY, pk="de_wit_2016"),
            "10 mg QD for 14 d (de_wit_2016)",
        ),
    ],
)
def test_doses(text: str, dose: ClinicalDose, again: str) -> None:
    assert parse_dose(text) == dose
    assert str(dose) == again
    assert parse_dose(again) == dose


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10 mg QX", "dose of X: cannot read 'QX' in '10 mg QX'"),
        ("10 mg dayly", "did you mean 'daily'"),
        ("10 mg QD QD", "dose of X: cannot read '10 mg QD QD'; write it like '10 mg QD'"),
        ("-3 mg QD", "expected an amount >= 0 mg, got '-3 mg'"),
        ("10 mg for 3 d", "'for' needs how often"),
        ("10 mg x 3", "a number of doses needs how often"),
        ("10 mg at steady state", "'at steady state' needs how often"),
        ("10 mg 4 on 3 off", "days on and off need how often"),
        ("10 mg QD 4 on 0 off", "days on and off must both be > 0"),
        ("10 mg over 30 h QD", "runs over 108000 s but is given every 86400 s"),
        ("10 mg QD for 3 d x 3", "either 'for' or a number of doses"),
        ("10 mg every 0 h", "'every' needs a time > 0"),
        ("10 mgg QD", "unknown unit 'mgg"),
    ],
)
def test_doses_that_are_refused(text: str, message: str) -> None:
    with pytest.raises(MtorNetError, match=message):
        parse_dose(text, what="dose of X")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("10 mg", [0]),
        ("10 mg QD", [0, 24, 48, 72]),
        ("10 mg QD x 2", [0, 24]),
        ("10 mg QD for 2 d", [0, 24]),
        ("10 mg BID 1 days on 1 off", [0, 12, 48, 60]),
        ("10 mg QOD", [0, 48]),
    ],
)
def test_when_doses_are_given(text: str, hours: list[int]) -> None:
    given = parse_clinical(text).administrations(100.0, 100.0 + 96 * H)
    assert [a.time for a in given] == [100.0 + h * H for h in hours]
    assert {a.mg for a in given} == {10.0}


def test_at_steady_state_the_body_remembers_whole_cycles() -> None:
    given = parse_clinical("10 mg BID 1 days on 1 off at steady state").administrations(
        0.0, 24 * H, memory_s=50 * H
    )
    assert [a.time / H for a in given] == [-96, -84, -48, -36, 0, 12]
    assert Dose.clinical("10 mg QD", at_steady_state=True, pk="x") == parse_clinical(
        "10 mg QD at steady state (x)"
    )


def test_endless_repetition_is_refused() -> None:
    with pytest.raises(ProtocolError, match="more than 20000 doses"):
        parse_clinical("1 mg every 1 s").administrations(0.0, 1e6)
