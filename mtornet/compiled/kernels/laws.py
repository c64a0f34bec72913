"""Propensities, and how large they can become while counts and time stay within bounds."""

from mtornet.compiled.kernels.bytecode import bounds, evaluate
from mtornet.compiled.kernels.leaf import leaf


@leaf
def propensity(j, x, c, tables, stack):
    """Events per second of reaction ``j`` in state ``x``."""
    for g in range(tables.guard_start[j], tables.guard_start[j + 1]):
        # A law that does not multiply its reactant must not fire without it.
        if x[tables.guard_species[g]] < tables.guard_least[g]:
            return 0.0
    constant = c[j]
    if tables.has_programs:
        begin, end = tables.program_start[j], tables.program_start[j + 1]
        if begin < end:
            constant = evaluate(tables.code, begin, end, x, c, stack)
    return (
        constant
        * (x[tables.factors[j, 0]] - tables.drawn[j, 0])
        * (x[tables.factors[j, 1]] - tables.drawn[j, 1])
        * (x[tables.factors[j, 2]] - tables.drawn[j, 2])
    )


@leaf
def upper_bound(j, low, high, c, tables, stack, other_stack):
    """Largest propensity of reaction ``j`` while every state stays within its interval."""
    bound = c[j]
    if tables.has_programs:
        begin, end = tables.program_start[j], tables.program_start[j + 1]
        if begin < end:
            _, bound = bounds(tables.code, begin, end, low, high, c, stack, other_stack)
            # A negative law is told when it is evaluated.
            bound = max(bound, 0.0)
    for slot in range(3):
        # Below the molecules already drawn the law is 0, never negative.
        bound *= max(high[tables.factors[j, slot]] - tables.drawn[j, slot], 0.0)
    return bound
