"""Michaelis-Menten: an enzyme that its substrate fills up."""

from mtornet.expression import Expression
from mtornet.network.elements import Reaction
from mtornet.network.ratelaws.base import RateLaw, constant, divide, only_reactant, plus, product, scale


def _formula(reaction: Reaction) -> Expression:
    substrate = only_reactant(reaction)
    return divide(product(scale(reaction), substrate), plus(constant(reaction, "K"), substrate))


MICHAELIS_MENTEN = RateLaw(
    name="michaelis_menten",
    description="k*M*S/(K + S): S is the reactant, M the product of the modifiers (the enzyme)",
    formula=_formula,
    constants={"K": "molecule"},
    sbo="SBO:0000029",
    source="Michaelis and Menten 1913; as a propensity Rao and Arkin 2003",
)
