"""Derivatives: against a complex step, at kinks, and in the shape they are written."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest

from mtornet.errors import ExpressionError
from mtornet.expression import Apply, Expression, Number, Symbol, derivative, evaluate, parse, to_text

SMOOTH_1 = ("neg", "exp", "ln", "log10", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh")
SMOOTH_1 += ("tanh", "asinh", "acosh", "atanh")
SMOOTH_2 = ("+", "-", "*", "/", "^")
STEP = 1e-100


def _random_tree(rng: np.random.Generator, depth: int) -> Expression:
    kind = rng.random()
    if depth == 0 or kind < 0.15:
        return Symbol("xyz"[rng.integers(3)]) if rng.random() < 0.7 else Number(float(rng.integers(4)))
    if kind < 0.45:
        return Apply(str(rng.choice(SMOOTH_1)), (_random_tree(rng, depth - 1),))
    return Apply(str(rng.choice(SMOOTH_2)), (_random_tree(rng, depth - 1), _random_tree(rng, depth - 1)))


def _complex(tree: Expression, values: dict[str, complex]) -> complex:
    if isinstance(tree, Number):
        return complex(tree.value)
    if isinstance(tree, Symbol):
        return values[tree.name]
    a, *b = (_complex(argument, values) for argument in tree.arguments)
    match tree.operator:
        case "+":
            return a + b[0]
        case "-":
            return a - b[0]
        case "*":
            return a * b[0]
        case "/":
            return a / b[0]
        case "^":
            # A whole power of a negative number is real, and its logarithm is not.
            whole = b[0].imag == 0 and b[0].real in range(-9, 9)
            return a ** int(b[0].real) if whole else cmath.exp(b[0] * cmath.log(a))
        case "neg":
            return -a
        case "ln":
            return cmath.log(a)
        case _:
            return complex(getattr(cmath, tree.operator)(a))


def test_derivatives_of_random_formulas_agree_with_a_complex_step() -> None:
    rng = np.random.default_rng(20)
    compared = 0
    while compared < 1500:
        tree = _random_tree(rng, 4)
        values = {name: float(rng.uniform(0.1, 0.9)) for name in "xyz"}
        try:
            value = evaluate(tree, values)
            stepped = _complex(tree, {**values, "x": complex(values["x"], STEP)})
            found = evaluate(derivative(tree, "x"), values)
        except (ExpressionError, ValueError, ZeroDivisionError, OverflowError):
            continue  # no value here, for example the root of a negative number
        expected = stepped.imag / STEP
        if not (abs(stepped.real - value) <= 1e-9 * abs(value) and 1e-6 < abs(expected) < 1e6):
            continue
        assert found == pytest.approx(expected, rel=1e-6), to_text(tree)
        compared += 1


@pytest.mark.parametrize(
    ("text", "x", "slope"),
    [
        ("abs(x)", -2, -1),
        ("abs(x)", 3, 1),
        ("min(x^2, 9)", 2, 4),
        ("min(x^2, 9)", 4, 0),
        ("max(3*x, x^2)", 2, 3),
        ("max(3*x, x^2)", 4, 8),
        ("if(x > 1, x^3, 5)", 2, 12),
        ("if(x > 1, x^3, 5)", 0, 0),
        ("if(x, x, 2*x)", 0, 2),
        ("rem(7*x, 3)", 1, 7),
        ("rem(7, x)", 3, -2),
        ("2*floor(x) + x", 1.5, 1),
        ("ceil(x)*x", 1.5, 2),
        ("quotient(x, 2) + factorial(3)*x", 3, 6),
        ("(x < 3)*x + (not x)", 2, 1),
        ("0^x", 2, 0),
        ("x^2", 0, 0),
        ("x^1", 0, 1),
        ("x^h/(4 + x^h)", 0, 0),
        ("2^x", 3, 8 * math.log(2)),
        ("(-3)^x + x", -2, None),
    ],
)
def test_kinks_jumps_and_edges(text: str, x: float, slope: float | None) -> None:
    tree, values = derivative(parse(text), "x"), {"x": float(x), "h": 2.0}
    if slope is None:
        with pytest.raises(ExpressionError, match="has no finite value"):
            evaluate(tree, values)
    else:
        assert evaluate(tree, values) == pytest.approx(slope, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", "0"),
        ("y^3", "0"),
        ("x", "1"),
        ("3*x + y", "3"),
        ("y - x", "-1"),
        ("k*x*y", "k*y"),
        ("x^2", "2*x"),
        ("x^3", "3*x^2"),
        ("x/y", "1/y"),
        ("y/x", "-(y/x^2)"),
        ("k*x/(K + x)", "(k*(K + x) - k*x)/(K + x)^2"),
        ("exp(2*x)", "exp(2*x)*2"),
        ("-(-x)", "1"),
        ("if(y > 0, x, x)", "1"),
        ("if(x > 0, y, 2)", "0"),
        ("x > 3", "0"),
        ("0*x", "0"),
        ("1*x", "1"),
    ],
)
def test_derivatives_are_simplified(text: str, expected: str) -> None:
    assert to_text(derivative(parse(text), "x")) == expected


def test_the_derivative_of_a_derivative_is_a_formula_too() -> None:
    tree = parse("x^4/(y + sin(x))")
    second = derivative(derivative(tree, "x"), "x")
    values = {"x": 0.7, "y": 2.0}
    step = 1e-4
    around = [evaluate(derivative(tree, "x"), {**values, "x": 0.7 + by}) for by in (-step, step)]
    assert evaluate(second, values) == pytest.approx((around[1] - around[0]) / (2 * step), rel=1e-7)
    assert parse(to_text(second)) == second


def test_a_long_product_has_a_usable_derivative() -> None:
    tree = parse("*".join(["x"] * 199))
    assert evaluate(derivative(tree, "x"), {"x": 1.0}) == 199.0
    assert evaluate(derivative(parse("+".join(["x"] * 199)), "x"), {"x": 1.0}) == 199.0
