"""The unit of a formula."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from mtornet.errors import UnitError
from mtornet.expression.operators import RELATIONS
from mtornet.expression.tree import TIME, Apply, Expression, Number, Symbol
from mtornet.expression.writing import to_text
from mtornet.units import DIMENSIONLESS, Unit, parse_unit

_LIKE_ARGUMENTS = frozenset(("+", "-", "min", "max", "rem", "quotient", *RELATIONS))
_KEEP_UNIT = frozenset(("+", "-", "min", "max", "rem", "neg", "abs", "floor", "ceil"))


def unit_of(tree: Expression, units: Mapping[str, Unit]) -> Unit:
    """Return the unit of a formula from the units of its names; ``time`` is in seconds unless given.

    Raises
    ------
    UnitError
        If unlike units are added or compared, or a power, a condition or a function gets a unit.
    """
    if isinstance(tree, Number):
        return DIMENSIONLESS
    if isinstance(tree, Symbol):
        return _unit_of_name(tree.name, units)
    arguments = [unit_of(argument, units) for argument in tree.arguments]
    operator = tree.operator
    if operator in _LIKE_ARGUMENTS:
        unit = _common_unit(tree, arguments, *tree.arguments)
        return unit if operator in _KEEP_UNIT else DIMENSIONLESS
    if operator in _KEEP_UNIT:
        return arguments[0]
    rule = _RULES.get(operator)
    if rule is not None:
        return rule(tree, arguments)
    for unit in arguments:
        _refuse_unit(tree, operator, unit)
    return DIMENSIONLESS


def _unit_of_name(name: str, units: Mapping[str, Unit]) -> Unit:
    if name in units:
        return units[name]
    if name == TIME:
        return parse_unit("s")
    raise UnitError(f"{name!r} has no unit")


def _refuse_unit(tree: Apply, what: str, unit: Unit) -> None:
    if not unit.same_as(DIMENSIONLESS):
        raise UnitError(f"{to_text(tree)!r}: {what} of a quantity with the unit {unit}")


def _common_unit(tree: Apply, units: list[Unit], left: Expression, right: Expression) -> Unit:
    # Zero has every unit: "0 + D/K".
    if left == Number(0.0):
        return units[1]
    if right == Number(0.0) or units[0].same_as(units[1]):
        return units[0]
    raise UnitError(f"{to_text(tree)!r} joins {units[0]} and {units[1]}")


def _unit_of_choice(tree: Apply, units: list[Unit]) -> Unit:
    _refuse_unit(tree, "condition", units[0])
    return _common_unit(tree, units[1:], *tree.arguments[1:])


def _unit_of_power(tree: Apply, units: list[Unit]) -> Unit:
    exponent = tree.arguments[1]
    if (
        isinstance(exponent, Apply)
        and exponent.operator == "neg"
        and isinstance(exponent.arguments[0], Number)
    ):
        exponent = Number(-exponent.arguments[0].value)
    if units[0].same_as(DIMENSIONLESS) and units[1].same_as(DIMENSIONLESS):
        return DIMENSIONLESS
    if isinstance(exponent, Number) and exponent.value.is_integer():
        return units[0] ** int(exponent.value)
    raise UnitError(f"{to_text(tree)!r}: a quantity with a unit needs a whole-number power")


def _unit_of_root(tree: Apply, units: list[Unit]) -> Unit:
    unit = units[0]
    if any(power % 2 for _, power in unit.dimension):
        raise UnitError(f"{to_text(tree)!r}: the root of {unit} has no unit")
    return Unit(math.sqrt(unit.factor), tuple((base, power // 2) for base, power in unit.dimension))


_RULES: dict[str, Callable[[Apply, list[Unit]], Unit]] = {
    "*": lambda _, units: units[0] * units[1],
    "/": lambda _, units: units[0] / units[1],
    "^": _unit_of_power,
    "sqrt": _unit_of_root,
    "if": _unit_of_choice,
}
