"""Rate equations by Rodas5P: one problem, or many parameter sets of one network side by side.

A single solve and a scan run the same kernel, with one lane or with many; a set's result does not
depend on which. A set whose matrix cannot be factorised without exchanging pivots, or whose steps
vanish, is solved again by LSODA, which exchanges them.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled import rodas5p
from mtornet.compiled.bind import Segments
from mtornet.compiled.elimination import elimination_lists
from mtornet.compiled.event_tables import EventTables, new_pending
from mtornet.compiled.network import CompiledNetwork
from mtornet.compiled.status import (
    BAD_PIVOT,
    COMPLETE,
    EVENT_STORM,
    INTERRUPTED,
    NEGATIVE_RATE,
    NOT_FINITE,
    STEP_LIMIT,
    STEP_TOO_SMALL,
    TRIGGERED,
)
from mtornet.compiled.tables import Cells, new_cells
from mtornet.compiled.workspace import new_lane_states, new_rows
from mtornet.errors import IntegrationError, ProtocolError
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods.lsoda import solve as solve_by_lsoda
from mtornet.simulation.methods.ode_options import OdeOptions
from mtornet.simulation.problem import FloatArray, IntArray, Problem

KISAO = "KISAO:0000033"
"""Rosenbrock method."""

ALGORITHM = "Rodas5P with analytic sparse Jacobian"

SCAN_LANES = 16
"""Parameter sets side by side in a scan; measured best of 1 to 32 with AVX-512, see benchmarks/ode.py."""

_CHANCE = (1, 2, 3, 4)
"""State of the stream of random numbers with which every set begins."""

_TRY_LSODA = (NOT_FINITE, STEP_TOO_SMALL, BAD_PIVOT)


_REASONS = {
    STEP_LIMIT: ("{max_steps} steps were not enough", "loosen rtol, or raise max_steps"),
    EVENT_STORM: ("events follow each other without an end", "check what triggers them"),
    NOT_FINITE: ("a rate or an amount is not finite", "check the rate laws"),
    NEGATIVE_RATE: ("an event is delayed by less than no time", "check its delay"),
    STEP_TOO_SMALL: ("steps became too small", "loosen rtol, or check the rate laws"),
    BAD_PIVOT: ("a matrix of the steps is singular", "loosen rtol, or check the rate laws"),
}
"""Why the rate equations were not solved, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SetSolutions:
    """Solutions by parameter set."""

    amounts: FloatArray
    """(n_sets, n_times, n_species) molecules; NaN beyond where an incomplete set stopped."""
    final: FloatArray
    """(n_sets, n_species) molecules at the end, or where an incomplete set stopped."""
    status: IntArray
    """See ``mtornet.compiled.status``."""
    reached: FloatArray
    """Time in seconds to which each set was solved."""
    n_steps: IntArray
    """Steps tried, rejected ones included."""
    n_rejected: IntArray
    by_lsoda: NDArray[np.bool_]
    """Sets that Rodas5P gave up and LSODA solved."""


def solve(
    problem: Problem, options: OdeOptions, *, stop: StopFlag | None = None
) -> tuple[FloatArray, FloatArray]:
    """Integrate the rate equations.

    Returns
    -------
    amounts : shape (n_times, n_species)
        Molecules at ``problem.times``.
    final : shape (n_species,)
        Molecules at the end of the last segment.

    Raises
    ------
    IntegrationError
        If the tolerances cannot be met within ``max_steps`` steps.
    """
    segments = problem.segments
    found = _run(
        problem.compiled,
        problem.x0[None, :],
        segments.breaks,
        segments.constants[None, :, :],
        segments.added,
        problem.times,
        options,
        samples=np.empty((1, problem.times.size, problem.compiled.n_species)),
        lanes=1,
        stop=StopFlag() if stop is None else stop,
    )
    status = int(found.status[0])
    if status == INTERRUPTED:
        raise KeyboardInterrupt
    # LSODA knows no events.
    if status in _TRY_LSODA and problem.compiled.events is None:
        amounts, final = solve_by_lsoda(problem, options)
        return without_rounding(amounts, options), final
    if status != COMPLETE:
        why, advice = _REASONS[status]
        raise IntegrationError(
            f"the rate equations could not be solved beyond t = {found.reached[0]:g} s at rtol "
            f"{options.rtol:g}, atol {options.atol:g} ({why.format(max_steps=options.max_steps)}); {advice}"
        )
    return without_rounding(found.amounts[0], options), found.final[0]


def solve_many(
    compiled: CompiledNetwork,
    *,
    breaks: FloatArray,
    constants: FloatArray,
    times: FloatArray,
    x0: FloatArray,
    added: FloatArray | None = None,
    options: OdeOptions | None = None,
    lanes: int | None = None,
    jobs: int = 1,
    stop: StopFlag | None = None,
) -> SetSolutions:
    """Integrate the rate equations for many sets of constants.

    A set's result is bit-identical for any number of lanes and threads, any order and any other sets.

    Parameters
    ----------
    breaks
        (n_segments + 1,) start times, then the end, in seconds; as in ``Segments``.
    constants
        (n_sets, n_segments, n_constants) constants in force, see ``row_of_constants``.
    times
        (n_times,) ascending, within the segments.
    x0
        (n_species,) or (n_sets, n_species) molecules.
    added
        (n_segments, n_species) molecules added at each start.
    lanes
        Sets side by side in one thread: 1, 2, 4, 8, 16 or 32. Each number is compiled once per
        installation.
    jobs
        Threads.

    Raises
    ------
    ProtocolError
        If the arrays do not fit each other.
    """
    options, stop = options or OdeOptions(), StopFlag() if stop is None else stop
    n_sets, n_segments = len(constants), breaks.size - 1
    added = np.zeros((n_segments, compiled.n_species)) if added is None else added
    starts = np.broadcast_to(x0, (n_sets, x0.size)) if x0.ndim == 1 else x0
    for name, shape, expected in (
        ("constants", constants.shape, (n_sets, n_segments, compiled.n_reactions + len(compiled.pool))),
        ("x0", starts.shape, (n_sets, compiled.n_species)),
        ("added", added.shape, (n_segments, compiled.n_species)),
    ):
        if shape != expected:
            raise ProtocolError(f"{name}: expected an array of shape {expected}, got {shape}")
    width = lanes if lanes is not None else (1 if n_sets == 1 else SCAN_LANES)
    if width not in (1, 2, 4, 8, 16, 32):
        raise ProtocolError(f"lanes: expected 1, 2, 4, 8, 16 or 32, got {width!r}")
    jobs = max(1, min(jobs, -(-n_sets // width)))
    cuts = [n_sets * i // jobs for i in range(jobs + 1)]
    samples = np.empty((n_sets, times.size, compiled.n_species))

    def run(first: int, end: int) -> SetSolutions:
        part = slice(first, end)
        return _run(
            compiled,
            starts[part],
            breaks,
            constants[part],
            added,
            times,
            options,
            samples=samples[part],
            lanes=width,
            stop=stop,
        )

    if jobs == 1:
        parts = [run(0, n_sets)]
    else:
        with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="mtornet") as pool:
            parts = list(pool.map(run, cuts[:-1], cuts[1:]))
    found = parts[0] if jobs == 1 else _joined(parts, samples)
    unsolved = np.isin(found.status, _TRY_LSODA) & (compiled.events is None)
    for i in np.flatnonzero(unsolved):
        _solve_again(found, int(i), compiled, breaks, constants[i], added, times, starts[i], options)
    return found


def absolute_tolerances(compiled: CompiledNetwork, x0: FloatArray, options: OdeOptions) -> FloatArray:
    """Return the absolute tolerance of every state of every set, shape (n_sets, n_states).

    The tolerance is in molecules. Where all amounts are below one molecule (those of a model in moles),
    the largest of them takes its place; for a variable, whose unit is its own, what it starts from.
    """
    size = np.abs(x0)
    n = compiled.n_molecular
    largest = size[:, :n].max(axis=1, initial=0.0)
    size[:, :n] = np.where(largest > 0.0, np.minimum(largest, 1.0), 1.0)[:, None]
    size[:, n:] = np.where(size[:, n:] > 0.0, size[:, n:], 1.0)
    return options.atol * size


def without_rounding(amounts: FloatArray, options: OdeOptions) -> FloatArray:
    """Return amounts with 0 for what is empty but for rounding."""
    return np.where(np.abs(amounts) < options.nothing, 0.0, amounts)


def _run(
    compiled: CompiledNetwork,
    x0: FloatArray,
    breaks: FloatArray,
    constants: FloatArray,
    added: FloatArray,
    times: FloatArray,
    options: OdeOptions,
    *,
    samples: FloatArray,
    lanes: int,
    stop: StopFlag,
) -> SetSolutions:
    """Integrate some sets; what is found goes into ``samples``, so that threads share one array."""
    from mtornet.compiled.kernels import rodas_lanes

    lists = elimination_lists(compiled)
    n_sets = len(constants)
    constants, tolerances = _plain(constants), absolute_tolerances(compiled, x0, options)
    samples.fill(np.nan)
    cells = new_cells(x0 + added[0], float(breaks[0]), samples, compiled.initial_truth)
    n_steps, n_rejected = np.zeros(n_sets, dtype=np.int64), np.zeros(n_sets, dtype=np.int64)
    rows, states = new_rows(lists.program, lists.tape, lanes), new_lane_states(lanes)

    def advance() -> None:
        rodas_lanes.advance(
            (0,) * lanes,
            lists.program,
            lists.tape,
            _tableau(),
            rows,
            states,
            cells,
            _plain(breaks),
            constants,
            _plain(added),
            _plain(times),
            float(options.rtol),
            tolerances,
            int(options.max_steps),
            compiled.events is not None,
            n_steps,
            n_rejected,
            stop.word,
        )

    if compiled.events is None:
        advance()
    else:
        _advance_through_events(compiled.events, cells, constants, advance, stop)
    # An interruption kept these from starting, or from going on after an event.
    cells.status[cells.status < COMPLETE] = INTERRUPTED
    return SetSolutions(
        amounts=cells.samples,
        final=cells.x,
        status=cells.status,
        reached=cells.clock,
        n_steps=n_steps,
        n_rejected=n_rejected,
        by_lsoda=np.zeros(n_sets, dtype=np.bool_),
    )


def _advance_through_events(
    events: EventTables, cells: Cells, constants: FloatArray, advance: Callable[[], None], stop: StopFlag
) -> None:
    """Let the sets run from event to event: all up to the next one of each, then what is due, and again."""
    from mtornet.compiled.kernels.events import settle

    events = events.for_continuous_states()
    pending = new_pending(events, cells.status.size)
    # Chance decides between events of equal priority at one time: the same one for every set.
    cells.rng[:] = _CHANCE
    cells.status[:] = TRIGGERED
    while np.any(cells.status == TRIGGERED) and not stop.is_set:
        settle(cells, pending, events, constants, False, np.inf)
        advance()


def _solve_again(
    found: SetSolutions,
    i: int,
    compiled: CompiledNetwork,
    breaks: FloatArray,
    constants: FloatArray,
    added: FloatArray,
    times: FloatArray,
    x0: FloatArray,
    options: OdeOptions,
) -> None:
    segments = Segments(breaks=breaks, constants=constants, added=added)
    problem = Problem(compiled=compiled, segments=segments, times=times, x0=x0, content="")
    try:
        found.amounts[i], found.final[i] = solve_by_lsoda(problem, options)
    except IntegrationError:
        # The set keeps the status of the first attempt.
        return
    found.status[i], found.reached[i], found.by_lsoda[i] = COMPLETE, breaks[-1], True


def _joined(parts: list[SetSolutions], samples: FloatArray) -> SetSolutions:
    apart = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in SetSolutions.__slots__
        if name != "amounts"
    }
    return SetSolutions(amounts=samples, **apart)


def _plain(array: FloatArray) -> FloatArray:
    # One memory layout and one set of flags, so that the kernel is compiled once.
    if array.flags.c_contiguous and array.flags.writeable and array.dtype == np.float64:
        return array
    return np.array(array, dtype=np.float64, order="C")


@lru_cache(maxsize=1)
def _tableau() -> FloatArray:
    return np.concatenate(
        [
            rodas5p.A.ravel(),
            rodas5p.C.ravel(),
            rodas5p.H.ravel(),
            [rodas5p.GAMMA],
            rodas5p.NODES,
            rodas5p.SLOPES,
        ]
    )
