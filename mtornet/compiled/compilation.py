"""Watches numba compile our kernels: one line when it really happens, and a list of what was compiled.

Loading machine code from the cache is no compilation. The line is a warning of this module's logger, so
that it reaches standard error unless the user's logging says otherwise.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from numba.core import event

logger = logging.getLogger(__name__)

OURS = "mtornet.compiled.kernels."


class Compilations(event.Listener):
    """Listens to numba's compiler; a kernel's own callees belong to it."""

    def __init__(self) -> None:
        self.kernels: list[str] = []
        """Kernels compiled by this process, such as ``ssa_direct.advance``, in order."""
        self._depth = 0

    def on_start(self, event: Any) -> None:
        """Announce the first compilation of a process, before it begins."""
        kernel = self._kernel(event)
        if not kernel:
            return
        if not self._depth:
            if not self.kernels:
                logger.warning(
                    "mtornet: compiling simulation kernels for this computer, once (up to a minute); kept in "
                    "%s; 'mtornet warm-up' compiles all of them ahead",
                    os.environ.get("NUMBA_CACHE_DIR", "numba's cache folder"),
                )
            self.kernels.append(kernel)
        self._depth += 1

    def on_end(self, event: Any) -> None:
        """Leave the kernel, or one that it calls."""
        if self._kernel(event):
            self._depth -= 1

    def _kernel(self, event: Any) -> str:
        function = event.data["dispatcher"].py_func
        return (
            f"{function.__module__.removeprefix(OURS)}.{function.__name__}"
            if function.__module__.startswith(OURS)
            else ""
        )


COMPILATIONS = Compilations()


def watch_compiler() -> None:
    """Start listening; numba compiles under one lock, so that starts and ends are nested."""
    event.register("numba:compile", COMPILATIONS)  # type: ignore[no-untyped-call]


@contextmanager
def unannounced() -> Iterator[None]:
    """Compile without a word; for who says more about it."""
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
