"""One line that tells where a scan stands: points, rate, time left, failures, disk."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtornet.scans.progress import State

LINE_EVERY_S = 15.0
REDRAW_EVERY_S = 0.5


class ScanLine:
    """Rewrites one line on a terminal, prints a line now and then elsewhere; a context manager."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet, self._terminal = quiet, sys.stderr.isatty()
        self._last, self._width = 0.0, 0

    def __enter__(self) -> ScanLine:
        self._last = time.monotonic() - (REDRAW_EVERY_S if self._terminal else 0.0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._width:
            print("\r" + " " * self._width + "\r", end="", file=sys.stderr, flush=True)

    def __call__(self, state: State) -> None:
        """Show where the scan stands, if it is time to."""
        now = time.monotonic()
        if self._quiet or now - self._last < (REDRAW_EVERY_S if self._terminal else LINE_EVERY_S):
            return
        self._last = now
        text = line(state)
        if self._terminal:
            print("\r" + text.ljust(self._width), end="", file=sys.stderr, flush=True)
            self._width = max(self._width, len(text))
        else:
            print(text, file=sys.stderr, flush=True)


def line(state: State) -> str:
    """Return where a scan stands in one line."""
    done = f"{state.done} of {state.n_points} points, {state.rate:.3g} points/s"
    failed = f", {state.failed} failed" if state.failed else ""
    return f"{done}, {_left(state.seconds_left)} left{failed}, {state.bytes_written / 1e6:.1f} MB written"


def _left(seconds: float) -> str:
    if seconds == float("inf"):
        return "? s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
