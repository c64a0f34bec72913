"""Intervals that counts may not leave, and how large propensities can become within them."""

import math

import numpy as np

from mtornet.compiled.kernels.laws import upper_bound
from mtornet.compiled.kernels.leaf import leaf
from mtornet.compiled.kernels.records import FLAGS, SPECIAL, product

MOST_MOLECULES = 9.0e15
"""Above this a float64 no longer counts single molecules."""


@leaf
def reach(count, steps):
    """How far a count may rise before its bounds are renewed: about ``steps`` times its power of 3/8.

    A count leaves after about the square of that in events; until then bounds are too high by about
    the part of the count that it is. What is best lies between the cube root, for a count that
    wanders freely, and the square root, for one that keeps returning to its mean. Few molecules get
    less: there one molecule more is a large part.
    """
    root = math.sqrt(math.sqrt(max(count, 1.0)))
    return max(1.0, math.floor(steps * root * math.sqrt(root)) - 1.0)


@leaf
def set_interval(i, steps, x, low, high):
    """Put the interval of state ``i`` around its count.

    A count that falls only makes bounds wasteful, one that rises makes them wrong: it may fall twice
    as far.
    """
    width = reach(x[i], steps)
    low[i] = max(x[i] - 2.0 * width, 0.0)
    high[i] = x[i] + width


@leaf
def set_intervals(steps, x, low, high, tables):
    """Put intervals around all counts; nothing else changes while a kernel runs but, perhaps, the time."""
    for i in range(tables.n_molecular, low.size):
        low[i] = x[i]
        high[i] = x[i]
    for i in range(tables.n_molecular):
        set_interval(i, steps, x, low, high)


@leaf
def counts_single_molecules(x, tables):
    """Tell whether every state that reactions change is small enough for a float64 to count by ones."""
    for k in range(tables.change_species.size):
        i = tables.change_species[k]
        if i < tables.n_molecular and x[i] > MOST_MOLECULES:
            return False
    return True


@leaf
def special_bound(j, x, low, high, c, tables, stack, other_stack):
    """Largest propensity of a reaction of any law; narrows intervals where it would be infinite."""
    for g in range(tables.guard_start[j], tables.guard_start[j + 1]):
        if high[tables.guard_species[g]] < tables.guard_least[g]:
            return 0.0
    largest = upper_bound(j, low, high, c, tables, stack, other_stack)
    if largest == np.inf:
        # A quotient whose divisor may vanish: only the counts as they are can be bounded.
        for k in range(tables.read_start[j], tables.read_start[j + 1]):
            i = tables.reads[k]
            low[i] = x[i]
            high[i] = x[i]
        largest = upper_bound(j, low, high, c, tables, stack, other_stack)
    return largest


@leaf
def set_bounds(x, low, high, c, numbers, words, tables, stack, other_stack, bounds):
    """Bound every propensity while all counts stay within their intervals; return the sum of bounds."""
    total = 0.0
    for j in range(bounds.size):
        if words[j, FLAGS] & SPECIAL:
            bounds[j] = special_bound(j, x, low, high, c, tables, stack, other_stack)
        else:
            # Laws rise with every count.
            bounds[j] = product(j, high, numbers, words)
        total += bounds[j]
    return total
