"""Right-hand side and Jacobian of the rate equations, table-driven."""

from numba import njit


@njit(cache=True, inline="always")
def reaction_rate(j, x, constants, factors):
    """Molecules per second through reaction ``j``; powers, not falling products, of the amounts."""
    return constants[j] * x[factors[j, 0]] * x[factors[j, 1]] * x[factors[j, 2]]


@njit(cache=True, nogil=True)
def rate_equations(x, constants, factors, change_start, change_species, change_by, dxdt):
    """Write dx/dt; ``x`` and ``dxdt`` have one more entry, for the dummy species of amount 1."""
    dxdt[:] = 0.0
    for j in range(constants.size):
        rate = reaction_rate(j, x, constants, factors)
        for k in range(change_start[j], change_start[j + 1]):
            dxdt[change_species[k]] += change_by[k] * rate


@njit(cache=True, nogil=True)
def jacobian(x, constants, factors, change_start, change_species, change_by, matrix):
    """Write d(dx/dt)/dx; rows and columns have one more entry, for the dummy species."""
    matrix[:, :] = 0.0
    dummy = x.size - 1
    for j in range(constants.size):
        for slot in range(3):
            by = factors[j, slot]
            if by == dummy:
                continue
            slope = constants[j]
            for other in range(3):
                if other != slot:
                    slope *= x[factors[j, other]]
            for k in range(change_start[j], change_start[j + 1]):
                matrix[change_species[k], by] += change_by[k] * slope
