"""Formulas in the words of Antimony."""

from __future__ import annotations

from mtornet.expression import LOGIC, RELATIONS, Apply, Expression, postorder, to_text
from mtornet.sbml.mathml_write import condition_for_sbml, for_sbml

_INFIX = {"and": "&&", "or": "||"}
_CALLED = {"asin": "arcsin", "acos": "arccos", "atan": "arctan"}
_CALLED |= {"asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh", "not": "!", "xor": "xor"}
_OTHER_WORDS = frozenset((*LOGIC, *RELATIONS, *_CALLED, "if"))


def antimony_formula(tree: Expression) -> str:
    """Return a formula as Antimony text."""
    return _text(for_sbml(tree))


def antimony_condition(tree: Expression) -> str:
    """Return a condition as Antimony text."""
    return _text(condition_for_sbml(tree))


def _text(tree: Expression) -> str:
    if not isinstance(tree, Apply) or not _has_other_words(tree):
        # Arithmetic is written as ours is.
        return to_text(tree)
    operator = tree.operator
    if operator in _INFIX or not operator.isalnum():
        left, right = (_bracketed(argument) for argument in tree.arguments)
        return f"{left} {_INFIX.get(operator, operator)} {right}"
    if operator == "neg":
        return f"-{_bracketed(tree.arguments[0])}"
    arguments = [_text(argument) for argument in tree.arguments]
    if operator == "if":
        condition, then, otherwise = arguments
        return f"piecewise({then}, {condition}, {otherwise})"
    return f"{_CALLED.get(operator, operator)}({', '.join(arguments)})"


def _bracketed(tree: Expression) -> str:
    is_call = isinstance(tree, Apply) and tree.operator.isalnum() and tree.operator not in (*_INFIX, "neg")
    return _text(tree) if is_call or not isinstance(tree, Apply) else f"({_text(tree)})"


def _has_other_words(tree: Expression) -> bool:
    return any(isinstance(node, Apply) and node.operator in _OTHER_WORDS for node in postorder(tree))
