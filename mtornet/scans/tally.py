"""Counts of a running scan."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from mtornet.scans.progress import State
from mtornet.scans.store import Store


@dataclass(slots=True)
class Tally:
    """Counts of a run, updated by its threads."""

    store: Store
    begun_with: int
    begun: float = field(default_factory=time.monotonic)
    _done: int = 0
    _failed: int = 0
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, store: Store, missing: Sequence[tuple[int, int]]) -> Tally:
        """Return the counts of a run that begins."""
        return cls(store=store, begun_with=store.n_points - sum(end - first for first, end in missing))

    def points(self, n: int) -> None:
        """Count finished points; written or not."""
        with self._lock:
            self._done += n

    def written(self, n_bytes: int, failed: int) -> None:
        """Count a chunk on the disk."""
        with self._lock:
            self._bytes += n_bytes
            self._failed += failed

    def state(self) -> State:
        """Return where the scan stands."""
        return State(
            n_points=self.store.n_points,
            done=self.begun_with + self._done,
            begun_with=self.begun_with,
            failed=self._failed,
            bytes_written=self._bytes,
            seconds=time.monotonic() - self.begun,
        )
