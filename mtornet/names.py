"""Identifiers: which ones are allowed, and what the user probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from mtornet.errors import UnknownNameError

# SBML's SId grammar, so that every name of ours can stand in an SBML file unchanged.
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def is_identifier(text: str) -> bool:
    """Tell whether ``text`` can name an element of a model (an SBML SId)."""
    return _IDENTIFIER.match(text) is not None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the closest known name, or an empty string."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return f"; did you mean {by_lower[close[0]]!r}?" if close else ""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """Build the error for a name that nothing carries, with the closest or all known ones."""
    candidates = sorted(known)
    hint = did_you_mean(name, candidates)
    if not hint and candidates:
        shown = ", ".join(candidates[:30]) + (", ..." if len(candidates) > 30 else "")
        hint = f"; known: {shown}"
    return UnknownNameError(f"unknown {kind} {name!r}{hint}")
