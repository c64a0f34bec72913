"""Whole molecules for a stochastic start, without losing or making any."""

from __future__ import annotations

import numpy as np

from mtornet.network.stoichiometry import Moiety
from mtornet.simulation.problem import FloatArray


def round_conserving(
    amounts: FloatArray, moieties: tuple[Moiety, ...], species: tuple[str, ...]
) -> FloatArray:
    """Round amounts to whole molecules so that every conserved total is rounded too, once.

    Each total is corrected in its most abundant member that belongs to no other total; without one
    the plain rounding stands.
    """
    index = {name: i for i, name in enumerate(species)}
    rounded = np.rint(np.maximum(amounts, 0.0))
    belongs = np.zeros(len(species), dtype=np.int64)
    for moiety in moieties:
        for name, _ in moiety.species:
            belongs[index[name]] += 1
    for moiety in moieties:
        members = [(index[name], weight) for name, weight in moiety.species]
        wanted = np.rint(sum(weight * amounts[i] for i, weight in members))
        missing = wanted - sum(weight * rounded[i] for i, weight in members)
        own = [i for i, weight in members if belongs[i] == 1 and weight == 1]
        if own:
            # The most abundant takes it; what it cannot give, the next one does.
            for i in sorted(own, key=lambda i: -rounded[i]):
                after = max(rounded[i] + missing, 0.0)
                missing -= after - rounded[i]
                rounded[i] = after
    return rounded
