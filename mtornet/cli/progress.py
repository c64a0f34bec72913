"""Progress on standard error: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType

LINE_EVERY_S = 15.0


class CellProgress:
    """Shows cells/s and the time left; a context manager."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: object | None = None
        self._task: object | None = None
        self._label, self._total, self._begun, self._last_line = "", 0.0, 0.0, 0.0
        self._done = 0.0

    def __enter__(self) -> CellProgress:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.description:<28}"),
                BarColumn(bar_width=28),
                TextColumn("{task.completed:.1f}/{task.total:.0f} cells  {task.fields[rate]}"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()  # type: ignore[attr-defined]

    def begin(self, label: str, total: float) -> None:
        """Start a stage of ``total`` cells."""
        self._label, self._total, self._done = label, total, 0.0
        self._begun = self._last_line = time.monotonic()
        if self._bar is not None:
            self._task = self._bar.add_task(label, total=total, rate="")  # type: ignore[attr-defined]

    def at(self, done: float) -> None:
        """Show that ``done`` cells are finished."""
        self._done = done
        elapsed = max(time.monotonic() - self._begun, 1e-9)
        rate = done / elapsed
        if self._bar is not None:
            self._bar.update(self._task, completed=done, rate=f"{rate:.3g} cells/s")  # type: ignore[attr-defined]
        elif not self._quiet and time.monotonic() - self._last_line > LINE_EVERY_S:
            self._last_line = time.monotonic()
            left = (self._total - done) / rate if rate > 0 else float("inf")
            self.say(
                f"{self._label}: {done:.1f} of {self._total:.0f} cells, {rate:.3g} cells/s, {left:.0f} s left"
            )

    def end(self) -> None:
        """End the stage."""
        if self._bar is not None:
            self._bar.update(self._task, completed=self._total, visible=False)  # type: ignore[attr-defined]
        elif not self._quiet:
            took = time.monotonic() - self._begun
            # Whole cells: an interrupted stage has fewer than were asked for.
            if took > 1.0:
                self.say(
                    f"{self._label}: {int(self._done + 1e-9)} of {self._total:.0f} cells in {took:.1f} s"
                )

    def say(self, text: str) -> None:
        """Print one line to standard error unless quiet."""
        if not self._quiet:
            print(text, file=sys.stderr, flush=True)
