"""Tau-leaping: many reactions in one step while no reactant changes much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtornet.compiled.network import CompiledNetwork
from mtornet.compiled.tables import Cells
from mtornet.errors import ProtocolError
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods.chunks import run_in_chunks
from mtornet.simulation.methods.ssa_kernels import block_shift
from mtornet.simulation.problem import CellSamples, FloatArray, IntArray, Problem
from mtornet.simulation.progress import Progress
from mtornet.simulation.rounding import whole_doses
from mtornet.simulation.seeds import stream_key

KISAO = "KISAO:0000084"
"""Nonnegative Poisson tau-leaping: explicit, with critical reactions (Cao, Gillespie and Petzold)."""

LARGEST_EPSILON = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class TauOptions:
    """How far a leap may go, and the budget of a cell."""

    epsilon: float = 0.03
    """Largest relative change of a propensity in a leap, on average and in standard deviation."""
    turnover: float = 0.25
    """Largest part of a species' molecules that a leap consumes; infinite in the paper."""
    order: int = 2
    """Of the error in the leap: 2 for two halves, 1 for a single one as in the paper."""
    n_critical: int = 10
    """A reaction that could exhaust a reactant in fewer firings fires at most once in a leap."""
    max_events: int = 20_000_000_000
    """Leaps and exact steps; a cell that uses them up is reported with its status."""

    def __post_init__(self) -> None:
        if not 0 < self.epsilon <= LARGEST_EPSILON:
            raise ProtocolError(f"epsilon: expected a number in (0, {LARGEST_EPSILON}], got {self.epsilon!r}")
        if not self.turnover > 0:
            raise ProtocolError(f"turnover: expected a number > 0, got {self.turnover!r}")
        if self.order not in (1, 2):
            raise ProtocolError(f"order: expected 1 or 2, got {self.order!r}")
        if self.n_critical < 0:
            raise ProtocolError(f"n_critical: expected a whole number >= 0, got {self.n_critical!r}")
        if self.max_events < 1:
            raise ProtocolError(f"max_events: expected a whole number >= 1, got {self.max_events!r}")


def run_cells(
    problem: Problem,
    *,
    cells: int,
    first_cell: int = 0,
    seed: int,
    jobs: int | None,
    options: TauOptions,
    progress: Progress,
    stop: StopFlag,
    consume: Callable[[CellSamples], None],
) -> str:
    """Simulate cells and hand them to ``consume`` in order; the same contract as the exact method.

    A leap ends at every sample time, so that other sample times give other, equally valid cells.
    """
    from mtornet.compiled.kernels import tau_leap

    compiled, segments = problem.compiled, problem.segments
    orders, copies = highest_orders(compiled)
    added = whole_doses(problem)

    def advance(chunk: Cells, reached: FloatArray) -> None:
        tau_leap.advance(
            block_shift(compiled.n_reactions),
            options.order,
            options.epsilon,
            float(options.turnover),
            options.n_critical,
            orders,
            copies,
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
    return (
        f"adaptive explicit tau-leaping of order {options.order}, epsilon {options.epsilon:g}, turnover "
        f"{options.turnover:g}, critical below {options.n_critical} firings"
    )


def highest_orders(compiled: CompiledNetwork) -> tuple[IntArray, IntArray]:
    """Return, by state, the highest order of the reactions that read it and how often they draw it."""
    tables = compiled.tables
    orders = np.zeros(compiled.n_species, dtype=np.int64)
    copies = np.zeros(compiled.n_species, dtype=np.int64)
    # Guards and programs read without multiplying; how steep a program is the kernel measures.
    orders[np.diff(tables.reader_start)[: orders.size] > 0] = 1
    for row, order in zip(tables.factors, compiled.order, strict=True):
        for i in set(row.tolist()) - {compiled.n_species}:
            drawn = int(np.sum(row == i))
            if (order, drawn) > (orders[i], copies[i]):
                orders[i], copies[i] = order, drawn
    return orders, copies
