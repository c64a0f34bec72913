"""Hill repression: a rate that an inhibitor switches off."""

from mtornet.expression import Expression, Number
from mtornet.graph.schema import INHIBITOR
from mtornet.network.elements import Reaction
from mtornet.network.ratelaws.base import (
    RateLaw,
    constant,
    consumed,
    divide,
    only_modifier,
    plus,
    power,
    product,
    scale,
)


def _formula(reaction: Reaction) -> Expression:
    x = only_modifier(reaction, INHIBITOR)
    filled = power(divide(x, constant(reaction, "K")), constant(reaction, "n"))
    return divide(product(scale(reaction, INHIBITOR), *consumed(reaction)), plus(Number(1.0), filled))


HILL_REPRESSION = RateLaw(
    name="hill_repression",
    description=(
        "k*M*S / (1 + (x/K)^n): x is the inhibitor, S the reactants, M the product of the other modifiers"
    ),
    formula=_formula,
    constants={"K": "molecule", "n": "1"},
    sbo="SBO:0000192",
    source="Hill 1910",
)
