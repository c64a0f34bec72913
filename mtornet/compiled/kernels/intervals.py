"""Arithmetic of intervals: what a formula's parts may be while each state stays within its bounds.

An interval encloses every value that the same operation on numbers can give, rounding included: ``+ - * /``
and the square root round monotonically, so that the rounded ends do; results of the other functions are
widened. Where some point of the box has no value the interval is unknown, which is how nan and the
whole line are treated alike. Ends that are infinite count as reached: 1/x is infinite at 0.
"""

import math

import numpy as np
from numba import njit

from mtornet.compiled.kernels.functions import function_value, power
from mtornet.compiled.operations import (
    ABS,
    ACOS,
    ACOSH,
    AND,
    ASIN,
    ATANH,
    COS,
    COSH,
    FACTORIAL,
    GREATER,
    GREATER_EQUAL,
    LESS,
    LESS_EQUAL,
    LN,
    LOG10,
    OR,
    SIN,
    SQRT,
    TAN,
    UNEQUAL,
)

# Far above the error of any mathematical library, far below what a bound on a propensity can notice.
_WIDENING = 1e-14


@njit(cache=True, error_model="numpy", inline="always")
def unknown(low, high):
    """Tell whether nothing is known of a value, not even that it is a number."""
    return not (low > -np.inf or high < np.inf)


@njit(cache=True, error_model="numpy", inline="always")
def widened(low, high):
    """Move both ends outwards by more than the error of a mathematical function."""
    return low - abs(low) * _WIDENING, high + abs(high) * _WIDENING


@njit(cache=True, error_model="numpy", inline="always")
def _infinite(low, high):
    return low == -np.inf or high == np.inf


@njit(cache=True, error_model="numpy", inline="always")
def _corners(a, b, c, d):
    return min(min(a, b), min(c, d)), max(max(a, b), max(c, d))


@njit(cache=True, error_model="numpy", inline="always")
def multiply(a, b, c, d):
    """Bounds of a product of [a, b] and [c, d]."""
    if a >= 0.0 and c >= 0.0 and b * d < np.inf:
        return a * c, b * d
    if unknown(a, b) or unknown(c, d):
        return np.nan, np.nan
    if (_infinite(a, b) and c <= 0.0 <= d) or (_infinite(c, d) and a <= 0.0 <= b):
        return np.nan, np.nan
    return _corners(a * c, a * d, b * c, b * d)


@njit(cache=True, error_model="numpy", inline="always")
def divide(a, b, c, d):
    """Bounds of [a, b] / [c, d]."""
    if a >= 0.0 and c > 0.0 and b / c < np.inf:
        return a / d, b / c
    if unknown(a, b) or unknown(c, d) or c <= 0.0 <= d or (_infinite(a, b) and _infinite(c, d)):
        return np.nan, np.nan
    return _corners(a / c, a / d, b / c, b / d)


@njit(cache=True, error_model="numpy", inline="always")
def saturate(a, b, c, d):
    """Bounds of u / (K + u) with u in [a, b] and K in [c, d]; unknown unless both are positive.

    Rising in u, falling in K: no point has the numerator of one end and the denominator of the other.
    """
    if a >= 0.0 and c >= 0.0 and a + c > 0.0 and b + d < np.inf:
        # The rounded quotient may fall by a unit in the last place where the exact one rises.
        low, high = widened(a / (d + a), b / (c + b))
        return low, min(high, 1.0)
    return np.nan, np.nan


@njit(cache=True, error_model="numpy", inline="always")
def saturate_weighted(a, b, v, w, c, d):
    """Bounds of u / (K + u * weight), with the weight in [v, w]; it falls in the weight too."""
    if a >= 0.0 and v >= 0.0 and c >= 0.0 and c + a * v > 0.0 and d + b * w < np.inf:
        return widened(a / (d + a * w), b / (c + b * v))
    return np.nan, np.nan


@njit(cache=True, error_model="numpy", inline="always")
def power_bounds(a, b, c, d):
    """Bounds of [a, b] ^ [c, d]."""
    whole = c == d and c == np.floor(c)
    if unknown(a, b) or unknown(c, d) or _infinite(a, b) or _infinite(c, d):
        return np.nan, np.nan
    # A negative number has whole powers only, 0 to a negative power is infinite with either sign.
    if (a < 0.0 and not whole) or (a <= 0.0 <= b and c < 0.0):
        return np.nan, np.nan
    # Monotone in the base, on either side of 0, and in the exponent: the corners are the extremes.
    low, high = np.inf, -np.inf
    for corner in range(2 if c == d else 4):
        value = power(a if corner % 2 == 0 else b, c if corner < 2 else d)
        low, high = min(low, value), max(high, value)
    if a < 0.0 < b and c != 0.0 and np.fmod(c, 2.0) == 0.0:
        low = 0.0
    return widened(low, high)


@njit(cache=True, error_model="numpy", inline="always")
def remainder(a, b, c, d):
    """Bounds of what is left of [a, b] after division by [c, d], with the sign of [a, b]."""
    if c <= 0.0 <= d or _infinite(a, b):
        return np.nan, np.nan
    if a >= 0.0 and c == d and b - a < abs(c) and np.fmod(a, c) <= np.fmod(b, c):
        # Both ends lie between the same multiples.
        return np.fmod(a, c), np.fmod(b, c)
    most = max(abs(c), abs(d))
    return max(min(a, 0.0), -most), min(max(b, 0.0), most)


@njit(cache=True, error_model="numpy", inline="always")
def truth(low, high):
    """Return 1 if a value is true throughout, 0 if it is false throughout, otherwise -1."""
    if low > 0.0 or high < 0.0:
        return 1
    return 0 if low == 0.0 and high == 0.0 else -1


@njit(cache=True, error_model="numpy", inline="always")
def _decision(always, never):
    return (1.0 if always else 0.0), (0.0 if never else 1.0)


@njit(cache=True, error_model="numpy", inline="always")
def compare(operation, a, b, c, d):
    """Bounds of a comparison of [a, b] with [c, d]: 1, 0, or between them if undecided."""
    below, above = b < c, a > d
    if operation in (LESS, GREATER_EQUAL):
        yes, no = below, a >= d
    elif operation in (GREATER, LESS_EQUAL):
        yes, no = above, b <= c
    else:
        yes, no = a == b and c == d and a == c, below or above
    if operation in (GREATER_EQUAL, LESS_EQUAL, UNEQUAL):
        yes, no = no, yes
    if unknown(a, b) or unknown(c, d):
        yes = no = False
    return _decision(yes, no)


@njit(cache=True, error_model="numpy", inline="always")
def join(operation, first, second):
    """Bounds of two truth values joined, each 1, 0, or -1 if undecided."""
    if operation == AND:
        return _decision(first == 1 and second == 1, first == 0 or second == 0)
    if operation == OR:
        return _decision(first == 1 or second == 1, first == 0 and second == 0)
    decided = first >= 0 and second >= 0
    return _decision(decided and first != second, decided and first == second)


@njit(cache=True, error_model="numpy", inline="always")
def either(a, b, c, d):
    """Bounds of a value that is in one of two intervals."""
    if unknown(a, b) or unknown(c, d):
        return np.nan, np.nan
    return min(a, c), max(b, d)


@njit(cache=True, error_model="numpy", inline="always")
def function_bounds(operation, a, b):
    """Bounds of the function of one number that the operation names."""
    if _outside_domain(operation, a, b):
        return np.nan, np.nan
    low, high = np.inf, -np.inf
    for end in range(2):
        value = function_value(operation, a if end == 0 else b)
        low, high = min(low, value), max(high, value)
    if operation > SQRT:
        low, high = widened(low, high)
    # All are monotone but these.
    if a < 0.0 < b:
        if operation == ABS:
            low = 0.0
        elif operation == COSH:
            low = 1.0
    if operation in (SIN, COS):
        peak = 0.5 * math.pi if operation == SIN else 0.0
        if _reaches(a, b, peak, 2.0 * math.pi):
            high = 1.0
        if _reaches(a, b, peak + math.pi, 2.0 * math.pi):
            low = -1.0
    return low, high


@njit(cache=True, error_model="numpy", inline="always")
def _outside_domain(operation, a, b):
    """Tell whether a function may have no value somewhere in [a, b]."""
    if unknown(a, b):
        return True
    if operation in (LN, LOG10, SQRT):
        return a < 0.0
    if operation in (ASIN, ACOS, ATANH):
        return a < -1.0 or b > 1.0
    if operation == ACOSH:
        return a < 1.0
    if operation in (SIN, COS):
        return _infinite(a, b)
    if operation == TAN:
        return _infinite(a, b) or _reaches(a, b, 0.5 * math.pi, math.pi)
    # Between whole numbers there is no factorial.
    return operation == FACTORIAL and (a != b or a != np.floor(a) or a < 0.0)


@njit(cache=True, error_model="numpy", inline="always")
def _reaches(a, b, place, period):
    """Tell whether [a, b] comes near ``place`` plus a multiple of ``period``; rounding says yes."""
    first, last = (a - place) / period, (b - place) / period
    slack = 1e-12 + 4e-15 * max(abs(first), abs(last))
    return np.floor(last + slack) >= np.ceil(first - slack)
