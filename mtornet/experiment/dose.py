"""Doses in words: ``"20 nM"``, ``"20 nM for 6 h every 24 h"`` of the medium, ``"10 mg QD"`` of a patient."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from mtornet.errors import ProtocolError
from mtornet.experiment.clinical import EXAMPLES, ClinicalDose, is_amount, parse_clinical
from mtornet.units import concentration_in_nM, time_in_seconds

_FORM = re.compile(
    r"(?P<dose>.+?)(?:\s+for\s+(?P<hold>.+?))?(?:\s+every\s+(?P<every>.+?))?(?:\s+x\s*(?P<times>\d+))?\s*\Z"
)
MAX_REPEATS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """A concentration in the medium, and the times at which it is there."""

    nM: float
    hold_s: float | None = None
    """How long it stays before it is washed out; for good if not given."""
    every_s: float | None = None
    """Period of repetition."""
    times: int | None = None
    """Number of repetitions; until the end if not given."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.nM) and self.nM >= 0):
            raise ProtocolError(f"dose: expected a concentration >= 0 nM, got {self.nM:g} nM")
        if self.hold_s is not None and not self.hold_s > 0:
            raise ProtocolError(f"dose: 'for' needs a time > 0, got {self.hold_s:g} s")
        if self.every_s is not None:
            if self.hold_s is None:
                raise ProtocolError("dose: 'every' needs 'for': write '20 nM for 6 h every 24 h'")
            if not self.every_s >= self.hold_s:
                raise ProtocolError(
                    f"dose: repeated every {self.every_s:g} s but held for {self.hold_s:g} s; "
                    "hold it for less"
                )
        elif self.times is not None:
            raise ProtocolError("dose: a number of repetitions needs 'every'")

    @staticmethod
    def clinical(text: str, *, at_steady_state: bool = False, pk: str | None = None) -> ClinicalDose:
        """Read a dose in mg to a patient, such as ``"10 mg QD"``.

        Parameters
        ----------
        at_steady_state
            Whether the body is as if doses had always been given, like the words "at steady state".
        pk
            Name of the PK model; the drug's default if not given.
        """
        read = parse_clinical(text)
        return replace(read, at_steady_state=read.at_steady_state or at_steady_state, pk=pk or read.pk)

    def __str__(self) -> str:
        text = f"{self.nM:g} nM"
        if self.hold_s is not None:
            text += f" for {self.hold_s / 3600:g} h"
        if self.every_s is not None:
            text += f" every {self.every_s / 3600:g} h"
        if self.times is not None:
            text += f" x {self.times}"
        return text

    def changes(self, at: float, end: float) -> list[tuple[float, float]]:
        """Return ``(time, concentration in nM)`` steps from ``at`` to ``end``, in seconds."""
        if self.hold_s is None:
            return [(at, self.nM)]
        period = self.every_s if self.every_s is not None else math.inf
        repeats = self.times if self.times is not None else (math.inf if self.every_s is not None else 1)
        steps: list[tuple[float, float]] = []
        i = 0
        while i < repeats and (start := at + (i * period if i else 0.0)) < end:
            if i >= MAX_REPEATS:
                raise ProtocolError(f"dose {self}: more than {MAX_REPEATS} repetitions before the end")
            steps.append((start, self.nM))
            i += 1
            # A dose that follows without a gap is not washed out in between; sums of times are only
            # equal to rounding, and a wash just after the next dose would undo it.
            if not (i < repeats and start + self.hold_s > at + i * period - 1e-9 * period):
                steps.append((start + self.hold_s, 0.0))
        return steps


AnyDose = Dose | ClinicalDose
"""A concentration in the medium, or doses in mg to a patient."""


def parse_dose(text: str | AnyDose, *, what: str = "dose") -> AnyDose:
    """Read a dose; the unit must be written, and says whether it is a concentration or an amount.

    Raises
    ------
    UnitError
        Without a unit, or with one that is neither.
    ProtocolError
        If the schedule makes no sense or the dose is negative.
    """
    if isinstance(text, Dose | ClinicalDose):
        return text
    return parse_clinical(text, what=what) if is_amount(text) else parse_concentration(text, what=what)


def parse_concentration(text: str, *, what: str = "dose") -> Dose:
    """Read a concentration in the medium and when it is there; errors as of :func:`parse_dose`."""
    match = _FORM.match(text) if isinstance(text, str) else None
    if match is None:
        raise ProtocolError(
            f"{what}: cannot read {text!r}; write it like '20 nM' or '20 nM for 6 h every 24 h', or for a "
            f"patient like {EXAMPLES}"
        )
    nM = concentration_in_nM(match["dose"], what=what)
    if not nM >= 0:
        raise ProtocolError(f"{what}: expected a concentration >= 0 nM, got {match['dose']!r}")
    return Dose(
        nM=nM,
        hold_s=time_in_seconds(match["hold"], what=f"{what}, for") if match["hold"] else None,
        every_s=time_in_seconds(match["every"], what=f"{what}, every") if match["every"] else None,
        times=int(match["times"]) if match["times"] else None,
    )


def log_doses(low: str, high: str, n: int) -> tuple[str, ...]:
    """Return ``n`` doses, evenly spaced on a logarithmic axis: ``log_doses("0.01 nM", "10 uM", 13)``."""
    first, last = concentration_in_nM(low, what="lowest dose"), concentration_in_nM(high, what="highest dose")
    if not (0 < first <= last) or n < 1:
        raise ProtocolError(f"log_doses: expected 0 < low <= high and n >= 1, got {low!r}, {high!r}, {n!r}")
    if n == 1:
        return (f"{first!r} nM",)
    step = math.log(last / first) / (n - 1)
    # Rounded to 12 digits, so that whole decades read as such.
    return tuple(f"{float(f'{first * math.exp(i * step):.12g}')!r} nM" for i in range(n))
