"""Cells at rest that are known already, kept within bounds and shared between threads."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from mtornet.simulation.problem import FloatArray

MOST_BYTES = 256_000_000

Rest = tuple[FloatArray, int]
"""Amounts (n_states,), and how settling ended."""


@dataclass(slots=True)
class Rests:
    """Amounts at rest by what decides them; the oldest are forgotten first."""

    most_bytes: int = MOST_BYTES
    _found: dict[Hashable, Rest] = field(default_factory=dict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def known(self, keys: Iterable[Hashable]) -> dict[Hashable, Rest]:
        """Return those that are known."""
        with self._lock:
            return {key: self._found[key] for key in keys if key in self._found}

    def keep(self, rests: Mapping[Hashable, Rest]) -> None:
        """Take some in."""
        with self._lock:
            for key, rest in rests.items():
                if key not in self._found:
                    # A copy, so that a row does not hold the whole array it was cut from.
                    self._found[key] = (rest[0].copy(), rest[1])
                    self._bytes += rest[0].nbytes + 200
            while self._bytes > self.most_bytes and self._found:
                oldest = next(iter(self._found))
                self._bytes -= self._found.pop(oldest)[0].nbytes + 200
