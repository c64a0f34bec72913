"""Every number in the tables says where it comes from, and every reference it names is in ``sources.bib``."""

import re
from pathlib import Path

import pytest

from mtornet.graph.knowledge import load_knowledge, models_folder
from mtornet.provenance import CONFIDENCES

# What holds no claim about the cell: names, colours' order, places on the map.
UNSOURCED = {"classes", "layout"}

MODEL_FILE = re.compile(r"\b(?:BIOMD\d{10}|MODEL\d{10})\b")
CITATION = re.compile(r"\b(?P<name>[A-Z][\w'-]*[a-zA-Z]) (?P<year>(?:19[5-9]|20[0-3])\d)\b")
NO_NAME = {"Ther", "Suppl", "Res", "Chem", "Med"}
"""Ends of journal names, which may stand before a year too."""


def tables():
    knowledge = load_knowledge("mtor")
    parts = {**knowledge.tables, **{f"modules/{name}": rows for name, rows in knowledge.modules.items()}}
    return {name: rows for name, rows in parts.items() if name not in UNSOURCED}


def bibliography(text):
    """Keys, and (author, year) of every entry; a model file's author field holds both."""
    keys, cited = set(), set()
    for key, body in re.findall(r"@\w+\{(\w+),(.*?)\n\}", text, flags=re.S):
        keys.add(key)
        fields = dict(re.findall(r"(\w+) = \{([^{}]*)\}", body))
        author = fields.get("author", "")
        year = fields.get("year") or author[-4:]
        cited |= {(word, year) for word in re.findall(r"[\w'-]+", author)}
    return keys, cited


def unknown_references(source, keys, cited):
    missing = [name for name in MODEL_FILE.findall(source) if name not in keys]
    for found in CITATION.finditer(source):
        if found["name"] not in NO_NAME and (found["name"], found["year"]) not in cited:
            missing.append(found.group())
    return missing


@pytest.fixture(scope="module")
def known():
    return bibliography((models_folder() / "mtor" / "sources.bib").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(tables()))
def test_every_row_has_source_and_confidence(name):
    assert tables()[name], "an empty table would pass"
    for row in tables()[name]:
        assert row["source"], row.where
        assert row["confidence"] in CONFIDENCES, row.where


@pytest.mark.parametrize("name", sorted(tables()))
def test_every_reference_is_in_the_bibliography(name, known):
    missing = {row.where: unknown_references(row["source"], *known) for row in tables()[name]}
    assert {where: names for where, names in missing.items() if names} == {}


def test_sabotage_unknown_references_are_seen(known):
    assert unknown_references("BIOMD0000009999 R1; Nobody 1999; Choo 2008", *known) == [
        "BIOMD0000009999",
        "Nobody 1999",
    ]


def test_what_holds_by_definition_is_not_fitted():
    rows = [row for row in load_knowledge("mtor")["parameters"] if "definition:" in row["source"]]
    assert {"K_frb", "kt_mut", "n0_pump"} <= {row["id"] for row in rows}
    for row in rows:
        assert row["low"] + row["high"] == "", f"{row['id']}: bounds let a fit move it ({row.where})"
        assert row["confidence"] != "fitted", row["id"]


def test_every_table_of_the_folder_is_checked():
    files = {path.stem for path in (models_folder() / "mtor").glob("*.tsv")}
    assert files <= set(load_knowledge("mtor").tables) | others(), "a table that nobody reads"


def others():
    """Tables that layers above read by themselves."""
    folder = Path(models_folder() / "mtor")
    patterns = ("facts*", "resistance*", "fit", "ensemble")
    return {path.stem for pattern in patterns for path in folder.glob(f"{pattern}.tsv")}
