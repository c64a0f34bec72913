"""Constant rate: zero order even in what it consumes, as long as a molecule is there."""

from mtornet.network.ratelaws.base import RateLaw

CONSTANT_RATE = RateLaw(
    name="constant_rate",
    description="rate constant times the modifiers; reactants are consumed but do not set the rate",
    factors=lambda _reactants, modifiers: tuple((name, 1) for name, _ in modifiers),
    sbo="SBO:0000043",
    source="Gillespie 1977; the guard for missing reactants is ours",
)
