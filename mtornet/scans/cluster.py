"""Run a scan on Dask distributed: workers compute chunks and return their bytes, this process writes them.

One writer needs no file system that all machines share, and no worker that lost its scheduler can write
into a folder that another run has taken over. What is not written is computed again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mtornet.errors import MtorNetError, ProtocolError, SimulationError
from mtornet.scans.chunk import Chunk, compute_chunk
from mtornet.scans.evaluation import Evaluator
from mtornet.scans.frozen import Frozen
from mtornet.scans.plan import Plan
from mtornet.scans.progress import ScanProgress, State, silent
from mtornet.scans.run_settings import RunSettings
from mtornet.scans.sizing import Supply, supply_for
from mtornet.scans.store import Store
from mtornet.scans.tally import Tally
from mtornet.simulation.interrupt import StopFlag

if TYPE_CHECKING:
    from distributed import Client

TICK_S = 0.25
WAITING_PER_THREAD = 2
"""Chunks per worker thread that are sent out: one in work, one that waits."""

ALLOWED_FAILURES = 1000
"""Workers that may die over one chunk before it is given up: machines come and go."""

CONNECT_S = 20.0
GATHER_S = 2.0
"""How long a finished chunk may take to come, before others are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A chunk that a worker has."""

    stretch: tuple[int, int]
    at: float


_evaluators: dict[str, Evaluator] = {}
_lock = threading.Lock()


def compute(frozen: Frozen, first: int, end: int) -> Chunk:
    """Compute a chunk in a worker; networks and cells at rest are kept for the next one.

    Raises
    ------
    SimulationError
        If the worker's mtornet makes another scan of the same specification.
    """
    with _lock:
        evaluator = _evaluators.get(frozen.sha256)
        if evaluator is None:
            plan = frozen.plan()
            if plan.sha256 != frozen.sha256:
                raise SimulationError(
                    "a worker makes another scan of this specification — its mtornet or its models differ "
                    "from those here; install the same version everywhere"
                )
            _evaluators.clear()
            evaluator = _evaluators[frozen.sha256] = Evaluator(plan)
    chunk = compute_chunk(evaluator, first, end)
    assert chunk is not None  # nobody stops a worker's chunk halfway
    return chunk


def run_cluster(
    plan: Plan,
    store: Store,
    settings: RunSettings,
    *,
    stop: StopFlag,
    progress: ScanProgress = silent,
) -> State:
    """Compute everything that is missing on the workers of a cluster.

    Raises
    ------
    ProtocolError
        If no scheduler answers.
    SimulationError
        If the scheduler is lost, or a worker cannot compute; what is finished is kept.
    """
    missing = store.missing()
    tally = Tally.of(store, missing)
    frozen = Frozen.of(plan)
    with _hushed(), connected(settings.cluster or "") as client, client.as_current():
        supply = supply_for(plan.settings.method, missing, jobs=1, fixed=settings.chunk)
        deadline = None if settings.max_time_s is None else tally.begun + settings.max_time_s
        feed = Feed(client=client, frozen=frozen, supply=supply, store=store, tally=tally)
        feed.run(deadline=deadline, stop=stop, progress=progress)
    progress(tally.state())
    return tally.state()


@dataclass(kw_only=True)
class Feed:
    """Keeps the workers busy, as many as there are at any time, and writes what comes back."""

    client: Client
    frozen: Frozen
    supply: Supply
    store: Store
    tally: Tally
    _sent: dict[Any, Sent] = field(default_factory=dict)
    _again: list[tuple[int, int]] = field(default_factory=list)
    _deaths: dict[tuple[int, int], int] = field(default_factory=dict)
    _answered: float = field(default_factory=time.monotonic)

    def run(self, *, deadline: float | None, stop: StopFlag, progress: ScanProgress) -> None:
        """Work until everything is written, the time is over or somebody stops it."""
        while not stop.is_set:
            if deadline is None or time.monotonic() < deadline:
                self._send()
            if not self._sent:
                return
            self._collect()
            self._check_scheduler()
            progress(self.tally.state())
        self.client.cancel(list(self._sent))

    def _send(self) -> None:
        n_threads = self._n_threads()
        self.supply.jobs = max(1, n_threads)
        while len(self._sent) < max(1, WAITING_PER_THREAD * n_threads):
            stretch = self._again.pop() if self._again else self.supply.take()
            if stretch is None:
                return
            # Not pure: a chunk is never taken from what a scheduler remembers of another run.
            future = self.client.submit(compute, self.frozen, *stretch, pure=False)
            self._sent[future] = Sent(stretch=stretch, at=time.monotonic())

    def _n_threads(self) -> int:
        """Return the threads of the workers that are there now; 0 if nobody answers."""
        try:
            return sum(self.client.nthreads().values())
        except (OSError, TimeoutError):
            return 0

    def _collect(self) -> None:
        """Write the chunks that are finished; give those of dead workers to others."""
        from distributed import KilledWorker, wait

        with contextlib.suppress(TimeoutError, asyncio.TimeoutError, CancelledError, asyncio.CancelledError):
            wait(list(self._sent), timeout=TICK_S, return_when="FIRST_COMPLETED")
        for future in [future for future in self._sent if future.status != "pending"]:
            try:
                chunk: Chunk = future.result(timeout=GATHER_S)
            except MtorNetError:
                raise
            except TimeoutError:
                # Its worker died with the result; the scheduler has another compute it.
                continue
            except (KilledWorker, CancelledError, asyncio.CancelledError, OSError):
                self._lost(self._sent.pop(future).stretch)
                continue
            sent = self._sent.pop(future)
            size = self.store.write_chunk(chunk.first, chunk.end, chunk.rows, chunk.failed)
            self.tally.points(chunk.end - chunk.first)
            self.tally.written(size, len(chunk.failed))
            # It may have waited behind others, which only keeps chunks small.
            self.supply.took(chunk.end - chunk.first, time.monotonic() - sent.at)

    def _lost(self, stretch: tuple[int, int]) -> None:
        self._again.append(stretch)
        self._deaths[stretch] = self._deaths.get(stretch, 0) + 1
        if self._deaths[stretch] > ALLOWED_FAILURES:
            raise SimulationError(f"{ALLOWED_FAILURES} workers died over points {stretch[0]} to {stretch[1]}")

    def _check_scheduler(self) -> None:
        if self.client.status == "running":
            self._answered = time.monotonic()
        elif self.client.status != "connecting" or time.monotonic() - self._answered > CONNECT_S:
            raise SimulationError(
                "the Dask scheduler is lost — what is finished is safe; go on with 'mtornet scan resume "
                f"{self.store.folder}' when there is one again"
            )


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep Dask's own tracebacks off the screen: what happened to whom is told in our words."""
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """Connect to a scheduler, or start worker processes on this machine (``local:4``).

    Raises
    ------
    ProtocolError
        If the address makes no sense, no scheduler answers, or Dask is not installed.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise ProtocolError("--cluster needs Dask: pip install 'mtornet[cluster]'") from None
    kind, _, number = address.partition(":")
    if kind != "local":
        try:
            client = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise ProtocolError(
                f"no Dask scheduler answers at {address!r} — {str(error) or type(error).__name__}; write it "
                "like 'tcp://host:8786', or 'local:4' for four processes on this machine"
            ) from None
        with client:
            yield client
        return
    if not number.isdigit() or int(number) < 1:
        raise ProtocolError(f"cluster {address!r}: expected 'local:' and a number of processes, 'local:4'")
    # Workers that are killed are started again, and what they did is given to others.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": ALLOWED_FAILURES}),
        LocalCluster(
            n_workers=int(number), threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client
