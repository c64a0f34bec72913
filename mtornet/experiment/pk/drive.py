"""A drug whose concentration follows pieces: the network's formula, and the constants of a piece.

In an experiment the drug's input becomes a formula of time with four constants, which the protocol sets
where a piece begins. The formula stays the same, so that a schedule of any length compiles once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mtornet.experiment.pk.pieces import Piece
from mtornet.expression import TIME, Apply, Expression, Number, Symbol, parse
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


def following(network: ReactionNetwork, drug: str, pieces: Sequence[Piece]) -> ReactionNetwork:
    """Return the network in which a drug that it holds follows a whole course, for a file of a model.

    One formula holds every piece, so that it needs no protocol beside it; the last piece goes on for ever.
    """
    before = [Piece(start=0.0, level=0.0)] if not pieces or pieces[0].start > 0.0 else []
    return network.with_input_over_time(drug, _formula([*before, *pieces]))


def _formula(pieces: Sequence[Piece]) -> Expression:
    if len(pieces) > 1:
        # Halves of halves: the depth of the formula grows with the logarithm of the number of pieces.
        middle = len(pieces) // 2
        earlier = Apply("<", (Symbol(TIME), Number(pieces[middle].start)))
        return Apply("if", (earlier, _formula(pieces[:middle]), _formula(pieces[middle:])))
    (piece,) = pieces
    since = f"({TIME} - {piece.start!r})"
    level = f"({piece.level!r} + {piece.slope!r}*{since})" if piece.slope else repr(piece.level)
    return parse(f"{level}*exp(-{piece.fading!r}*{since})" if piece.fading else level)
