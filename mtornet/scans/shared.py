"""What several points need, made once although several threads ask for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

MOST_BYTES = 256_000_000


@dataclass(slots=True)
class Shared:
    """Values by key; who asks second waits for who asked first. The oldest are forgotten."""

    most_bytes: int = MOST_BYTES
    _found: dict[Hashable, tuple[Any, int]] = field(default_factory=dict)
    _making: dict[Hashable, threading.Lock] = field(default_factory=dict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, make: Callable[[], tuple[Any, int] | None]) -> Any:
        """Return the value of a key.

        Parameters
        ----------
        make
            Makes the value and tells its size in bytes; None if it was interrupted, and then nothing is kept.
        """
        with self._lock:
            if key in self._found:
                return self._found[key][0]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._found:
                    return self._found[key][0]
            made = make()
            with self._lock:
                self._making.pop(key, None)
                if made is None:
                    return None
                self._found[key] = made
                self._bytes += made[1]
                while self._bytes > self.most_bytes and len(self._found) > 1:
                    self._bytes -= self._found.pop(next(iter(self._found)))[1]
            return made[0]
