"""Exact stochastic simulation of many cells, on all cores, in an order-free way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtornet.compiled.tables import Cells
from mtornet.errors import ProtocolError
from mtornet.names import unknown_name
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods.chunks import run_in_chunks
from mtornet.simulation.methods.ssa_choice import faster_algorithm
from mtornet.simulation.methods.ssa_kernels import ALGORITHMS as EXACT_ALGORITHMS
from mtornet.simulation.methods.ssa_kernels import kernel_of
from mtornet.simulation.problem import CellSamples, FloatArray, Problem
from mtornet.simulation.progress import Progress
from mtornet.simulation.rounding import whole_doses
from mtornet.simulation.seeds import stream_key

KISAO = "KISAO:0000029"
"""Exact stochastic simulation (Gillespie 1977); all algorithms here have its law."""

ALGORITHMS = {"auto": "chosen by size and copy numbers", **EXACT_ALGORITHMS}
"""By name; a result says in these words what ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SsaOptions:
    """Budget of a trajectory; a cell that uses it up is reported with its status."""

    max_events: int = 20_000_000_000
    algorithm: str = "auto"
    """``direct``, ``rejection``, ``composition``, ``grouped``, or ``auto``: by size and copy numbers, never
    by a clock; a run repeats exactly."""

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS:
            raise unknown_name("algorithm", self.algorithm, ALGORITHMS)
        if self.max_events < 1:
            raise ProtocolError(f"max_events: expected a whole number >= 1, got {self.max_events!r}")


def run_cells(
    problem: Problem,
    *,
    cells: int,
    first_cell: int = 0,
    seed: int,
    jobs: int | None,
    options: SsaOptions,
    progress: Progress,
    stop: StopFlag,
    consume: Callable[[CellSamples], None],
) -> str:
    """Simulate cells ``first_cell .. first_cell + cells - 1`` and hand them to ``consume`` in order.

    The result of a cell depends on the problem, the seed, the algorithm and the cell's index alone.

    Returns
    -------
    str
        The algorithm that ran, in words.
    """
    compiled, segments = problem.compiled, problem.segments
    added = whole_doses(problem)
    algorithm = algorithm_for(problem, options)

    kernel = kernel_of(algorithm, compiled.n_reactions)

    def advance(chunk: Cells, reached: FloatArray) -> None:
        kernel(
            chunk,
            segments.breaks,
            segments.constants,
            added,
            problem.times,
            options.max_events,
            compiled.tables,
            stop.word,
            reached,
        )

    run_in_chunks(
        problem,
        advance,
        added=added,
        key=np.uint64(stream_key(seed, problem.content)),
        cells=cells,
        first_cell=first_cell,
        jobs=jobs,
        progress=progress,
        stop=stop,
        consume=consume,
    )
    return ALGORITHMS[algorithm]


def algorithm_for(problem: Problem, options: SsaOptions) -> str:
    """Return the algorithm that will run."""
    return faster_algorithm(problem) if options.algorithm == "auto" else options.algorithm
