"""What a running scan tells; silent unless someone listens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a scan stands."""

    n_points: int
    done: int
    """Points finished, earlier runs included."""
    begun_with: int
    """Points that were finished when this run began."""
    failed: int
    """Points set aside in this run."""
    bytes_written: int
    """In this run."""
    seconds: float
    """Since this run began."""

    @property
    def rate(self) -> float:
        """Points per second of this run."""
        return (self.done - self.begun_with) / max(self.seconds, 1e-9)

    @property
    def seconds_left(self) -> float:
        """At this rate; infinite as long as nothing is finished."""
        return (self.n_points - self.done) / self.rate if self.rate > 0 else float("inf")


class ScanProgress(Protocol):
    """Receives where a scan stands, a few times per second, from one thread."""

    def __call__(self, state: State, /) -> None:
        """Take it in."""


def silent(_: State) -> None:
    """Listen to nothing."""
