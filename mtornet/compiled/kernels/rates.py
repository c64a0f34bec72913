"""Right-hand side of the rate equations, reaction by reaction."""

from mtornet.compiled.kernels.bytecode import evaluate
from mtornet.compiled.kernels.leaf import leaf, outer


@leaf
def reaction_rate(j, x, c, tables, stack):
    """Molecules per second through reaction ``j``; powers, not falling products, of the amounts."""
    constant = c[j]
    if tables.has_programs:
        begin, end = tables.program_start[j], tables.program_start[j + 1]
        if begin < end:
            constant = evaluate(tables.code, begin, end, x, c, stack)
    return constant * x[tables.factors[j, 0]] * x[tables.factors[j, 1]] * x[tables.factors[j, 2]]


@outer
def rate_equations(x, c, tables, stack, dxdt):
    """Write dx/dt; ``x`` has two more entries: 1, and the time."""
    dxdt[:] = 0.0
    for j in range(tables.factors.shape[0]):
        rate = reaction_rate(j, x, c, tables, stack)
        for k in range(tables.change_start[j], tables.change_start[j + 1]):
            dxdt[tables.change_species[k]] += tables.change_by[k] * rate
