"""The value of a formula, with the names' values given."""

from __future__ import annotations

from collections.abc import Mapping

from mtornet.errors import ExpressionError
from mtornet.expression.operators import OPERATIONS
from mtornet.expression.tree import Expression, Number, Symbol
from mtornet.expression.writing import to_text


def evaluate(tree: Expression, values: Mapping[str, float]) -> float:
    """Return the value of a formula; of an ``if``, only the branch taken is looked at.

    Raises
    ------
    ExpressionError
        If a name has no value, or the arithmetic has no result (division by zero, ln of a negative).
    """
    try:
        return _value(tree, values)
    except KeyError as error:
        raise ExpressionError(f"formula {to_text(tree)!r}: {error.args[0]!r} has no value") from None
    except (ZeroDivisionError, ValueError, OverflowError) as error:
        raise ExpressionError(f"formula {to_text(tree)!r} has no finite value: {error}") from None


def _value(tree: Expression, values: Mapping[str, float]) -> float:
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Symbol):
        return values[tree.name]
    if tree.operator == "if":
        condition, then, otherwise = tree.arguments
        return _value(then if _value(condition, values) != 0.0 else otherwise, values)
    arguments = []
    for argument in tree.arguments:  # a comprehension would be a second frame on Python's stack
        arguments.append(_value(argument, values))
    return float(OPERATIONS[tree.operator](*arguments))
