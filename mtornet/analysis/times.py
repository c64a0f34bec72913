"""When to look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mtornet.errors import ProtocolError
from mtornet.units import time_in_seconds

FloatArray = NDArray[np.float64]

DAY_S = 86400.0


def default_times(duration_s: float) -> FloatArray:
    """Return times in seconds: close in the first hours, hourly on the first day, two-hourly after.

    Beyond two months the steps grow, so that a long run has no more than about a thousand.
    """
    hours = [0.0, 1 / 12, 1 / 6, 0.25, 0.5, 0.75, 1.0, 1.5, *range(2, 25)]
    step = max(2.0, duration_s / 3600.0 / 900.0)
    n_late = max(int((duration_s / 3600.0 - 24.0) / step), 0)
    grid = np.concatenate([hours, 24.0 + step * np.arange(1, n_late + 1)]) * 3600.0
    return np.append(grid[grid < duration_s], duration_s)


def time_grid(times: Sequence[float | str], duration_s: float) -> FloatArray:
    """Return the given times in seconds, ascending, each once.

    Raises
    ------
    ProtocolError
        If one lies before 0 or after the end.
    """
    grid = np.array(sorted({time_in_seconds(t, what="times") for t in times}))
    if grid.size == 0 or grid[0] < 0 or grid[-1] > duration_s:
        raise ProtocolError(f"times: expected times between 0 and the end at {duration_s:g} s")
    return grid


def responder_time(duration_s: float) -> float:
    """Return when responders are counted and the map is drawn: 24 h, or the end if that is earlier."""
    return min(DAY_S, duration_s)
