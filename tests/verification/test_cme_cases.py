"""The cases of the conformance collection ``cme``: exact distributions, one with a dose mid-run."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from mtornet.errors import UnsupportedFeatureError
from tests.verification.sampling import cells_of, counts_of, distribution_p, problem_of
from tests.verification.statistics import assert_agrees

CASES = ("immigration_death", "dimerisation", "dosed_birth_death", "phosphorylation_cycle")
REFUSED = {"phosphorylation_cycle": ("'R1'", "'R2'", "V1*S/(K1 + S)")}
"""Cases whose laws are not read, with what the refusal must name."""


def expected(folder: Path, case: str, times: np.ndarray, species: list[str]) -> dict[str, np.ndarray]:
    tables = {name: np.zeros((times.size, 400)) for name in species}
    with (folder / f"{case}.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            i = int(np.argmin(np.abs(times - float(row["time"]))))
            tables[row["species"]][i, int(row["count"])] = float(row["probability"])
    return tables


@pytest.mark.parametrize("case", CASES)
def test_case(case: str, conformance_folder: Path, cells: int, algorithm: str) -> None:
    from mtornet.sbml.read import read_sbml

    folder = conformance_folder / "cme"
    facts = json.loads((folder / "cases.json").read_text(encoding="utf-8"))[case]
    times = np.linspace(0, facts["duration"], facts["steps"] + 1)
    path = folder / f"{case}.xml"
    # The dose is an event of the file; here it is a change of constants at a set time.
    try:
        network = read_without_events(path) if facts["doses"] else read_sbml(path)
    except UnsupportedFeatureError as refusal:
        # Refused, and by name: neither a pass nor a wrong answer.
        missing = [name for name in REFUSED.get(case, ("anything",)) if name not in str(refusal)]
        if missing:
            raise
        pytest.skip(f"{case} is refused: {REFUSED[case]}")
    schedule = [(0.0, {}, {}), *((at, changed, {}) for at, changed in facts["doses"])]
    problem = problem_of(network, times.tolist(), schedule, content=case)
    counts = counts_of(cells_of(problem, cells, algorithm=algorithm))
    columns = [problem.compiled.species.index(name) for name in facts["species"]]
    by_name = {name: counts[:, :, i] for name, i in zip(facts["species"], columns, strict=True)}
    exact = expected(folder, case, times, facts["species"])
    for table in exact.values():
        np.testing.assert_allclose(table.sum(axis=1), 1.0, atol=1e-8)
    assert_agrees(distribution_p(by_name, exact), f"cme/{case}")


def read_without_events(path: Path):  # type: ignore[no-untyped-def]
    """The file without its listOfEvents, which stands for the dose given here by hand."""
    import re
    import tempfile

    from mtornet.sbml.read import read_sbml

    text = re.sub(r"<listOfEvents>.*</listOfEvents>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = text.replace('id="k" value="10" constant="false"', 'id="k" value="10" constant="true"')
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / path.name
        plain.write_text(text, encoding="utf-8")
        return read_sbml(plain)
