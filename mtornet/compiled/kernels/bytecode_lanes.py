"""The stack machine of formulas for many parameter sets at once, one per lane.

Each lane gets what :func:`mtornet.compiled.kernels.bytecode.evaluate` would give it, to the last bit. Reading
an instruction costs the same for eight lanes as for one; arithmetic goes in vector registers, and what has no
vector instruction goes lane by lane.
"""

import numpy as np

from mtornet.compiled.kernels.functions import function_value, power
from mtornet.compiled.kernels.lanes import add, divide, load, multiply, splat, store, subtract
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
def evaluate_lanes(lanes, code, begin, end, x, constants, stack, values, row):
    """Write the value of a program in every lane to a row of ``values``.

    ``x`` and ``constants`` hold a row for each state and constant; ``stack`` one row more than the
    depth of the programs.
    """
    top = splat(lanes, 0.0)
    n = 0
    width = len(lanes)
    spare = stack.size // width - 1
    for p in range(begin, end):
        operation = code[2 * p]
        argument = code[2 * p + 1]
        if operation <= LOAD:
            store(stack, n, top)
            n += 1
            if operation == STATE:
                top = load(lanes, x, argument)
            elif operation == CONSTANT:
                top = load(lanes, constants, argument)
            else:
                top = load(lanes, stack, argument)
        elif operation == MULTIPLY_STATE:
            top = multiply(top, load(lanes, x, argument))
        elif operation == ADD_STATE:
            top = add(top, load(lanes, x, argument))
        elif operation == ADD_CONSTANT:
            top = add(top, load(lanes, constants, argument))
        elif operation == MULTIPLY_CONSTANT:
            top = multiply(top, load(lanes, constants, argument))
        elif operation == SUBTRACT_CONSTANT:
            top = subtract(top, load(lanes, constants, argument))
        elif operation == DIVIDE_CONSTANT:
            top = divide(top, load(lanes, constants, argument))
        elif operation == MICHAELIS:
            u = load(lanes, x, argument & _LOW_HALF)
            top = multiply(top, divide(u, add(load(lanes, constants, argument >> 32), u)))
        elif operation == ADD:
            n -= 1
            top = add(load(lanes, stack, n), top)
        elif operation == SUBTRACT:
            n -= 1
            top = subtract(load(lanes, stack, n), top)
        elif operation == MULTIPLY:
            n -= 1
            top = multiply(load(lanes, stack, n), top)
        elif operation == DIVIDE:
            n -= 1
            top = divide(load(lanes, stack, n), top)
        elif operation == SATURATE:
            n -= 1
            u = load(lanes, stack, n)
            top = divide(u, add(top, u))
        elif operation == SATURATE_WEIGHTED:
            n -= 2
            u = load(lanes, stack, n)
            top = divide(u, add(top, multiply(u, load(lanes, stack, n + 1))))
        elif operation == NEGATE:
            top = multiply(top, splat(lanes, -1.0))
        elif operation == SAVE:
            store(stack, argument, top)
        else:
            store(stack, spare, top)
            own = spare * width
            if operation == POWER_CONSTANT:
                for lane in range(width):
                    stack[own + lane] = power(stack[own + lane], constants[argument * width + lane])
            elif operation == CHOOSE:
                n -= 2
                for lane in range(width):
                    if stack[n * width + lane] != 0.0:
                        stack[own + lane] = stack[(n + 1) * width + lane]
            elif operation == NOT:
                for lane in range(width):
                    stack[own + lane] = 1.0 if stack[own + lane] == 0.0 else 0.0
            elif operation >= ABS:
                for lane in range(width):
                    stack[own + lane] = function_value(operation, stack[own + lane])
            else:
                n -= 1
                for lane in range(width):
                    stack[own + lane] = _joined(operation, stack[n * width + lane], stack[own + lane])
            top = load(lanes, stack, spare)
    store(values, row, top)


@leaf
def _joined(operation, a, b):
    """Return the value of an operation on two numbers that is not arithmetic."""
    if operation == POWER:
        return power(a, b)
    elif operation == LESS:
        return 1.0 if a < b else 0.0
    elif operation == LESS_EQUAL:
        return 1.0 if a <= b else 0.0
    elif operation == GREATER:
        return 1.0 if a > b else 0.0
    elif operation == GREATER_EQUAL:
        return 1.0 if a >= b else 0.0
    elif operation == EQUAL:
        return 1.0 if a == b else 0.0
    elif operation == UNEQUAL:
        return 1.0 if a != b else 0.0
    elif operation == AND:
        return 1.0 if a != 0.0 and b != 0.0 else 0.0
    elif operation == OR:
        return 1.0 if a != 0.0 or b != 0.0 else 0.0
    elif operation == XOR:
        return 1.0 if (a != 0.0) != (b != 0.0) else 0.0
    elif operation == MINIMUM:
        return b if b < a else a
    elif operation == MAXIMUM:
        return b if b > a else a
    elif operation == REMAINDER:
        return np.fmod(a, b)
    else:
        return np.trunc(a / b)
