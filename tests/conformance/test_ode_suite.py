"""The semantic suite through our own rate equations: every case is right, or refused by name."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mtornet.errors import SBMLError
from mtornet.network.network import ReactionNetwork
from mtornet.sbml.read import read_sbml
from mtornet.simulation.run import simulate
from tests.conformance.sbml_reference import conformance_data
from tests.conformance.suite import FloatArray, problem_of

pytestmark = pytest.mark.conformance

STEP = 300


def solve(network: ReactionNetwork, times: FloatArray) -> FloatArray:
    """Species, then variables; tolerances well below those of the suite."""
    result = simulate(network, times, rtol=1e-8, atol=1e-10)
    return np.array(result.mean[:, : len(network.species) + len(network.variables)])


@pytest.mark.parametrize("first", range(0, 1900, STEP))
def test_every_semantic_case_that_is_read_is_solved_rightly(first: int) -> None:
    folder = conformance_data() / "sbml-test-suite" / "semantic"
    cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    wrong, right = [], 0
    for number in (number for number in sorted(cases) if first <= int(number) < first + STEP):
        file = max((folder / number).glob("*-sbml-*.xml"))
        try:
            network = read_sbml(file)
        except SBMLError:
            # What is refused, and how, is the subject of another test.
            continue
        problem = problem_of(network, folder / number, file, solver=solve)
        right += not problem
        if problem:
            wrong.append(f"{file.name}: {problem}")
    assert not wrong, "\n".join(wrong)
    assert right >= 10
