"""A mass-action network as numbers, and as SBML without anything else: what simulators are built from.

The propensity of a reaction is its constant times the falling factorial of each reactant,
``k * A * (A - 1)`` for ``2 A``; its rate in the rate equations is ``k * A * A``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    # Only ours needs it: a simulator that is timed from its start must not wait for mtornet.
    import mtornet as mt

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plain:
    """Species and reactions by number."""

    amounts: FloatArray
    """(n_species,) molecules at the start."""
    reactants: tuple[tuple[int, ...], ...]
    """Species by reaction, as often as molecules are taken."""
    products: tuple[tuple[int, ...], ...]
    constants: FloatArray

    @property
    def n_species(self) -> int:
        """Number of species."""
        return self.amounts.size

    @property
    def n_reactions(self) -> int:
        """Number of reactions."""
        return self.constants.size

    def net(self, j: int) -> dict[int, int]:
        """Return what reaction ``j`` changes, by species."""
        change = Counter(self.products[j])
        change.subtract(Counter(self.reactants[j]))
        return {i: by for i, by in sorted(change.items()) if by}


def plain(network: mt.ReactionNetwork | Plain) -> Plain:
    """Return a mass-action network as numbers, in its own order."""
    if isinstance(network, Plain):
        return network
    from mtornet.compiled.bind import rate_constants, values_of
    from mtornet.compiled.network import compile_network

    compiled = compile_network(network)
    index = {name: i for i, name in enumerate(network.species)}

    def members(side: tuple[tuple[str, int], ...]) -> tuple[int, ...]:
        return tuple(index[name] for name, count in side for _ in range(count))

    return Plain(
        amounts=np.array([s.initial for s in network.species.values()]),
        reactants=tuple(members(r.reactants) for r in network.reactions.values()),
        products=tuple(members(r.products) for r in network.reactions.values()),
        constants=rate_constants(compiled, values_of(network, compiled, {})),
    )


def sbml(network: Plain, *, falling: bool) -> str:
    """Return SBML with species ``s0``, ``s1``, ... and one constant ``k0``, ``k1``, ... per reaction.

    Parameters
    ----------
    falling
        Write the propensity, ``k * A * (A - 1)``, instead of the rate, ``k * A * A``.
    """
    species = "".join(
        f'<species id="s{i}" compartment="cell" initialAmount="{amount!r}" hasOnlySubstanceUnits="true" '
        'boundaryCondition="false" constant="false"/>'
        for i, amount in enumerate(network.amounts.tolist())
    )
    parameters = "".join(
        f'<parameter id="k{j}" value="{value!r}" constant="true"/>'
        for j, value in enumerate(network.constants.tolist())
    )
    reactions = "".join(_reaction(network, j, falling=falling) for j in range(network.n_reactions))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">'
        '<model id="plain" substanceUnits="item" timeUnits="second" extentUnits="item">'
        '<listOfCompartments><compartment id="cell" spatialDimensions="3" size="1" constant="true"/>'
        f"</listOfCompartments><listOfSpecies>{species}</listOfSpecies>"
        f"<listOfParameters>{parameters}</listOfParameters>"
        f"<listOfReactions>{reactions}</listOfReactions></model></sbml>"
    )


def _reaction(network: Plain, j: int, *, falling: bool) -> str:
    factors, seen = [f"<ci>k{j}</ci>"], Counter[int]()
    for i in network.reactants[j]:
        less = f"<apply><minus/><ci>s{i}</ci><cn>{seen[i]}</cn></apply>"
        factors.append(less if falling and seen[i] else f"<ci>s{i}</ci>")
        seen[i] += 1
    law = f"<apply><times/>{''.join(factors)}</apply>" if len(factors) > 1 else factors[0]
    # What stands on both sides and in the law still has to be a reactant for some readers.
    return (
        f'<reaction id="r{j}" reversible="false" fast="false">'
        f"{_side('Reactants', network.reactants[j])}{_side('Products', network.products[j])}"
        f'<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">{law}</math></kineticLaw></reaction>'
    )


def _side(kind: str, members: tuple[int, ...]) -> str:
    if not members:
        return ""
    references = "".join(
        f'<speciesReference species="s{i}" stoichiometry="{count}" constant="true"/>'
        for i, count in sorted(Counter(members).items())
    )
    return f"<listOf{kind}>{references}</listOf{kind}>"
