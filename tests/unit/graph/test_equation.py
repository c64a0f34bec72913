"""Equations and modifiers as biologists write them."""

from __future__ import annotations

import pytest

from mtornet.errors import ModelError
from mtornet.graph.equation import parse_equation, parse_modifiers


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        ("A -> B", {"A": 1}, {"B": 1}),
        ("2 A + B -> C", {"A": 2, "B": 1}, {"C": 1}),
        ("-> X", {}, {"X": 1}),
        ("X ->", {"X": 1}, {}),
        ("A + A -> B", {"A": 2}, {"B": 1}),
        ("{rapalog}_in -> mTORC1_{rapalog}", {"{rapalog}_in": 1}, {"mTORC1_{rapalog}": 1}),
        ("12 A->3 B", {"A": 12}, {"B": 3}),
    ],
)
def test_equations(text: str, left: dict[str, int], right: dict[str, int]) -> None:
    assert tuple(map(dict, parse_equation(text))) == (left, right)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A B", "expected exactly one '->'"),
        ("A -> B -> C", "expected exactly one '->'"),
        ("A <-> B", "cannot read 'A <'"),
        ("2A -> B", "cannot read '2A'; write it like '2 A \\+ B -> C'"),
        ("0 A -> B", "a count of 0 molecules"),
        ("1.5 A -> B", "cannot read '1.5 A'"),
        ("A-1 -> B", "cannot read 'A-1'"),
    ],
)
def test_equations_that_are_refused(text: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        parse_equation(text)


def test_modifiers() -> None:
    assert parse_modifiers("") == ()
    assert parse_modifiers("catalyst:A; stimulator:B") == (("A", "catalyst"), ("B", "stimulator"))
    with pytest.raises(ModelError, match=r"unknown role 'catalist'; did you mean 'catalyst'\?"):
        parse_modifiers("catalist:A")
    with pytest.raises(ModelError, match="unknown role 'A'"):
        parse_modifiers("A")
