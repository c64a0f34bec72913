"""Whole molecules for a stochastic start, without losing or making any."""

from __future__ import annotations

import numpy as np

from mtornet.compiled.network import CompiledNetwork
from mtornet.errors import ProtocolError
from mtornet.network.network import ReactionNetwork
from mtornet.network.stoichiometry import Moiety
from mtornet.simulation.problem import FloatArray, Problem
from mtornet.simulation.seeds import stream_key


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


def rounded_start(x0: FloatArray, network: ReactionNetwork, compiled: CompiledNetwork) -> FloatArray:
    """Return a state of whole molecules; variables stay as they are."""
    m = compiled.n_molecular
    molecules = x0[:m]
    whole = bool(np.all(molecules == np.rint(molecules)))
    moieties = () if whole else network.conserved_moieties()
    return np.concatenate((round_conserving(molecules, moieties, compiled.species[:m]), x0[m:]))


def whole_doses(problem: Problem) -> FloatArray:
    """Return what each stretch adds, in whole molecules, shape (n_segments, n_states).

    Raises
    ------
    ProtocolError
        If cells would start from fractions of molecules, or from less than none.
    """
    m = problem.compiled.n_molecular
    molecules = problem.x0[..., :m]
    if np.any(molecules < 0) or np.any(molecules != np.rint(molecules)):
        raise ProtocolError("a stochastic run starts from whole molecules; round the initial amounts first")
    added = problem.segments.added.copy()
    added[:, :m] = np.rint(added[:, :m])
    return added


def scattered_starts(
    amounts: FloatArray,
    network: ReactionNetwork,
    compiled: CompiledNetwork,
    *,
    copy_scale: float,
    cells: int,
    seed: int,
    content: str,
    first_cell: int = 0,
) -> FloatArray:
    """Return whole-molecule starts around a steady state, one per cell, for cells about to settle.

    Species that are made and degraded are drawn from a Poisson law of the same mean: exact for a
    messenger with constant synthesis, and without the bias of rounding 0.1 messengers to none.
    Conserved totals are the same in every cell. What is missing of the stationary law, such as the
    spread that bursts of translation add, the settling time brings.

    Parameters
    ----------
    amounts
        (n_states,) of a whole cell.

    Returns
    -------
    FloatArray, shape (cells, n_states)
    """
    m = compiled.n_molecular
    species, moieties = compiled.species[:m], network.conserved_moieties()
    molecules = amounts[:m] * copy_scale
    start = np.concatenate((round_conserving(molecules, moieties, species), amounts[m:]))
    conserved = {name for moiety in moieties for name, _ in moiety.species}
    free = np.flatnonzero([name not in conserved for name in species])
    starts = np.repeat(start[None, :], cells, axis=0)
    key = stream_key(seed, f"start\x1f{content}")
    for cell in range(cells):
        # One generator per cell: adding cells changes no other cell.
        generator = np.random.default_rng([key, first_cell + cell])
        starts[cell, free] = generator.poisson(np.maximum(molecules[free], 0.0))
    return starts
