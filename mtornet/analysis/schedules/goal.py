"""What a schedule should reach, and what it must not do: ``"peak of pX <= 1.5"``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mtornet.analysis.outcome import DOSE_KINDS, Outcome, parse_outcome
from mtornet.errors import ProtocolError
from mtornet.simulation.problem import FloatArray

_BOUND = re.compile(r"(?P<outcome>.+?)\s*(?P<sense><=|>=)\s*(?P<value>\S+)\s*\Z")
_EXPOSURE = re.compile(r"\s*exposure(?:\s+of\s+(?P<drug>[\w.-]+))?\s*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """An outcome of the courses, or the mean concentration of a drug (of all together if none is named)."""

    text: str
    outcome: Outcome | None
    drug: str | None = None

    def value(
        self, times: FloatArray, folds: Mapping[str, FloatArray], means_nM: Mapping[str, float]
    ) -> float:
        """Return the term from courses by read-out and mean concentrations by drug."""
        if self.outcome is not None:
            return float(self.outcome.of(times, folds[self.outcome.readout][None])[0])
        return sum(means_nM.values()) if self.drug is None else means_nM.get(self.drug, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A term that must not pass a value."""

    term: Term
    at_most: bool
    value: float

    @property
    def text(self) -> str:
        """The bound in words."""
        return f"{self.term.text} {'<=' if self.at_most else '>='} {self.value:g}"

    def violation(self, found: float) -> float:
        """Return by how much a value passes the bound, relative to it; 0 if it does not."""
        if not np.isfinite(found):
            return np.inf
        over = found - self.value if self.at_most else self.value - found
        return max(0.0, over) / max(abs(self.value), 1e-9)


def parse_term(text: str, *, end_s: float, known: Sequence[str], drugs: Sequence[str]) -> Term:
    """Read a term.

    Raises
    ------
    ProtocolError
        If it is neither an outcome nor the exposure of a drug of the search.
    """
    match = _EXPOSURE.match(text)
    if match is not None:
        drug = match["drug"]
        if drug is not None and drug not in drugs:
            raise ProtocolError(f"{text!r}: the search gives {', '.join(drugs)}, not {drug!r}")
        return Term(text=text.strip(), outcome=None, drug=drug)
    outcome = parse_outcome(text, end_s=end_s, known=known)
    if outcome.kind in DOSE_KINDS:
        raise ProtocolError(f"{text!r}: a schedule has no series of doses")
    return Term(text=outcome.text, outcome=outcome)


def parse_bound(text: str, *, end_s: float, known: Sequence[str], drugs: Sequence[str]) -> Bound:
    """Read a bound such as ``"peak of pX <= 1.5"`` or ``"exposure of drug <= 2"`` (nM).

    Raises
    ------
    ProtocolError
        If it cannot be read.
    """
    match = _BOUND.match(text)
    try:
        value = float(match["value"]) if match is not None else float("nan")
    except ValueError:
        value = float("nan")
    if match is None or not np.isfinite(value):
        raise ProtocolError(f"bound {text!r}: write it like 'peak of pX <= 1.5' or 'exposure of drug <= 2'")
    term = parse_term(match["outcome"], end_s=end_s, known=known, drugs=drugs)
    return Bound(term=term, at_most=match["sense"] == "<=", value=value)
