"""Every published observation that the network can express, one case per row of ``facts.tsv``."""

from __future__ import annotations

import sys

import pytest

from mtornet.analysis.facts.score import MISSED, NOT_EXPRESSIBLE, ScoreCard, score_card
from mtornet.analysis.facts.table import load_facts

FACTS = [fact for fact in load_facts("mtor") if fact.layer == "mean"]


@pytest.fixture(scope="module")
def card(mtor) -> ScoreCard:
    return score_card(mtor)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)
def test_fact(fact, card):
    scored = next(scored for scored in card.facts if scored.fact.id == fact.id)
    if scored.status == NOT_EXPRESSIBLE:
        pytest.skip(scored.reason)
    found = f"{fact.text} = {scored.values}, expected {fact.low:g} to {fact.high:g} ({fact.provenance.where})"
    if fact.known_miss:
        assert scored.status == MISSED, f"{found}: met now; take known_miss out of the table"
    else:
        assert scored.status != MISSED, f"{found}; mend the model, or state in known_miss why it is missed"


def test_the_score_card_is_told(card, capsys):
    with capsys.disabled():
        sys.stdout.write(f"\n{card.summary()}\n")
    assert len(card.facts) == len(FACTS)
