"""Public SBML suites: every file is read rightly or refused by name."""

from __future__ import annotations

import json
import re
from collections import Counter

import numpy as np
import pytest

from mtornet.errors import SBMLError, UnsupportedFeatureError
from mtornet.network.build import from_graph
from mtornet.network.network import ReactionNetwork
from mtornet.network.ratelaws import rate_law
from mtornet.sbml.read import read_sbml
from mtornet.sbml.write import sbml_text
from tests.conformance.sbml_reference import conformance_data
from tests.conformance.suite import Course, names, places_of_species, problem_of, rows_of, settings_of
from tests.verification.reference.continuous import solve_with_events

pytestmark = pytest.mark.conformance

STEP = 100
PARTS = range(0, 1900, STEP)
FOUND: dict[int, Counter[str]] = {}
"""Outcomes by part of the semantic suite, for the table at the end."""
# It names the unit of Level 2 'area', which Level 3 does not have.
NOT_VALID = {"00959-sbml-l3v2.xml"}


def reasons(error: UnsupportedFeatureError) -> set[str]:
    """What is refused, without the names of the elements."""
    lines = [line.split(": ", 1)[1] for line in str(error).splitlines() if line.startswith("  ")]
    return {re.sub(r"'[^']*'|\([^)]*\)", "_", line).strip() for line in lines if not line.startswith("and ")}


@pytest.mark.parametrize("first", PARTS)
def test_no_semantic_case_is_read_wrongly(first: int) -> None:
    folder = conformance_data() / "sbml-test-suite" / "semantic"
    cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    counts = FOUND.setdefault(first, Counter())
    wrong = []
    for number in (number for number in sorted(cases) if first <= int(number) < first + STEP):
        for file in sorted((folder / number).glob("*-sbml-*.xml")):
            try:
                network = read_sbml(file)
            except UnsupportedFeatureError as error:
                counts["refused"] += 1
                counts.update(f"refused: {reason}" for reason in reasons(error))
                continue
            except SBMLError as error:
                counts["not valid"] += 1
                if file.name not in NOT_VALID:
                    wrong.append(f"{file.name}: {error}")
                continue
            problem = problem_of(network, folder / number, file)
            counts["wrong" if problem else "read"] += 1
            if problem:
                tags = f"{cases[number]['componenttags']}; {cases[number]['testtags']}"
                wrong.append(f"{file.name}: {problem} ({tags}; {network.notes})")
    assert not wrong, "\n".join(wrong)


def test_how_many_semantic_cases_are_read() -> None:
    if len(FOUND) < len(PARTS):
        pytest.skip("only with the whole suite")
    total = sum(FOUND.values(), Counter[str]())
    for what, count in sorted(total.items(), key=lambda item: (":" in item[0], -item[1])):
        print(f"{count:5d}  {what}")  # noqa: T201 - the table is what this test is for
    allowed = ("is fast", "algebraic rule", "the package", "a delay", "no value", "has no finite", "infinit",
               "no initial amount", "whose size may change", "starts at")  # fmt: skip
    unexpected = [r for r in total if r.startswith("refused: ") and not any(text in r for text in allowed)]
    assert not unexpected
    assert total["read"] >= 1155
    assert total["not valid"] == len(NOT_VALID)


def test_the_comparison_can_fail() -> None:
    case = conformance_data() / "sbml-test-suite" / "semantic" / "00001"
    file = case / "00001-sbml-l3v2.xml"
    network = read_sbml(file)
    assert names(settings_of(case)["variables"]) == ["S1", "S2"]
    assert problem_of(network, case, file) == ""
    name = next(iter(network.parameters))
    sabotaged = network.with_parameters(**{name: network.parameters[name].value * 1.01})
    assert "expected" in problem_of(sabotaged, case, file)


REFUSED_MODELS = {
    "BIOMD0000000424": "reaction 'R1' is fast",
    "MODEL1012220003": "reaction 're1' has no kinetic law",
    "MODEL1807040001": "is not valid SBML",  # a species that reactions and a rule determine
    "MODEL2006170002": "the package 'qual' is marked as required",
}


def biomodels() -> list[str]:
    try:
        folder = conformance_data() / "biomodels"
    except pytest.skip.Exception:
        return []
    return [path.stem for path in sorted(folder.glob("*.xml"))]


@pytest.mark.parametrize("name", biomodels())
def test_published_models(name: str) -> None:
    folder = conformance_data() / "biomodels"
    file, reference = folder / f"{name}.xml", folder / "reference" / f"{name}.csv"
    if name in REFUSED_MODELS:
        with pytest.raises(SBMLError, match=REFUSED_MODELS[name]):
            read_sbml(file)
        return
    network = read_sbml(file)
    if not reference.exists():
        return
    rows = rows_of(reference)
    times = np.array([float(row["time"]) for row in rows])
    course = Course(network, times, solve_with_events(network, times))
    place_of = places_of_species(file)
    columns = {key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key != "time"}
    # What is 0 but for rounding is compared on the scale of the model.
    floor = 1e-15 * max(float(np.max(np.abs(column))) for column in columns.values())
    for key, expected in columns.items():
        got = course.value(key)
        assert got is not None, key
        if key in place_of:
            volume = course.value(place_of[key])
            assert volume is not None
            got = got / volume
        limit = 1e-4 * np.abs(expected) + 1e-6 * np.max(np.abs(expected)) + floor
        assert np.all(np.abs(got - expected) <= limit), key


def test_stochastic_cases_are_read_or_refused_by_name() -> None:
    folder = conformance_data() / "sbml-test-suite" / "stochastic"
    cases: Counter[str] = Counter()
    for file in sorted(folder.glob("*/*.xml")):
        number = file.parent.name
        if "distrib" in file.read_text(encoding="utf-8"):
            with pytest.raises(UnsupportedFeatureError, match="package 'distrib'"):
                read_sbml(file)
            cases["refused"] += 1
            continue
        network = read_sbml(file)
        assert not any(r.signed or r.fractional for r in network.reactions.values())
        cases["read"] += 1
        cases["mean compared"] += _linear_means(network, rows_of(file.parent / f"{number}-results.csv"))
    assert cases["read"] == 52
    assert cases["mean compared"] >= 40


def _linear_means(network: ReactionNetwork, rows: list[dict[str, str]]) -> bool:
    """Where every law is linear, the mean of the cells is the rate equations' solution, with resets too."""
    for reaction in network.reactions.values():
        law = rate_law(reaction.law)
        if law.formula or sum(p for _, p in law.factors(reaction.reactants, reaction.modifiers)) > 1:
            return False
    times = np.array([float(row["time"]) for row in rows])
    course = Course(network, times, solve_with_events(network, times))
    for name in (key.removesuffix("-mean") for key in rows[0] if key.endswith("-mean")):
        got = course.value(name)
        assert got is not None
        expected = np.array([float(row[f"{name}-mean"]) for row in rows])
        np.testing.assert_allclose(got, expected, rtol=2e-4, atol=1e-4)
    return True


def test_what_was_read_is_written_and_comes_back() -> None:
    base = conformance_data()
    same = 0
    for file in [*sorted(base.glob("sbml-test-suite/*/*/*.xml")), *sorted(base.glob("biomodels/*.xml"))]:
        try:
            network = read_sbml(file)
        except SBMLError:
            continue
        back = read_sbml(sbml_text(network))
        assert back == network, file.name
        assert back.notes == (), file.name
        assert from_graph(network.graph) == network, file.name
        same += 1
    assert same >= 1232


def test_exact_distributions() -> None:
    folder = conformance_data() / "cme"
    dimerisation = read_sbml(folder / "dimerisation.xml")
    reaction = dimerisation.reactions["R1"]
    assert (str(reaction.rate_constant), reaction.reactants, reaction.law) == (
        "k1/2",
        (("A", 2),),
        "mass_action",
    )
    assert any("A (A-1)" in note for note in dimerisation.notes)
    assert list(read_sbml(folder / "immigration_death.xml").reactions) == ["R1", "R2"]
    dosed = read_sbml(folder / "dosed_birth_death.xml")
    assert (str(dosed.reactions["R1"].rate_constant), dosed.reactions["R1"].law) == ("k", "mass_action")
    assert [str(e.trigger) for e in dosed.events.values()][:1] == ["time >= 10"]
    cycle = read_sbml(folder / "phosphorylation_cycle.xml")
    assert [str(r.rate_constant) for r in cycle.reactions.values()] == ["V1*S/(K1 + S)", "V2*P/(K2 + P)"]
    assert not any(r.signed for r in cycle.reactions.values())
