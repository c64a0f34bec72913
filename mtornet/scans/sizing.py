"""How many points make a chunk: about a minute of work, found out while working."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

CHUNK_SECONDS = 60.0
FIRST = 4
"""Points of the first chunks where points are simulated one by one."""
FIRST_IN_LANES, LEAST_IN_LANES = 512, 256
"""The same, and of the smallest ones, where points are solved side by side."""
GROWTH = 4
MOST_POINTS = 1_000_000


@dataclass(slots=True)
class Supply:
    """Hands out stretches of points that are missing, in order. How they are cut changes no number."""

    missing: Sequence[tuple[int, int]]
    jobs: int
    fixed: int | None = None
    """Points of every chunk, if the user wants it so."""
    first: int = FIRST
    least: int = 1
    """Points of the smallest chunk: rate equations fill the lanes of a core with some hundred."""
    seconds: float = CHUNK_SECONDS
    _at: int = 0
    _place: int = -1
    _size: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._size = self.fixed or self.first
        self._place = self.missing[0][0] if self.missing else -1

    @property
    def n_left(self) -> int:
        """Points that nobody has taken yet."""
        if self._at >= len(self.missing):
            return 0
        later = sum(end - first for first, end in self.missing[self._at + 1 :])
        return later + self.missing[self._at][1] - self._place

    def take(self) -> tuple[int, int] | None:
        """Return the next stretch, None if there is none."""
        with self._lock:
            if self._at >= len(self.missing):
                return None
            size = self._size
            if self.fixed is None:
                # The last chunks are small, so that no thread works alone for long.
                size = min(size, max(self.least, self.n_left // (2 * self.jobs)))
            first, end = self._place, min(self._place + size, self.missing[self._at][1])
            self._place = end
            if end == self.missing[self._at][1]:
                self._at += 1
                self._place = self.missing[self._at][0] if self._at < len(self.missing) else -1
            return first, end

    def took(self, points: int, seconds: float) -> None:
        """Learn from a finished chunk."""
        if self.fixed is not None or points < 1:
            return
        with self._lock:
            wanted = int(self.seconds / max(seconds / points, 1e-9))
            self._size = max(1, min(wanted, GROWTH * max(self._size, points), MOST_POINTS))


def supply_for(method: str, missing: Sequence[tuple[int, int]], *, jobs: int, fixed: int | None) -> Supply:
    """Return the supply of a method's points."""
    if method == "ode":
        return Supply(missing=missing, jobs=jobs, fixed=fixed, first=FIRST_IN_LANES, least=LEAST_IN_LANES)
    return Supply(missing=missing, jobs=jobs, fixed=fixed)
