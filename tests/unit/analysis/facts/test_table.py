"""Mistakes in ``facts.tsv`` are told with their line."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.analysis.facts.table import load_facts
from mtornet.errors import TableError

HEADER = (
    "id title priority role layer cells arms quantity low high step origin known_miss source confidence note"
)
GOOD = {
    "id": "OBS-001a",
    "title": "t",
    "priority": "must",
    "role": "fit",
    "layer": "mean",
    "cells": "wild_type",
    "arms": "a = sirolimus 20 nM",
    "quantity": "fold(pS6, a, 24 h)",
    "low": "1.3",
    "high": "5",
    "origin": "design",
    "source": "s",
    "confidence": "page",
}


def load(tmp_path, *rows):
    lines = ["\t".join(HEADER.split())]
    lines += ["\t".join(row.get(column, "") for column in HEADER.split()) for row in rows]
    path = tmp_path / "facts.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_facts("mtor", path)


def test_a_row(tmp_path):
    (fact,) = load(tmp_path, GOOD)
    assert (fact.observation, fact.low, fact.high, fact.step) == ("OBS-001", 1.3, 5.0, None)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"low": "", "high": ""}, "needs low, high or both"),
        ({"low": "5", "high": "1"}, "hold nothing"),
        ({"high": "-1", "low": ""}, "hold nothing"),
        ({"quantity": "fold(pS6, b, 24 h)"}, "unknown arm 'b'"),
        ({"arms": "a = sirolimus 20 nM; b = none"}, "arm 'b' is not used"),
        ({"arms": "a = sirolimus 1..10 nM"}, "needs a range of doses"),
        ({"priority": "maybe"}, "unknown priority 'maybe'"),
        ({"role": "train"}, "unknown role 'train'"),
        ({"source": ""}, "source is empty"),
    ],
)
def test_mistakes(tmp_path, change, told):
    with pytest.raises(TableError, match=rf"facts.tsv:2: .*{told}"):
        load(tmp_path, {**GOOD, **change})


def test_rows_of_one_observation_share_their_role(tmp_path):
    with pytest.raises(TableError, match="role and priority of OBS-001 differ"):
        load(tmp_path, GOOD, {**GOOD, "id": "OBS-001b", "role": "validation"})


def test_margins(tmp_path):
    (fact,) = load(tmp_path, GOOD)
    found = fact.margins(np.array([[1.3], [2.0], [5.0], [1.0], [10.0], [0.0], [np.nan]]))
    assert found[:3] == pytest.approx([0.0, np.log(2 / 1.3), 0.0])
    assert found[3] == pytest.approx(-np.log(1.3))
    assert found[4] == pytest.approx(-np.log(2))
    assert found[5] < -20
    assert found[6] == -np.inf


def test_margins_on_a_linear_scale(tmp_path):
    (fact,) = load(tmp_path, {**GOOD, "low": "", "high": "-0.15", "step": "0.1"})
    assert fact.margins(np.array([[-0.35], [0.05]])) == pytest.approx([2.0, -2.0])


def test_every_value_must_hold(tmp_path):
    (fact,) = load(tmp_path, GOOD)
    assert fact.margins(np.array([[2.0, 1.0]])) == pytest.approx([-np.log(1.3)])
