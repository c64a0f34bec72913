"""A cell that does not finish is listed with its status, never dropped and never averaged."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from mtornet.compiled import status
from mtornet.compiled.status import (
    COMPLETE,
    COUNT_OVERFLOW,
    EVENT_LIMIT,
    INTERRUPTED,
    NOT_FINITE,
    STATUS_NAMES,
)
from mtornet.errors import ProtocolError, SimulationError
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods import langevin, ssa
from mtornet.simulation.methods.langevin import LangevinOptions
from mtornet.simulation.methods.ssa import SsaOptions
from mtornet.simulation.problem import CellSamples
from mtornet.simulation.progress import Silent
from mtornet.simulation.run import simulate
from tests.verification import toys
from tests.verification.sampling import cells_of, problem_of
from tests.verification.toys import r, toy

TIMES = [0.0, 2.0, 10.0]


def test_every_status_code_has_a_name() -> None:
    ends = {
        code for name, code in vars(status).items() if name.isupper() and isinstance(code, int) and code >= 0
    }
    assert set(STATUS_NAMES) == ends
    assert {COMPLETE, EVENT_LIMIT, INTERRUPTED, NOT_FINITE, COUNT_OVERFLOW} <= ends


def test_event_limit(algorithm: str) -> None:
    # About 161 events in 10 s: some cells stay below the limit, some do not.
    network = toys.IMMIGRATION_DEATH.network()
    run = partial(
        simulate, network, TIMES, method="ssa", cells=60, seed=2, keep="trajectories", algorithm=algorithm
    )
    free = run()
    limit = int(np.median(free.n_events))
    held = run(max_events=limit)
    assert free.counts is not None
    assert held.counts is not None
    over = free.n_events >= limit
    assert 5 < over.sum() < 55
    assert held.status == tuple("event_limit" if bad else "complete" for bad in over)
    assert len(held.counts) == 60
    np.testing.assert_array_equal(held.n_events, np.minimum(free.n_events, limit))
    np.testing.assert_array_equal(held.counts[~over], free.counts[~over])
    # What was seen before the limit stands; what was not reached is NaN.
    seen = ~np.isnan(held.counts)
    np.testing.assert_array_equal(held.counts[seen], free.counts[seen])
    assert np.all(np.isnan(held.counts[over][:, -1]))
    np.testing.assert_allclose(held.mean, free.counts[~over].mean(axis=0))
    np.testing.assert_allclose(held.sd, free.counts[~over].std(axis=0, ddof=1))
    assert held.n_complete == 60 - over.sum()
    with pytest.raises(SimulationError, match=rf"{over.sum()} of 60 cells did not complete: event_limit"):
        held.raise_for_status()


def test_no_cell_completes() -> None:
    result = simulate(toys.IMMIGRATION_DEATH.network(), TIMES, method="ssa", cells=4, max_events=1)
    assert result.status == ("event_limit",) * 4
    assert np.all(np.isnan(result.mean))
    assert np.all(np.isnan(result.sd))
    assert np.all(np.isnan(result.quantile(0.5)))


def test_propensity_that_is_not_finite() -> None:
    boom = toy(
        {"X": 5, "Y": 1}, {"k": 1e308, "m": 1.0}, twice=r("X -> 2 X", "k"), make=r("-> Y", "m")
    ).network()
    result = simulate(boom, TIMES, method="ssa", cells=3)
    assert set(result.status) == {"not_finite"}


def test_more_molecules_than_whole_numbers() -> None:
    huge = toy({"X": 0}, {"k": 5.0}, add=r("-> X", "k")).network().with_amounts(X=9.0e15 - 5)
    result = simulate(huge, [0, 100], method="ssa", cells=3, algorithm="direct")
    assert set(result.status) == {"count_overflow"}
    assert set(result.n_events) == {6}
    # Rejection looks when bounds are renewed, at most 3e8 molecules later and still below 2**53.
    late = simulate(huge.with_amounts(X=9.0e15), [0, 100], method="ssa", cells=1, algorithm="rejection")
    assert late["X"][-1] > 9.0e15
    assert late["X"][-1] % 1 == 0


def test_doubling_overflows_by_its_budget() -> None:
    # Growth without bound ends at the limit instead of running for ever.
    result = simulate(
        toy({"X": 1}, {"k": 1.0}, d=r("X -> 2 X", "k")).network(), [0, 1e6], method="ssa", max_events=10**5
    )
    assert result.status == ("event_limit",)


def test_fractions_of_molecules_are_refused() -> None:
    problem = problem_of(toys.PURE_DEATH.network().with_amounts(X=0.5), TIMES)
    with pytest.raises(ProtocolError, match="whole molecules"):
        cells_of(problem, 1)


LONG = toy({"A": 500, "B": 500}, {"f": 300.0, "b": 300.0}, forth=r("A -> B", "f"), back=r("B -> A", "b"))


def test_stop_keeps_finished_cells_in_order(algorithm: str) -> None:
    # 3e5 events per cell; stopped after the first chunks.
    problem = problem_of(LONG.network(), [0.0, 1.0])
    undisturbed = cells_of(problem, 12, seed=1, algorithm=algorithm)
    all_counts = np.concatenate([c.counts for c in undisturbed])
    stop, chunks = StopFlag(), []

    def consume(chunk: CellSamples) -> None:
        chunks.append(chunk)
        if sum(len(c.status) for c in chunks) >= 3:
            stop.set()

    ssa.run_cells(
        problem,
        cells=2000,
        seed=1,
        jobs=2,
        options=SsaOptions(algorithm=algorithm),
        progress=Silent(),
        stop=stop,
        consume=consume,
    )
    status = np.concatenate([c.status for c in chunks])
    counts = np.concatenate([c.counts for c in chunks])
    assert 3 <= status.size < 2000
    firsts = [c.first_cell for c in chunks]
    np.testing.assert_array_equal(firsts, np.cumsum([0, *[len(c.status) for c in chunks][:-1]]))
    for i in np.flatnonzero(status == COMPLETE)[:12]:
        np.testing.assert_array_equal(counts[i], all_counts[i])


class StopsWhenUnderWay(Silent):
    """Sets a flag as soon as some cell is known to have begun and none has ended."""

    def __init__(self) -> None:
        self.stop = StopFlag()

    def at(self, done: float) -> None:
        if done > 0.0:
            self.stop.set()


def test_a_stop_reaches_into_a_long_cell(algorithm: str) -> None:
    # 3e9 events to the end, 2e8 to the limit: only a look at the flag from inside ends a cell before.
    problem = problem_of(LONG.network(), [0.0, 1e4])
    progress, chunks = StopsWhenUnderWay(), []
    ssa.run_cells(
        problem,
        cells=3,
        seed=1,
        jobs=2,
        options=SsaOptions(algorithm=algorithm, max_events=2 * 10**8),
        progress=progress,
        stop=progress.stop,
        consume=chunks.append,
    )
    assert chunks
    for chunk in chunks:
        assert set(chunk.status) == {INTERRUPTED}
        np.testing.assert_array_equal(chunk.counts[0, 0], [500, 500])
        assert np.all(np.isnan(chunk.counts[:, -1]))


def test_a_stop_reaches_into_a_long_langevin_cell() -> None:
    problem = problem_of(LONG.network(), [0.0, 1e6])
    progress, chunks = StopsWhenUnderWay(), []
    langevin.run_cells(
        problem,
        hybrid=False,
        cells=3,
        seed=1,
        jobs=2,
        options=LangevinOptions(max_step_s=0.1),
        progress=progress,
        stop=progress.stop,
        consume=chunks.append,
    )
    assert chunks
    for chunk in chunks:
        assert set(chunk.status) == {INTERRUPTED}
        assert np.all(np.isnan(chunk.counts))


def test_a_stop_before_the_start_runs_nothing() -> None:
    stop = StopFlag()
    stop.set()
    assert cells_of(problem_of(LONG.network(), [0.0, 1.0]), 5, stop=stop) == []


SCRIPT = """
import sys, numpy as np
from tests.verification.test_budget import LONG
from tests.verification.sampling import problem_of
from mtornet.simulation.interrupt import StopFlag, stop_on_signals
from mtornet.simulation.methods import ssa
from mtornet.simulation.progress import Silent
chunks, stop = [], StopFlag()
def consume(chunk):
    chunks.append(chunk)
    if len(chunks) == 1:
        print("started", flush=True)
mode = sys.argv[1]
run = lambda: ssa.run_cells(problem_of(LONG.network(), [0.0, 1.0]), cells=1_000_000, seed=1, jobs=2,
    options=ssa.SsaOptions(), progress=Silent(), stop=stop, consume=consume)
if mode == "flag":
    with stop_on_signals() as stop:
        run()
else:
    run()
status = np.concatenate([c.status for c in chunks])
ok = [c.first_cell for c in chunks] == list(np.cumsum([0] + [len(c.status) for c in chunks])[:-1])
print("kept", int((status == 0).sum()), "in order", ok, "stopped", stop.is_set, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
@pytest.mark.parametrize(
    ("mode", "number"), [("flag", signal.SIGINT), ("flag", signal.SIGTERM), ("plain", signal.SIGINT)]
)
def test_a_signal_keeps_what_is_finished(mode: str, number: signal.Signals) -> None:
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, mode],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=root,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "started\n"
        time.sleep(0.5)
        sent = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert time.monotonic() - sent < 20
    assert process.returncode == 0, err
    words = out.split()
    assert int(words[1]) >= 1
    assert words[2:] == ["in", "order", "True", "stopped", "True"]


def test_handlers_are_put_back() -> None:
    from mtornet.simulation.interrupt import stop_on_signals

    before = signal.getsignal(signal.SIGINT)
    with stop_on_signals():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
