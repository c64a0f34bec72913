"""Mass action: each reactant molecule and each modifier multiplies the rate."""

from mtornet.network.elements import Side
from mtornet.network.ratelaws.base import Factors, RateLaw


def _factors(reactants: Side, modifiers: tuple[tuple[str, str], ...]) -> Factors:
    powers: dict[str, int] = {}
    for species, count in (*reactants, *((name, 1) for name, _ in modifiers)):
        powers[species] = powers.get(species, 0) + int(count)
    return tuple(powers.items())


MASS_ACTION = RateLaw(
    name="mass_action",
    description="rate constant times every reactant molecule and every modifier",
    factors=_factors,
    sbo="SBO:0000012",
    source="Gillespie 1977",
)
