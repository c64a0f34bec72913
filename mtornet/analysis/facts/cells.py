"""Which values of the network the cells of a fact have: edits of variants, of contexts, or written out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mtornet.errors import ModelError
from mtornet.names import unknown_name
from mtornet.network.contexts import contexts
from mtornet.network.network import ReactionNetwork
from mtornet.network.variants import variants

_EDIT = re.compile(r"(?P<target>\w+)\s*(?P<operation>[x=])\s*(?P<value>\S+)\Z")


@dataclass(frozen=True, slots=True)
class CellEdit:
    """One value set or multiplied; ``label`` names it for whoever fits or varies it."""

    target: str
    multiply: bool
    value: float
    label: str


def edits_of(network: ReactionNetwork, cells: tuple[str, ...]) -> tuple[CellEdit, ...]:
    """Return the edits of all parts of a description of cells, in order.

    Raises
    ------
    ModelError
        If a part is neither a variant nor an edit, or edits what the network does not hold.
    """
    found: list[CellEdit] = []
    for part in cells:
        found += _edits(network, part)
    known = [*network.species, *network.parameters, *network.inputs]
    for edit in found:
        if edit.target not in known:
            raise unknown_name("species, parameter or input", edit.target, known)
    return tuple(found)


def _edits(network: ReactionNetwork, part: str) -> list[CellEdit]:
    named = {**variants(network.model), **contexts(network.model)}
    if part in named:
        return [
            CellEdit(edit.target, edit.operation == "multiply", edit.value, f"{part}.{edit.target}")
            for edit in named[part].edits
        ]
    match = _EDIT.match(part)
    if match is None:
        raise unknown_name("variant or context", part, named)
    try:
        value = float(match["value"])
    except ValueError:
        raise ModelError(f"cells {part!r}: found {match['value']!r}, expected a number") from None
    return [CellEdit(match["target"], match["operation"] == "x", value, f"{part}")]
