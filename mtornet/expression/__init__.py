"""Formulas as trees of our own: read from text, evaluated, differentiated, checked for units.

A formula is data, never code: the grammar knows numbers, names, operators, brackets and a few
functions, and nothing in it can reach Python. Comparisons and logic are numbers too: true is 1, false
is 0, and whatever is not 0 counts as true.
"""

from mtornet.expression.differentiation import derivative
from mtornet.expression.evaluation import evaluate
from mtornet.expression.operators import FUNCTIONS, KEYWORDS, LOGIC, RELATIONS
from mtornet.expression.reading import MAX_DEPTH, MAX_LENGTH, MAX_TREE_DEPTH, parse
from mtornet.expression.tree import (
    TIME,
    Apply,
    Expression,
    Number,
    Symbol,
    depth_of,
    postorder,
    substitute,
    symbols,
)
from mtornet.expression.unit_check import unit_of
from mtornet.expression.writing import to_text

__all__ = [
    "FUNCTIONS",
    "KEYWORDS",
    "LOGIC",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_TREE_DEPTH",
    "RELATIONS",
    "TIME",
    "Apply",
    "Expression",
    "Number",
    "Symbol",
    "depth_of",
    "derivative",
    "evaluate",
    "parse",
    "postorder",
    "substitute",
    "symbols",
    "to_text",
    "unit_of",
]
