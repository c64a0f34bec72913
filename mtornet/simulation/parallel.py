"""Threads over cells: kernels hold no lock, results are handed on in order of the cells."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import numpy as np

from mtornet.simulation.interrupt import StopFlag, interrupt_sets
from mtornet.simulation.problem import CellSamples, FloatArray
from mtornet.simulation.progress import Progress

CHUNK_SECONDS = 0.2
CHUNK_BYTES = 64_000_000
TICK_SECONDS = 0.1


def available_jobs() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_in_order(
    run_chunk: Callable[[int, int, FloatArray], CellSamples],
    *,
    first: int,
    count: int,
    jobs: int | None,
    bytes_per_item: int,
    start: float,
    span: float,
    progress: Progress,
    stop: StopFlag,
    consume: Callable[[CellSamples], None],
) -> None:
    """Run chunks of cells in threads and pass each to ``consume``, lowest cell first.

    Chunks grow until one takes about a fifth of a second; their size changes no result. At most two
    chunks per thread wait, so memory does not grow with the number of cells. When ``stop`` is set,
    running cells end early, finished ones are still consumed, and nothing new starts.
    """
    n_jobs = max(1, jobs if jobs is not None else available_jobs())
    end = first + count
    upcoming = to_consume = first
    chunk = 1
    largest = max(1, CHUNK_BYTES // max(bytes_per_item, 1))
    running: dict[Future[CellSamples], tuple[int, int, FloatArray, float]] = {}
    finished: dict[int, CellSamples] = {}
    with (
        interrupt_sets(stop),
        ThreadPoolExecutor(max_workers=n_jobs, thread_name_prefix="mtornet") as pool,
    ):
        try:
            while running or (upcoming < end and not stop.is_set):
                while upcoming < end and len(running) + len(finished) < 2 * n_jobs and not stop.is_set:
                    size = min(chunk, end - upcoming)
                    reached = np.full(size, start)
                    future = pool.submit(run_chunk, upcoming, size, reached)
                    running[future] = (upcoming, size, reached, time.perf_counter())
                    upcoming += size
                done, _ = wait(running, timeout=TICK_SECONDS, return_when=FIRST_COMPLETED)
                for future in done:
                    first_of, size, _, begun = running.pop(future)
                    finished[first_of] = future.result()
                    # Queued behind others a chunk seems slower than it is; that only keeps chunks small.
                    per_cell = max(time.perf_counter() - begun, 1e-7) / size
                    chunk = int(np.clip(CHUNK_SECONDS / per_cell, 1, min(largest, 2 * chunk)))
                while to_consume in finished:
                    samples = finished.pop(to_consume)
                    consume(samples)
                    to_consume += len(samples.status)
                partly = sum(float(np.sum((entry[2] - start) / span)) for entry in running.values())
                waiting = sum(len(samples.status) for samples in finished.values())
                progress.at(to_consume - first + waiting + partly)
        except KeyboardInterrupt:
            stop.set()
            for future in running:
                future.cancel()
            for future, (first_of, *_) in running.items():
                if not future.cancelled():
                    finished[first_of] = future.result()
        for first_of in sorted(finished):
            consume(finished[first_of])
