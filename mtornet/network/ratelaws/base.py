"""What a rate law is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mtornet.network.elements import Side

Factors = tuple[tuple[str, int], ...]
"""Species and the power with which they multiply the rate constant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLaw:
    """A law of the form ``k * product(x ** power)``.

    As a **rate** (molecules/s, for rate equations) the product is of powers. As a **propensity**
    (events/s, for exact simulation) ``x ** n`` becomes ``x (x-1) ... (x-n+1)``, the number of
    ordered ways to draw ``n`` molecules; the two agree as ``x`` grows, and only then.
    """

    name: str
    description: str
    factors: Callable[[Side, tuple[tuple[str, str], ...]], Factors]
    """Reactants and modifiers of a reaction to the factors of its law."""
    sbo: str
    source: str
