"""Which formulas cannot be negative, and net rates as one that goes up minus one that goes down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mtornet.errors import ExpressionError
from mtornet.expression import LOGIC, RELATIONS, TIME, Apply, Expression, Number, Symbol, evaluate
from mtornet.expression import symbols as names_in
from mtornet.expression.algebra import ZERO, apply

_NEVER_NEGATIVE = frozenset(("exp", "sqrt", "abs", "cosh", "factorial", "acosh", "acos", *RELATIONS, *LOGIC))
_AS_THEIR_ARGUMENTS = frozenset(
    ("+", "/", "rem", "quotient", "min", "floor", "ceil", "asinh", "atan", "sinh", "tanh")
)
"""Not negative if none of their arguments is."""

Parts = tuple[Expression, Expression]
"""What is added and what is taken away."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known about the signs of names."""

    constants: Mapping[str, float]
    """Values of what does not change."""
    non_negative: frozenset[str]
    """Names of what changes and is never negative: amounts, sizes of compartments, time."""

    def never_negative(self, tree: Expression) -> bool:
        """Tell whether a formula is known to be at least 0 at all times; if in doubt, not."""
        if isinstance(tree, Number):
            return tree.value >= 0
        if isinstance(tree, Symbol):
            return tree.name in self.non_negative or self.constants.get(tree.name, -1.0) >= 0
        if all(name in self.constants for name in names_in(tree)):
            return self._constant_sign(tree)
        match tree.operator:
            case "*":
                return self._product(tree)
            case "^":
                return self._power(*tree.arguments)
            case "max":
                return any(self.never_negative(argument) for argument in tree.arguments)
            case "if":
                return all(self.never_negative(argument) for argument in tree.arguments[1:])
        if tree.operator in _AS_THEIR_ARGUMENTS:
            return all(self.never_negative(argument) for argument in tree.arguments)
        return tree.operator in _NEVER_NEGATIVE

    def _constant_sign(self, tree: Expression) -> bool:
        try:
            return evaluate(tree, self.constants) >= 0
        except ExpressionError:
            return False

    def _power(self, base: Expression, exponent: Expression) -> bool:
        even = isinstance(exponent, Number) and exponent.value % 2 == 0
        return even or self.never_negative(base)

    def _product(self, tree: Apply) -> bool:
        left = [factor for factor in _factors(tree) if not self.never_negative(factor)]
        # A square is not negative, nor is x (x-1) (x-2) of whole molecules.
        while left:
            factor = left.pop()
            if factor in left:
                left.remove(factor)
            elif not _is_falling(factor, _factors(tree)):
                return False
        return True

    def parts(self, tree: Expression) -> Parts | None:
        """Return ``(up, down)``, neither negative, with ``tree = up - down``; ``None`` if not known."""
        if self.never_negative(tree):
            return tree, ZERO
        if not isinstance(tree, Apply):
            return None
        match tree.operator:
            case "neg":
                found = self.parts(tree.arguments[0])
                return None if found is None else found[::-1]
            case "+" | "-":
                return self._sum(tree)
            case "*" | "/":
                return self._scaled(tree)
            case "if":
                condition, *branches = tree.arguments
                both = [self.parts(branch) for branch in branches]
                if both[0] is None or both[1] is None:
                    return None
                (up, down), (other_up, other_down) = both[0], both[1]
                return apply("if", condition, up, other_up), apply("if", condition, down, other_down)
        return None

    def _sum(self, tree: Apply) -> Parts | None:
        first, second = (self.parts(argument) for argument in tree.arguments)
        if first is None or second is None:
            return None
        if tree.operator == "-":
            second = second[::-1]
        return apply("+", first[0], second[0]), apply("+", first[1], second[1])

    def _scaled(self, tree: Apply) -> Parts | None:
        first, second = tree.arguments
        if self.never_negative(second):
            found = self.parts(first)
            if found is not None:
                return apply(tree.operator, found[0], second), apply(tree.operator, found[1], second)
        elif tree.operator == "*" and self.never_negative(first):
            found = self.parts(second)
            if found is not None:
                return apply("*", first, found[0]), apply("*", first, found[1])
        return None


def _factors(tree: Expression) -> list[Expression]:
    factors, stack = [], [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Apply) and node.operator == "*":
            stack.extend(node.arguments)
        else:
            factors.append(node)
    return factors


def _is_falling(factor: Expression, others: Iterable[Expression]) -> bool:
    """Tell whether a factor is ``x - n`` beside ``x``, ``x - 1`` ... ``x - (n-1)``."""
    if not (isinstance(factor, Apply) and factor.operator == "-" and isinstance(factor.arguments[1], Number)):
        return False
    base, n = factor.arguments[0], factor.arguments[1].value
    wanted = [base, *(Apply("-", (base, Number(float(i)))) for i in range(1, int(n)))]
    return n.is_integer() and 1 <= n <= 10 and all(step in others for step in wanted)


def signs_of_variables(
    constants: Mapping[str, float],
    amounts: Iterable[str],
    variables: Mapping[str, tuple[float, Expression | None]],
    assigned: Mapping[str, list[Expression]],
) -> Signs:
    """Return what is known once the variables that stay at or above 0 are found.

    Parameters
    ----------
    variables
        Starting value and rate of change of each.
    assigned
        What events set them to.
    """
    candidates = {name for name, (initial, _) in variables.items() if initial >= 0}
    while True:
        signs = Signs(constants, frozenset((*amounts, *candidates, TIME)))
        left = {
            name for name in candidates if _stays(signs, name, variables[name][1], assigned.get(name, []))
        }
        if left == candidates:
            return signs
        candidates = left


def _stays(signs: Signs, name: str, rate: Expression | None, assigned: list[Expression]) -> bool:
    if not all(signs.never_negative(tree) for tree in assigned):
        return False
    # A quantity that does not fall at 0 never gets below.
    return rate is None or signs.never_negative(_at_zero(rate, name))


def _at_zero(tree: Expression, name: str) -> Expression:
    if isinstance(tree, Symbol):
        return ZERO if tree.name == name else tree
    if isinstance(tree, Apply):
        return apply(tree.operator, *(_at_zero(argument, name) for argument in tree.arguments))
    return tree
