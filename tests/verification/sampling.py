"""Draw cells from the product and compare them with exact distributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mtornet.compiled.bind import bind, initial_amounts
from mtornet.compiled.network import compile_network
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods import ssa
from mtornet.simulation.problem import CellSamples, FloatArray, Problem
from mtornet.simulation.progress import Silent
from mtornet.simulation.run import simulate
from tests.verification.master_equation import Schedule
from tests.verification.statistics import bonferroni, chi_square_p, test_seed
from tests.verification.toys import Toy


def problem_of(
    network: ReactionNetwork,
    times: Sequence[float],
    schedule: Schedule = ((0.0, {}, {}),),
    content: str = "verification",
) -> Problem:
    compiled = compile_network(network)
    return Problem(
        compiled=compiled,
        segments=bind(network, compiled, list(schedule), float(times[-1])),
        times=np.asarray(times, dtype=np.float64),
        x0=initial_amounts(network),
        content=content,
    )


def cells_of(
    problem: Problem,
    cells: int,
    *,
    seed: int | None = None,
    jobs: int | None = None,
    first_cell: int = 0,
    algorithm: str = "direct",
    max_events: int = 10**9,
    stop: StopFlag | None = None,
) -> list[CellSamples]:
    """Run cells and return the chunks as they were handed on."""
    chunks: list[CellSamples] = []
    ssa.run_cells(
        problem,
        cells=cells,
        first_cell=first_cell,
        seed=test_seed() if seed is None else seed,
        jobs=jobs,
        options=ssa.SsaOptions(algorithm=algorithm, max_events=max_events),
        progress=Silent(),
        stop=StopFlag() if stop is None else stop,
        consume=chunks.append,
    )
    return chunks


def counts_of(chunks: Sequence[CellSamples]) -> FloatArray:
    return np.concatenate([chunk.counts for chunk in chunks])


def sampled(toy: Toy, times: Sequence[float], cells: int, algorithm: str) -> dict[str, FloatArray]:
    """Counts by species, shape (cells, n_times), through ``simulate``; ``times`` start at 0."""
    result = simulate(
        toy.network(),
        times,
        method="ssa",
        cells=cells,
        seed=test_seed(),
        keep="trajectories",
        algorithm=algorithm,
    )
    assert result.counts is not None
    assert set(result.status) == {"complete"}
    return {name: result.counts[:, :, result.column(name)] for name in toy.initial}


def sampled_with_doses(
    toy: Toy, times: Sequence[float], schedule: Schedule, cells: int, algorithm: str
) -> dict[str, FloatArray]:
    problem = problem_of(toy.network(), times, schedule)
    counts = counts_of(cells_of(problem, cells, algorithm=algorithm))
    return {name: counts[:, :, i] for i, name in enumerate(problem.compiled.species)}


def distribution_p(counts: Mapping[str, FloatArray], exact: Mapping[str, FloatArray]) -> float:
    """One p-value for all species and times of a case."""
    p_values = [
        chi_square_p(counts[name][:, i], exact[name][i])
        for name in exact
        for i in range(counts[name].shape[1])
    ]
    return bonferroni(p_values)
