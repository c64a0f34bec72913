"""Generated blocks of ``docs/resistance.md``: every mechanism, how it is simulated, whether it behaves."""

from __future__ import annotations

import math

from mtornet.analysis.facts.score import MET, ScoredFact
from mtornet.analysis.resistance.mechanisms import Mechanism, checked, mechanisms
from mtornet.network.network import ReactionNetwork


def resistance_blocks(network: ReactionNetwork) -> dict[str, str]:
    """Return the blocks of the page by name, as Markdown."""
    listed = mechanisms(network.model)
    card, by_mechanism = checked(network)
    met = sum(scored.status == MET for scored in card.facts)
    simulated = [each for each in listed if each.simulated]
    head = (
        f"{len(simulated)} of {len(listed)} mechanisms are simulated. Of the {len(card.facts)} statements "
        f"about them, {met} hold with the values of the tables."
    )
    missed = [scored for scored in card.facts if scored.status != MET]
    return {
        "resistance-count": head,
        "resistance-simulated": _simulated(simulated, by_mechanism),
        "resistance-missed": "\n".join(_miss(scored) for scored in missed) or "None.",
        "resistance-outside": _outside([each for each in listed if not each.simulated]),
    }


def _simulated(listed: list[Mechanism], by_mechanism: dict[str, tuple[ScoredFact, ...]]) -> str:
    lines = [
        "| id | mechanism | simulated with | rapalog / ATP-site / dual / bi-steric | statements that hold "
        "| source |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for each in listed:
        scored = by_mechanism.get(each.id, ())
        held = f"{sum(s.status == MET for s in scored)} of {len(scored)}" if scored else "-"
        how = each.how + (f"; outside: {each.reason}" if each.reason else "")
        cells = (each.id, each.name, how, " / ".join(each.effects), held, _source(each))
        lines.append("| " + " | ".join(_cell(text) for text in cells) + " |")
    return "\n".join(lines)


def _outside(listed: list[Mechanism]) -> str:
    lines = ["| id | mechanism | why it lies outside | source |", "| --- | --- | --- | --- |"]
    for each in listed:
        cells = (each.id, each.name, each.reason, _source(each))
        lines.append("| " + " | ".join(_cell(text) for text in cells) + " |")
    return "\n".join(lines)


def _source(each: Mechanism) -> str:
    return f"{each.provenance.source} ({each.provenance.confidence})"


def _miss(scored: ScoredFact) -> str:
    fact = scored.fact
    found = ", ".join(f"{value:.3g}" for value in scored.values) or scored.reason
    bounds = [f"at least {fact.low:g}"] if math.isfinite(fact.low) and fact.low != 0.0 else []
    bounds += [f"at most {fact.high:g}"] if math.isfinite(fact.high) else []
    if not bounds:
        bounds = ["at least 0"]
    return f"- **{fact.id}** {fact.title}: `{fact.text}` is {found}, expected {' and '.join(bounds)}."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
