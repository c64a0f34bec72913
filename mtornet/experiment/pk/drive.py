"""A drug whose concentration follows pieces: the network's formula, and the constants of a piece.

The drug's input becomes a formula of time with four constants, which the protocol sets where a piece begins.
The formula stays the same, so that a schedule of any length compiles once.
"""

from __future__ import annotations

from dataclasses import replace

from mtornet.experiment.pk.pieces import Piece
from mtornet.network.catalogue import Catalogue
from mtornet.network.elements import Input
from mtornet.network.network import ReactionNetwork

ROLE = "course"
"""Role of the inputs that hold the constants of a piece."""

_UNITS = {"level": "nM", "slope": "nM/s", "fading": "1/s", "since": "s"}


def constant_names(drug: str) -> dict[str, str]:
    """Return the inputs that hold the constants of a piece, by what they are."""
    return {what: f"{drug}_{what}" for what in _UNITS}


def driven(network: ReactionNetwork, drug: str) -> ReactionNetwork:
    """Return the network in which a drug that it holds follows pieces."""
    if drug not in network.inputs:
        return network
    names = constant_names(drug)
    constants = [
        Input(id=name, value=0.0, unit=_UNITS[what], role=ROLE, name=f"{what} of the course of {drug}")
        for what, name in names.items()
    ]
    wider = replace(network, inputs=Catalogue("input", [*network.inputs.values(), *constants]))
    since = f"(time - {names['since']})"
    return wider.with_input_over_time(
        drug, f"({names['level']} + {names['slope']}*{since})*exp(-{names['fading']}*{since})"
    )


def constants_of(drug: str, piece: Piece) -> dict[str, float]:
    """Return the values of the inputs for a piece."""
    names = constant_names(drug)
    return {
        names["level"]: piece.level,
        names["slope"]: piece.slope,
        names["fading"]: piece.fading,
        names["since"]: piece.start,
    }
