"""Michaelis-Menten with an inhibitor that binds the enzyme with and without its substrate."""

from mtornet.expression import Expression, Number
from mtornet.graph.schema import INHIBITOR
from mtornet.network.elements import Reaction
from mtornet.network.ratelaws.base import (
    RateLaw,
    constant,
    divide,
    only_modifier,
    only_reactant,
    plus,
    product,
    scale,
)


def _formula(reaction: Reaction) -> Expression:
    substrate, inhibitor = only_reactant(reaction), only_modifier(reaction, INHIBITOR)

    def raised(tree: Expression, by: str) -> Expression:
        return product(tree, plus(Number(1.0), divide(inhibitor, constant(reaction, by))))

    below = plus(raised(constant(reaction, "K"), "Ki"), raised(substrate, "Ku"))
    return divide(product(scale(reaction, INHIBITOR), substrate), below)


MIXED_INHIBITION = RateLaw(
    name="mixed_inhibition",
    description=(
        "k*M*S/(K*(1 + I/Ki) + S*(1 + I/Ku)): S is the reactant, I the inhibitor, M the product of the "
        "other modifiers; Ki = Ku is called non-competitive"
    ),
    formula=_formula,
    constants={"K": "molecule", "Ki": "molecule", "Ku": "molecule"},
    sbo="SBO:0000265",
    source="Cornish-Bowden, Fundamentals of Enzyme Kinetics, 4th edition 2012",
)
