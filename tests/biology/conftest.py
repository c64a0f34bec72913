"""Courses of fold changes by the rate equations, each combination of cells and drugs solved once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import mtornet as mt
from tests.biology.courses import Courses, courses_of

CoursesOf = Callable[..., Courses]


@pytest.fixture(scope="session")
def courses(mtor: mt.ReactionNetwork) -> CoursesOf:
    """``courses("everolimus", variant="TSC2_loss")``: the drug at its default dose beside the vehicle."""
    known: dict[tuple[object, ...], Courses] = {}

    def get(
        drug: str,
        *,
        dose: str | None = None,
        variant: str = "wild_type",
        insulin: str | None = "1 nM",
        context: str | None = None,
    ) -> Courses:
        key = (drug, dose, variant, insulin, context)
        if key not in known:
            known[key] = courses_of(mtor, drug, dose=dose, variant=variant, insulin=insulin, context=context)
        return known[key]

    return get
