"""``score_card``: which published observations a network meets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mtornet.analysis.facts.fact import FIT, PRIORITIES, Fact
from mtornet.analysis.facts.group import Sets
from mtornet.analysis.facts.panel import Panel
from mtornet.analysis.facts.table import load_facts, load_outside
from mtornet.network.library import load_model
from mtornet.network.network import ReactionNetwork

if TYPE_CHECKING:
    import pandas as pd

MET, MISSED, NOT_EXPRESSIBLE = "met", "missed", "not expressible"
OBSERVATIONS = "OBS"
"""Ids that begin so are the observations that are counted by priority; the others are time courses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredFact:
    """One row and how the network does on it."""

    fact: Fact
    status: str
    values: tuple[float, ...] = ()
    margin: float = float("nan")
    """Signed distance to the nearer bound: logarithmic, or in steps on a linear scale."""
    share: float = float("nan")
    """Share of the sets in which it is met, if there were several."""
    reason: str = ""
    """Why it cannot be expressed, or why a miss is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Observations of one priority and role."""

    met: int
    expressible: int

    def __str__(self) -> str:
        return f"{self.met} of {self.expressible}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCard:
    """Every fact with its status, and the observations that lie outside the network."""

    facts: tuple[ScoredFact, ...]
    outside: tuple[tuple[str, str, str, str], ...]
    """Id, priority, title and reason of each observation without a row."""
    n_sets: int

    def observations(self) -> dict[str, tuple[str, str, str]]:
        """Return ``(priority, role, status)`` by observation; all of its rows must be met."""
        found: dict[str, tuple[str, str, str]] = {}
        order = {MET: 0, MISSED: 1, NOT_EXPRESSIBLE: 2}
        for scored in self.facts:
            fact = scored.fact
            before = found.get(fact.observation, ("", "", MET))[2]
            status = max(before, scored.status, key=order.__getitem__)
            found[fact.observation] = (fact.priority, fact.role, status)
        return found

    def count(self, priority: str, role: str | None = None) -> Count:
        """Return how many published observations of a priority are met, of those that can be expressed."""
        chosen = [
            status
            for name, (p, r, status) in self.observations().items()
            if name.startswith(OBSERVATIONS)
            and p == priority
            and role in (None, r)
            and status != NOT_EXPRESSIBLE
        ]
        return Count(met=chosen.count(MET), expressible=len(chosen))

    @property
    def surprises(self) -> tuple[ScoredFact, ...]:
        """Misses that the table does not know of, and known misses that are met."""
        return tuple(
            scored
            for scored in self.facts
            if (scored.status == MISSED and not scored.fact.known_miss)
            or (scored.status == MET and scored.fact.known_miss)
        )

    @property
    def table(self) -> pd.DataFrame:
        """One row per fact."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "id": s.fact.id,
                    "priority": s.fact.priority,
                    "role": s.fact.role,
                    "status": s.status,
                    "value": ", ".join(f"{v:.3g}" for v in s.values),
                    "low": s.fact.low,
                    "high": s.fact.high,
                    "margin": s.margin,
                    "share": s.share,
                    "title": s.fact.title,
                    "quantity": s.fact.text,
                    "reason": s.reason,
                    "origin": s.fact.origin,
                    "source": s.fact.provenance.source,
                }
                for s in self.facts
            ]
        )

    def summary(self) -> str:
        """Return the counts and the misses in plain lines."""
        lines = []
        for priority in PRIORITIES:
            kept = self.count(priority, "validation")
            lines.append(
                f"{priority:<7} {self.count(priority)} observations met "
                f"(fit {self.count(priority, FIT)}, validation {kept})"
            )
        courses = [s for name, (_, _, s) in self.observations().items() if not name.startswith(OBSERVATIONS)]
        lines.append(f"time courses without drugs: {courses.count(MET)} of {len(courses)} met")
        for s in self.facts:
            if s.status == MISSED:
                bounds = _bounds(s.fact)
                found = ", ".join(f"{v:.3g}" for v in s.values)
                why = f" ({s.reason})" if s.reason else ""
                lines.append(
                    f"missed: {s.fact.id} [{s.fact.priority}] {s.fact.text} = {found}, expected {bounds}{why}"
                )
        for s in self.facts:
            if s.status == NOT_EXPRESSIBLE:
                lines.append(f"not expressible: {s.fact.id} [{s.fact.priority}] {s.reason}")
        lines += [f"outside: {name} [{priority}] {reason}" for name, priority, _, reason in self.outside]
        return "\n".join(lines)


def score_card(
    network: ReactionNetwork | None = None,
    *,
    ensemble: Sets | None = None,
    facts: Sequence[Fact] | None = None,
) -> ScoreCard:
    """Try the published observations on a network, by the rate equations.

    Parameters
    ----------
    network
        Without drugs; the shipped mTOR network if not given.
    ensemble
        Parameter sets, values by name; then each fact also tells the share of sets that meet it.
    facts
        Others than those of the network's own model.
    """
    network = load_model("mtor") if network is None else network
    chosen = load_facts(network.model) if facts is None else tuple(facts)
    panel = Panel(network, [fact for fact in chosen if fact.layer == "mean"])
    values = panel.values()
    shares: dict[str, float] = {}
    n_sets = 1
    if ensemble is not None:
        n_sets = len(next(iter(ensemble.values())))
        shares = {name: float(np.mean(m >= 0)) for name, m in panel.margins(ensemble).items()}
    scored = []
    for fact in chosen:
        if fact.id in values:
            margin = float(fact.margins(values[fact.id])[0])
            scored.append(
                ScoredFact(
                    fact=fact,
                    status=MET if margin >= 0 else MISSED,
                    values=tuple(map(float, values[fact.id][0])),
                    margin=margin,
                    share=shares.get(fact.id, float("nan")),
                    reason=fact.known_miss if margin < 0 else "",
                )
            )
        elif fact.layer == "mean":
            scored.append(ScoredFact(fact=fact, status=NOT_EXPRESSIBLE, reason=panel.missing[fact.id]))
    outside = tuple((r["id"], r["priority"], r["title"], r["reason"]) for r in load_outside(network.model))
    return ScoreCard(facts=tuple(scored), outside=outside, n_sets=n_sets)


def _bounds(fact: Fact) -> str:
    if fact.low in (0.0, -np.inf):
        return f"at most {fact.high:g}"
    return f"at least {fact.low:g}" if np.isinf(fact.high) else f"{fact.low:g} to {fact.high:g}"
