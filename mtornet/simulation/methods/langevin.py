"""Chemical Langevin equations, with low-copy species simulated as whole molecules (hybrid).

``cle`` treats every species as a Gaussian; ``hybrid`` lets species that are there in a few copies
and change rarely, such as messengers and promoters, jump by whole molecules. Both take steps of a
fixed schedule, short after each dose and up to ``max_step_s`` later, that no state changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.effective import effective_constants
from mtornet.compiled.langevin_lists import langevin_lists
from mtornet.compiled.network import CompiledNetwork
from mtornet.compiled.tables import Cells
from mtornet.errors import ProtocolError
from mtornet.names import unknown_name
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods.chunks import run_in_chunks
from mtornet.simulation.problem import CellSamples, FloatArray, IntArray, Problem
from mtornet.simulation.progress import Progress
from mtornet.simulation.seeds import stream_key

KISAO = {"cle": "KISAO:0000564", "hybrid": "KISAO:0000352"}
"""Stochastic Runge-Kutta method; hybrid method."""


_MOST_STEPS = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LangevinOptions:
    """Steps, and what jumps."""

    max_step_s: float = 10.0
    first_step_s: float = 0.1
    """Length of the first step after the start and after each change of conditions."""
    growth: float = 0.02
    """A step is at most this part of the time since the last change of conditions."""
    few_copies: float = 30.0
    """Species below this many copies at the start jump, if their reactions are rare (hybrid)."""
    rare_per_step: float = 1.0
    """Most events in the longest step of a species that jumps."""
    discrete: tuple[str, ...] | None = None
    """Species that jump, by name, instead of those chosen by copies and load (hybrid)."""

    def __post_init__(self) -> None:
        if not 0 < self.first_step_s <= self.max_step_s < np.inf:
            raise ProtocolError("langevin: expected 0 < first_step_s <= max_step_s")
        if not self.growth > 0:
            raise ProtocolError(f"growth: expected a number > 0, got {self.growth!r}")


def run_cells(
    problem: Problem,
    *,
    hybrid: bool,
    cells: int,
    first_cell: int = 0,
    seed: int,
    jobs: int | None,
    options: LangevinOptions,
    progress: Progress,
    stop: StopFlag,
    consume: Callable[[CellSamples], None],
) -> str:
    """Simulate cells and hand them to ``consume`` in order; the same contract as the exact method.

    Returns
    -------
    str
        What ran, in words, with the species that jumped.
    """
    from mtornet.compiled.kernels import langevin

    compiled, segments = problem.compiled, problem.segments
    for name in unheld_reactions(compiled):
        raise ProtocolError(
            f"reaction {name!r} consumes molecules that do not set its rate; a Langevin method would drive "
            "them below none — use method 'ssa'"
        )
    discrete = discrete_species(problem, options) if hybrid else ()
    jumps = _jumps(compiled, discrete)
    lists = tuple(langevin_lists(compiled))
    steps = step_grid(segments.breaks, problem.times, options)

    def advance(chunk: Cells, reached: FloatArray) -> None:
        langevin.advance(
            chunk,
            segments.constants,
            segments.added,
            compiled.tables,
            steps.length,
            steps.segment,
            steps.sample,
            steps.end,
            float(segments.breaks[0]),
            lists,
            jumps.reactions,
            jumps.factors,
            jumps.drawn,
            jumps.start,
            jumps.places,
            jumps.by,
            stop.word,
            reached,
        )

    run_in_chunks(
        problem,
        advance,
        added=segments.added,
        key=np.uint64(stream_key(seed, problem.content)),
        cells=cells,
        first_cell=first_cell,
        jobs=jobs,
        progress=progress,
        stop=stop,
        consume=consume,
    )
    text = f"Langevin equations, implicit trapezoidal steps up to {options.max_step_s:g} s"
    return f"{text}; whole molecules of {', '.join(discrete) or 'no species'}" if hybrid else text


def unheld_reactions(compiled: CompiledNetwork) -> Iterator[str]:
    """Yield reactions that consume what their law does not read, so that nothing holds it above none."""
    tables = compiled.tables
    for j, name in enumerate(compiled.reactions):
        guarded = tables.guard_species[tables.guard_start[j] : tables.guard_start[j + 1]]
        if not set(guarded.tolist()) <= set(
            tables.reads[tables.read_start[j] : tables.read_start[j + 1]].tolist()
        ):
            yield name


def discrete_species(problem: Problem, options: LangevinOptions) -> tuple[str, ...]:
    """Return the species that jump: few copies and rare events in the average cell, in every segment."""
    compiled = problem.compiled
    if options.discrete is not None:
        for name in options.discrete:
            if name not in compiled.species:
                raise unknown_name("species", name, compiled.species)
        return options.discrete
    start = problem.typical if problem.typical is not None else np.atleast_2d(problem.x0)[0]
    amounts = np.append(start, 1.0)
    load = np.zeros(compiled.n_species)
    for row_of_constants, start in zip(problem.segments.constants, problem.segments.breaks, strict=False):
        constants = effective_constants(compiled, row_of_constants, amounts[:-1], float(start))
        # What is not finite is told when a cell meets it.
        with np.errstate(over="ignore", invalid="ignore"):
            rates = constants * np.prod(amounts[compiled.tables.factors], axis=1)
        here = np.zeros(compiled.n_species)
        for j in range(compiled.n_reactions):
            row = slice(compiled.tables.change_start[j], compiled.tables.change_start[j + 1])
            here[compiled.tables.change_species[row]] += rates[j]
        load = np.maximum(load, here)
    chosen = (
        (amounts[:-1] < options.few_copies) & (load > 0) & (load * options.max_step_s < options.rare_per_step)
    )
    chosen[compiled.n_molecular :] = False
    return tuple(name for name, yes in zip(compiled.species, chosen, strict=True) if yes)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Jumps:
    reactions: IntArray
    factors: IntArray
    drawn: FloatArray
    start: IntArray
    places: IntArray
    by: FloatArray


def _jumps(compiled: CompiledNetwork, discrete: Sequence[str]) -> _Jumps:
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
    return _Jumps(
        reactions=chosen,
        factors=np.ascontiguousarray(place[compiled.tables.factors[chosen]].reshape(len(reactions), 3)),
        drawn=np.ascontiguousarray(compiled.tables.drawn[chosen].reshape(len(reactions), 3)),
        start=np.array(start, dtype=np.int64),
        places=np.array(places, dtype=np.int64),
        by=np.array(by, dtype=np.float64),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """The schedule of steps, the same for every cell."""

    length: FloatArray
    segment: IntArray
    sample: NDArray[np.int64]
    end: FloatArray


def step_grid(breaks: FloatArray, times: FloatArray, options: LangevinOptions) -> Steps:
    """Return steps that meet every break and every sample time, and grow after each break.

    Raises
    ------
    ProtocolError
        If there are so many that their list would fill the memory.
    """
    if (breaks[-1] - breaks[0]) / options.max_step_s > _MOST_STEPS:
        raise ProtocolError(
            f"max_step_s: {breaks[-1] - breaks[0]:g} s take more than {_MOST_STEPS:,} steps of "
            f"{options.max_step_s:g} s; raise max_step_s, or simulate a shorter time"
        )
    length: list[FloatArray] = []
    segment: list[IntArray] = []
    sample: list[IntArray] = []
    end: list[FloatArray] = []

    def add(step: float, i: int, taken: int, ends: FloatArray) -> None:
        """Add equal steps, of which the last is followed by a sample."""
        length.append(np.full(ends.size, step))
        segment.append(np.full(ends.size, i))
        sample.append(np.append(np.full(ends.size - 1, -1), taken))
        end.append(ends)

    next_sample = 0
    for i in range(len(breaks) - 1):
        begin, last = float(breaks[i]), float(breaks[i + 1])
        t = begin
        targets = [float(s) for s in times[next_sample:] if s <= last]
        for target in [*targets, last]:
            is_sample = next_sample < times.size and len(targets) > 0 and target == times[next_sample]
            taken = next_sample if is_sample else -1
            if t >= target and is_sample:
                add(0.0, i, taken, np.array([t]))
            while t < target:
                step = max(options.first_step_s, options.growth * (t - begin))
                # Whole steps up to the target, so that none is tiny.
                n = max(int(np.ceil((target - t) / min(step, options.max_step_s))), 1)
                step, grows = (target - t) / n, step < options.max_step_s
                n_now = 1 if grows else n
                ends = t + step * np.arange(1.0, n_now + 1.0)
                if n_now == n:
                    ends[-1] = target
                t = float(ends[-1])
                add(step, i, taken if t == target else -1, ends)
            next_sample += is_sample
    nothing = np.empty(0)
    return Steps(
        length=np.concatenate([nothing, *length]),
        segment=np.concatenate([nothing, *segment]).astype(np.int64),
        sample=np.concatenate([nothing, *sample]).astype(np.int64),
        end=np.concatenate([nothing, *end]),
    )
