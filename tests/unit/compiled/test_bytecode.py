"""Programs of formulas: values as the formula gives them, bounds that enclose every value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from mtornet.compiled import operations as op
from mtornet.compiled.bytecode import Bytecode, compile_programs
from mtornet.compiled.kernels import bytecode as machine
from mtornet.expression import TIME, Apply, Expression, Number, Symbol, parse, to_text
from tests.verification.reference.formulas import ONE, TWO, random_tree, value

STATE = {"x": 0, "y": 1, "z": 2, TIME: 4}
PARAMETERS = {"p": 1.5, "q": 0.3, "K": 20.0, "n": 2.7}
NAMES = [*STATE, "x", "y", "p", "K"]
FIRST = 3
"""Constants before the pool."""
SATURATING = {op.SATURATE, op.SATURATE_WEIGHTED, op.MICHAELIS}


class Programs:
    """Some formulas compiled together, with the values of their pool."""

    def __init__(self, trees: Sequence[Expression], parameters: Mapping[str, float] = PARAMETERS) -> None:
        self.trees = trees
        self.bytecode: Bytecode = compile_programs(trees, STATE, FIRST)
        pool = [value(tree, parameters) for tree in self.bytecode.pool]
        self.constants = np.array([math.nan] * FIRST + pool)
        self.parameters = parameters

    def span(self, i: int) -> tuple[int, int]:
        return int(self.bytecode.start[i]), int(self.bytecode.start[i + 1])

    def operations(self, i: int) -> list[int]:
        begin, end = self.span(i)
        return self.bytecode.code[2 * begin : 2 * end : 2].tolist()

    def evaluate(self, i: int, x: np.ndarray) -> float:
        stack = np.empty(self.bytecode.depth)
        return machine.evaluate(self.bytecode.code, *self.span(i), x, self.constants, stack)

    def bounds(
        self, i: int, low: np.ndarray, high: np.ndarray, bounds: Callable[..., tuple[float, float]]
    ) -> tuple[float, float]:
        stacks = np.empty((2, self.bytecode.depth))
        return bounds(self.bytecode.code, *self.span(i), low, high, self.constants, stacks[0], stacks[1])

    def reference(self, i: int, x: np.ndarray) -> float:
        values = {**self.parameters, **{name: float(x[place]) for name, place in STATE.items()}}
        return value(self.trees[i], values)


def one(text: str, parameters: Mapping[str, float] = PARAMETERS) -> Programs:
    return Programs([parse(text)], parameters)


def state(**values: float) -> np.ndarray:
    x = np.ones(5)
    for name, amount in values.items():
        x[STATE[name]] = amount
    return x


def same(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))


# Values


def test_values_of_random_formulas_are_those_of_plain_python_to_the_last_bit() -> None:
    rng = np.random.default_rng(1)
    programs = Programs([random_tree(rng, NAMES, 4) for _ in range(5000)])
    used: set[int] = set()
    not_finite = 0
    for i in range(len(programs.trees)):
        operations = set(programs.operations(i))
        if operations & SATURATING:
            continue  # another order of operations; see below
        used |= operations
        for scale in (1.0, 30.0):
            x = np.round(scale * rng.normal(size=5), 1 if rng.random() < 0.5 else 6)
            found, expected = programs.evaluate(i, x), programs.reference(i, x)
            assert same(found, expected), (to_text(programs.trees[i]), x)
            not_finite += not math.isfinite(found)
    assert used >= set(range(op.FACTORIAL + 1)) - SATURATING
    assert not_finite > 300


@pytest.mark.parametrize("name", [*ONE, *TWO, "if"])
def test_every_operation_alone(name: str) -> None:
    rng = np.random.default_rng(2)
    n = 3 if name == "if" else 2 if name in TWO else 1
    arguments = [Symbol(s) for s in ("x", "y", "z")[:n]]
    variants: list[tuple[Expression, ...]] = [tuple(arguments)]
    if n == 2:
        # Leaves and parts on either side have instructions of their own.
        variants += [
            (Symbol("x"), Symbol("p")),
            (Symbol("p"), Symbol("x")),
            (Symbol("x"), parse("sin(y)")),
            (parse("sin(x)"), Symbol("y")),
            (parse("p + 1"), parse("sin(y)")),
            (parse("sin(x)"), Symbol("p")),
        ]
    programs = Programs([Apply(name, variant) for variant in variants])
    special = [0.0, -0.0, 1.0, -1.0, 2.0, 5.0, 171.0, 0.5, -0.5, math.inf, -math.inf, math.nan, 1e308, 800.0]
    for i in range(len(variants)):
        for _ in range(200):
            x = np.where(rng.random(5) < 0.6, rng.choice(special, 5), rng.normal(0, 3, 5))
            assert same(programs.evaluate(i, x), programs.reference(i, x)), (name, x)


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 4, 5, -1, -2, 0.5, 2.7, -0.5])
def test_powers(exponent: float) -> None:
    programs = one("x^e", {"e": exponent})
    for x in (0.0, 1e-3, 0.7, 3.0, 1e5, -2.0):
        found = programs.evaluate(0, state(x=x))
        with np.errstate(all="ignore"):
            assert found == pytest.approx(float(np.float64(x) ** exponent), rel=4e-16, nan_ok=True)


SATURABLE = {
    "x/(K + x)": 1,
    "p*y*x/(K + x)": 1,
    "p*x*y/(x + K)": 1,
    "p*y*(x/(K + x))": 1,
    "(p/(K + x))*x*y": 1,
    "p*y*x^n/(K^n + x^n)": 1,
    "p*x/(K*(1 + y/q) + x)": 1,
    "p*x/(K + x + y)": 1,
    "p*(x/K)/(1 + x/K + y/q)": 1,
    "p*x/K/(1 + y/q + x/K)": 1,
    "p*(x/K)^n/(1 + (x/K)^n)": 1,
    "x*y/((K + x)*(q + y))": 2,
    "p*x/(K + x)*(y/(q + y))": 2,
    "x*x/(K + x*x)": 1,
    "1 - x/(K + x)": 1,
    "p*x/((K + x)*y)": 1,
    "p*y*x/(K + x*(1 + y/q))": 1,
    "p*x/(K*(1 + y/q) + x*(1 + y/K))": 1,
    "p*x/(1 + x/K + y/q)": 1,
    "p*x/(K + x + x^2/q)": 1,
    "p*x/(K + x*y)": 1,
    "K/(K + x)": 0,
    "x/(K + y)": 0,
    "p/(K + p)": 0,
    "x/(K - x)": 0,
}


@pytest.mark.parametrize(("text", "n"), SATURABLE.items())
def test_saturable_quotients_are_one_operation(text: str, n: int) -> None:
    programs = one(text)
    assert sum(operation in SATURATING for operation in programs.operations(0)) == n
    rng = np.random.default_rng(3)
    for _ in range(200):
        x = rng.uniform(0, 50, 5)
        assert programs.evaluate(0, x) == pytest.approx(programs.reference(0, x), rel=1e-14)
    x = state(x=0.0)
    assert same(programs.evaluate(0, x), programs.reference(0, x))


# The shape of programs


def test_what_is_constant_stands_in_the_pool_once_and_whole() -> None:
    trees = [parse("p*q*x + ln(K)*y"), parse("z*(p*q)"), parse("p*q"), parse("x*ln(K) + time")]
    bytecode = compile_programs(trees, STATE, FIRST)
    assert sorted(to_text(tree) for tree in bytecode.pool) == ["ln(K)", "p*q"]
    pairs = bytecode.code.reshape(-1, 2)
    used = pairs[np.isin(pairs[:, 0], [op.CONSTANT, op.MULTIPLY_CONSTANT]), 1]
    assert set(used) == {FIRST, FIRST + 1}
    begin, end = bytecode.start[2], bytecode.start[3]
    assert pairs[begin:end].tolist() == [
        [op.CONSTANT, FIRST + [to_text(t) for t in bytecode.pool].index("p*q")]
    ]


def test_the_common_laws_are_short() -> None:
    assert one("p*y*x/(K + x)").operations(0) == [op.CONSTANT, op.MULTIPLY_STATE, op.MICHAELIS]
    assert one("p*x*y").operations(0) == [op.CONSTANT, op.MULTIPLY_STATE, op.MULTIPLY_STATE]
    assert len(one("p*y*x^n/(K^n + x^n)").operations(0)) == 7


def test_a_costly_part_that_occurs_twice_is_computed_once() -> None:
    programs = one("sin(x + y)^2 + exp(-sin(x + y))*sin(x + y)")
    operations = programs.operations(0)
    assert operations.count(op.SIN) == operations.count(op.SAVE) == 1
    assert operations.count(op.LOAD) == 2


def test_a_program_touches_no_more_of_the_stack_than_it_says() -> None:
    rng = np.random.default_rng(4)
    trees = [random_tree(rng, NAMES, 5) for _ in range(500)]
    for tree in trees:
        programs = Programs([tree])
        depth = programs.bytecode.depth
        stacks = np.full((3, depth + 8), 77.0)
        code, constants = programs.bytecode.code, programs.constants
        x = rng.normal(size=5)
        machine.evaluate(code, *programs.span(0), x, constants, stacks[0])
        machine.bounds(code, *programs.span(0), x, x + 1.0, constants, stacks[1], stacks[2])
        assert (stacks[:, depth:] == 77.0).all()


def test_deep_formulas_compile() -> None:
    text = "x"
    for _ in range(90):
        text = f"sin({text} + y)"
    programs = one(text)
    x = state(x=0.3, y=0.2)
    assert programs.evaluate(0, x) == programs.reference(0, x)
    long_sum = one("+".join(["x"] * 199))
    assert long_sum.evaluate(0, state(x=1.0)) == 199.0
    assert long_sum.bytecode.depth == 1


def test_no_formulas_and_constant_formulas() -> None:
    empty = compile_programs([], STATE, FIRST)
    assert (empty.code.size, empty.start.tolist(), empty.pool, empty.depth) == (0, [0], (), 1)
    assert one("p + 2").evaluate(0, state()) == 3.5
    assert one("p + 2").bounds(0, state(), state(), machine.bounds) == (3.5, 3.5)


# Bounds


def points_of(rng: np.random.Generator, low: np.ndarray, high: np.ndarray, n: int) -> np.ndarray:
    """Corners, faces, whole numbers and random points of a box."""
    points = low + (high - low) * rng.random((n, low.size))
    at_end = rng.random(points.shape)
    points = np.where(at_end < 0.2, low, np.where(at_end > 0.8, high, points))
    whole = np.clip(np.round(points), low, high)
    return np.where(rng.random((n, 1)) < 0.3, whole, points)


def violation(
    programs: Programs,
    rng: np.random.Generator,
    *,
    bounds: Callable[..., tuple[float, float]] = machine.bounds,
    n_boxes: int = 4,
    n_points: int = 25,
) -> str:
    """Return the first point of random boxes whose value is outside the bounds, as text."""
    for i, tree in enumerate(programs.trees):
        for _ in range(n_boxes):
            centre = rng.choice([0.0, 0.3, 1.0, 3.0, 30.0], 5) * rng.choice([1, 1, 1, -1], 5)
            width = rng.choice([0.0, 0.1, 1.0, 2.0, 10.0], 5)
            low, high = centre - width * rng.choice([0.0, 1.0], 5), centre + width
            with np.errstate(all="ignore"):
                lower, upper = programs.bounds(i, low, high, bounds)
            assert lower <= upper
            if lower == -math.inf and upper == math.inf:
                continue
            for x in points_of(rng, low, high, n_points):
                found = programs.evaluate(i, x)
                if not lower <= found <= upper:
                    return f"{to_text(tree)} = {found} at {x}, bounds {lower} to {upper} in {low} to {high}"
    return ""


def test_bounds_enclose_the_values_of_random_formulas() -> None:
    rng = np.random.default_rng(5)
    programs = Programs([random_tree(rng, NAMES, 4) for _ in range(4000)])
    assert violation(programs, rng) == ""


@pytest.mark.parametrize("name", [*ONE, *TWO, "if"])
def test_bounds_enclose_the_values_of_each_operation(name: str) -> None:
    rng = np.random.default_rng(6)
    trees = [random_tree(rng, NAMES, 2, [name]) for _ in range(300)]
    n = 3 if name == "if" else 2 if name in TWO else 1
    trees += [Apply(name, tuple(Symbol(s) for s in ("x", "y", "z")[:n]))] * 20
    assert violation(Programs(trees), rng) == ""


def test_bounds_enclose_the_values_of_saturable_laws() -> None:
    rng = np.random.default_rng(7)
    assert violation(Programs([parse(text) for text in SATURABLE] * 10), rng, n_boxes=20) == ""


Interval = tuple[float, float]


def _ends_only(_operation: int, a: float, b: float) -> Interval:
    return min(math.sin(a), math.sin(b)), max(math.sin(a), math.sin(b))


SABOTAGED: dict[str, tuple[str, str, Callable[..., Interval]]] = {
    "negative factors forgotten": ("multiply", "x*y", lambda a, b, c, d: (a * c, b * d)),
    "a zero divisor forgotten": (
        "divide",
        "1/(x*y)",
        lambda a, b, c, d: (min(a / c, a / d, b / c, b / d), max(a / c, a / d, b / c, b / d)),
    ),
    "the numerator of one end, the denominator of the other": (
        "saturate",
        "x/(K + x + y^2)",
        lambda a, b, c, d: (b / (d + b), a / (c + a)) if a < b else (a / (c + a),) * 2,
    ),
    "the hollow of an even power": (
        "power_bounds",
        "x^2",
        lambda a, b, c, _d: tuple(sorted((a**c, b**c))),
    ),
    "the peaks of the sine": ("function_bounds", "sin(x)", _ends_only),
    "the weight of a saturating term": (
        "saturate_weighted",
        "x/(K + x*(1 + y))",
        lambda a, b, v, _w, c, d: (a / (d + a * v), b / (c + b * v)),
    ),
    "an undecided choice": ("either", "if(x > y, 1, 2)", lambda a, b, _c, _d: (a, b)),
    "touching intervals compared": ("compare", "x < y", lambda _o, _a, b, c, _d: (float(b <= c),) * 2),
    "a half-decided and": ("join", "x > 0 and y > 0", lambda _o, f, s: (float(f == 1 == s),) * 2),
    "the remainder between multiples": (
        "remainder",
        "rem(x, 2)",
        lambda a, b, c, _d: (math.fmod(a, c), max(math.fmod(a, c), math.fmod(b, c))),
    ),
    "nan and the whole line": ("unknown", "if(ln(x) < 5, 1, 2) + abs(ln(x))", lambda _l, _h: False),
}


@pytest.mark.parametrize("mistake", SABOTAGED)
def test_a_wrong_rule_for_intervals_is_caught(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rule, text, wrong = SABOTAGED[mistake]
    programs, plain = one(text), machine.bounds.py_func
    assert violation(programs, np.random.default_rng(8), bounds=plain, n_boxes=300) == ""
    monkeypatch.setattr(machine, rule, wrong)
    found = ""
    for seed in range(20):
        try:
            found = found or violation(programs, np.random.default_rng(seed), bounds=plain, n_boxes=300)
        except (AssertionError, ZeroDivisionError):
            found = "bounds in the wrong order, or none"
    assert found


def bounds_of(text: str, **box: tuple[float, float]) -> tuple[float, float]:
    low, high = np.ones(5), np.ones(5)
    for name, (a, b) in box.items():
        low[STATE[name]], high[STATE[name]] = a, b
    return one(text).bounds(0, low, high, machine.bounds)


INF = math.inf
EVERYTHING = (-INF, INF)


@pytest.mark.parametrize(
    ("text", "x", "expected"),
    [
        ("x + 1", (2, 3), (3, 4)),
        ("1 - x", (2, 3), (-2, -1)),
        ("-x", (2, 3), (-3, -2)),
        ("x*x", (2, 3), (4, 9)),
        ("2/x", (1, 4), (0.5, 2)),
        ("2/x", (-4, -1), (-2, -0.5)),
        ("2/x", (0, 4), EVERYTHING),
        ("2/x", (-1, 4), EVERYTHING),
        ("x/(K + x)", (0, 20), (0, 0.5)),
        ("x/(K + x)", (20, 60), (0.5, 0.75)),
        ("x^2", (-2, 1), (0, 4)),
        ("x^3", (-2, 1), (-8, 1)),
        ("x^0", (-2, 1), (1, 1)),
        ("x^-1", (2, 4), (0.25, 0.5)),
        ("x^-1", (0, 4), EVERYTHING),
        ("x^-2", (-4, -2), (1 / 16, 1 / 4)),
        ("x^0.5", (4, 9), (2, 3)),
        ("x^0.5", (-1, 9), EVERYTHING),
        ("4^x", (-0.5, 0.5), (0.5, 2)),
        ("x^x", (1, 2), (1, 4)),
        ("(-2)^x", (1, 2), EVERYTHING),
        ("exp(x)", (0, 1), (1, math.e)),
        ("exp(x)", (0, 1000), (1, INF)),
        ("ln(x)", (0, 1), (-INF, 0)),
        ("ln(x)", (-1, 1), EVERYTHING),
        ("sqrt(x)", (0, 4), (0, 2)),
        ("sqrt(x)", (-1, 4), EVERYTHING),
        ("sin(x)", (0, 7), (-1, 1)),
        ("sin(x)", (0, 2), (0, 1)),
        ("sin(x)", (0.1, 0.2), (math.sin(0.1), math.sin(0.2))),
        ("sin(x)", (4, 5), (-1, math.sin(4))),
        ("cos(x)", (-1, 2), (math.cos(2), 1)),
        ("cos(x)", (3, 4), (-1, math.cos(4))),
        ("sin(x)", (1e17, 1e17), (-1, 1)),
        ("tan(x)", (-1, 1), (math.tan(-1), math.tan(1))),
        ("tan(x)", (1, 2), EVERYTHING),
        ("asin(x)", (-1, 1), (-math.pi / 2, math.pi / 2)),
        ("asin(x)", (0, 2), EVERYTHING),
        ("acos(x)", (0, 1), (0, math.pi / 2)),
        ("cosh(x)", (-1, 2), (1, math.cosh(2))),
        ("acosh(x)", (0, 2), EVERYTHING),
        ("abs(x)", (-3, 2), (0, 3)),
        ("abs(x)", (-3, -2), (2, 3)),
        ("min(x, 2)", (1, 3), (1, 2)),
        ("max(x, 2)", (1, 3), (2, 3)),
        ("floor(x)", (0.5, 2.5), (0, 2)),
        ("ceil(x)", (0.5, 2.5), (1, 3)),
        ("factorial(x)", (5, 5), (120, 120)),
        ("factorial(x)", (4, 5), EVERYTHING),
        ("rem(x, 3)", (4, 5), (1, 2)),
        ("rem(x, 3)", (2, 4), (0, 3)),
        ("rem(x, 3)", (-4, 1), (-3, 1)),
        ("quotient(x, 3)", (2, 7), (0, 2)),
        ("if(x > 2, 10, 20)", (3, 4), (10, 10)),
        ("if(x > 2, 10, 20)", (0, 1), (20, 20)),
        ("if(x > 2, 10, 20)", (0, 4), (10, 20)),
        ("if(x > 2, 1/(x - 3), 20)", (0, 1), (20, 20)),
        ("if(x > 0, 1/x, 0)", (0, 4), EVERYTHING),
        ("0*(1/x)", (0, 4), EVERYTHING),
        ("1/x - 1/x", (0, 4), EVERYTHING),
        ("x/x", (0, 4), EVERYTHING),
        ("exp(x) - exp(x)", (0, 1000), EVERYTHING),
        ("abs(ln(x)) < 0", (-1, 1), (0, 1)),
        ("not ln(x)", (-1, 1), (0, 1)),
        ("max(ln(x), 3)", (-1, 1), EVERYTHING),
        ("exp(x)/exp(x)", (800, 900), EVERYTHING),
    ],
)
def test_bounds_of(text: str, x: tuple[float, float], expected: tuple[float, float]) -> None:
    lower, upper = bounds_of(text, x=x)
    assert (lower, upper) == pytest.approx(expected, rel=1e-13, abs=1e-13)
    # Never narrower, by rounding either.
    programs = one(text)
    for at in np.linspace(*x, 50):
        found = programs.evaluate(0, state(x=at))
        assert lower <= found <= upper or (lower, upper) == EVERYTHING


@pytest.mark.parametrize(
    ("text", "true", "false", "open_"),
    [
        ("x < y", ((1, 2), (2.5, 3)), ((2, 3), (1, 2)), ((1, 2), (2, 3))),
        ("x <= y", ((1, 2), (2, 3)), ((2.5, 3), (1, 2)), ((2, 3), (1, 2))),
        ("x > y", ((2.5, 3), (1, 2)), ((1, 2), (2, 3)), ((2, 3), (1, 2))),
        ("x >= y", ((2, 3), (1, 2)), ((1, 2), (2.5, 3)), ((1, 2), (2, 3))),
        ("x == y", ((2, 2), (2, 2)), ((1, 2), (3, 4)), ((1, 2), (2, 2))),
        ("x != y", ((1, 2), (3, 4)), ((2, 2), (2, 2)), ((1, 2), (2, 3))),
        ("x and y", ((1, 2), (-2, -1)), ((0, 0), (0, 1)), ((1, 2), (0, 1))),
        ("x or y", ((1, 2), (0, 1)), ((0, 0), (0, 0)), ((0, 0), (0, 1))),
        ("x xor y", ((1, 2), (0, 0)), ((1, 2), (3, 4)), ((1, 2), (0, 1))),
        ("not (x < y)", ((2, 3), (1, 2)), ((1, 2), (2.5, 3)), ((1, 2), (2, 3))),
        ("not (x - y)", ((1, 1), (1, 1)), ((3, 4), (1, 2)), ((1, 2), (1, 1))),
    ],
)
def test_comparisons_and_logic_are_decided_where_they_can_be(
    text: str,
    true: tuple[Interval, Interval],
    false: tuple[Interval, Interval],
    open_: tuple[Interval, Interval],
) -> None:
    assert bounds_of(text, x=true[0], y=true[1]) == (1, 1)
    assert bounds_of(text, x=false[0], y=false[1]) == (0, 0)
    assert bounds_of(text, x=open_[0], y=open_[1]) == (0, 1)


@pytest.mark.parametrize(
    "text",
    [
        "p*y*x/(K + x)",
        "p*y*x^n/(K^n + x^n)",
        "p*x/(K*(1 + y/q) + x)",
        "p*y*x/(x + K + 1)",
        "p*x/(K + x*(1 + y/q))",
    ],
)
def test_the_bounds_of_a_saturable_law_are_its_extremes(text: str) -> None:
    programs = one(text)
    low, high = state(x=15.0, y=3.0), state(x=25.0, y=4.0)
    corners = [programs.evaluate(0, state(x=x, y=y)) for x in (15.0, 25.0) for y in (3.0, 4.0)]
    assert programs.bounds(0, low, high, machine.bounds) == pytest.approx(
        (min(corners), max(corners)), rel=1e-12
    )


@pytest.mark.parametrize("constant", [math.nan, math.inf, -math.inf, 0.0, -1.0])
def test_constants_that_are_not_finite_or_not_positive(constant: float) -> None:
    trees = [*map(parse, SATURABLE), parse("c*x"), parse("x/c"), parse("x^c"), parse("if(c < x, 1, 2)")]
    rng = np.random.default_rng(9)
    programs = Programs(trees, dict.fromkeys([*PARAMETERS, "c"], constant))
    assert violation(programs, rng, n_boxes=30) == ""


def test_bounds_of_one_point_are_its_value() -> None:
    rng = np.random.default_rng(10)
    programs = Programs([random_tree(rng, NAMES, 3, ["min", "max", "abs", "sqrt"]) for _ in range(500)])
    compared = 0
    for i in range(len(programs.trees)):
        x = rng.uniform(0.1, 5.0, 5)
        found = programs.evaluate(i, x)
        lower, upper = programs.bounds(i, x, x, machine.bounds)
        if math.isfinite(lower) and math.isfinite(upper):
            assert lower == pytest.approx(found, rel=1e-9, abs=1e-9)
            assert upper == pytest.approx(found, rel=1e-9, abs=1e-9)
            compared += 1
    assert compared > 400


def test_numbers_are_read_as_numbers() -> None:
    assert one("x*3").bytecode.pool == (Number(3.0),)
