"""Michaelis-Menten with an inhibitor that binds the enzyme with its substrate."""

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
    raised = product(substrate, plus(Number(1.0), divide(inhibitor, constant(reaction, "Ki"))))
    return divide(product(scale(reaction, INHIBITOR), substrate), plus(constant(reaction, "K"), raised))


UNCOMPETITIVE_INHIBITION = RateLaw(
    name="uncompetitive_inhibition",
    description=(
        "k*M*S/(K + S*(1 + I/Ki)): S is the reactant, I the inhibitor, M the product of the other modifiers"
    ),
    formula=_formula,
    constants={"K": "molecule", "Ki": "molecule"},
    sbo="SBO:0000262",
    source="Cornish-Bowden, Fundamentals of Enzyme Kinetics, 4th edition 2012",
)
