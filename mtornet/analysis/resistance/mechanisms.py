"""Mechanisms of resistance in the literature: how each is simulated, and whether it does what it should."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from mtornet.analysis.facts.score import NOT_EXPRESSIBLE, ScoreCard, ScoredFact, score_card
from mtornet.analysis.facts.table import load_facts
from mtornet.graph.knowledge import model_names, models_folder
from mtornet.graph.tables import Columns, Problems, read_table
from mtornet.names import unknown_name
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import Provenance

MECHANISMS = Columns(
    required=("id", "mechanism", "simulated", "source", "confidence"),
    optional=("how", "rapalog", "atp_competitive", "dual", "bisteric", "counter", "reason"),
    choices={"simulated": ("yes", "no")},
)
CLASSES = ("rapalog", "atp_competitive", "dual", "bisteric")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism:
    """One mechanism."""

    id: str
    name: str
    simulated: bool
    how: str
    """Genotypes, modules, contexts or states with which it is simulated."""
    effects: tuple[str, ...]
    """Stated effect on each class of ``CLASSES``."""
    counter: str
    reason: str
    """Why it lies outside, or what part of it does."""
    provenance: Provenance


@cache
def mechanisms(model: str) -> tuple[Mechanism, ...]:
    """Return the mechanisms of a shipped model.

    Raises
    ------
    UnknownNameError
        If no shipped model of this name lists any.
    TableError
        Listing every malformed row with ``file:line``.
    """
    known = [name for name in model_names() if (models_folder() / name / "resistance.tsv").is_file()]
    if model not in known:
        raise unknown_name("model with mechanisms of resistance", model, known)
    problems = Problems()
    rows = read_table(models_folder() / model / "resistance.tsv", MECHANISMS, problems)
    for row in rows:
        if row["simulated"] == "yes" and not row["how"]:
            problems.add(row.where, f"{row['id']} is simulated; say how")
        if row["simulated"] == "no" and not row["reason"]:
            problems.add(row.where, f"{row['id']} is not simulated; say why")
    problems.raise_if_any()
    return tuple(
        Mechanism(
            id=row["id"],
            name=row["mechanism"],
            simulated=row["simulated"] == "yes",
            how=row["how"],
            effects=tuple(row[name] for name in CLASSES),
            counter=row["counter"],
            reason=row["reason"],
            provenance=Provenance(
                source=row["source"], confidence=row["confidence"], note="", where=row.where
            ),
        )
        for row in rows
    )


def checked(network: ReactionNetwork) -> tuple[ScoreCard, dict[str, tuple[ScoredFact, ...]]]:
    """Run what each mechanism should do, and return the scores, all and by mechanism."""
    facts = load_facts(network.model, models_folder() / network.model / "resistance_facts.tsv")
    card = score_card(network, facts=facts)
    by_mechanism: dict[str, tuple[ScoredFact, ...]] = {}
    for scored in card.facts:
        name = scored.fact.observation
        by_mechanism[name] = (*by_mechanism.get(name, ()), scored)
    return card, by_mechanism


def expressible(scored: tuple[ScoredFact, ...]) -> tuple[ScoredFact, ...]:
    """Return the statements that this network can make at all."""
    return tuple(each for each in scored if each.status != NOT_EXPRESSIBLE)
