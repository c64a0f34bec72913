"""Run a scan on this machine: one chunk per thread, each written by the thread that computed it."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from mtornet.scans.chunk import compute_chunk
from mtornet.scans.evaluation import Evaluator
from mtornet.scans.plan import Plan
from mtornet.scans.progress import ScanProgress, State, silent
from mtornet.scans.run_settings import RunSettings
from mtornet.scans.sizing import supply_for
from mtornet.scans.store import Store
from mtornet.scans.tally import Tally
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.parallel import available_jobs

TICK_S = 0.25


def run_local(
    plan: Plan,
    store: Store,
    settings: RunSettings,
    *,
    stop: StopFlag,
    progress: ScanProgress = silent,
) -> State:
    """Compute everything that is missing, or as much as there is time for.

    Raises
    ------
    OutputError
        If a chunk cannot be written; other threads' chunks are kept.
    """
    missing = store.missing()
    tally = Tally.of(store, missing)
    jobs = settings.jobs or available_jobs()
    supply = supply_for(plan.settings.method, missing, jobs=jobs, fixed=settings.chunk)
    evaluator, halt = Evaluator(plan), StopFlag()
    deadline = None if settings.max_time_s is None else tally.begun + settings.max_time_s

    def work() -> None:
        while not halt.is_set and (stretch := supply.take()) is not None:
            begun = time.monotonic()
            chunk = compute_chunk(evaluator, *stretch, stop=halt, tick=tally.points)
            if chunk is not None:
                size = store.write_chunk(chunk.first, chunk.end, chunk.rows, chunk.failed)
                tally.written(size, len(chunk.failed))
                supply.took(chunk.end - chunk.first, time.monotonic() - begun)

    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="mtornet") as pool:
        running: set[Future[None]] = {pool.submit(work) for _ in range(jobs)}
        try:
            while running:
                done, running = wait(running, timeout=TICK_S, return_when=FIRST_COMPLETED)
                progress(tally.state())
                for future in done:
                    future.result()
                if stop.is_set or (deadline is not None and time.monotonic() > deadline):
                    halt.set()
        except BaseException:
            # Threads look at this word while they compute; what they finished is written all the same.
            halt.set()
            raise
    progress(tally.state())
    return tally.state()
