"""Tree to text."""

from __future__ import annotations

from mtornet.expression.operators import BINDING, FUNCTIONS, RELATIONAL_LEVEL, SUM_LEVEL
from mtornet.expression.tree import Expression, Number, Symbol


def to_text(tree: Expression) -> str:
    """Write a formula so that :func:`~mtornet.expression.parse` gives the same tree back."""
    return _written(tree, 0, right=False)


def _written(tree: Expression, outer: int, *, right: bool) -> str:
    if isinstance(tree, Number):
        return f"({_digits(tree.value)})" if tree.value < 0 else _digits(tree.value)
    if isinstance(tree, Symbol):
        return tree.name
    if tree.operator in FUNCTIONS:
        return f"{tree.operator}({', '.join([_written(a, 0, right=False) for a in tree.arguments])})"
    level = BINDING[tree.operator]
    if tree.operator == "neg":
        text = "-" + _written(tree.arguments[0], level, right=True)
    elif tree.operator == "not":
        text = "not " + _written(tree.arguments[0], level, right=False)
    else:
        # Of operators in a row the left one is read first, except powers; comparisons stand in no row.
        left = _written(tree.arguments[0], level, right=tree.operator == "^" or level == RELATIONAL_LEVEL)
        spaced = f" {tree.operator} " if level <= SUM_LEVEL else tree.operator
        text = left + spaced + _written(tree.arguments[1], level, right=tree.operator != "^")
    return f"({text})" if level < outer or (right and level == outer) else text


def _digits(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    # Text has no word for infinity, and "inf" would be read as a name.
    return repr(value).replace("inf", "1e999")
