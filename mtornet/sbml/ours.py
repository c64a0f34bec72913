"""Formulas as our own annotations spell and group them, where core SBML says the same."""

from __future__ import annotations

from mtornet.errors import ExpressionError, ModelError
from mtornet.expression import Expression, parse
from mtornet.graph.assignments import parse_assignments
from mtornet.sbml.annotation import Details
from mtornet.sbml.formulas import same_formula
from mtornet.sbml.mathml_write import condition_for_sbml, for_sbml


def our_formula(details: Details, key: str, tree: Expression) -> Expression:
    """Return a formula as our annotation spells and groups it, if core says the same."""
    try:
        ours = parse(details.text(key))
    except ExpressionError:
        return tree
    return ours if same_formula(for_sbml(ours), tree) else tree


def our_condition(details: Details, tree: Expression) -> Expression:
    """Return a trigger as our annotation spells it, if core says the same."""
    try:
        ours = parse(details.text("trigger"))
    except ExpressionError:
        return tree
    return ours if same_formula(condition_for_sbml(ours), tree) else tree


def our_assignments(
    details: Details, assignments: tuple[tuple[str, Expression], ...]
) -> tuple[tuple[str, Expression], ...]:
    """Return the assignments of an event as our annotation spells them, each if core says the same."""
    try:
        ours = dict(parse_assignments(details.text("assignments")))
    except ModelError:
        return assignments
    return tuple(
        (name, ours[name] if name in ours and same_formula(for_sbml(ours[name]), tree) else tree)
        for name, tree in assignments
    )
