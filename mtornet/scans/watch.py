"""A limit of time for one point at a time, and the stop of all."""

from __future__ import annotations

import threading
import time
from types import TracebackType

from mtornet.simulation.interrupt import StopFlag

TICK_S = 0.05


class Watch:
    """Hands out one flag per point, which is set when the point's time is up or everything stops."""

    def __init__(self, stop: StopFlag, *, limit_s: float | None) -> None:
        self._stop, self._limit_s = stop, limit_s
        self._current: tuple[StopFlag, float] | None = None
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Watch:
        if self._limit_s is not None:
            self._thread = threading.Thread(target=self._look, name="mtornet-watch", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def begin(self, points: int = 1) -> StopFlag:
        """Return the flag of the next point, or of some that may take as much longer."""
        if self._limit_s is None:
            return self._stop
        flag = StopFlag()
        self._current = (flag, time.monotonic() + self._limit_s * points)
        return flag

    def _look(self) -> None:
        while not self._over.wait(TICK_S):
            current = self._current
            if current is not None and (self._stop.is_set or time.monotonic() > current[1]):
                current[0].set()
