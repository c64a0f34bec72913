"""What a protocol does to a drug that is dosed in mg: its free concentration over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from mtornet.errors import ProtocolError
from mtornet.experiment.clinical import ClinicalDose
from mtornet.experiment.dose import AnyDose, Dose
from mtornet.experiment.pk.course import Administration
from mtornet.experiment.pk.free_course import free_pieces, memory_s
from mtornet.experiment.pk.library import pk_model
from mtornet.experiment.pk.pieces import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """From ``at_s`` on a drug follows a dose, until the next of these; no dose is washed out."""

    at_s: float
    dose: AnyDose | None


def is_clinical(given: Sequence[Given]) -> bool:
    """Tell whether any of the doses is one in mg."""
    return any(isinstance(step.dose, ClinicalDose) for step in given)


@lru_cache(maxsize=256)
def drug_pieces(model: str, drug: str, given: tuple[Given, ...], *, end: float) -> tuple[Piece, ...]:
    """Return the concentration of a drug over time, in nM, as pieces in order of time.

    A new schedule in mg takes the place of the doses still to come; what is in the body stays. A
    concentration or a washout sets the medium, whatever was in the body.

    Parameters
    ----------
    given
        In order of time; of two at one time the later one counts.

    Raises
    ------
    ProtocolError
        If the drug has no PK model, or the doses contradict each other.
    """
    found: list[Piece] = []
    for part in _parts(model, drug, given, end=end):
        if part.until <= part.start:
            continue
        if part.pk is not None:
            body = pk_model(model, drug, part.pk)
            found += free_pieces(body, part.administrations, start=part.start, end=part.until)
        else:
            found += [
                Piece(start=time, level=nM)
                for time, nM in ([(part.start, 0.0)] if part.medium is None else part.medium_steps())
            ]
    return tuple(found)


@dataclass(slots=True, kw_only=True)
class _Part:
    """A stretch of time in which one thing decides the concentration."""

    start: float
    until: float
    pk: str | None = None
    medium: Dose | None = None
    administrations: list[Administration] = field(default_factory=list)

    def medium_steps(self) -> list[tuple[float, float]]:
        assert self.medium is not None
        return [step for step in self.medium.changes(self.start, self.until) if step[0] < self.until]


def _parts(model: str, drug: str, given: Sequence[Given], *, end: float) -> list[_Part]:
    parts: list[_Part] = []
    for step, after in pairwise([*given, None]):
        assert step is not None
        until = end if after is None else min(after.at_s, end)
        dose = step.dose
        if not isinstance(dose, ClinicalDose):
            parts.append(_Part(start=step.at_s, until=until, medium=dose))
            continue
        body = pk_model(model, drug, dose.pk)
        last = parts[-1] if parts and parts[-1].pk is not None else None
        if last is None:
            last = _Part(start=step.at_s, until=until, pk=body.name)
            parts.append(last)
        elif dose.at_steady_state:
            raise ProtocolError(
                f"dose of {drug}: {dose} at {step.at_s:g} s begins 'at steady state', but the body holds "
                "drug of earlier doses; leave the words out"
            )
        elif last.pk != body.name:
            raise ProtocolError(
                f"dose of {drug}: a body follows one PK model, but doses name {last.pk!r} and {body.name!r}"
            )
        kept = [earlier for earlier in last.administrations if earlier.time < step.at_s]
        doses = dose.administrations(step.at_s, end, memory_s=memory_s(body))
        last.administrations = [*kept, *doses]
        last.until = until
    return parts
