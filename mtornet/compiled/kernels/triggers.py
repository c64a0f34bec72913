"""Triggers of events, looked at from inside a simulation."""

from mtornet.compiled.kernels.bytecode import evaluate
from mtornet.compiled.kernels.leaf import leaf


@leaf
def flips(cell, x, c, cells, tables, stack):
    """Tell whether the state calls for events to be looked at: a trigger changed, or its time did."""
    for e in range(tables.trigger_start.size - 1):
        if tables.trigger_is_mixed[e]:
            return True
        value = evaluate(tables.code, tables.trigger_start[e], tables.trigger_start[e + 1], x, c, stack)
        # Not-a-number is not true.
        if (value > 0.0 or value < 0.0) != cells.truth[cell, e]:
            return True
    return False
