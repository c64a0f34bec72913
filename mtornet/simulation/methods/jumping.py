"""Which species of a hybrid run jump by whole molecules, and the reactions that move them.

What is rare before a drug may be common under it: a species jumps only if it stays in a few copies and
its reactions stay rare along the whole course of the average cell, as the rate equations have it. A jump
within a step happens at the rate of the step's start, so a species whose reactions fire often in a step
would run into its end and swing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mtornet.compiled.effective import effective_constants
from mtornet.compiled.langevin_lists import langevin_lists
from mtornet.compiled.network import CompiledNetwork
from mtornet.errors import IntegrationError
from mtornet.names import unknown_name
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods import ode
from mtornet.simulation.methods.ode_options import OdeOptions
from mtornet.simulation.problem import FloatArray, IntArray, Problem

LOOKS = 40
"""Moments of the course that are looked at, but at least three in every stretch of conditions."""
SOONEST = 1e-4
"""The first look into a stretch, as a part of it."""


def discrete_species(
    problem: Problem,
    *,
    few_copies: float,
    rare: float,
    given: Sequence[str] | None = None,
    stop: StopFlag | None = None,
) -> tuple[str, ...]:
    """Return the species that jump.

    Parameters
    ----------
    few_copies
        Molecules that a species must stay below.
    rare
        Events per second that change it, at most.
    given
        The species by name, instead.
    """
    compiled = problem.compiled
    if given is not None:
        for name in given:
            if name not in compiled.species:
                raise unknown_name("species", name, compiled.species)
        return tuple(given)
    most, load = np.zeros(compiled.n_species), np.zeros(compiled.n_species)
    for segment, time, amounts in _course(problem, stop):
        most = np.maximum(most, amounts)
        load = np.maximum(load, _load(problem, segment, time, amounts))
    chosen = (most < few_copies) & (load > 0) & (load < rare)
    chosen[compiled.n_molecular :] = False
    return tuple(name for name, yes in zip(compiled.species, chosen, strict=True) if yes)


def _course(problem: Problem, stop: StopFlag | None) -> list[tuple[int, float, FloatArray]]:
    """Return stretch, time and amounts of the average cell at some moments, its start first."""
    start = problem.typical if problem.typical is not None else np.atleast_2d(problem.x0)[0]
    breaks = problem.segments.breaks
    looks = max(3, LOOKS // (breaks.size - 1))
    moments = [
        (i, float(begin + part * (end - begin)))
        for i, (begin, end) in enumerate(pairwise(breaks))
        if end > begin
        for part in np.geomspace(SOONEST, 1.0, looks)
    ]
    course = [(0, float(breaks[0]), start)]
    mean = Problem(
        compiled=problem.compiled,
        segments=problem.segments,
        times=np.array([time for _, time in moments]),
        x0=start,
        content="",
    )
    try:
        amounts, _ = ode.solve(mean, OdeOptions(), stop=stop)
    except IntegrationError:
        # Cells may still be simulated; what they start from is all that is known of them then.
        return course
    return course + [(i, time, amounts[k]) for k, (i, time) in enumerate(moments)]


def _load(problem: Problem, segment: int, time: float, amounts: FloatArray) -> FloatArray:
    """Return the events per second that change each species."""
    compiled, tables = problem.compiled, problem.compiled.tables
    constants = effective_constants(compiled, problem.segments.constants[segment], amounts, time)
    # What is not finite is told when a cell meets it.
    with np.errstate(over="ignore", invalid="ignore"):
        rates = constants * np.prod(np.append(amounts, 1.0)[tables.factors], axis=1)
    changing = np.repeat(np.arange(compiled.n_reactions), np.diff(tables.change_start))
    found = np.bincount(tables.change_species, rates[changing], compiled.n_species)
    return np.asarray(found, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Jumps:
    """Reactions that change a species that jumps, as the kernel reads them."""

    reactions: IntArray
    factors: IntArray
    drawn: FloatArray
    start: IntArray
    places: IntArray
    by: FloatArray


def jumps_of(compiled: CompiledNetwork, discrete: Sequence[str]) -> Jumps:
    """Return the reactions that change a species that jumps, in the kernel's order of species."""
    place = np.empty(compiled.n_species + 1, dtype=np.int64)
    place[langevin_lists(compiled).species] = np.arange(compiled.n_species)
    place[-1] = compiled.n_species
    wanted = {compiled.species.index(name) for name in discrete}
    reactions, places, by, start = [], [], [], [0]
    for j in range(compiled.n_reactions):
        row = slice(compiled.tables.change_start[j], compiled.tables.change_start[j + 1])
        if wanted & set(compiled.tables.change_species[row].tolist()):
            reactions.append(j)
            places += place[compiled.tables.change_species[row]].tolist()
            by += compiled.tables.change_by[row].tolist()
            start.append(len(places))
    chosen = np.array(reactions, dtype=np.int64)
    return Jumps(
        reactions=chosen,
        factors=np.ascontiguousarray(place[compiled.tables.factors[chosen]].reshape(len(reactions), 3)),
        drawn=np.ascontiguousarray(compiled.tables.drawn[chosen].reshape(len(reactions), 3)),
        start=np.array(start, dtype=np.int64),
        places=np.array(places, dtype=np.int64),
        by=np.array(by, dtype=np.float64),
    )
