"""Nodes of formulas become instructions of the stack machine."""

from __future__ import annotations

from collections import Counter

from mtornet.compiled import operations as op
from mtornet.compiled.formulas import CONSTANT, SATURATE, STATE, Formulas
from mtornet.expression import FUNCTIONS, LOGIC, Expression

OPERATIONS = {
    "+": op.ADD,
    "-": op.SUBTRACT,
    "*": op.MULTIPLY,
    "/": op.DIVIDE,
    "^": op.POWER,
    "neg": op.NEGATE,
    SATURATE: op.SATURATE,
    "<": op.LESS,
    "<=": op.LESS_EQUAL,
    ">": op.GREATER,
    ">=": op.GREATER_EQUAL,
    "==": op.EQUAL,
    "!=": op.UNEQUAL,
    "and": op.AND,
    "or": op.OR,
    "xor": op.XOR,
    "not": op.NOT,
    "if": op.CHOOSE,
    "min": op.MINIMUM,
    "max": op.MAXIMUM,
    "rem": op.REMAINDER,
    "quotient": op.QUOTIENT,
    "exp": op.EXP,
    "ln": op.LN,
    "log10": op.LOG10,
    "sqrt": op.SQRT,
    "abs": op.ABS,
    "floor": op.FLOOR,
    "ceil": op.CEIL,
    "sin": op.SIN,
    "cos": op.COS,
    "tan": op.TAN,
    "asin": op.ASIN,
    "acos": op.ACOS,
    "atan": op.ATAN,
    "sinh": op.SINH,
    "cosh": op.COSH,
    "tanh": op.TANH,
    "asinh": op.ASINH,
    "acosh": op.ACOSH,
    "atanh": op.ATANH,
    "factorial": op.FACTORIAL,
}
"""Operation of each operator."""
OPERATORS = {
    number: (name, FUNCTIONS[name][0] if name in FUNCTIONS else LOGIC[name][0] if name in LOGIC else 2)
    for name, number in OPERATIONS.items()
} | {op.NEGATE: ("neg", 1)}
"""Operator and number of arguments by operation."""
# The right argument, if it is a leaf, need not pass over the stack.
_BY_STATE = {"+": op.ADD_STATE, "*": op.MULTIPLY_STATE}
_BY_CONSTANT = {
    "+": op.ADD_CONSTANT,
    "-": op.SUBTRACT_CONSTANT,
    "*": op.MULTIPLY_CONSTANT,
    "/": op.DIVIDE_CONSTANT,
    "^": op.POWER_CONSTANT,
}
_COST = {STATE: 1, CONSTANT: 1, "+": 1, "-": 1, "*": 1, "neg": 1, "/": 4, SATURATE: 5}
_COST_OF_OTHERS = 4
_WORTH_KEEPING = 5
"""Cost from which a part that is used twice is kept rather than computed again."""

Instruction = tuple[int, int]


class Instructions:
    """Programs in a row, with one pool of constants."""

    def __init__(self, formulas: Formulas, first_constant: int) -> None:
        self.code: list[Instruction] = []
        self.pool: list[Expression] = []
        self.depth = 0
        self._formulas = formulas
        self._first_constant = first_constant
        self._pooled: dict[int, int] = {}

    def add_program(self, root: int) -> None:
        """Append the program of one formula."""
        begin = len(self.code)
        kept = self._worth_keeping(root)
        slots: dict[int, int] = {}
        height = deepest = 0
        # Nodes still to be computed, instructions still to be written, and (None, node): keep what is on top.
        pending: list[int | Instruction | tuple[None, int]] = [root]
        while pending:
            item = pending.pop()
            if isinstance(item, int):
                if item in slots:
                    pending.append((op.LOAD, slots[item]))
                    continue
                if item in kept:
                    pending.append((None, item))
                pending.extend(reversed(self._plan(item)))
                continue
            operation, argument = item
            if operation is None:
                slots[argument] = len(slots)
                self.code.append((op.SAVE, slots[argument]))
            else:
                self.code.append((operation, argument))
                height += _growth(operation)
                deepest = max(deepest, height)
        for p in range(begin, len(self.code)):
            operation, argument = self.code[p]
            if operation in (op.LOAD, op.SAVE):
                # What is kept lies above all that this program stacks.
                self.code[p] = (operation, deepest + argument)
        self.depth = max(self.depth, deepest + len(slots))

    def _worth_keeping(self, root: int) -> set[int]:
        """Return the nodes that occur more than once and cost more than a look at the stack."""
        uses: Counter[int] = Counter()
        costs: dict[int, int] = {}
        for node in self._formulas.postorder(root):
            parts = self._formulas.parts(node)
            uses.update(parts)
            cost = _COST.get(self._formulas.operators[node], _COST_OF_OTHERS)
            costs[node] = cost + sum(costs[part] for part in parts)
        return {node for node, times in uses.items() if times > 1 and costs[node] >= _WORTH_KEEPING}

    def _plan(self, node: int) -> list[int | Instruction]:
        """Return what computes a node: parts to compute first, then instructions."""
        operator = self._formulas.operators[node]
        if operator == STATE:
            return [(op.STATE, self._formulas.arguments[node][0])]
        if operator == CONSTANT:
            return [(op.CONSTANT, self._constant(node))]
        parts = self._formulas.arguments[node]
        if len(parts) == 2:
            left, right = parts
            if operator in _BY_STATE and self._is_operand(left) and not self._is_operand(right):
                left, right = right, left
            short = self._short(operator, right)
            if short is not None:
                return [left, short]
            parts = (left, right)
        elif operator == SATURATE:
            return [*parts, (op.SATURATE_WEIGHTED, 0)]
        return [*parts, (OPERATIONS[operator], 0)]

    def _is_operand(self, node: int) -> bool:
        return self._short("*", node) is not None

    def _short(self, operator: str, right: int) -> Instruction | None:
        """Return the instruction that takes its right argument from where it lies, if there is one."""
        kind = self._formulas.operators[right]
        if kind == STATE and operator in _BY_STATE:
            return _BY_STATE[operator], self._formulas.arguments[right][0]
        if kind == CONSTANT and operator in _BY_CONSTANT:
            return _BY_CONSTANT[operator], self._constant(right)
        if kind == SATURATE and operator == "*" and len(self._formulas.arguments[right]) == 2:
            u, half = self._formulas.arguments[right]
            if self._formulas.operators[u] == STATE and half in self._formulas.constants:
                return op.MICHAELIS, self._formulas.arguments[u][0] | self._constant(half) << 32
        return None

    def _constant(self, node: int) -> int:
        if node not in self._pooled:
            self._pooled[node] = self._first_constant + len(self.pool)
            self.pool.append(self._formulas.constants[node])
        return self._pooled[node]


def _growth(operation: int) -> int:
    """Return by how much an instruction raises the stack."""
    if operation <= op.LOAD:
        return 1
    if operation in (op.CHOOSE, op.SATURATE_WEIGHTED):
        return -2
    binary = op.ADD <= operation <= op.SATURATE or op.LESS <= operation <= op.QUOTIENT
    return -1 if binary and operation != op.NOT else 0
