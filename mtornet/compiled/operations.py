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
SATURATE_WEIGHTED = 30
"""``u / (K + u * w)`` of ``u`` below ``w`` below ``K``."""
MINIMUM = 31
MAXIMUM = 32
REMAINDER = 33
QUOTIENT = 34

# From here on: functions of one number; the first four are exact to rounding, or exact.
ABS = 35
FLOOR = 36
CEIL = 37
SQRT = 38
EXP = 39
LN = 40
LOG10 = 41
SIN = 42
COS = 43
TAN = 44
ASIN = 45
ACOS = 46
ATAN = 47
SINH = 48
COSH = 49
TANH = 50
ASINH = 51
ACOSH = 52
ATANH = 53
FACTORIAL = 54
