"""Programs of derivatives: against finite differences, and for the right states."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mtornet.compiled.derivatives import Differentiated, compile_with_derivatives
from mtornet.compiled.kernels.bytecode import evaluate
from mtornet.expression import TIME, Expression, parse
from tests.verification.reference.formulas import random_tree, value

STATE = {"x": 0, "y": 1, "z": 2, TIME: 4}
PARAMETERS = {"p": 1.5, "q": 0.3, "K": 20.0, "n": 2.7}
LAWS = {
    "p*x*y": ["x", "y"],
    "p*y*x/(K + x)": ["x", "y"],
    "p*y*(x/K)^n/(1 + (x/K)^n)": ["x", "y"],
    "p*x/(1 + (y/K)^n)": ["x", "y"],
    "p*x/(K*(1 + z/q) + x)": ["x", "z"],
    "p*x/(K*(1 + z/q) + x*(1 + z/p))": ["x", "z"],
    "(p*x/K - q*y/p)/(1 + x/K + y/p)": ["x", "y"],
    "p*x*exp(-q*time)": ["x", TIME],
    "p*(1 + sin(time/q))": [TIME],
    "if(time > 3, p*x, y^2)": ["x", "y"],
    "p*K": [],
    "floor(x) + (y > 3)": [],
    "min(x, y)*max(z, 2)": ["x", "y", "z"],
    "time": [TIME],
}


def slopes_of(
    trees: list[Expression], compiled: Differentiated, x: np.ndarray
) -> tuple[list[float], list[dict[int, float]]]:
    """Values of the formulas, and the derivatives of each by place in the state."""
    programs = compiled.programs
    constants = np.array([value(tree, PARAMETERS) for tree in programs.pool])
    stack = np.empty(programs.depth)
    numbers = [
        evaluate(programs.code, programs.start[k], programs.start[k + 1], x, constants, stack)
        for k in range(programs.start.size - 1)
    ]
    n = len(trees)
    assert len(numbers) == n + compiled.by.size == n + compiled.start[-1]
    rows = [range(compiled.start[i], compiled.start[i + 1]) for i in range(n)]
    return numbers[:n], [{int(compiled.by[k]): numbers[n + k] for k in row} for row in rows]


def central_difference(tree: Expression, x: np.ndarray, place: int, step: float) -> float:
    around = []
    for by in (-step, step):
        moved = x.copy()
        moved[place] += by
        around.append(value(tree, {**PARAMETERS, **{name: float(moved[i]) for name, i in STATE.items()}}))
    return (around[1] - around[0]) / (2 * step)


def test_the_derivatives_of_laws_are_their_slopes() -> None:
    rng = np.random.default_rng(1)
    trees = [parse(text) for text in LAWS]
    compiled = compile_with_derivatives(trees, STATE)
    for _ in range(50):
        x = rng.uniform(0.5, 40.0, 5)
        x[4] = rng.uniform(0.0, 6.0)
        values, slopes = slopes_of(trees, compiled, x)
        for tree, found, row in zip(trees, values, slopes, strict=True):
            names = {**PARAMETERS, **{name: float(x[i]) for name, i in STATE.items()}}
            assert found == pytest.approx(value(tree, names), rel=1e-13)
            for place, slope in row.items():
                expected = central_difference(tree, x, place, 1e-5)
                assert slope == pytest.approx(expected, rel=1e-5, abs=1e-7), (str(tree), place)


@pytest.mark.parametrize(("text", "reads"), LAWS.items())
def test_there_is_a_derivative_by_each_state_that_is_read(text: str, reads: list[str]) -> None:
    compiled = compile_with_derivatives([parse(text)], STATE)
    assert compiled.by.tolist() == [STATE[name] for name in reads]
    assert compiled.start.tolist() == [0, len(reads)]


def test_rows_of_several_formulas() -> None:
    trees = [parse("x*y"), parse("p"), parse("z*time + x")]
    compiled = compile_with_derivatives(trees, STATE, 7)
    assert compiled.start.tolist() == [0, 2, 2, 5]
    assert compiled.by.tolist() == [0, 1, 0, 2, 4]
    x = np.array([2.0, 3.0, 5.0, 1.0, 11.0])
    programs = compiled.programs
    constants = np.array([math.nan] * 7 + [value(tree, PARAMETERS) for tree in programs.pool])
    stack = np.empty(programs.depth)
    found = [
        evaluate(programs.code, programs.start[k], programs.start[k + 1], x, constants, stack)
        for k in range(8)
    ]
    assert found == [6.0, 1.5, 57.0, 3.0, 2.0, 1.0, 11.0, 5.0]


def test_the_derivative_of_a_hill_law_without_its_stimulator_is_finite() -> None:
    trees = [parse("p*y*(x/K)^n/(1 + (x/K)^n)"), parse("p*x^n"), parse("p*x^q/(1 + x^q)")]
    values, slopes = slopes_of(trees, compile_with_derivatives(trees, STATE), np.array([0.0, 3.0, 0, 1, 0]))
    assert values == [0.0, 0.0, 0.0]
    assert slopes[0] == {0: 0.0, 1: 0.0}
    assert slopes[1] == {0: 0.0}
    assert not math.isfinite(slopes[2][0])  # a power below 1 is vertical there


def test_the_derivatives_of_random_smooth_formulas_are_their_slopes() -> None:
    rng = np.random.default_rng(2)
    trees = [
        random_tree(rng, [*STATE, "p", "q"], 3, ["exp", "sin", "cos", "tanh", "atan", "sqrt"])
        for _ in range(600)
    ]
    compiled = compile_with_derivatives(trees, STATE)
    compared = 0
    for _ in range(3):
        x = rng.uniform(0.5, 2.0, 5)
        values, slopes = slopes_of(trees, compiled, x)
        for tree, found, row in zip(trees, values, slopes, strict=True):
            if not abs(found) < 100.0:
                continue  # a difference of large numbers has few digits
            for place, slope in row.items():
                coarse, fine = (central_difference(tree, x, place, step) for step in (1e-4, 5e-5))
                settled = abs(coarse - fine) < 1e-6 * abs(fine)
                if math.isfinite(slope) and 1e-3 < abs(fine) < 1e4 and settled:
                    assert slope == pytest.approx(fine, rel=1e-5), (str(tree), place)
                    compared += 1
    assert compared > 1000
