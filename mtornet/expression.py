"""Formulas as trees of our own: read from text, evaluated, differentiated, checked for units.

A formula is data, never code: the grammar knows numbers, names, ``+ - * / ^``, brackets and a few
functions, and nothing in it can reach Python.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mtornet.errors import ExpressionError, UnitError
from mtornet.units import DIMENSIONLESS, Unit

MAX_LENGTH = 20_000
MAX_DEPTH = 100
MAX_TREE_DEPTH = 200
"""Operations inside each other; a sum of 200 terms is that deep, and Python's stack is not endless."""

FUNCTIONS: dict[str, tuple[int, Callable[..., float]]] = {
    "exp": (1, math.exp),
    "ln": (1, math.log),
    "sqrt": (1, math.sqrt),
    "abs": (1, abs),
    "min": (2, min),
    "max": (2, max),
}


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number, dimensionless."""

    value: float

    def __str__(self) -> str:
        return to_text(self)


@dataclass(frozen=True, slots=True)
class Symbol:
    """The value of something that has a name."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator (``+ - * / ^``, ``neg``) or a function applied to its arguments."""

    operator: str
    arguments: tuple[Expression, ...]

    def __str__(self) -> str:
        return to_text(self)


Expression = Number | Symbol | Apply

_TOKEN = re.compile(r"\s*((?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[A-Za-z_]\w*|[-+*/^(),])", re.ASCII)
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "^": 4}


def parse(text: str) -> Expression:
    """Read a formula.

    Raises
    ------
    ExpressionError
        With the place and what was expected there.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"formula of {len(text)} characters; at most {MAX_LENGTH} are read")
    tree = _Parser(text).whole()
    if (depth := _tree_depth(tree)) > MAX_TREE_DEPTH:
        raise ExpressionError(
            f"formula with {depth} operations inside each other; at most {MAX_TREE_DEPTH} are read: "
            "split it into derived quantities"
        )
    return tree


def _tree_depth(tree: Expression) -> int:
    deepest, pending = 0, [(tree, 1)]
    while pending:
        node, level = pending.pop()
        deepest = max(deepest, level)
        if isinstance(node, Apply):
            pending += [(argument, level + 1) for argument in node.arguments]
    return deepest


class _Parser:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, int]] = []
        self.i = 0
        self.depth = 0
        position, end = 0, len(text.rstrip())
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None:
                raise ExpressionError(f"formula {text!r}: cannot read {text[position:].strip()[:1]!r}")
            self.tokens.append((match.group(1), match.start(1)))
            position = match.end()

    def whole(self) -> Expression:
        tree = self.sum()
        if self.peek():
            raise self.unexpected("the end")
        return tree

    def peek(self) -> str:
        return self.tokens[self.i][0] if self.i < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.i += 1
        return token

    def unexpected(self, expected: str) -> ExpressionError:
        found = repr(self.peek()) if self.peek() else "the end"
        where = self.tokens[self.i][1] + 1 if self.i < len(self.tokens) else len(self.text) + 1
        return ExpressionError(
            f"formula {self.text!r}: found {found} at character {where}, expected {expected}"
        )

    def sum(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"formula nested deeper than {MAX_DEPTH} levels")
        tree = self.product()
        while self.peek() in ("+", "-"):
            operator = self.take()
            tree = Apply(operator, (tree, self.product()))
        self.depth -= 1
        return tree

    def product(self) -> Expression:
        tree = self.signed()
        while self.peek() in ("*", "/"):
            operator = self.take()
            tree = Apply(operator, (tree, self.signed()))
        return tree

    def signed(self) -> Expression:
        negative = False
        while self.peek() in ("-", "+"):
            negative ^= self.take() == "-"
        tree = self.power()
        return Apply("neg", (tree,)) if negative else tree

    def power(self) -> Expression:
        base = self.atom()
        if self.peek() != "^":
            return base
        self.take()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"formula nested deeper than {MAX_DEPTH} levels")
        exponent = self.signed()
        self.depth -= 1
        return Apply("^", (base, exponent))

    def atom(self) -> Expression:
        token = self.peek()
        if token == "(":
            self.take()
            tree = self.sum()
            if self.take() != ")":
                self.i -= 1
                raise self.unexpected("')'")
            return tree
        if token[:1].isdigit() or token[:1] == ".":
            return Number(float(self.take()))
        if token[:1].isalpha() or token[:1] == "_":
            return self.name_or_call()
        raise self.unexpected("a number, a name or '('")

    def name_or_call(self) -> Expression:
        name = self.take()
        if self.peek() != "(":
            return Symbol(name)
        if name == "pow":
            arity = 2
        elif name in FUNCTIONS:
            arity = FUNCTIONS[name][0]
        else:
            self.i -= 1
            raise self.unexpected("one of the functions " + ", ".join([*sorted(FUNCTIONS), "pow"]))
        self.take()
        arguments = [self.sum()]
        while self.peek() == ",":
            self.take()
            arguments.append(self.sum())
        if len(arguments) != arity or self.peek() != ")":
            raise self.unexpected(f"{arity} argument(s) and ')' for {name}")
        self.take()
        return Apply("^" if name == "pow" else name, tuple(arguments))


def to_text(tree: Expression, outer: int = 0, *, right: bool = False) -> str:
    """Write a formula so that :func:`parse` gives the same tree back."""
    if isinstance(tree, Number):
        text = (
            str(int(tree.value)) if tree.value.is_integer() and abs(tree.value) < 1e15 else repr(tree.value)
        )
        return f"({text})" if tree.value < 0 else text
    if isinstance(tree, Symbol):
        return tree.name
    if tree.operator in FUNCTIONS:
        return f"{tree.operator}({', '.join(to_text(a) for a in tree.arguments)})"
    level = _BINDING[tree.operator]
    if tree.operator == "neg":
        text = "-" + to_text(tree.arguments[0], level, right=True)
    elif tree.operator == "^":
        text = f"{to_text(tree.arguments[0], level, right=True)}^{to_text(tree.arguments[1], level)}"
    else:
        spaced = f" {tree.operator} " if level == 1 else tree.operator
        text = to_text(tree.arguments[0], level) + spaced + to_text(tree.arguments[1], level, right=True)
    # Left-associative operators: the right argument keeps its brackets at the same level.
    return f"({text})" if level < outer or (right and level == outer) else text


def symbols(tree: Expression) -> Iterator[str]:
    """Yield the names in a formula, in reading order, with repetitions."""
    if isinstance(tree, Symbol):
        yield tree.name
    elif isinstance(tree, Apply):
        for argument in tree.arguments:
            yield from symbols(argument)


def evaluate(tree: Expression, values: Mapping[str, float]) -> float:
    """Return the value of a formula.

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
    arguments = [_value(argument, values) for argument in tree.arguments]
    match tree.operator:
        case "+":
            return arguments[0] + arguments[1]
        case "-":
            return arguments[0] - arguments[1]
        case "*":
            return arguments[0] * arguments[1]
        case "/":
            return arguments[0] / arguments[1]
        case "^":
            return math.pow(arguments[0], arguments[1])
        case "neg":
            return -arguments[0]
        case _:
            return float(FUNCTIONS[tree.operator][1](*arguments))


def substitute(tree: Expression, replacements: Mapping[str, Expression]) -> Expression:
    """Replace names by formulas."""
    if isinstance(tree, Symbol):
        return replacements.get(tree.name, tree)
    if isinstance(tree, Apply):
        return Apply(tree.operator, tuple(substitute(a, replacements) for a in tree.arguments))
    return tree


def unit_of(tree: Expression, units: Mapping[str, Unit]) -> Unit:
    """Return the unit of a formula from the units of its names.

    Raises
    ------
    UnitError
        If unlike units are added, or a power or a function gets a unit.
    """
    if isinstance(tree, Number):
        return DIMENSIONLESS
    if isinstance(tree, Symbol):
        if tree.name not in units:
            raise UnitError(f"{tree.name!r} has no unit")
        return units[tree.name]
    arguments = [unit_of(argument, units) for argument in tree.arguments]
    match tree.operator:
        case "*" | "/":
            return arguments[0] * arguments[1] if tree.operator == "*" else arguments[0] / arguments[1]
        case "neg" | "abs":
            return arguments[0]
        case "+" | "-" | "min" | "max":
            return _unit_of_sum(tree, arguments)
        case "^":
            return _unit_of_power(tree, arguments)
        case "sqrt":
            return _unit_of_root(tree, arguments[0])
        case _:
            if not arguments[0].same_as(DIMENSIONLESS):
                raise UnitError(
                    f"{to_text(tree)!r}: {tree.operator} of a quantity with the unit {arguments[0]}"
                )
            return DIMENSIONLESS


def _unit_of_sum(tree: Apply, units: list[Unit]) -> Unit:
    # Zero has every unit: "0 + D/K".
    if tree.arguments[0] == Number(0.0):
        return units[1]
    if tree.arguments[1] == Number(0.0) or units[0].same_as(units[1]):
        return units[0]
    raise UnitError(f"{to_text(tree)!r} joins {units[0]} and {units[1]}")


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


def _unit_of_root(tree: Apply, unit: Unit) -> Unit:
    if any(power % 2 for _, power in unit.dimension):
        raise UnitError(f"{to_text(tree)!r}: the root of {unit} has no unit")
    return Unit(math.sqrt(unit.factor), tuple((base, power // 2) for base, power in unit.dimension))
