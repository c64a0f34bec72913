"""Progress of a benchmark run, on standard error, with the seconds since it began."""

import sys
import time

_BEGUN = time.monotonic()


def say(text: str) -> None:
    sys.stderr.write(f"{time.monotonic() - _BEGUN:6.0f} s  {text}\n")
    sys.stderr.flush()
