"""Arithmetic of formulas, number by number, without exceptions: what has no value is nan or infinite."""

import math

import numpy as np
from numba import njit

from mtornet.compiled.operations import (
    ABS,
    ACOS,
    ACOSH,
    ASIN,
    ASINH,
    ATAN,
    ATANH,
    CEIL,
    COS,
    COSH,
    EXP,
    FLOOR,
    LN,
    LOG10,
    SIN,
    SINH,
    SQRT,
    TAN,
    TANH,
)

# math.gamma is off by units in the last place; whole numbers can be exact.
_FACTORIALS = np.array([float(math.factorial(n)) for n in range(171)])


@njit(cache=True, error_model="numpy", inline="always")
def power(base, exponent):
    """Return ``base ** exponent``; the usual Hill exponents need no logarithm."""
    if exponent == 2.0:
        return base * base
    if exponent == 1.0:
        return base
    if exponent == 3.0:
        return base * base * base
    if exponent == 4.0:
        square = base * base
        return square * square
    return math.pow(base, exponent)


@njit(cache=True, error_model="numpy", inline="always")
def factorial(n):
    """Return n!, nan unless n is whole and not negative, infinity beyond what a float holds."""
    if not n >= 0.0 or n != np.floor(n):
        return np.nan
    if n > 170.0:
        return np.inf
    return _FACTORIALS[int(n)]


@njit(cache=True, error_model="numpy", inline="always")
def function_value(operation, a):
    """Return the function of one number that the operation names."""
    if operation == EXP:
        return math.exp(a)
    elif operation == LN:
        return math.log(a)
    elif operation == LOG10:
        return math.log10(a)
    elif operation == SQRT:
        return math.sqrt(a)
    elif operation == ABS:
        return abs(a)
    elif operation == FLOOR:
        return np.floor(a)
    elif operation == CEIL:
        return np.ceil(a)
    elif operation == SIN:
        return math.sin(a)
    elif operation == COS:
        return math.cos(a)
    elif operation == TAN:
        return math.tan(a)
    elif operation == ASIN:
        return math.asin(a)
    elif operation == ACOS:
        return math.acos(a)
    elif operation == ATAN:
        return math.atan(a)
    elif operation == SINH:
        return math.sinh(a)
    elif operation == COSH:
        return math.cosh(a)
    elif operation == TANH:
        return math.tanh(a)
    elif operation == ASINH:
        return math.asinh(a)
    elif operation == ACOSH:
        return math.acosh(a)
    elif operation == ATANH:
        return math.atanh(a)
    else:
        return factorial(a)
