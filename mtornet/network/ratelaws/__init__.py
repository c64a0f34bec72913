"""Rate laws, one file each; a new file is found by itself, a second law of one name is an error."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from mtornet.errors import ModelError
from mtornet.expression import Expression, Number, Symbol
from mtornet.names import unknown_name
from mtornet.network.elements import Reaction
from mtornet.network.ratelaws.base import RateLaw, power, product


@cache
def rate_laws() -> dict[str, RateLaw]:
    """Return every rate law by name."""
    laws: dict[str, RateLaw] = {}
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        for value in vars(module).values():
            if isinstance(value, RateLaw):
                if laws.get(value.name, value) is not value:
                    raise ModelError(f"two rate laws are called {value.name!r}")
                laws[value.name] = value
    return laws


def rate_law(name: str) -> RateLaw:
    """Return one rate law."""
    laws = rate_laws()
    if name not in laws:
        raise unknown_name("rate law", name, laws)
    return laws[name]


def full_rate(reaction: Reaction) -> Expression:
    """Return the whole rate of a reaction in molecules/s as one formula, for any law.

    Raises
    ------
    ModelError
        If the law does not exist, or the reaction lacks what it needs.
    """
    law = rate_law(reaction.law)
    if law.formula is not None:
        return law.formula(reaction)
    return product(
        reaction.rate_constant,
        *(
            Symbol(name) if exponent == 1 else power(Symbol(name), Number(float(exponent)))
            for name, exponent in law.factors(reaction.reactants, reaction.modifiers)
        ),
    )
