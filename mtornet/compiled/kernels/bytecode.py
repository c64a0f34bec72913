"""The stack machine that runs formulas: to numbers, or to bounds over a box of states.

A program is the instructions ``begin`` to ``end``; instruction ``p`` is ``code[2 * p]`` with the argument
``code[2 * p + 1]`` (:mod:`mtornet.compiled.operations`). The top of the stack is kept in a variable:
most operations then touch memory once. The caller lends the stack. Nothing here raises: x/0 is infinite or
nan, as the logarithm of a negative number is.
"""

import numpy as np

from mtornet.compiled.kernels.functions import function_value, power
from mtornet.compiled.kernels.intervals import (
    compare,
    divide,
    either,
    function_bounds,
    join,
    multiply,
    power_bounds,
    remainder,
    saturate,
    saturate_weighted,
    truth,
    unknown,
)
from mtornet.compiled.kernels.leaf import leaf
from mtornet.compiled.operations import (
    ABS,
    ADD,
    ADD_CONSTANT,
    ADD_STATE,
    AND,
    CHOOSE,
    CONSTANT,
    DIVIDE,
    DIVIDE_CONSTANT,
    EQUAL,
    GREATER,
    GREATER_EQUAL,
    LESS,
    LESS_EQUAL,
    LOAD,
    MAXIMUM,
    MICHAELIS,
    MINIMUM,
    MULTIPLY,
    MULTIPLY_CONSTANT,
    MULTIPLY_STATE,
    NEGATE,
    NOT,
    OR,
    POWER,
    POWER_CONSTANT,
    QUOTIENT,
    REMAINDER,
    SATURATE,
    SATURATE_WEIGHTED,
    SAVE,
    STATE,
    SUBTRACT,
    SUBTRACT_CONSTANT,
    UNEQUAL,
    XOR,
)

_LOW_HALF = 0xFFFFFFFF


@leaf
def evaluate(code, begin, end, x, constants, stack):
    """Return the value of a program in the state ``x``."""
    top = 0.0
    n = 0
    for p in range(begin, end):
        operation = code[2 * p]
        argument = code[2 * p + 1]
        if operation == STATE:
            stack[n] = top
            n += 1
            top = x[argument]
        elif operation == CONSTANT:
            stack[n] = top
            n += 1
            top = constants[argument]
        elif operation == MULTIPLY_STATE:
            top *= x[argument]
        elif operation == ADD_STATE:
            top += x[argument]
        elif operation == ADD_CONSTANT:
            top += constants[argument]
        elif operation == MULTIPLY_CONSTANT:
            top *= constants[argument]
        elif operation == SUBTRACT_CONSTANT:
            top -= constants[argument]
        elif operation == DIVIDE_CONSTANT:
            top /= constants[argument]
        elif operation == POWER_CONSTANT:
            top = power(top, constants[argument])
        elif operation == MICHAELIS:
            u = x[argument & _LOW_HALF]
            top *= u / (constants[argument >> 32] + u)
        elif operation == ADD:
            n -= 1
            top = stack[n] + top
        elif operation == SUBTRACT:
            n -= 1
            top = stack[n] - top
        elif operation == MULTIPLY:
            n -= 1
            top = stack[n] * top
        elif operation == DIVIDE:
            n -= 1
            top = stack[n] / top
        elif operation == POWER:
            n -= 1
            top = power(stack[n], top)
        elif operation == SATURATE:
            n -= 1
            u = stack[n]
            top = u / (top + u)
        elif operation == NEGATE:
            top = -top
        elif operation == LOAD:
            stack[n] = top
            n += 1
            top = stack[argument]
        elif operation == SAVE:
            stack[argument] = top
        elif operation == LESS:
            n -= 1
            top = 1.0 if stack[n] < top else 0.0
        elif operation == LESS_EQUAL:
            n -= 1
            top = 1.0 if stack[n] <= top else 0.0
        elif operation == GREATER:
            n -= 1
            top = 1.0 if stack[n] > top else 0.0
        elif operation == GREATER_EQUAL:
            n -= 1
            top = 1.0 if stack[n] >= top else 0.0
        elif operation == EQUAL:
            n -= 1
            top = 1.0 if stack[n] == top else 0.0
        elif operation == UNEQUAL:
            n -= 1
            top = 1.0 if stack[n] != top else 0.0
        elif operation == AND:
            n -= 1
            top = 1.0 if stack[n] != 0.0 and top != 0.0 else 0.0
        elif operation == OR:
            n -= 1
            top = 1.0 if stack[n] != 0.0 or top != 0.0 else 0.0
        elif operation == XOR:
            n -= 1
            top = 1.0 if (stack[n] != 0.0) != (top != 0.0) else 0.0
        elif operation == NOT:
            top = 1.0 if top == 0.0 else 0.0
        elif operation == CHOOSE:
            n -= 2
            if stack[n] != 0.0:
                top = stack[n + 1]
        elif operation == SATURATE_WEIGHTED:
            n -= 2
            u = stack[n]
            top = u / (top + u * stack[n + 1])
        elif operation == MINIMUM:
            n -= 1
            top = top if top < stack[n] else stack[n]
        elif operation == MAXIMUM:
            n -= 1
            top = top if top > stack[n] else stack[n]
        elif operation == REMAINDER:
            n -= 1
            top = np.fmod(stack[n], top)
        elif operation == QUOTIENT:
            n -= 1
            top = np.trunc(stack[n] / top)
        else:
            top = function_value(operation, top)
    return top


@leaf
def bounds(code, begin, end, low, high, constants, stack_low, stack_high):
    """Return two numbers that enclose every value of a program while each state ``i`` is within its bounds.

    They are -inf and inf where some state has no value, and may be wider than need be.
    """
    bottom, top = 0.0, 0.0  # of the interval on top of the stack
    n = 0
    for p in range(begin, end):
        operation = code[2 * p]
        argument = code[2 * p + 1]
        if operation <= LOAD:
            stack_low[n], stack_high[n] = bottom, top
            n += 1
            if operation == STATE:
                bottom, top = low[argument], high[argument]
            elif operation == CONSTANT:
                bottom = top = constants[argument]
            else:
                bottom, top = stack_low[argument], stack_high[argument]
            continue
        if operation == NEGATE:
            bottom, top = -top, -bottom
            continue
        if operation == SAVE:
            stack_low[argument], stack_high[argument] = bottom, top
            continue
        if operation >= ABS:
            bottom, top = function_bounds(operation, bottom, top)
            continue
        if operation == CHOOSE:
            n -= 2
            decided = truth(stack_low[n], stack_high[n])
            if decided == 1:
                bottom, top = stack_low[n + 1], stack_high[n + 1]
            elif decided < 0:
                bottom, top = either(stack_low[n + 1], stack_high[n + 1], bottom, top)
            continue
        if operation == SATURATE_WEIGHTED:
            n -= 2
            bottom, top = saturate_weighted(
                stack_low[n], stack_high[n], stack_low[n + 1], stack_high[n + 1], bottom, top
            )
            continue
        # What is left has two operands, [a, b] and [c, d]; each way to bring them here ends in one of the
        # operations below, which stand once because all of them are compiled into this function.
        a, b = bottom, top
        if ADD_STATE <= operation <= MULTIPLY_STATE:
            c, d = low[argument], high[argument]
            operation = MULTIPLY if operation == MULTIPLY_STATE else ADD
        elif ADD_CONSTANT <= operation <= POWER_CONSTANT:
            c = d = constants[argument]
            operation += ADD - ADD_CONSTANT
        elif operation == MICHAELIS:
            i = argument & _LOW_HALF
            k = constants[argument >> 32]
            c, d = saturate(low[i], high[i], k, k)
            operation = MULTIPLY
        elif operation == NOT:
            c = d = 0.0
            operation = EQUAL
        else:
            n -= 1
            a, b, c, d = stack_low[n], stack_high[n], bottom, top
        if operation == MULTIPLY:
            bottom, top = multiply(a, b, c, d)
        elif operation == ADD:
            bottom, top = a + c, b + d
        elif operation == SUBTRACT:
            bottom, top = a - d, b - c
        elif operation in (DIVIDE, QUOTIENT):
            bottom, top = divide(a, b, c, d)
            if operation == QUOTIENT:
                bottom, top = np.trunc(bottom), np.trunc(top)
        elif operation == POWER:
            bottom, top = power_bounds(a, b, c, d)
        elif operation == SATURATE:
            bottom, top = saturate(a, b, c, d)
        elif operation <= UNEQUAL:
            bottom, top = compare(operation, a, b, c, d)
        elif operation <= XOR:
            bottom, top = join(operation, truth(a, b), truth(c, d))
        elif unknown(a, b) or unknown(c, d):
            bottom = top = np.nan
        elif operation == MINIMUM:
            bottom, top = min(a, c), min(b, d)
        elif operation == MAXIMUM:
            bottom, top = max(a, c), max(b, d)
        else:
            bottom, top = remainder(a, b, c, d)
    if unknown(bottom, top):
        return -np.inf, np.inf
    return bottom, top
