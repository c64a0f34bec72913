"""Formulas: read, written, evaluated, checked for units."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtornet.errors import ExpressionError, UnitError
from mtornet.expression import (
    FUNCTIONS,
    KEYWORDS,
    LOGIC,
    MAX_LENGTH,
    MAX_TREE_DEPTH,
    RELATIONS,
    Apply,
    Expression,
    Number,
    Symbol,
    evaluate,
    parse,
    substitute,
    symbols,
    to_text,
    unit_of,
)
from mtornet.units import DIMENSIONLESS, parse_unit

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,6}", fullmatch=True).filter(lambda name: name not in KEYWORDS)
LEAVES = st.one_of(
    st.builds(Number, st.floats(0, 1e300, allow_nan=False)),
    st.builds(Number, st.integers(0, 10**6).map(float)),
    st.builds(Symbol, NAMES),
)


def _functions(arity: int) -> list[str]:
    return [name for name, (n, _) in FUNCTIONS.items() if n == arity]


def _grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    one, two, three = st.tuples(inner), st.tuples(inner, inner), st.tuples(inner, inner, inner)
    return st.one_of(
        st.builds(Apply, st.sampled_from("+-*/^"), two),
        st.builds(Apply, st.sampled_from(["neg", "not"]), one),
        st.builds(Apply, st.sampled_from([*RELATIONS, "and", "or", "xor"]), two),
        st.builds(Apply, st.sampled_from(_functions(1)), one),
        st.builds(Apply, st.sampled_from(_functions(2)), two),
        st.builds(Apply, st.sampled_from(_functions(3)), three),
    )


TREES = st.recursive(LEAVES, _grown, max_leaves=25)


@settings(max_examples=600, deadline=None)
@given(TREES)
def test_a_tree_is_written_so_that_it_reads_back(tree: Expression) -> None:
    text = to_text(tree)
    assert parse(text) == tree
    assert to_text(parse(text)) == text


@settings(max_examples=500, deadline=None)
@given(TREES)
def test_values_are_those_of_python(tree: Expression) -> None:
    names = dict.fromkeys(symbols(tree), 1.7)
    try:
        expected = _python(tree)
    except (ZeroDivisionError, ValueError, OverflowError):
        with pytest.raises(ExpressionError, match="has no finite value"):
            evaluate(tree, names)
        return
    found = evaluate(tree, names)
    assert found == expected or (math.isnan(found) and math.isnan(expected))


def _python(tree: Expression) -> float:
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Symbol):
        return 1.7
    if tree.operator == "if":
        condition, then, otherwise = tree.arguments
        return _python(then) if _python(condition) else _python(otherwise)
    a, *b = (_python(x) for x in tree.arguments)
    table = {
        "+": lambda: a + b[0],
        "-": lambda: a - b[0],
        "*": lambda: a * b[0],
        "/": lambda: a / b[0],
        "^": lambda: math.pow(a, b[0]),
        "neg": lambda: -a,
        "<": lambda: a < b[0],
        "<=": lambda: a <= b[0],
        ">": lambda: a > b[0],
        ">=": lambda: a >= b[0],
        "==": lambda: a == b[0],
        "!=": lambda: a != b[0],
        "and": lambda: bool(a and b[0]),
        "or": lambda: bool(a or b[0]),
        "xor": lambda: bool(a) ^ bool(b[0]),
        "not": lambda: not a,
        "ln": lambda: math.log(a),
        "abs": lambda: abs(a),
        "min": lambda: min(a, b[0]),
        "max": lambda: max(a, b[0]),
        "factorial": lambda: _whole_factorial(a),
        "rem": lambda: math.fmod(a, b[0]),
        "quotient": lambda: math.trunc(a / b[0]),
    }
    if tree.operator in table:
        return float(table[tree.operator]())
    return float(getattr(math, tree.operator)(a))


def _whole_factorial(n: float) -> float:
    if n != math.floor(n):
        raise ValueError
    if n > 200:
        raise OverflowError
    return float(math.factorial(int(n)))


def test_every_operator_is_written_and_computed() -> None:
    for name, (n, _) in {**FUNCTIONS, **LOGIC}.items():
        tree = Apply(name, tuple(Symbol(s) for s in "abc"[:n]))
        assert parse(to_text(tree)) == tree
        # 0 and 1 have a value under every function but these two.
        values = {"a": 1.0 if name in ("ln", "log10", "acosh") else 0.0, "b": 1.0, "c": 2.0}
        assert math.isfinite(evaluate(tree, values))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2*3", 7),
        ("2^3^2", 512),
        ("-2^2", -4),
        ("(-2)^2", 4),
        ("2^-1", 0.5),
        ("8/4/2", 1),
        ("8 - 4 - 2", 2),
        ("--3", 3),
        ("+3", 3),
        ("2*-3", -6),
        ("1.5e3", 1500),
        (".5", 0.5),
        ("pow(2, 10)", 1024),
        ("min(3, max(1, 2))", 2),
        ("ln(exp(2))", 2),
        ("sqrt(abs(-16))", 4),
        ("a*b", 6),
        ("a < b", 1),
        ("a > b", 0),
        ("a <= 2 and b >= 3", 1),
        ("a == 2 xor b != 4", 0),
        ("not a < b", 0),
        ("not not 7", 1),
        ("1 or 1 and 0", 1),
        ("1 xor 1 or 1", 1),
        ("1 or 1 xor 1", 1),
        ("1 xor 0 and 0", 1),
        ("not 0 and 0", 0),
        ("2 + (a < b)*3", 5),
        ("1 + 1 < 3", 1),
        ("-a < -b", 0),
        ("if(a > 3, 10, 20)", 20),
        ("if(a, 10, 20)", 10),
        ("if(a > 0, 1, 1/0)", 1),
        ("log10(1000)", 3),
        ("floor(-1.5)", -2),
        ("ceil(-1.5)", -1),
        ("factorial(5)", 120),
        ("rem(7, 3)", 1),
        ("rem(-7, 3)", -1),
        ("quotient(7, 2)", 3),
        ("quotient(-7, 2)", -3),
        ("1 < 1e999", 1),
    ],
)
def test_values(text: str, value: float) -> None:
    assert evaluate(parse(text), {"a": 2.0, "b": 3.0}) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found the end at character 1, expected a number, a name or '\\('"),
        ("1 +", "found the end at character 4"),
        ("a b", "found 'b' at character 3, expected the end"),
        ("2x", "found 'x' at character 2, expected the end"),
        ("(a", r"found the end at character 3, expected '\)'"),
        ("a)", r"found '\)' at character 2, expected the end"),
        ("sec(a)", "found 'sec' at character 1, expected one of the functions abs, acos"),
        ("exp(a, b)", "1 argument"),
        ("min(a)", "2 argument"),
        ("exp()", "expected a number"),
        ("a ; b", "cannot read ';'"),
        ("a.__class__", "cannot read '.'"),
        ("a[0]", r"cannot read '\['"),
        ("'a'", "cannot read"),
        ("α", "cannot read"),
        ("lambda: 1", "cannot read ':'"),
        ("a = b", "cannot read '='"),
        ("a ! b", "cannot read '!'"),
        ("a < b < c", r"found '<' at character 7, expected 'and': a < b < c is written a < b and b < c"),
        ("a < b == c", "found '==' at character 7, expected 'and'"),
        ("a < not b", "found 'not' at character 5, expected a number, a name"),
        ("2*not b", "found 'not' at character 3, expected a number, a name"),
        ("and(a, b)", "found 'and' at character 1, expected a number, a name"),
        ("a and or b", "found 'or' at character 7, expected a number, a name"),
        ("a not b", "found 'not' at character 3, expected the end"),
        ("a neg b", "found 'neg' at character 3, expected the end"),
        ("a and", "found the end at character 6"),
        ("if(a, b)", r"found '\)' at character 8, expected 3 argument\(s\) and '\)' for if"),
        ("(a, b)", r"found ',' at character 3, expected '\)'"),
        ("a, b", "found ',' at character 2, expected the end"),
        ("exp(a b)", r"found 'b' at character 7, expected 1 argument\(s\) and '\)' for exp"),
        ("exp(a", r"found the end at character 6, expected 1 argument"),
    ],
)
def test_formulas_that_are_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a" * (MAX_LENGTH + 1), f"at most {MAX_LENGTH} are read"),
        ("(" * 101 + "a" + ")" * 101, "nested deeper than 100 levels"),
        ("exp(" * 101 + "a" + ")" * 101, "nested deeper than 100 levels"),
        ("^".join(["a"] * 200), "nested deeper than 100 levels"),
        ("+".join(["a"] * 5000), f"at most {MAX_TREE_DEPTH} are read"),
        ("*".join(["a"] * 5000), f"at most {MAX_TREE_DEPTH} are read"),
    ],
)
def test_formulas_that_are_too_large(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        parse(text)


def test_the_largest_formulas_are_usable() -> None:
    for text in (
        "+".join(["a"] * (MAX_TREE_DEPTH - 1)),
        "(" * 99 + "a" + ")" * 99,
        "exp(" * 99 + "0*a" + ")" * 99,
    ):
        tree = parse(text)
        assert parse(to_text(tree)) == tree
        assert set(symbols(tree)) == {"a"}
        unit_of(tree, {"a": DIMENSIONLESS})
    assert evaluate(parse("+".join(["a"] * 200)), {"a": 1.0}) == 200.0


def test_brackets_inside_every_kind_of_operator_are_no_recursion() -> None:
    deep = "0"
    for _ in range(24):
        deep = f"a or b xor c and not d < e + f*-({deep})"
    tree = parse(deep)
    assert parse(to_text(tree)) == tree
    with pytest.raises(ExpressionError, match="nested deeper than 100 levels"):
        parse("a or b xor c and not d < e + f*-g^(" * 60 + "a" + ")" * 60)


def test_infinity_is_written_as_a_number_too_large() -> None:
    assert to_text(Number(math.inf)) == "1e999"
    assert parse(to_text(Apply("<", (Symbol("a"), Number(math.inf))))).arguments[1] == Number(math.inf)


def test_a_minus_before_a_chain_of_signs_is_not_deep() -> None:
    assert evaluate(parse("-" * 5001 + "1"), {}) == -1.0


@pytest.mark.parametrize(
    "text",
    [
        "1/0",
        "ln(-1)",
        "ln(0)",
        "sqrt(-1)",
        "exp(1000)",
        "0^-1",
        "(-8)^(1/3)",
        "rem(1, 0)",
        "quotient(1, 0)",
        "factorial(-1)",
        "factorial(0.5)",
        "factorial(171)",
        "floor(1e999)",
        "acosh(0)",
        "asin(2)",
    ],
)
def test_values_that_do_not_exist(text: str) -> None:
    with pytest.raises(ExpressionError, match="has no finite value"):
        evaluate(parse(text), {})


def test_a_name_without_value() -> None:
    with pytest.raises(ExpressionError, match=r"formula 'a\*b': 'b' has no value"):
        evaluate(parse("a*b"), {"a": 1.0})


def test_substitution_keeps_brackets() -> None:
    tree = substitute(parse("a*x"), {"x": parse("b + c")})
    assert to_text(tree) == "a*(b + c)"
    assert parse(to_text(tree)) == tree


UNITS = {"k": parse_unit("1/s"), "n": parse_unit("molecule"), "t": parse_unit("s"), "m": parse_unit("min")}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("k*n", "molecule/s"),
        ("n^2*k", "molecule^2/s"),
        ("n^-1", "1/molecule"),
        ("sqrt(n*n)", "molecule"),
        ("0 + n", "molecule"),
        ("n + 0", "molecule"),
        ("min(n, n)", "molecule"),
        ("exp(k*t)", "1"),
        ("(k*t)^(1/2)", "1"),
        ("-n", "molecule"),
        ("abs(t)", "s"),
        ("floor(n)", "molecule"),
        ("n > n and not t < 0", "1"),
        ("if(t > 0, n, 0)", "molecule"),
        ("if(t > 0, 0, n)", "molecule"),
        ("rem(t, t)", "s"),
        ("quotient(t, t)", "1"),
        ("k*time", "1"),
        ("sin(k*t)*n", "molecule"),
    ],
)
def test_units_of_formulas(text: str, unit: str) -> None:
    assert unit_of(parse(text), UNITS).same_as(parse_unit(unit))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n + t", "joins molecule and s"),
        ("t + m", "joins s and 60 s"),
        ("n + 1", "joins molecule and 1"),
        ("exp(n)", "exp of a quantity with the unit molecule"),
        ("n^t", "needs a whole-number power"),
        ("n^0.5", "needs a whole-number power"),
        ("sqrt(n)", "the root of molecule has no unit"),
        ("x", "'x' has no unit"),
        ("n < t", "joins molecule and s"),
        ("if(n, 1, 2)", r"'if\(n, 1, 2\)': condition of a quantity with the unit molecule"),
        ("if(1, n, t)", "joins molecule and s"),
        ("t and 1", "and of a quantity with the unit s"),
        ("1 or t", "or of a quantity with the unit s"),
        ("sin(t)", "sin of a quantity with the unit s"),
        ("rem(n, t)", "joins molecule and s"),
        ("n + time", "joins molecule and s"),
    ],
)
def test_units_that_do_not_fit(text: str, message: str) -> None:
    with pytest.raises(UnitError, match=message):
        unit_of(parse(text), UNITS)
