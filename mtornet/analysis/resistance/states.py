"""Slow states from the model's ``states.tsv``: two kinds of cell and how fast one becomes the other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from mtornet.graph.knowledge import load_knowledge, model_names
from mtornet.network.network import ReactionNetwork
from mtornet.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowState:
    """A state with a memory of weeks, without any mutation."""

    id: str
    name: str
    context: str
    """Kind of cell in which it is off."""
    off: str
    """Genotype-like edits of the off state."""
    on_context: str
    """Kind of cell that it turns into."""
    on: str
    on_rate_per_week: float
    off_rate_per_week: float
    provenance: Provenance

    def cells(self, base: ReactionNetwork) -> tuple[ReactionNetwork, ReactionNetwork]:
        """Return the networks of the off and the on state."""
        return _cell(base, self.context, self.off), _cell(base, self.on_context, self.on)


def _cell(base: ReactionNetwork, context: str, variant: str) -> ReactionNetwork:
    network = base.with_context(context) if context else base
    return network.with_variant(variant or "wild_type")


@cache
def slow_states(model: str) -> dict[str, SlowState]:
    """Return the slow states of a shipped model by id; empty for a model without that table."""
    if model not in model_names():
        return {}
    return {
        row["id"]: SlowState(
            id=row["id"],
            name=row["name"],
            context=row["off_context"],
            off=row["off_variant"],
            on_context=row["on_context"],
            on=row["on_variant"],
            on_rate_per_week=float(row["k_on"]),
            off_rate_per_week=float(row["k_off"]),
            provenance=Provenance(
                source=row["source"], confidence=row["confidence"], note=row["note"], where=row.where
            ),
        )
        for row in load_knowledge(model)["states"]
    }
