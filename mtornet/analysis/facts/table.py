"""Read ``facts.tsv``; every mistake is reported with its file and line."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

from mtornet.analysis.facts.fact import FIT, PRIORITIES, VALIDATION, Fact
from mtornet.analysis.facts.quantity import looks, parse_quantity
from mtornet.analysis.facts.treatment import parse_arms, parse_cells
from mtornet.errors import MtorNetError, UnknownNameError
from mtornet.graph.knowledge import model_names, models_folder
from mtornet.graph.tables import Columns, Problems, Row, read_table
from mtornet.names import unknown_name
from mtornet.provenance import Provenance

FACTS = Columns(
    required=(
        "id",
        "title",
        "priority",
        "role",
        "layer",
        "cells",
        "arms",
        "quantity",
        "origin",
        "source",
        "confidence",
    ),
    optional=("low", "high", "step", "known_miss", "note"),
    numbers=("low", "high"),
    non_negative=("step",),
    choices={
        "priority": PRIORITIES,
        "role": (FIT, VALIDATION),
        "layer": ("mean", "population"),
        "origin": ("measured", "design"),
    },
)

OUTSIDE = Columns(
    required=("id", "title", "priority", "reason", "source", "confidence"), choices={"priority": PRIORITIES}
)


def load_facts(model: str, path: Path | None = None) -> tuple[Fact, ...]:
    """Return the facts of a shipped model, or those of another table.

    Raises
    ------
    TableError
        Listing every malformed row with ``file:line``.
    UnknownNameError
        If no shipped model of this name has facts.
    """
    return _shipped(model) if path is None else _read(path)


@cache
def load_outside(model: str) -> tuple[Row, ...]:
    """Return the observations that lie outside the network, with the reason, as rows."""
    problems = Problems()
    rows = read_table(_folder(model) / "facts_outside.tsv", OUTSIDE, problems)
    problems.raise_if_any()
    return tuple(rows)


@cache
def _shipped(model: str) -> tuple[Fact, ...]:
    return _read(_folder(model) / "facts.tsv")


def _folder(model: str) -> Path:
    known = [name for name in model_names() if (models_folder() / name / "facts.tsv").is_file()]
    if model not in known:
        raise unknown_name("model with facts", model, known)
    return models_folder() / model


def _read(path: Path) -> tuple[Fact, ...]:
    problems = Problems()
    facts = [_fact(row, problems) for row in read_table(path, FACTS, problems)]
    roles: dict[str, Fact] = {}
    for fact in filter(None, facts):
        first = roles.setdefault(fact.observation, fact)
        if (first.role, first.priority) != (fact.role, fact.priority):
            problems.add(
                fact.provenance.where,
                f"role and priority of {fact.observation} differ from those at {first.provenance.where}",
            )
    problems.raise_if_any()
    return tuple(fact for fact in facts if fact is not None)


def _fact(row: Row, problems: Problems) -> Fact | None:
    try:
        arms = parse_arms(row["arms"], parse_cells(row["cells"]))
        quantity = parse_quantity(row["quantity"])
        used = {look.arm for look in looks(quantity)}
        for name in used - set(arms):
            raise unknown_name("arm", name, arms)
        for look in looks(quantity):
            if (look.kind == "half_dose") != bool(arms[look.arm].doses):
                raise UnknownNameError(
                    f"{look.kind} of arm {look.arm!r}: half_dose, and only it, needs a range of doses"
                )
        if unused := set(arms) - used:
            raise UnknownNameError(f"arm {min(unused)!r} is not used in the quantity")
    except MtorNetError as error:
        problems.add(row.where, str(error))
        return None
    if not (row["low"] or row["high"]):
        problems.add(row.where, "a fact needs low, high or both")
        return None
    step = float(row["step"]) if row["step"] else None
    low = float(row["low"]) if row["low"] else (-math.inf if step else 0.0)
    high = float(row["high"]) if row["high"] else math.inf
    if not low < high or (step is None and not high > 0) or step == 0:
        problems.add(
            row.where,
            f"bounds {row['low']!r} to {row['high']!r} hold nothing; without a step they are ratios",
        )
        return None
    return Fact(
        id=row["id"],
        observation=row["id"].rstrip("abcdefghijklmnopqrstuvwxyz"),
        title=row["title"],
        priority=row["priority"],
        role=row["role"],
        layer=row["layer"],
        arms=arms,
        quantity=quantity,
        text=row["quantity"],
        low=low,
        high=high,
        step=step,
        origin=row["origin"],
        known_miss=row["known_miss"],
        provenance=Provenance(
            source=row["source"], confidence=row["confidence"], note=row["note"], where=row.where
        ),
    )
