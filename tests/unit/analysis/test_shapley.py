"""Shapley values of games whose values are known."""

from itertools import permutations

import numpy as np
import pytest

from mtornet.analysis.shapley import coalitions, shapley_values


def test_all_subsets_the_smallest_first():
    assert coalitions("ab") == [frozenset(), {"a"}, {"b"}, {"a", "b"}]
    assert len(set(coalitions("abcdef"))) == 64


def test_of_an_additive_game_each_gets_its_own():
    own = {"a": 0.5, "b": -0.2, "c": 0.0}
    values = shapley_values("abc", lambda members: 7.0 + sum(own[name] for name in members))
    assert values == pytest.approx(own)


@pytest.mark.parametrize(
    ("worth", "expected"),
    [
        # All of them are needed; any one is enough.
        (lambda members: float(len(members) == 3), [1 / 3, 1 / 3, 1 / 3]),
        (lambda members: float(len(members) > 0), [1 / 3, 1 / 3, 1 / 3]),
        # a and one of b, c: a is decisive in 4 of 6 orders, b and c in 1 each.
        (lambda members: float("a" in members and len(members) > 1), [2 / 3, 1 / 6, 1 / 6]),
        # The glove game: a left glove (a) and two right ones, written out by Shapley 1953's formula.
        (lambda members: float(min("a" in members, sum(x in members for x in "bc"))), [2 / 3, 1 / 6, 1 / 6]),
        # b or c; a does nothing.
        (lambda members: float("b" in members or "c" in members), [0.0, 1 / 2, 1 / 2]),
    ],
)
def test_known_games(worth, expected):
    assert list(shapley_values("abc", worth).values()) == pytest.approx(expected)


def random_game(seed, players):
    rng = np.random.default_rng(seed)
    table = {members: rng.normal() for members in coalitions(players)}
    return table.__getitem__


def test_the_mean_over_all_orders_written_out():
    players, worth = "abcd", random_game(7, "abcd")
    total = dict.fromkeys(players, 0.0)
    for order in permutations(players):
        for i, name in enumerate(order):
            total[name] += worth(frozenset(order[: i + 1])) - worth(frozenset(order[:i]))
    assert shapley_values(players, worth) == pytest.approx({name: v / 24 for name, v in total.items()})


@pytest.mark.parametrize("n", [1, 2, 5])
def test_values_sum_to_what_all_do_beyond_none(n):
    players = "abcde"[:n]
    worth = random_game(n, players)
    values = shapley_values(players, worth)
    assert sum(values.values()) == pytest.approx(worth(frozenset(players)) - worth(frozenset()))


def test_equal_players_get_equal_parts():
    base = random_game(3, "xyz")
    # a and b can take each other's place: only how many of them are there counts.
    slots = ["", "x", "xy"]

    def worth(members):
        return base(frozenset(slots[len(members & {"a", "b"})]) | (members & {"z"}))

    values = shapley_values("abz", worth)
    assert values["a"] == pytest.approx(values["b"])
    assert values["a"] != pytest.approx(values["z"])


def test_nobody_nothing():
    assert shapley_values([], len) == {}


def test_an_unknown_subset_leaves_all_parts_unknown():
    values = shapley_values("ab", lambda members: np.nan if members == {"a"} else 1.0)
    assert all(np.isnan(value) for value in values.values())
