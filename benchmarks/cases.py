"""The stochastic cases: which network, and how long a run is worth measuring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import mtornet as mt
from benchmarks.networks import cascade, random_network, settled_mtor, vilar


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One network and its horizons."""

    name: str
    make: Callable[[], mt.ReactionNetwork]
    horizon_s: float
    """Of a long run: a few million events where one is fast, for the cost per event."""
    short_s: float | None
    """Of a run in an ensemble: about a thousand events; None where no ensemble is run."""


CASES = (
    Case(name="mTOR, copy scale 1", make=settled_mtor, horizon_s=800.0, short_s=0.3),
    Case(name="mTOR, copy scale 0.1", make=partial(settled_mtor, 0.1), horizon_s=8000.0, short_s=3.0),
    Case(name="Vilar oscillator", make=vilar, horizon_s=2000.0, short_s=0.33),
    Case(name="cascade, 20 stages", make=partial(cascade, 20), horizon_s=1000.0, short_s=0.25),
    Case(name="cascade, 200 stages", make=partial(cascade, 200), horizon_s=100.0, short_s=0.025),
    Case(name="random, 100", make=partial(random_network, 100), horizon_s=20_000.0, short_s=6.0),
    Case(name="random, 1 000", make=partial(random_network, 1_000), horizon_s=2_000.0, short_s=0.6),
    Case(name="random, 10 000", make=partial(random_network, 10_000), horizon_s=2_000.0, short_s=None),
    Case(name="random, 100 000", make=partial(random_network, 100_000), horizon_s=200.0, short_s=None),
)
