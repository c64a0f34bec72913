"""How functions are compiled that run for every event and allocate nothing."""

from __future__ import annotations

from typing import Any

from numba import njit

# No reference counting: counting the references to a tuple's arrays around each call took ten times as
# long as the laws themselves. No exception either: x/0 is infinite or not a number.
leaf: Any = njit(cache=True, error_model="numpy", _nrt=False)  # type: ignore[call-overload]
