"""Kinetic laws: from any formula to mass-action terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mtornet.expression import Apply, Expression, Number, Symbol, symbols, to_text

MAX_TERMS = 64
ONE = Number(1.0)


class NotMassActionError(Exception):
    """A law is not a sum of terms constant times powers of species; the text says where it fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """``sign * constant * product(species ** power)``."""

    sign: int
    constant: Expression
    powers: Mapping[str, int]
    """Only powers of at least 1."""
    counted: bool = False
    """Some ``x (x-1)`` was read as the number of ordered pairs, power 2."""


@dataclass(frozen=True, slots=True)
class SpeciesSymbols:
    """What the name of a species means in a formula."""

    divisor: Mapping[str, Expression | None]
    """Species by id: ``None`` if the name is an amount, else the volume that makes it one."""
    unit_volume: frozenset[str]
    """Species whose concentration equals their amount, because the volume is 1."""


def terms_of(tree: Expression, species: SpeciesSymbols) -> list[Term]:
    """Write a law as a sum of mass-action terms.

    ``x (x-1) ... (x-n+1)`` is read as the count of ordered draws of ``n`` molecules, power ``n``:
    the propensity of the term whose rate is ``x ** n``.

    Raises
    ------
    NotMassActionError
        If the law is something else.
    """
    terms: dict[tuple[tuple[tuple[str, int], ...], int], Term] = {}
    for term in _Expansion(species).expand(tree):
        key = (tuple(sorted(term.powers.items())), term.sign)
        if key in terms:
            constant = Apply("+", (terms[key].constant, term.constant))
            counted = terms[key].counted or term.counted
            term = Term(sign=term.sign, constant=constant, powers=term.powers, counted=counted)
        terms[key] = term
    return list(terms.values())


class _Expansion:
    """Expands one formula; whatever holds no species is a constant and stays in one piece."""

    def __init__(self, species: SpeciesSymbols) -> None:
        self.species = species

    def expand(self, tree: Expression) -> list[Term]:
        if not self.holds_species(tree):
            sign, constant = _signed(tree)
            return [] if constant == Number(0.0) else [Term(sign=sign, constant=constant, powers={})]
        if isinstance(tree, Symbol):
            divisor = self.species.divisor[tree.name]
            constant = ONE if divisor is None else Apply("/", (ONE, divisor))
            return [Term(sign=1, constant=constant, powers={tree.name: 1})]
        assert isinstance(tree, Apply)
        match tree.operator:
            case "+":
                return self.limited(self.expand(tree.arguments[0]) + self.expand(tree.arguments[1]))
            case "-":
                return self.limited(self.expand(tree.arguments[0]) + _minus(self.expand(tree.arguments[1])))
            case "neg":
                return _minus(self.expand(tree.arguments[0]))
            case "*" | "/" | "^":
                return self.product(tree)
            case _:
                raise NotMassActionError(f"{to_text(tree)[:80]!r} depends on species")

    def limited(self, terms: list[Term]) -> list[Term]:
        if len(terms) > MAX_TERMS:
            raise NotMassActionError(f"it has more than {MAX_TERMS} terms")
        return terms

    def holds_species(self, tree: Expression) -> bool:
        return any(name in self.species.divisor for name in symbols(tree))

    def product(self, tree: Expression) -> list[Term]:
        above, below = _factors(tree, self.holds_species)
        for factor in below:
            if self.holds_species(factor):
                raise NotMassActionError(f"it divides by {to_text(factor)[:80]!r}, which depends on species")
        falling, rest = self.falling_factorials(above)
        terms = [Term(sign=1, constant=ONE, powers={})]
        for multiplier in (*falling, *(self.expand(factor) for factor in rest)):
            terms = self.limited([_times(left, right) for left in terms for right in multiplier])
        for factor in below:
            sign, constant = _signed(factor)
            terms = [
                Term(
                    sign=t.sign * sign,
                    constant=t.constant if constant == ONE else Apply("/", (t.constant, constant)),
                    powers=t.powers,
                    counted=t.counted,
                )
                for t in terms
            ]
        return terms

    def falling_factorials(self, factors: list[Expression]) -> tuple[list[list[Term]], list[Expression]]:
        """Split off ``x (x-1) ...`` for each species that stands as ``x`` and as ``x-1``."""
        rest = list(factors)
        found: list[list[Term]] = []
        named = dict.fromkeys(name for factor in factors for name in symbols(factor))
        for name in (name for name in named if name in self.species.divisor):
            divisor = self.species.divisor[name]
            steps = {_step_below(factor, name): factor for factor in rest if factor is not None}
            if not (0 in steps and 1 in steps) or not (divisor is None or name in self.species.unit_volume):
                continue
            n = 0
            while n in steps:
                rest.remove(steps[n])
                n += 1
            # (x/V)(x/V - 1) with V = 1: each of the n factors is a concentration.
            constant: Expression = ONE
            for _ in range(n if divisor is not None else 0):
                assert divisor is not None
                constant = Apply("/", (constant, divisor))
            found.append([Term(sign=1, constant=constant, powers={name: n}, counted=True)])
        return found, rest


def _step_below(factor: Expression, name: str) -> int:
    """Return 0 for ``x``, n for ``x - n``, -1 for anything else."""
    if factor == Symbol(name):
        return 0
    if isinstance(factor, Apply) and len(factor.arguments) == 2 and factor.arguments[0] == Symbol(name):
        sign, step = _signed(factor.arguments[1])
        wanted = {"-": 1, "+": -1}.get(factor.operator)
        if sign == wanted and isinstance(step, Number) and step.value.is_integer() and 1 <= step.value <= 10:
            return int(step.value)
    return -1


def _factors(tree: Expression, holds_species: object) -> tuple[list[Expression], list[Expression]]:
    """Return what is multiplied and what is divided by, in reading order."""
    assert callable(holds_species)
    above: list[Expression] = []
    below: list[Expression] = []
    stack: list[tuple[Expression, bool]] = [(tree, True)]
    while stack:
        node, up = stack.pop()
        if not isinstance(node, Apply) or not holds_species(node):
            (above if up else below).append(node)
        elif node.operator == "*":
            stack += [(node.arguments[1], up), (node.arguments[0], up)]
        elif node.operator == "/":
            stack += [(node.arguments[1], not up), (node.arguments[0], up)]
        elif node.operator == "^":
            exponent = node.arguments[1]
            if not (
                isinstance(exponent, Number) and exponent.value.is_integer() and 0 <= exponent.value <= 10
            ):
                raise NotMassActionError(
                    f"the power in {to_text(node)[:80]!r} is not a whole number from 0 to 10"
                )
            (above if up else below).extend([node.arguments[0]] * int(exponent.value))
        else:
            (above if up else below).append(node)
    return above, below


def _times(left: Term, right: Term) -> Term:
    powers = dict(left.powers)
    for name, power in right.powers.items():
        powers[name] = powers.get(name, 0) + power
    return Term(
        sign=left.sign * right.sign,
        constant=_product(left.constant, right.constant),
        powers=powers,
        counted=left.counted or right.counted,
    )


def _product(left: Expression, right: Expression) -> Expression:
    if left == ONE:
        return right
    if right == ONE:
        return left
    if isinstance(right, Apply) and right.operator == "/" and right.arguments[0] == ONE:
        return Apply("/", (left, right.arguments[1]))
    return Apply("*", (left, right))


def _minus(terms: list[Term]) -> list[Term]:
    return [Term(sign=-t.sign, constant=t.constant, powers=t.powers, counted=t.counted) for t in terms]


def _signed(tree: Expression) -> tuple[int, Expression]:
    """Return the sign that is written out in a product, and the product without it."""
    if isinstance(tree, Apply) and tree.operator == "neg":
        sign, inner = _signed(tree.arguments[0])
        return -sign, inner
    if isinstance(tree, Apply) and tree.operator in ("*", "/"):
        first_sign, first = _signed(tree.arguments[0])
        second_sign, second = _signed(tree.arguments[1])
        if first_sign * second_sign == 1 and first_sign == 1:
            return 1, tree
        return first_sign * second_sign, Apply(tree.operator, (first, second))
    return 1, tree
