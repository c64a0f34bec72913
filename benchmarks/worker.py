"""Engines in processes of their own: each has its own clock and memory, and can be stopped."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

import mtornet as mt
from benchmarks.peers import engines
from benchmarks.plain import FloatArray

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class EngineError(RuntimeError):
    """An engine failed, died, or took too long."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one piece of work took."""

    cpu_s: float
    """User and system time of the process and of the processes it waited for."""
    wall_s: float
    peak_mb: float
    """Largest resident memory of the process so far."""
    shape: tuple[int, ...] = ()
    """Of the array that came out."""


def cpu_seconds() -> float:
    """Return the CPU time of this process and of its ended children."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


class Worker:
    """One engine in one process, asked through a pipe."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, self.name), daemon=True)
        with _one_thread():
            self.process.start()
        theirs.close()

    def build(self, network: mt.ReactionNetwork, *, kind: str, limit_s: float) -> Cost:
        """Build a network (``kind``: stochastic or deterministic); what was built before is dropped."""
        return self._ask(limit_s, "build", kind, network)[0]

    def cost(self, work: str, *arguments: Any, limit_s: float) -> Cost:
        """Call a method of what was built, and forget the result."""
        return self._ask(limit_s, "call", work, arguments, False)[0]

    def value(self, work: str, *arguments: Any, limit_s: float) -> Any:
        """Call a method of what was built, and return its result."""
        return self._ask(limit_s, "call", work, arguments, True)[1]

    def _ask(self, limit_s: float, *message: Any) -> tuple[Cost, Any]:
        if not self.process.is_alive():
            self._start()
        try:
            self.pipe.send(message)
            if not self.pipe.poll(limit_s):
                self.stop()
                raise EngineError(f"no answer within {limit_s:.0f} s")
            outcome, *rest = self.pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self.stop()
            raise EngineError("died") from None
        if outcome == "failed":
            raise EngineError(rest[0])
        return rest[0], rest[1]

    def stop(self) -> None:
        """End the process and what it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextlib.contextmanager
def _one_thread() -> Any:
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    yield
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


def _serve(pipe: Connection, name: str) -> None:
    # A group of its own, so that a stopped engine takes its children with it.
    os.setsid()
    engine = engines()[name]
    built: Any = None
    while True:
        try:
            task, *arguments = pipe.recv()
        except EOFError:
            return
        try:
            if task == "build":
                kind, network = arguments
                built = None
                cpu, wall = cpu_seconds(), time.perf_counter()
                built = getattr(engine, kind)(network)
                pipe.send(("done", _cost(cpu, wall), None))
                continue
            work, given, wanted = arguments
            cpu, wall = cpu_seconds(), time.perf_counter()
            found = getattr(built, work)(*given)
            cost = _cost(cpu, wall, found)
            pipe.send(("done", cost, found if wanted else None))
        except Exception as error:  # noqa: BLE001  (whatever a simulator does, the others go on)
            traceback.print_exc()
            pipe.send(("failed", f"{type(error).__name__}: {error}".splitlines()[0][:200]))


def peak_mb() -> float:
    """Return the largest resident memory of this process so far."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss, which on Linux starts from that of the process that started this one.
        line = next(
            line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM")
        )
        return float(line.split()[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _cost(cpu: float, wall: float, found: FloatArray | float | None = None) -> Cost:
    shape = np.shape(found) if found is not None else ()
    return Cost(cpu_seconds() - cpu, time.perf_counter() - wall, peak_mb(), shape)
