"""Numbers of the operations of the stack machine that runs formulas.

An instruction is an operation and one argument, which most operations do not use. The numbers are compiled
into the machine code of the kernels; groups of them are told apart by comparison, so their order counts.
"""

# Values onto the stack.
STATE = 0
CONSTANT = 1
LOAD = 2
"""Push ``stack[argument]``, which ``SAVE`` wrote."""
SAVE = 3
"""Keep the top of the stack in ``stack[argument]``; it stays on top."""

ADD = 4
SUBTRACT = 5
MULTIPLY = 6
DIVIDE = 7
POWER = 8
SATURATE = 9
"""``u / (K + u)`` of ``u`` below ``K``: monotone in both, which division of intervals does not see."""
NEGATE = 10

# The right operand need not pass over the stack: the argument says where it is. Those with a constant stand
# in the order of the operations above.
ADD_CONSTANT = 11
SUBTRACT_CONSTANT = 12
MULTIPLY_CONSTANT = 13
DIVIDE_CONSTANT = 14
POWER_CONSTANT = 15
ADD_STATE = 16
MULTIPLY_STATE = 17
MICHAELIS = 18
"""Times ``x[i] / (constants[k] + x[i])``; the argument is ``i + k * 2**32``."""

LESS = 19
LESS_EQUAL = 20
GREATER = 21
GREATER_EQUAL = 22
EQUAL = 23
UNEQUAL = 24
AND = 25
OR = 26
XOR = 27
NOT = 28
CHOOSE = 29
MINIMUM = 30
MAXIMUM = 31
REMAINDER = 32
QUOTIENT = 33

# From here on: functions of one number; the first four are exact to rounding, or exact.
ABS = 34
FLOOR = 35
CEIL = 36
SQRT = 37
EXP = 38
LN = 39
LOG10 = 40
SIN = 41
COS = 42
TAN = 43
ASIN = 44
ACOS = 45
ATAN = 46
SINH = 47
COSH = 48
TANH = 49
ASINH = 50
ACOSH = 51
ATANH = 52
FACTORIAL = 53
