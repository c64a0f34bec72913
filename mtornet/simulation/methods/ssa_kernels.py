"""The exact algorithms by name: their kernels, and the one number that some of them need."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

ALGORITHMS = {
    "direct": "direct method, blocks, dependency graph",
    "rejection": "rejection with population intervals, alias sampling, Poisson windows",
    "composition": "composition-rejection, propensities in groups, dependency graph",
    "grouped": "rejection with population intervals, grouped bounds, Poisson windows",
}
"""What ran, in words."""


def kernel_of(algorithm: str, n_reactions: int) -> Callable[..., None]:
    """Return an algorithm's kernel; it takes cells, see ``ssa_direct.advance``."""
    if algorithm == "rejection":
        from mtornet.compiled.kernels import ssa_rejection

        return partial(ssa_rejection.advance, interval_steps(n_reactions))
    if algorithm == "composition":
        from mtornet.compiled.kernels import ssa_composition

        return ssa_composition.advance
    if algorithm == "grouped":
        from mtornet.compiled.kernels import ssa_grouped

        return ssa_grouped.advance
    from mtornet.compiled.kernels import ssa_direct

    return partial(ssa_direct.advance, block_shift(n_reactions))


def block_shift(n_reactions: int) -> int:
    """Return log2 of the block size that makes blocks and their number about equal."""
    return max(2, int(np.ceil(np.log2(max(n_reactions, 1)) / 2.0)))


def interval_steps(n_reactions: int) -> float:
    """Return the width of intervals for rejection: the wider, the more an alias table costs to renew."""
    return min(float(0.4 * np.cbrt(150.0 + 4.5 * n_reactions)), 10.0)
