"""Doses as patients take them: ``"10 mg QD"``, ``"125 mg BID 2 days on 5 off"``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import count

from mtornet.errors import ProtocolError
from mtornet.experiment.pk.course import Administration
from mtornet.names import did_you_mean
from mtornet.units import parse_quantity, time_in_seconds

HOUR_S, DAY_S = 3600.0, 86400.0

EXAMPLES = (
    "'10 mg QD', '50 mg QW', '125 mg BID 2 days on 5 off', '10 mg QD for 14 d', '10 mg QD at steady state'"
)

_PERIODS = {
    "TID": 8 * HOUR_S,
    "BID": 12 * HOUR_S,
    "QD": DAY_S,
    "QOD": 2 * DAY_S,
    "QW": 7 * DAY_S,
    "once daily": DAY_S,
    "twice daily": 12 * HOUR_S,
    "daily": DAY_S,
    "once weekly": 7 * DAY_S,
    "weekly": 7 * DAY_S,
}
_SHORT = {period: name for name, period in reversed(_PERIODS.items()) if name.isupper()}
_LETTERS = {"h": HOUR_S, "d": DAY_S, "w": 7 * DAY_S}

_FORM = re.compile(
    r"""\s*(?P<amount>[-+]?[\d.]+(?:[eE][-+]?\d+)?\s*[a-zA-Zµμ]+)
    (?:\s+over\s+(?P<over>[\d.]+\s*[a-zA-Z]+))?
    (?:\s+(?P<often>every\s+[\d.]+\s*[a-zA-Z]+|q\d+[hdw]|(?:once\s+|twice\s+)?[a-zA-Z]+?))?
    (?:\s+(?P<on>\d+)\s*(?P<on_unit>d|days?|wk|weeks?)?\s+on[\s,/]+
        (?P<off>\d+)\s*(?P<off_unit>d|days?|wk|weeks?)?\s+off)?
    (?:\s+for\s+(?P<lasting>[\d.]+\s*[a-zA-Z]+))?
    (?:\s+x\s*(?P<times>\d+))?
    (?P<steady>\s+at\s+steady\s+state)?
    (?:\s*\((?P<model>\w+)\))?\s*\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_MASS = re.compile(r"\s*[-+]?[\d.]+(?:[eE][-+]?\d+)?\s*(?:ng|ug|µg|μg|mg|g)(?![a-zA-Z])")

MAX_ADMINISTRATIONS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalDose:
    """Doses in mg to a patient; the drug's PK model says what the cells meet.

    Raises
    ------
    ProtocolError
        If the schedule makes no sense.
    """

    mg: float
    every_s: float | None = None
    """Time from dose to dose; a single dose if not given."""
    over_s: float = 0.0
    """How long each dose runs into a vein."""
    on_s: float | None = None
    """How long doses are given before a pause; without pauses if not given."""
    off_s: float = 0.0
    """How long each pause lasts."""
    lasting_s: float | None = None
    """How long the treatment lasts; until the end if not given. What is in the body then fades."""
    times: int | None = None
    """Number of doses, instead of how long."""
    at_steady_state: bool = False
    """Whether the body is as if doses had always been given. The cells meet the drug at the first dose."""
    pk: str | None = None
    """Name of the PK model; the drug's default if not given."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mg) and self.mg >= 0):
            raise ProtocolError(f"dose: expected an amount >= 0 mg, got {self.mg:g} mg")
        self._check_repetition()
        if self.on_s is not None and not (self.on_s > 0 and self.off_s > 0):
            raise ProtocolError("dose: days on and off must both be > 0")
        if self.lasting_s is not None and self.times is not None:
            raise ProtocolError("dose: give either 'for' or a number of doses, not both")
        for what, value in (("over", self.over_s or None), ("for", self.lasting_s)):
            if value is not None and not value > 0:
                raise ProtocolError(f"dose: {what!r} needs a time > 0, got {value:g} s")

    def _check_repetition(self) -> None:
        if self.every_s is None:
            for given, what in (
                (self.on_s is not None, "days on and off need"),
                (self.lasting_s is not None, "'for' needs"),
                (self.times is not None, "a number of doses needs"),
                (self.at_steady_state, "'at steady state' needs"),
            ):
                if given:
                    raise ProtocolError(f"dose of {self.mg:g} mg: {what} how often; write it like {EXAMPLES}")
        elif not self.every_s > 0:
            raise ProtocolError(f"dose: 'every' needs a time > 0, got {self.every_s:g} s")
        elif self.over_s > self.every_s:
            raise ProtocolError(
                f"dose: runs over {self.over_s:g} s but is given every {self.every_s:g} s; expected less"
            )

    def __str__(self) -> str:
        parts = [f"{self.mg:g} mg"]
        if self.over_s:
            parts.append(f"over {self.over_s / 60:g} min")
        if self.every_s is not None:
            parts.append(_SHORT.get(self.every_s, f"every {self.every_s / HOUR_S:g} h"))
        if self.on_s is not None:
            parts.append(f"{self.on_s / DAY_S:g} days on {self.off_s / DAY_S:g} off")
        if self.lasting_s is not None:
            parts.append(f"for {self.lasting_s / DAY_S:g} d")
        if self.times is not None:
            parts.append(f"x {self.times}")
        if self.at_steady_state:
            parts.append("at steady state")
        if self.pk is not None:
            parts.append(f"({self.pk})")
        return " ".join(parts)

    @property
    def cycle_s(self) -> float | None:
        """Time after which the schedule repeats itself; None for a single dose."""
        if self.on_s is None:
            return self.every_s
        return self.on_s + self.off_s

    def administrations(self, at: float, end: float, *, memory_s: float = 0.0) -> list[Administration]:
        """Return the doses from ``at`` on, before ``end``, in seconds.

        Parameters
        ----------
        memory_s
            How far back the body remembers; at steady state doses of that time before ``at`` come first.
        """
        if self.every_s is None:
            return [Administration(time=at, mg=self.mg, over_s=self.over_s)]
        cycle = self.cycle_s or self.every_s
        per_cycle = math.ceil((self.on_s or self.every_s) / self.every_s - 1e-9)
        before = math.ceil(memory_s / cycle) if self.at_steady_state else 0
        stop = end if self.lasting_s is None else min(end, at + self.lasting_s)
        found: list[Administration] = []
        given = 0
        for i in count(-before):
            for k in range(per_cycle):
                time = at + i * cycle + k * self.every_s
                if time >= stop * (1.0 - 1e-12) or (i >= 0 and given == self.times):
                    return found
                if len(found) >= MAX_ADMINISTRATIONS:
                    raise ProtocolError(f"dose {self}: more than {MAX_ADMINISTRATIONS} doses before the end")
                found.append(Administration(time=time, mg=self.mg, over_s=self.over_s))
                given += i >= 0
        raise AssertionError  # count() does not end


def is_amount(text: object) -> bool:
    """Tell whether a dose is written as an amount such as ``10 mg``, not as a concentration."""
    return isinstance(text, str) and _MASS.match(text) is not None


def parse_clinical(text: str, *, what: str = "dose") -> ClinicalDose:
    """Read a dose in mg.

    Raises
    ------
    ProtocolError
        If it cannot be read, or the schedule makes no sense.
    UnitError
        For a unit of time or mass that is none.
    """
    match = _FORM.match(text)
    if match is None:
        raise ProtocolError(f"{what}: cannot read {text!r}; write it like {EXAMPLES}")
    mg = parse_quantity(match["amount"], like="mg", what=what)
    if not mg >= 0:
        raise ProtocolError(f"{what}: expected an amount >= 0 mg, got {match['amount']!r}")

    def seconds(group: str) -> float | None:
        return time_in_seconds(match[group], what=f"{what}, {group}") if match[group] else None

    on_s = off_s = None
    if match["on"]:
        unit = match["on_unit"] or match["off_unit"] or "d"
        on_s = time_in_seconds(f"{match['on']} {unit}", what=f"{what}, on")
        off_s = time_in_seconds(f"{match['off']} {match['off_unit'] or unit}", what=f"{what}, off")
    return ClinicalDose(
        mg=mg,
        every_s=_period(match["often"], text, what) if match["often"] else None,
        over_s=seconds("over") or 0.0,
        on_s=on_s,
        off_s=off_s or 0.0,
        lasting_s=seconds("lasting"),
        times=int(match["times"]) if match["times"] else None,
        at_steady_state=match["steady"] is not None,
        pk=match["model"],
    )


def _period(often: str, text: str, what: str) -> float:
    words = " ".join(often.split())
    for name, period in _PERIODS.items():
        if words.lower() == name.lower():
            return period
    if words.lower().startswith("every "):
        return time_in_seconds(words[6:], what=f"{what}, every")
    if re.fullmatch(r"q\d+[hdw]", words.lower()):
        return int(words[1:-1]) * _LETTERS[words[-1].lower()]
    hint = did_you_mean(words, _PERIODS) or f"; known: {', '.join(_PERIODS)}, q12h, every 36 h"
    raise ProtocolError(f"{what}: cannot read {words!r} in {text!r}{hint}")
