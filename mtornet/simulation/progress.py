"""How long work tells what it is doing; silent unless someone listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives progress; all calls come from the main thread."""

    def begin(self, label: str, total: float) -> None:
        """Start work on ``label``, which consists of ``total`` cells."""

    def at(self, done: float) -> None:
        """Report that ``done`` cells of the present work are finished, parts of cells included."""

    def end(self) -> None:
        """Finish the present work."""


class Silent:
    """Listens to nothing."""

    def begin(self, label: str, total: float) -> None:
        """Ignore."""

    def at(self, done: float) -> None:
        """Ignore."""

    def end(self) -> None:
        """Ignore."""
