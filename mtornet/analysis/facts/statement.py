"""A quantity asked for by hand, in the form that the panel evaluates."""

from __future__ import annotations

import math
from collections.abc import Mapping

from mtornet.analysis.facts.fact import FIT, Fact
from mtornet.analysis.facts.quantity import Quantity, looks, parse_quantity
from mtornet.analysis.facts.treatment import Arm, parse_arms, parse_cells
from mtornet.names import unknown_name
from mtornet.provenance import Provenance


def statement(text: str, *, arms: str, cells: str, name: str) -> Fact:
    """Return a quantity as a row without bounds.

    Raises
    ------
    MtorNetError
        If the quantity or the arms cannot be read.
    """
    known, quantity = parse_arms(arms, parse_cells(cells)), parse_quantity(text)
    for look in looks(quantity):
        if look.arm not in known:
            raise unknown_name("arm", look.arm, known)
    return asked(quantity, known, name, text)


def asked(quantity: Quantity, arms: Mapping[str, Arm], name: str, text: str = "") -> Fact:
    """Return a quantity of some arms as a row without bounds."""
    return Fact(
        id=name,
        observation=name,
        title=text or name,
        priority="could",
        role=FIT,
        layer="mean",
        arms=arms,
        quantity=quantity,
        text=text,
        low=-math.inf,
        high=math.inf,
        step=1.0,
        origin="design",
        known_miss="",
        provenance=Provenance(),
    )
