"""Every mechanism of resistance in the tables is simulated and does what its sources say, or says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtornet.analysis.facts.score import MET, NOT_EXPRESSIBLE
from mtornet.analysis.resistance.mechanisms import checked, mechanisms
from mtornet.report.resistance_page import resistance_blocks

PAGE = Path(__file__).parents[2] / "docs" / "resistance.md"

POSITIVE_CONTROLS = ("RES-03", "RES-04", "RES-10", "RES-19", "RES-34")
"""Mechanisms that any exploration must find again, by the dossier."""

NOT_A_STATEMENT = ("RES-26", "RES-40")
"""Simulated by a population or by the scan itself, without a statement about one cell."""


@pytest.fixture(scope="module")
def scores(mtor):
    return checked(mtor)


def test_all_mechanisms_are_listed_once_with_how_or_why():
    listed = mechanisms("mtor")
    assert [each.id for each in listed] == [f"RES-{i:02d}" for i in range(1, 44)]
    assert all(each.how if each.simulated else each.reason for each in listed)
    assert all(each.provenance.source and each.provenance.confidence for each in listed)


def test_every_simulated_mechanism_has_a_statement_that_can_be_made(scores):
    card, by_mechanism = scores
    assert not [s.fact.id for s in card.facts if s.status == NOT_EXPRESSIBLE]
    simulated = {each.id for each in mechanisms("mtor") if each.simulated}
    assert set(by_mechanism) == simulated - set(NOT_A_STATEMENT)


def test_positive_controls_hold(scores):
    _, by_mechanism = scores
    for name in POSITIVE_CONTROLS:
        assert [s.fact.id for s in by_mechanism[name] if s.status != MET] == [], name


def test_most_statements_hold(scores):
    card, _ = scores
    met = sum(scored.status == MET for scored in card.facts)
    assert met >= 0.8 * len(card.facts)


def test_a_cell_without_the_edit_fails_its_statement(mtor):
    # The sabotaged twin: rapalogs that bind no mTOR are caught.
    _, by_mechanism = checked(mtor.with_parameters(k_rfm_on=0.0))
    assert any(s.status != MET for s in by_mechanism["RES-10"])
    assert any(s.status != MET for s in by_mechanism["RES-19"])


def test_the_page_lists_what_is_simulated_and_what_is_missed(mtor):
    text = PAGE.read_text(encoding="utf-8")
    for name, block in resistance_blocks(mtor).items():
        begin, end = f"<!-- begin generated: {name} -->", f"<!-- end generated: {name} -->"
        shown = text.split(begin)[1].split(end)[0].strip()
        assert shown == block.strip(), f"{name}: run scripts/generate"
