"""Virtual cohorts: which kind of tumour each patient has, from the model's ``cohorts.tsv``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mtornet.errors import ModelError
from mtornet.graph.knowledge import load_knowledge, model_names
from mtornet.names import unknown_name
from mtornet.provenance import Provenance
from mtornet.simulation.seeds import uniforms

IntArray = NDArray[np.int64]

_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One kind of tumour of a cohort."""

    context: str
    weight: float
    """Share of the cohort; the weights of a cohort sum to 1."""
    cv: float
    """Coefficient of variation of every abundance between two tumours of this kind."""
    provenance: Provenance


@cache
def cohorts(model: str) -> dict[str, tuple[Part, ...]]:
    """Return the cohorts of a shipped model by id."""
    found: dict[str, list[Part]] = {}
    for row in load_knowledge(model)["cohorts"] if model in model_names() else []:
        found.setdefault(row["cohort"], []).append(
            Part(
                context=row["context"],
                weight=float(row["weight"]),
                cv=float(row["cv"]),
                provenance=Provenance(
                    source=row["source"], confidence=row["confidence"], note=row["note"], where=row.where
                ),
            )
        )
    return {name: _of_one(parts) for name, parts in found.items()}


def find_cohort(model: str, name: str) -> tuple[Part, ...]:
    """Return a cohort's parts.

    Raises
    ------
    UnknownNameError
        If the model has no such cohort.
    """
    known = cohorts(model)
    if name not in known:
        raise unknown_name("cohort", name, known)
    return known[name]


def _of_one(parts: list[Part]) -> tuple[Part, ...]:
    total = sum(part.weight for part in parts)
    if not total > 0:
        raise ModelError(
            f"{parts[0].provenance.where}: the weights of a cohort sum to {total:g}; expected > 0"
        )
    return tuple(replace(part, weight=part.weight / total) for part in parts)


def assigned(parts: tuple[Part, ...], patients: int, *, seed: int) -> IntArray:
    """Return which part each patient belongs to, (patients,).

    Every stretch of patients holds the parts nearly in proportion to their weights, and more patients
    change none of the first (a golden-ratio sequence from a place that the seed gives).
    """
    start = float(uniforms(seed, "cohort", np.zeros(1, dtype=np.int64))[0])
    place = (start + _GOLDEN * np.arange(patients)) % 1.0
    edges = np.cumsum([part.weight for part in parts])
    return np.minimum(np.searchsorted(edges, place, side="right"), len(parts) - 1)
