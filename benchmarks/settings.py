"""How long to measure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Budgets of one benchmark run."""

    quick: bool
    turns: int
    """Times that each engine is measured, in alternation; medians are shown."""
    budget_s: float
    """CPU seconds of one measurement of an event's cost."""
    build_limit_s: float
    """Longest time to load a network."""
    run_limit_s: float
    """Longest time of one call."""
    ensemble_budget_s: float
    """CPU seconds for an ensemble; a slower engine runs fewer cells, scaled."""
    n_sets: int
    """Parameter sets of a scan of the rate equations."""

    @property
    def words(self) -> str:
        """How the numbers were taken, for the head of a table."""
        kind = "quick run" if self.quick else "full run"
        return f"{kind}, medians of {self.turns} turns"


FULL = Settings(
    quick=False,
    turns=5,
    budget_s=1.5,
    build_limit_s=300.0,
    run_limit_s=300.0,
    ensemble_budget_s=10.0,
    n_sets=1000,
)
QUICK = Settings(
    quick=True,
    turns=3,
    budget_s=0.25,
    build_limit_s=20.0,
    run_limit_s=20.0,
    ensemble_budget_s=1.0,
    n_sets=1000,
)
