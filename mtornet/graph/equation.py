"""Reaction equations as a biologist writes them: ``"2 A + B -> C"``."""

from __future__ import annotations

import re

from mtornet.errors import ModelError
from mtornet.graph.schema import MODIFIER_ROLES
from mtornet.names import did_you_mean

_TERM = re.compile(r"(?:(\d+)\s+)?([A-Za-z_{][\w{}]*)\Z")

Side = tuple[tuple[str, int], ...]


def parse_equation(text: str) -> tuple[Side, Side]:
    """Return reactants and products as ``((species, count), ...)``."""
    if text.count("->") != 1:
        raise ModelError(f"equation {text!r}: expected exactly one '->'")
    left, right = text.split("->")
    return _side(left, text), _side(right, text)


def _side(side: str, equation: str) -> Side:
    counts: dict[str, int] = {}
    for term in filter(None, (part.strip() for part in side.split("+"))):
        match = _TERM.match(term)
        if match is None:
            raise ModelError(f"equation {equation!r}: cannot read {term!r}; write it like '2 A + B -> C'")
        counts[match.group(2)] = counts.get(match.group(2), 0) + int(match.group(1) or 1)
    if any(count == 0 for count in counts.values()):
        raise ModelError(f"equation {equation!r}: a count of 0 molecules")
    return tuple(counts.items())


def parse_modifiers(text: str) -> tuple[tuple[str, str], ...]:
    """Return ``((species, role), ...)`` from ``"catalyst:A;stimulator:B"``."""
    modifiers = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        role, separator, species = part.partition(":")
        if not separator or role not in MODIFIER_ROLES:
            hint = did_you_mean(role, MODIFIER_ROLES) or f"; expected one of {', '.join(MODIFIER_ROLES)}"
            raise ModelError(f"modifier {part!r}: unknown role {role!r}{hint}")
        modifiers.append((species.strip(), role))
    return tuple(modifiers)
