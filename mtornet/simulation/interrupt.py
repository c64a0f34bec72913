"""Ctrl-C and SIGTERM end the work in order: running cells stop, finished ones are kept."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray


class StopFlag:
    """One word that kernels in other threads look at while they run."""

    def __init__(self) -> None:
        self.word: NDArray[np.int64] = np.zeros(1, dtype=np.int64)

    def set(self) -> None:
        """Ask all running cells to stop."""
        self.word[0] = 1

    # No truth value of its own: "given or StopFlag()" would drop a flag that nobody has set yet.
    @property
    def is_set(self) -> bool:
        """Whether somebody asked to stop."""
        return bool(self.word[0])


@contextmanager
def stop_on_signals() -> Iterator[StopFlag]:
    """Give a flag that SIGINT and SIGTERM set while the block runs; a second one interrupts as usual."""
    flag = StopFlag()
    with _setting(flag, (signal.SIGINT, signal.SIGTERM)):
        yield flag


@contextmanager
def interrupt_sets(flag: StopFlag) -> Iterator[None]:
    """Let Ctrl-C set a flag while the block runs, where it would raise an exception; a second one does.

    An exception can come between any two instructions, also where threads hold each other's locks.
    """
    raises = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with _setting(flag, (signal.SIGINT,) if raises else ()):
        yield


@contextmanager
def _setting(flag: StopFlag, numbers: tuple[signal.Signals, ...]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in numbers}

    def ask_to_stop(_number: int, _frame: object) -> None:
        flag.set()
        for each, handler in before.items():
            signal.signal(each, handler)

    for number in before:
        signal.signal(number, ask_to_stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
