"""Chemical Langevin equations, with low-copy species simulated as whole molecules (hybrid).

``cle`` treats every species as a Gaussian; ``hybrid`` lets species that are there in a few copies
and change rarely, such as messengers and promoters, jump by whole molecules. Both take steps of a
fixed schedule, short after each dose and up to ``max_step_s`` later, that no state changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.langevin_lists import langevin_lists
from mtornet.compiled.network import CompiledNetwork
from mtornet.compiled.tables import Cells
from mtornet.errors import ProtocolError
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods.chunks import run_in_chunks
from mtornet.simulation.methods.jumping import discrete_species, jumps_of
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
    """Species that stay below this many copies jump, if their reactions stay rare (hybrid)."""
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
    discrete: tuple[str, ...] = ()
    if hybrid:
        discrete = discrete_species(
            problem,
            few_copies=options.few_copies,
            rare=options.rare_per_step / options.max_step_s,
            given=options.discrete,
            stop=stop,
        )
    jumps = jumps_of(compiled, discrete)
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
