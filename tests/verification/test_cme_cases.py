"""The cases of the conformance collection ``cme``: exact distributions, one with a dose mid-run."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from mtornet.sbml.read import read_sbml
from tests.verification.sampling import cells_of, counts_of, distribution_p, problem_of
from tests.verification.statistics import assert_agrees

CASES = ("immigration_death", "dimerisation", "dosed_birth_death", "phosphorylation_cycle")


def expected(folder: Path, case: str, times: np.ndarray, species: list[str]) -> dict[str, np.ndarray]:
    tables = {name: np.zeros((times.size, 400)) for name in species}
    with (folder / f"{case}.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            i = int(np.argmin(np.abs(times - float(row["time"]))))
            tables[row["species"]][i, int(row["count"])] = float(row["probability"])
    return tables


@pytest.mark.parametrize("case", CASES)
def test_case(case: str, conformance_folder: Path, cells: int, algorithm: str) -> None:
    folder = conformance_folder / "cme"
    facts = json.loads((folder / "cases.json").read_text(encoding="utf-8"))[case]
    times = np.linspace(0, facts["duration"], facts["steps"] + 1)
    # Laws that saturate and doses, which are events, as the file has them.
    problem = problem_of(read_sbml(folder / f"{case}.xml"), times.tolist(), content=case)
    counts = counts_of(cells_of(problem, cells, algorithm=algorithm))
    columns = [problem.compiled.species.index(name) for name in facts["species"]]
    by_name = {name: counts[:, :, i] for name, i in zip(facts["species"], columns, strict=True)}
    exact = expected(folder, case, times, facts["species"])
    for table in exact.values():
        np.testing.assert_allclose(table.sum(axis=1), 1.0, atol=1e-8)
    assert_agrees(distribution_p(by_name, exact), f"cme/{case}")
