"""Hill activation: a rate that a stimulator switches on."""

from mtornet.expression import Expression, Number
from mtornet.graph.schema import STIMULATOR
from mtornet.network.elements import Reaction
from mtornet.network.ratelaws.base import (
    RateLaw,
    constant,
    consumed,
    divide,
    only_modifier,
    only_reactant,
    plus,
    power,
    product,
    scale,
)


def _formula(reaction: Reaction) -> Expression:
    if any(role == STIMULATOR for _, role in reaction.modifiers):
        x = only_modifier(reaction, STIMULATOR)
        factors = consumed(reaction)
    else:
        x, factors = only_reactant(reaction), []
    filled = power(divide(x, constant(reaction, "K")), constant(reaction, "n"))
    return product(scale(reaction, STIMULATOR), *factors, divide(filled, plus(Number(1.0), filled)))


HILL_ACTIVATION = RateLaw(
    name="hill_activation",
    description=(
        "k*M*S * (x/K)^n/(1 + (x/K)^n): x is the stimulator, S the reactants, M the product of the other "
        "modifiers; without a stimulator x is the reactant, and S is left out"
    ),
    formula=_formula,
    constants={"K": "molecule", "n": "1"},
    sbo="SBO:0000192",
    source="Hill 1910",
)
