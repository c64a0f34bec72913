"""What a rate law is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from mtornet.errors import ModelError
from mtornet.expression import Apply, Expression, Number, Symbol
from mtornet.network.elements import Reaction, Side

Factors = tuple[tuple[str, int], ...]
"""Species and the power with which they multiply the rate constant."""


def _no_factors(_reactants: Side, _modifiers: tuple[tuple[str, str], ...]) -> Factors:
    raise ModelError("this rate law is a formula, not a product of powers; use its formula")


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLaw:
    """How fast a reaction happens: a product ``k * product(x ** power)``, or a ``formula``.

    The **rate** (molecules/s, for rate equations) of a product law is of powers. In its **propensity**
    (events/s, for exact simulation) ``x ** n`` becomes ``x (x-1) ... (x-n+1)``, the number of
    ordered ways to draw ``n`` molecules; the two agree as ``x`` grows, and only then. A formula is
    used as it is for both.
    """

    name: str
    description: str
    factors: Callable[[Side, tuple[tuple[str, str], ...]], Factors] = _no_factors
    """Reactants and modifiers of a reaction to the factors of its law; of product laws only."""
    formula: Callable[[Reaction], Expression] | None = None
    """A reaction to its whole rate in molecules/s; ``None`` for a product law."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Names of the constants a formula takes from ``law_parameters``, and their units."""
    sbo: str
    source: str


def only_reactant(reaction: Reaction) -> Expression:
    """Return the substrate of a law that has one.

    Raises
    ------
    ModelError
        If the reaction does not consume one molecule of one species.
    """
    if len(reaction.reactants) != 1 or reaction.reactants[0][1] != 1:
        raise ModelError(f"the law {reaction.law!r} needs one reactant, one molecule of it")
    return Symbol(reaction.reactants[0][0])


def only_modifier(reaction: Reaction, role: str) -> Expression:
    """Return the one modifier of a role.

    Raises
    ------
    ModelError
        If there is none or more than one.
    """
    names = [name for name, of in reaction.modifiers if of == role]
    if len(names) != 1:
        raise ModelError(f"the law {reaction.law!r} needs one {role}, found {len(names)}")
    return Symbol(names[0])


def scale(reaction: Reaction, *without: str) -> Expression:
    """Return the rate constant times the modifiers whose role is not in ``without``."""
    return product(
        reaction.rate_constant, *(Symbol(name) for name, role in reaction.modifiers if role not in without)
    )


def consumed(reaction: Reaction) -> list[Expression]:
    """Return the reactants, each to the power of its count."""
    return [
        Symbol(name) if count == 1 else power(Symbol(name), Number(float(count)))
        for name, count in reaction.reactants
    ]


def constant(reaction: Reaction, name: str) -> Expression:
    """Return a constant of the law.

    Raises
    ------
    ModelError
        If ``law_parameters`` does not hold it.
    """
    for given, tree in reaction.law_parameters:
        if given == name:
            return tree
    raise ModelError(f"the law {reaction.law!r} needs {name!r} in law_parameters")


def plus(left: Expression, right: Expression) -> Expression:
    """Return ``left + right``."""
    return Apply("+", (left, right))


def product(*factors: Expression) -> Expression:
    """Return the product of at least one formula."""
    return reduce(lambda left, right: Apply("*", (left, right)), factors)


def divide(above: Expression, below: Expression) -> Expression:
    """Return ``above / below``."""
    return Apply("/", (above, below))


def power(base: Expression, exponent: Expression) -> Expression:
    """Return ``base ^ exponent``."""
    return Apply("^", (base, exponent))
