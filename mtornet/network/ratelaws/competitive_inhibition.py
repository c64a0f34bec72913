"""Michaelis-Menten with an inhibitor that takes the place of the substrate."""

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
    raised = product(constant(reaction, "K"), plus(Number(1.0), divide(inhibitor, constant(reaction, "Ki"))))
    return divide(product(scale(reaction, INHIBITOR), substrate), plus(raised, substrate))


COMPETITIVE_INHIBITION = RateLaw(
    name="competitive_inhibition",
    description=(
        "k*M*S/(K*(1 + I/Ki) + S): S is the reactant, I the inhibitor, M the product of the other modifiers"
    ),
    formula=_formula,
    constants={"K": "molecule", "Ki": "molecule"},
    sbo="SBO:0000260",
    source="Cornish-Bowden, Fundamentals of Enzyme Kinetics, 4th edition 2012",
)
