"""The score card as Markdown, for pages that are generated."""

from __future__ import annotations

from mtornet.analysis.calibration.jitter import holds, jittered, moved_values
from mtornet.analysis.calibration.record import stored_fit
from mtornet.analysis.calibration.sets import ensemble
from mtornet.analysis.facts.fact import FIT, PRIORITIES, VALIDATION
from mtornet.analysis.facts.panel import Panel
from mtornet.analysis.facts.score import MISSED, OBSERVATIONS, ScoreCard, score_card
from mtornet.network.network import ReactionNetwork

CV, DRAWS, SEED = 0.1, 50, 11
"""Jitter of the fitted values: spread, number of draws, seed."""
HALVED = 0.5
"""Spread after the facts over that before, below which a value counts as determined."""
FIRM = 0.9
"""Share of draws in which an observation holds firmly."""


def score_text(network: ReactionNetwork) -> str:
    """Return counts, what stands behind them, and which observations are missed, as Markdown."""
    card = score_card(network)
    lines = ["| observations | met | of the fit | validation | firm |", "| --- | --- | --- | --- | --- |"]
    firm = firmly_held(network, card)
    for priority in PRIORITIES:
        all_, fit, kept = (card.count(priority, role) for role in (None, FIT, VALIDATION))
        steady = f"{firm[priority]} of {all_.expressible}"
        lines.append(f"| {priority} | {all_} | {fit} | {kept} | {steady} |")
    lines += ["", f"Firm: holds in {100 * FIRM:.0f} % of {DRAWS} draws in which every fitted value is"]
    lines[-1] += f" multiplied by its own log-normal factor of {100 * CV:.0f} %."
    lines += ["", _determined(network.model)]
    missed = dict.fromkeys(
        f"{s.fact.observation} ({s.fact.priority})" for s in card.facts if s.status == MISSED
    )
    if missed:
        lines += ["", f"Missed at least in part: {', '.join(missed)}."]
    return "\n".join(lines)


def firmly_held(network: ReactionNetwork, card: ScoreCard) -> dict[str, int]:
    """Return how many observations of each priority hold in most draws of the fitted values."""
    moved = moved_values(network.model)
    panel = Panel(network, [s.fact for s in card.facts])
    margins = panel.margins(jittered(moved, cv=CV, n=DRAWS, seed=SEED))
    chosen = {name: p for name, (p, _, _) in card.observations().items() if name.startswith(OBSERVATIONS)}
    expressible = {fact.observation for fact in panel.facts}
    shares = holds(panel, margins, [name for name in chosen if name in expressible])
    return {p: sum(share >= FIRM for name, share in shares.items() if chosen[name] == p) for p in PRIORITIES}


def _determined(model: str) -> str:
    """Say how many values the fit moved, and how many the facts determine."""
    rows = stored_fit(model)
    if not rows:
        return "The chosen values are not fitted yet."
    moved, halved = len(moved_values(model)), sum(float(row["shrinkage"]) < HALVED for row in rows)
    return (
        f"Of {len(rows)} chosen values that matter to the facts of the fit, {moved} moved; the facts leave "
        f"less than half of the prior spread for {halved} of them, and hardly determine the others: "
        f"`models/{model}/fit.tsv`. {len(ensemble(model))} sets of them fit as well: "
        f"`models/{model}/ensemble.tsv`."
    )
