"""Cells that differ from each other by edits: a parameter times a factor, a genotype, or both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mtornet.network.network import ReactionNetwork
from mtornet.network.variants import variants

FACTORS = (0.0, 0.1, 0.3, 3.0, 10.0)
"""Of the saturation scan: lost, down tenfold, down threefold, and up again (design)."""

UNEDITED = "unedited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One edited cell; the edits are made to whatever network it is given."""

    id: str
    kind: str
    """``unedited``, ``parameter``, ``variant`` or ``draw``."""
    target: str = ""
    """The parameter or the genotype."""
    factor: float = 1.0
    factors: tuple[tuple[str, float], ...] = ()
    """Parameters and what they are multiplied by."""
    values: tuple[tuple[str, float], ...] = ()
    """Parameters and what they are set to."""
    variant: str = "wild_type"

    def edited(self, network: ReactionNetwork) -> ReactionNetwork:
        """Return a network with the edits; parameters that it does not hold (a drug's) are left out."""
        network = network.with_variant(self.variant)
        values = {
            name: network.parameters[name].value * factor
            for name, factor in self.factors
            if name in network.parameters
        }
        values |= {name: value for name, value in self.values if name in network.parameters}
        return network.with_parameters(**values) if values else network


def unedited() -> Cell:
    """Return the cell that the others are compared with."""
    return Cell(id=UNEDITED, kind=UNEDITED)


def free_parameters(network: ReactionNetwork) -> tuple[str, ...]:
    """Return the parameters that could be otherwise: not the definitions, which have no bounds."""
    return tuple(p.id for p in network.parameters.values() if p.low is not None or p.high is not None)


def drug_parameters(network: ReactionNetwork, treated: ReactionNetwork) -> tuple[str, ...]:
    """Return the parameters that a drug brings into a network."""
    return tuple(name for name in treated.parameters if name not in network.parameters)


def saturation_cells(
    network: ReactionNetwork, parameters: Sequence[str], *, factors: Sequence[float] = FACTORS
) -> tuple[Cell, ...]:
    """Return the unedited cell, every parameter times every factor, and every genotype of the model.

    A parameter that is 0 is set to its upper bound instead. The genotype that the network is already
    is left out.
    """
    cells = [unedited()]
    for name in parameters:
        known = network.parameters.get(name)
        if known is not None and known.value == 0:
            # Nothing times a factor is nothing.
            if known.high:
                cells.append(
                    Cell(
                        id=f"{name} = {known.high:g}",
                        kind="parameter",
                        target=name,
                        factor=float("inf"),
                        values=((name, known.high),),
                    )
                )
            continue
        cells += [
            Cell(
                id=f"{name} x{factor:g}",
                kind="parameter",
                target=name,
                factor=factor,
                factors=((name, factor),),
            )
            for factor in factors
        ]
    carried = network.variant.split("+")
    cells += [
        Cell(id=name, kind="variant", target=name, variant=name)
        for name in variants(network.model)
        if name != "wild_type" and name not in carried
    ]
    return tuple(cells)


def in_variant(cell: Cell, variant: str) -> Cell:
    """Return the same parameter edits in another genotype."""
    return replace(cell, variant=variant)
