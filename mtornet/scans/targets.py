"""What can vary, by the text that names it: ``parameter.k_irs_s6k``, ``drug.everolimus``, ``variant``."""

from __future__ import annotations

from dataclasses import dataclass

from mtornet.errors import ProtocolError
from mtornet.names import did_you_mean

CHOICES = ("variant", "context", "drug")
"""Targets of one word, whose values are names."""

NAMED = ("drug", "parameter", "amount", "input", "schedule", "module", "method")
"""Kinds that need a name after a dot."""

SCHEDULE_PARTS = ("start", "hold", "every")


@dataclass(frozen=True, slots=True)
class Target:
    """What varies."""

    text: str
    kind: str
    """``choice`` of a word in ``CHOICES``, or one of ``NAMED``."""
    name: str
    part: str = ""
    """Which time of a schedule."""


def parse_target(text: str, *, where: str) -> Target:
    """Read a target.

    Raises
    ------
    ProtocolError
        With the nearest target that exists.
    """
    if text in CHOICES:
        return Target(text, "choice", text)
    kind, dot, name = text.partition(".")
    if kind not in NAMED or not dot:
        hint = did_you_mean(kind, [*CHOICES, *NAMED]) if kind not in NAMED else f"; write '{kind}.<name>'"
        known = ", ".join([*CHOICES, *(f"{kind}.<name>" for kind in NAMED)])
        raise ProtocolError(f"{where}: unknown target {text!r}{hint or f'; known: {known}'}")
    part = ""
    if kind == "schedule":
        name, _, part = name.rpartition(".")
        if part not in SCHEDULE_PARTS or not name:
            raise ProtocolError(
                f"{where}: unknown target {text!r}; write 'schedule.<drug>.' and one of "
                f"{', '.join(SCHEDULE_PARTS)}"
            )
    if not name:
        raise ProtocolError(f"{where}: target {text!r} names nothing; write '{kind}.<name>'")
    return Target(text, kind, name, part)
