"""``scan``: carry out a specification into a folder, from the beginning or from where it stands."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mtornet.provenance import versions
from mtornet.scans import history
from mtornet.scans.chunk import compute_chunk
from mtornet.scans.evaluation import Evaluator
from mtornet.scans.local import run_local
from mtornet.scans.lock import locked
from mtornet.scans.merging import read_table
from mtornet.scans.plan import Plan
from mtornet.scans.progress import ScanProgress, State, silent
from mtornet.scans.reading import read_scan
from mtornet.scans.run_settings import RunSettings
from mtornet.scans.spec import Scan
from mtornet.scans.store import Store, check_same, create_or_open, open_store
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.parallel import available_jobs

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScanRun:
    """A scan's folder after a run."""

    store: Store
    state: State
    damaged: tuple[Path, ...]
    """Files that were not what had been written, moved out of the way before the run."""

    interrupted: bool
    """Whether somebody asked it to stop."""

    @property
    def complete(self) -> bool:
        """Whether every point is finished or set aside."""
        return self.state.done == self.state.n_points

    @property
    def table(self) -> pd.DataFrame:
        """The tidy table of all finished points."""
        return read_table(self.store)


def scan(
    spec: Scan | str | Path,
    out: str | Path,
    *,
    jobs: int | None = None,
    chunk: int | None = None,
    max_time: float | str | None = None,
    cluster: str | None = None,
    progress: ScanProgress = silent,
    stop: StopFlag | None = None,
) -> ScanRun:
    """Carry out a scan, or go on with one.

    Parameters
    ----------
    spec
        A specification, or the path of one in TOML.
    out
        Folder of the scan. If it holds the same scan, only what is missing is computed.
    jobs
        Threads; all cores if not given. Changes no number.
    chunk
        Points per file; about a minute of work if not given. Changes no number.
    max_time
        When to stop, seconds or text such as ``"8 h"``; what is finished by then is kept.
    cluster
        Address of a Dask scheduler, or ``"local:4"`` for four worker processes; ``jobs`` is theirs then.

    Raises
    ------
    ProtocolError
        If the specification makes no sense, or the folder holds another scan.
    OutputError
        If the folder cannot be written or another process works on it.
    """
    given = spec if isinstance(spec, Scan) else read_scan(spec)
    plan, folder = given.plan(), Path(out)
    settings = RunSettings.of(jobs=jobs, chunk=chunk, max_time=max_time, cluster=cluster)
    store = create_or_open(plan, folder)
    with locked(folder):
        return _go_on(plan, store, settings, progress, StopFlag() if stop is None else stop)


def resume(
    out: str | Path,
    *,
    jobs: int | None = None,
    chunk: int | None = None,
    max_time: float | str | None = None,
    cluster: str | None = None,
    progress: ScanProgress = silent,
    stop: StopFlag | None = None,
) -> ScanRun:
    """Go on with the scan of a folder, with the specification that it was begun with; see :func:`scan`."""
    store = open_store(Path(out))
    plan = store.scan().plan()
    check_same(store, plan)
    settings = RunSettings.of(jobs=jobs, chunk=chunk, max_time=max_time, cluster=cluster)
    with locked(store.folder):
        return _go_on(plan, store, settings, progress, StopFlag() if stop is None else stop)


def retry(
    out: str | Path, *, progress: ScanProgress = silent, stop: StopFlag | None = None
) -> tuple[int, int]:
    """Compute points again that were set aside.

    Returns
    -------
    tuple of int
        How many have numbers now, and how many have not.
    """
    store = open_store(Path(out))
    plan = store.scan().plan()
    check_same(store, plan)
    flag = StopFlag() if stop is None else stop
    with locked(store.folder):
        store.check()
        points = sorted(store.failed())
        evaluator, finished = Evaluator(plan), 0
        begun = time.monotonic()
        for i, point in enumerate(points):
            chunk = compute_chunk(evaluator, point, point + 1, stop=flag)
            if chunk is None:
                break
            store.write_chunk(point, point + 1, chunk.rows, chunk.failed, retry=True)
            finished += not chunk.failed
            progress(
                State(
                    n_points=len(points),
                    done=i + 1,
                    begun_with=0,
                    failed=i + 1 - finished,
                    bytes_written=0,
                    seconds=time.monotonic() - begun,
                )
            )
        return finished, len(points) - finished


def _go_on(
    plan: Plan, store: Store, settings: RunSettings, progress: ScanProgress, stop: StopFlag
) -> ScanRun:
    store.tidy()
    damaged = store.check()
    started = time.time()
    if settings.cluster is None:
        state = run_local(plan, store, settings, stop=stop, progress=progress)
    else:
        from mtornet.scans.cluster import run_cluster

        state = run_cluster(plan, store, settings, stop=stop, progress=progress)
    store.note(
        {
            "started": time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(started)),
            "seconds": round(state.seconds, 3),
            "points": state.done - state.begun_with,
            "failed": state.failed,
            "jobs": settings.jobs,
            "cluster": settings.cluster,
            "versions": versions(),
        }
    )
    if state.done == state.n_points and not state.begun_with and settings.cluster is None:
        seconds = state.seconds * (settings.jobs or available_jobs())
        history.took(plan.sha256, seconds=seconds, megabytes=store.bytes_used() / 1e6)
    return ScanRun(store=store, state=state, damaged=tuple(damaged), interrupted=stop.is_set)
