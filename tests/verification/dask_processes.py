"""A Dask scheduler and workers as processes that can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field

from tests.verification.scan_processes import environment


def free_port() -> int:
    """Return a port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _dask(*arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *map(str, arguments)],
        env={**environment(), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1000"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@dataclass
class Cluster:
    """One scheduler and some workers; a context manager that leaves nothing behind."""

    n_workers: int
    port: int = field(default_factory=free_port)
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def __enter__(self) -> Cluster:
        self.start_scheduler()
        for _ in range(self.n_workers):
            self.start_worker()
        return self

    def __exit__(self, *_: object) -> None:
        for process in [*self.workers, self.scheduler]:
            if process is not None and process.poll() is None:
                end(process)

    def start_scheduler(self) -> None:
        self.scheduler = _dask("scheduler", "--host", "127.0.0.1", "--port", self.port, "--no-dashboard")
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError("the scheduler does not answer")

    def start_worker(self) -> None:
        self.workers.append(_dask("worker", self.address, "--nthreads", 1, "--no-nanny", "--no-dashboard"))

    def kill_worker(self) -> None:
        """Kill the oldest worker and start another."""
        end(self.workers.pop(0))
        self.start_worker()

    def kill_scheduler(self) -> None:
        assert self.scheduler is not None
        end(self.scheduler)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its children at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
