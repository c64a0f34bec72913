"""Outcomes in words: ``"pX at 24 h"``, ``"nadir of pX"``, ``"mean of pX"``: one number per course."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mtornet.analysis.features import FloatArray, features
from mtornet.errors import ProtocolError
from mtornet.names import did_you_mean
from mtornet.units import time_in_seconds

_FORM = re.compile(r"\s*(?:(?P<kind>\w+)\s+of\s+)?(?P<readout>\w+)(?:\s+at\s+(?P<at>.+?))?\s*\Z")

AT = "at"
"""Kind of an outcome that looks at one time."""


def _mean(times: FloatArray, courses: FloatArray) -> FloatArray:
    if times.size == 1:
        return courses[:, 0]
    return np.asarray(np.trapezoid(courses, times, axis=1) / (times[-1] - times[0]))


COURSE_KINDS: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "nadir": lambda times, courses: features(times, courses).nadir,
    "peak": lambda times, courses: features(times, courses).peak,
    "rebound_index": lambda times, courses: features(times, courses).rebound_index,
    "recovery": lambda times, courses: features(times, courses).recovery,
    "t_nadir": lambda times, courses: features(times, courses).t_nadir_s,
    "t_peak": lambda times, courses: features(times, courses).t_peak_s,
    "mean": _mean,
}
"""What can be asked of a whole course; ``mean`` is the area under it over its duration."""

DOSE_KINDS = ("EC50", "IC50")
"""What needs a series of doses, at one time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One number read from courses of a read-out."""

    text: str
    kind: str
    """``at``, one of ``COURSE_KINDS`` or of ``DOSE_KINDS``."""
    readout: str
    at_s: float | None

    def of(self, times: FloatArray, courses: FloatArray) -> FloatArray:
        """Return the outcome of each course, shape (n,), from courses (n, n_times)."""
        if self.kind == AT:
            return np.asarray(courses[:, int(np.searchsorted(times, self.at_s or 0.0))])
        return COURSE_KINDS[self.kind](times, courses)


def parse_outcome(text: str, *, end_s: float, known: Sequence[str]) -> Outcome:
    """Read an outcome.

    Parameters
    ----------
    end_s
        End of the experiment; an outcome at one time lies before it, and at it if no time is given.
    known
        Read-outs and species.

    Raises
    ------
    ProtocolError
        If the text, the kind, the read-out or the time makes no sense.
    """
    match = _FORM.match(text) if isinstance(text, str) else None
    kinds = (*COURSE_KINDS, *DOSE_KINDS)
    if match is None:
        raise ProtocolError(
            f"outcome {text!r}: write it like 'pX at 24 h' or 'nadir of pX'; "
            f"of a course there are {', '.join(kinds)}"
        )
    kind, readout, at = match["kind"] or AT, match["readout"], match["at"]
    if kind != AT and kind not in kinds:
        raise ProtocolError(
            f"outcome {text!r}: unknown kind {kind!r}{did_you_mean(kind, kinds)}; "
            f"there are {', '.join(kinds)}"
        )
    if readout not in known:
        raise ProtocolError(
            f"outcome {text!r}: no read-out or species {readout!r}{did_you_mean(readout, known)}"
        )
    if kind in COURSE_KINDS:
        if at is not None:
            raise ProtocolError(f"outcome {text!r}: the {kind} is of the whole course; leave out 'at {at}'")
        return Outcome(text=text.strip(), kind=kind, readout=readout, at_s=None)
    at_s = end_s if at is None else time_in_seconds(at, what=f"outcome {text!r}, at")
    if not 0.0 <= at_s <= end_s:
        raise ProtocolError(f"outcome {text!r}: the time lies outside the experiment of {end_s / 3600:g} h")
    return Outcome(text=text.strip(), kind=kind, readout=readout, at_s=at_s)


def dose_of_effect(doses: FloatArray, folds: FloatArray, level: FloatArray) -> FloatArray:
    """Return the lowest dose at which the fold change reaches a level, on a line over log dose.

    Parameters
    ----------
    doses : shape (n_doses,)
        Ascending, above 0.
    folds : shape (n, n_doses)
    level : shape (n,)

    Returns
    -------
    shape (n,)
        NaN where no two neighbouring doses enclose the level.
    """
    place = np.log(doses)
    above = folds - level[:, None]
    crosses = (above[:, :-1] * above[:, 1:] <= 0) & (above[:, :-1] != above[:, 1:])
    first = np.argmax(crosses, axis=1)
    rows = np.arange(len(folds))
    left, right = above[rows, first], above[rows, first + 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = left / (left - right)
        found = np.exp(place[first] + part * (place[first + 1] - place[first]))
    return np.where(crosses.any(axis=1), found, np.nan)
