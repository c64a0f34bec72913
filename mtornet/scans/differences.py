"""What changed between two contents, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MOST = 8


def differences(before: Any, after: Any) -> list[str]:
    """Return lines such as ``vary[2].n: 100, now 200``; the first few, then how many more."""
    found = list(_differences(before, after, ""))
    more = len(found) - MOST
    return found[:MOST] + ([f"and {more} more"] if more > 0 else [])


def _differences(before: Any, after: Any, key: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*before, *(name for name in after if name not in before)]:
            place = f"{key}.{name}" if key else str(name)
            if name not in after:
                yield f"{place}: was {_short(before[name])}, now left out"
            elif name not in before:
                yield f"{place}: was left out, now {_short(after[name])}"
            else:
                yield from _differences(before[name], after[name], place)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (one, other) in enumerate(zip(before, after, strict=True), start=1):
            # A row of a table is named by its first entry.
            name = one[0] if isinstance(one, list) and one and isinstance(one[0], str) else i
            yield from _differences(one, other, f"{key}[{name}]")
    elif before != after:
        yield f"{key}: was {_short(before)}, now {_short(after)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
