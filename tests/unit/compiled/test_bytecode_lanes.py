"""Programs in lanes give every lane what the plain machine gives it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mtornet.compiled.bytecode import compile_programs
from mtornet.compiled.kernels.bytecode import evaluate
from mtornet.compiled.kernels.bytecode_lanes import evaluate_lanes
from mtornet.expression import TIME, Apply, Symbol, parse
from tests.verification.reference.formulas import ONE, TWO, random_tree

STATE = {"x": 0, "y": 1, "z": 2, TIME: 4}
SPECIAL = [0.0, -0.0, 1.0, 2.0, 4.0, -3.0, math.inf, math.nan, 1e308]


@pytest.mark.parametrize("width", [1, 4, 8])
def test_every_lane_is_as_if_it_were_alone(width: int) -> None:
    rng = np.random.default_rng(width)
    trees = [random_tree(rng, [*STATE, "p", "q"], 4) for _ in range(1500)]
    trees += [Apply(name, (Symbol("x"),)) for name in ONE]
    trees += [Apply(name, (Symbol("x"), other)) for name in TWO for other in (Symbol("y"), Symbol("p"))]
    trees += map(parse, ["p*x/(q + x)", "x^2/(p + x^2)", "x/(p + x*(1 + y))", "if(x < y, sin(z), p)"])
    programs = compile_programs(trees, STATE)
    x = rng.normal(0.0, 5.0, (5, width))
    x = np.where(rng.random(x.shape) < 0.2, rng.choice(SPECIAL, x.shape), x)
    # Any number may stand for a pool entry here.
    constants = rng.uniform(0.1, 5.0, (len(programs.pool), width))
    values = np.full((len(trees) + 1, width), 77.0)
    rows, stack = values.reshape(-1), np.full((programs.depth + 1) * width, math.nan)
    for i in range(len(trees)):
        span = programs.start[i], programs.start[i + 1]
        lanes = (0,) * width
        evaluate_lanes(lanes, programs.code, *span, x.reshape(-1), constants.reshape(-1), stack, rows, i)
        for lane in range(width):
            alone = np.ascontiguousarray(x[:, lane]), np.ascontiguousarray(constants[:, lane])
            expected = evaluate(programs.code, *span, *alone, np.empty(programs.depth))
            assert values[i, lane] == expected or (math.isnan(expected) and math.isnan(values[i, lane])), (
                str(trees[i]),
                x[:, lane],
            )
    assert (values[-1] == 77.0).all()
