"""Formulas in every lane: a list of operations on rows (``mtornet.compiled.tape``)."""

import numpy as np

from mtornet.compiled.kernels.functions import function_value, power
from mtornet.compiled.kernels.lanes import (
    absolute,
    add,
    choose,
    divide,
    load,
    multiply,
    negate,
    peek,
    store,
    subtract,
)
from mtornet.compiled.kernels.leaf import inner
from mtornet.compiled.operations import (
    ABS,
    ADD,
    AND,
    CHOOSE,
    DIVIDE,
    EQUAL,
    GREATER,
    GREATER_EQUAL,
    LESS,
    LESS_EQUAL,
    MAXIMUM,
    MINIMUM,
    MULTIPLY,
    NEGATE,
    NOT,
    OR,
    POWER,
    QUOTIENT,
    REMAINDER,
    SATURATE,
    STATE,
    SUBTRACT,
    UNEQUAL,
)


@inner
def other_value(operation, a, b):
    """Return what an operation makes of two numbers, the second of which it may not need."""
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
    elif operation == NOT:
        return 1.0 if a == 0.0 else 0.0
    elif operation == MINIMUM:
        return b if b < a else a
    elif operation == MAXIMUM:
        return b if b > a else a
    elif operation == REMAINDER:
        return np.fmod(a, b)
    elif operation == QUOTIENT:
        return np.trunc(a / b)
    elif operation < ABS:
        # What is left is xor.
        return 1.0 if (a != 0.0) != (b != 0.0) else 0.0
    return function_value(operation, a)


@inner
def run_tape(lanes, code, begin, end, rows):
    """Carry out the instructions ``begin`` to ``end`` on rows."""
    q = 5 * begin
    for _ in range(begin, end):
        operation = peek(code, q)
        target = peek(code, q + 1)
        first = peek(code, q + 2)
        second = peek(code, q + 3)
        if operation == ADD:
            store(rows, target, add(load(lanes, rows, first), load(lanes, rows, second)))
        elif operation == MULTIPLY:
            store(rows, target, multiply(load(lanes, rows, first), load(lanes, rows, second)))
        elif operation == SUBTRACT:
            store(rows, target, subtract(load(lanes, rows, first), load(lanes, rows, second)))
        elif operation == DIVIDE:
            store(rows, target, divide(load(lanes, rows, first), load(lanes, rows, second)))
        elif operation == SATURATE:
            u = load(lanes, rows, first)
            store(rows, target, divide(u, add(load(lanes, rows, second), u)))
        elif operation == STATE:
            store(rows, target, load(lanes, rows, first))
        elif operation == NEGATE:
            store(rows, target, negate(load(lanes, rows, first)))
        elif operation == CHOOSE:
            third = peek(code, q + 4)
            condition = absolute(load(lanes, rows, first))
            store(rows, target, choose(condition, load(lanes, rows, second), load(lanes, rows, third)))
        else:
            # Functions and comparisons one lane after the other: there is no vector instruction for most.
            width = len(lanes)
            for lane in range(width):
                a, b = rows[first * width + lane], rows[second * width + lane]
                rows[target * width + lane] = other_value(operation, a, b)
        q += 5
