"""Long chains of rules, found before libSBML checks a model: its search for circles takes hours on them."""

from __future__ import annotations

from typing import Any

from mtornet.errors import UnsupportedFeatureError
from mtornet.sbml.library import load_libsbml
from mtornet.sbml.order import in_order

MAX_DEPENDENCIES = 60_000
"""Pairs of a rule, law or initial assignment and one it depends on, also by way of others: some seconds."""


def refuse_long_chains(model: Any, name: str) -> None:
    """Refuse a model whose rules depend on each other in too many ways.

    Raises
    ------
    UnsupportedFeatureError
        Saying how many are too many.
    """
    needs = _needs(model)
    ordered, circle = in_order(needs)
    # In a circle, each may depend on each.
    total = len(circle) ** 2
    behind: dict[str, set[str]] = {}
    for target in ordered:
        direct = needs[target] & needs.keys()
        behind[target] = direct.union(*(behind[other] for other in direct))
        total += len(behind[target])
        if total > MAX_DEPENDENCIES:
            break
    if total > MAX_DEPENDENCIES:
        raise UnsupportedFeatureError(
            f"{name}: rules, laws and initial assignments that depend on each other in more than "
            f"{MAX_DEPENDENCIES} ways, by way of others; put formulas into each other to shorten the chains"
        )


def _needs(model: Any) -> dict[str, set[str]]:
    needs: dict[str, set[str]] = {}
    for rule in model.getListOfRules():
        if rule.isAssignment() and rule.isSetMath():
            needs.setdefault(rule.getVariable(), set()).update(_names(rule.getMath()))
    for assignment in model.getListOfInitialAssignments():
        if assignment.isSetMath():
            needs.setdefault(assignment.getSymbol(), set()).update(_names(assignment.getMath()))
    for reaction in model.getListOfReactions():
        law = reaction.getKineticLaw()
        if law is not None and law.isSetMath():
            needs.setdefault(reaction.getId(), set()).update(_names(law.getMath()))
    return needs


def _names(node: Any) -> set[str]:
    libsbml = load_libsbml()

    found, pending = set(), [node]
    while pending:
        part = pending.pop()
        if part.getType() == libsbml.AST_NAME:
            found.add(part.getName())
        pending.extend(part.getChild(i) for i in range(part.getNumChildren()))
    return found
