"""How functions are compiled that run for every event and allocate nothing."""

from __future__ import annotations

from typing import Any

from numba import njit

# No reference counting: counting the references to a tuple's arrays around each call took ten times as
# long as the laws themselves. No exception either: x/0 is infinite or not a number.
leaf: Any = njit(cache=True, error_model="numpy", _nrt=False)  # type: ignore[call-overload]

inner: Any = njit(  # type: ignore[call-overload]
    cache=True, error_model="numpy", _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True
)
"""The same for a function that only kernels call: what Python needs to call it, with tuples of dozens of
arrays, takes longer to compile than the function."""

outer: Any = njit(cache=True, error_model="numpy", nogil=True, _nrt=False)  # type: ignore[call-overload]
"""The same for a kernel that Python calls, without holding its lock."""
