"""Names and their formulas in one text: ``"K=Km_x; n=2"``."""

from __future__ import annotations

from collections.abc import Iterable

from mtornet.errors import ModelError
from mtornet.expression import Expression, parse, to_text
from mtornet.names import is_identifier


def parse_assignments(text: str) -> tuple[tuple[str, Expression], ...]:
    """Read names and their formulas.

    Raises
    ------
    ModelError
        If a part is not ``name=formula``.
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, separator, formula = part.partition("=")
        if not separator or not is_identifier(name.strip()):
            raise ModelError(f"cannot read {part!r}; write it like 'K=Km_x; n=2'")
        found.append((name.strip(), parse(formula)))
    return tuple(found)


def assignments_text(assignments: Iterable[tuple[str, Expression]]) -> str:
    """Write names and formulas so that :func:`parse_assignments` gives them back."""
    return "; ".join(f"{name}={to_text(tree)}" for name, tree in assignments)
