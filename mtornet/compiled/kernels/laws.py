"""Propensities, and how large they can become while counts and time stay within bounds."""

from numba import njit


@njit(cache=True, inline="always")
def propensity(j, x, c, tables, stack):  # noqa: ARG001
    """Events per second of reaction ``j`` in state ``x``."""
    for g in range(tables.guard_start[j], tables.guard_start[j + 1]):
        # A law that does not multiply its reactant must not fire without it.
        if x[tables.guard_species[g]] < tables.guard_least[g]:
            return 0.0
    constant = c[j]
    return (
        constant
        * (x[tables.factors[j, 0]] - tables.drawn[j, 0])
        * (x[tables.factors[j, 1]] - tables.drawn[j, 1])
        * (x[tables.factors[j, 2]] - tables.drawn[j, 2])
    )


@njit(cache=True, inline="always")
def upper_bound(j, low, high, c, tables, stack, other_stack):  # noqa: ARG001
    """Largest propensity of reaction ``j`` while every state stays within its interval."""
    bound = c[j]
    for slot in range(3):
        # Below the molecules already drawn the law is 0, never negative.
        bound *= max(high[tables.factors[j, slot]] - tables.drawn[j, slot], 0.0)
    return bound
