"""How a trajectory ended, as kernels report it."""

from __future__ import annotations

COMPLETE = 0
EVENT_LIMIT = 1
INTERRUPTED = 2
NOT_FINITE = 3
COUNT_OVERFLOW = 4
NEGATIVE_RATE = 5
EVENT_STORM = 6
STEP_LIMIT = 7
STEP_TOO_SMALL = 8
BAD_PIVOT = 9
STEP_TOO_LONG = 10

RUNNING = -1
"""Not yet ended."""
TRIGGERED = -2
"""Stopped for an event of the model."""

STATUS_NAMES: dict[int, str] = {
    COMPLETE: "complete",
    EVENT_LIMIT: "event_limit",
    INTERRUPTED: "interrupted",
    NOT_FINITE: "not_finite",
    COUNT_OVERFLOW: "count_overflow",
    NEGATIVE_RATE: "negative_rate",
    EVENT_STORM: "event_storm",
    STEP_LIMIT: "step_limit",
    STEP_TOO_SMALL: "step_too_small",
    BAD_PIVOT: "bad_pivot",
    STEP_TOO_LONG: "step_too_long",
}
