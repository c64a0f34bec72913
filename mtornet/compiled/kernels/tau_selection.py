"""How long a leap may last, and which reactions may fire at most once in it."""

import numpy as np

from mtornet.compiled.kernels.laws import propensity, upper_bound
from mtornet.compiled.kernels.leaf import leaf

# A law that reads the time may change by any factor while fewer events than these are expected of it.
_FEW_FIRINGS = 0.1
_MOST_CUTS = 60


@leaf
def mark_critical(x, propensities, n_critical, tables, critical):
    """Mark the reactions that could exhaust a reactant in ``n_critical`` firings; sum their propensities."""
    total = 0.0
    for j in range(propensities.size):
        critical[j] = False
        if propensities[j] > 0.0:
            for k in range(tables.change_start[j], tables.change_start[j + 1]):
                if x[tables.change_species[k]] < -n_critical * tables.change_by[k]:
                    critical[j] = True
            if critical[j]:
                total += propensities[j]
    return total


@leaf
def relative_order(order, copies, count):
    """How many times faster than a count its reactions' propensities change, in relative terms.

    ``order`` is the highest order of these reactions, ``copies`` how many molecules of this one
    species they draw: the pairs of ``n`` molecules change by ``(2 + 1 / (n - 1)) dn / n``.
    """
    if copies <= 1:
        return float(order)
    if count <= copies - 1.0:
        # Too few to react at all.
        return np.inf
    if copies == 2:
        factor = 1.0 if order == 2 else 1.5
        return factor * (2.0 + 1.0 / (count - 1.0))
    return 3.0 + 1.0 / (count - 1.0) + 2.0 / (count - 2.0)


@leaf
def program_gains(x, propensities, epsilon, c, tables, stack, gains):
    """Measure the same of laws that have programs, by moving what they read, one after the other."""
    gains[:] = 0.0
    for j in range(propensities.size):
        for r in range(tables.read_start[j], tables.read_start[j + 1]):
            i = tables.reads[r]
            if i < gains.size:
                count, now = x[i], propensities[j]
                by = max(epsilon * count, 1.0)
                x[i] = count + by
                change = abs(propensity(j, x, c, tables, stack) - now)
                x[i] = max(count - by, 0.0)
                change = max(change, abs(propensity(j, x, c, tables, stack) - now))
                x[i] = count
                if change > 0.0:
                    gains[i] = max(gains[i], change * count / (by * now) if now > 0.0 else np.inf)


@leaf
def leap_length(
    x, propensities, critical, epsilon, turnover, orders, copies, gains, tables, drift, spread, loss
):
    """Longest time in which mean and spread of every reactant's change stay within their bounds.

    To the bounds of the paper comes one on turnover: near balance drift and relative spread of an
    abundant species are small, however often all its molecules are replaced, and leaps longer than its
    relaxation would make it swing.
    """
    drift[:] = 0.0
    spread[:] = 0.0
    loss[:] = 0.0
    for j in range(propensities.size):
        if propensities[j] > 0.0 and not critical[j]:
            for k in range(tables.change_start[j], tables.change_start[j + 1]):
                change = tables.change_by[k] * propensities[j]
                i = tables.change_species[k]
                drift[i] += change
                spread[i] += tables.change_by[k] * change
                loss[i] -= min(change, 0.0)
    length = np.inf
    for i in range(orders.size):
        if orders[i] > 0 and spread[i] > 0.0:
            gain = max(relative_order(orders[i], copies[i], x[i]), gains[i])
            allowed = max(epsilon * x[i] / gain, 1.0)
            length = min(length, allowed * allowed / spread[i])
            if drift[i] != 0.0:
                length = min(length, allowed / abs(drift[i]))
            if loss[i] > 0.0:
                length = min(length, max(turnover * x[i] / gain, 1.0) / loss[i])
    return length


@leaf
def steady_span(t, span, x, low, high, epsilon, propensities, c, tables, stack, other_stack):
    """Shorten a leap until no law that reads the time changes by more than ``epsilon`` within it."""
    clock = x.size - 1
    for i in range(x.size):
        low[i] = x[i]
        high[i] = x[i]
    for _ in range(_MOST_CUTS):
        high[clock] = t + span
        x[clock] = t + span
        steady = True
        for k in range(tables.timed.size):
            j = tables.timed[k]
            most = upper_bound(j, low, high, c, tables, stack, other_stack)
            last = propensity(j, x, c, tables, stack)
            now = propensities[j]
            if most * span > _FEW_FIRINGS and (most > (1.0 + epsilon) * now or last < (1.0 - epsilon) * now):
                steady = False
        if steady:
            break
        span *= 0.5
    x[clock] = t
    return span
