"""Whatever a model does, every method ends in bounded time and memory, and says by name how it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import mtornet as mt
from mtornet.errors import IntegrationError, MtorNetError, ProtocolError
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.methods.ssa import ALGORITHMS
from tests.verification.test_model_events import event, with_events
from tests.verification.toys import r, toy

TIMES = [0.0, 1.0, 10.0]
EXACT = [name for name in ALGORITHMS if name != "auto"]
WHOLE = [*EXACT, "tau"]
"""Methods that count molecules, the exact ones by algorithm."""
NOISY = [*WHOLE, "hybrid", "cle"]
EVERY = [*NOISY, "ode", "lna"]

DEATH = toy({"X": 3}, {"k": 1.0}, fall=r("X -> ", "k"))


def law(text: str, **amounts: int) -> ReactionNetwork:
    return toy(amounts, {"k": 1.0}, make=r("-> X", text, law="expression")).network()


def ended(network: ReactionNetwork, method: str, times: list[float] = TIMES, **options: Any) -> str:
    """How one cell ended: the name of a status, or the message of a refusal."""
    if method in EXACT:
        options, method = {"algorithm": method, "max_events": 100_000, **options}, "ssa"
    if method == "tau":
        options = {"max_events": 10_000, **options}
    try:
        result = mt.simulate(network, times, method=method, **options)
    except MtorNetError as error:
        return str(error)
    (status,) = result.status
    if status != "complete":
        assert np.all(np.isnan(result.mean))
    elif method in STOCHASTIC_NAMES:
        assert np.all(np.isfinite(result.mean))
    return status


STOCHASTIC_NAMES = ("ssa", "tau", "hybrid", "cle")


@pytest.mark.parametrize("method", WHOLE)
@pytest.mark.parametrize("amount", [1e16, 1e17, 1e300])
def test_counts_that_a_float_cannot_count(method: str, amount: float) -> None:
    assert ended(DEATH.network().with_amounts(X=amount), method) == "count_overflow"


@pytest.mark.parametrize("method", WHOLE)
def test_a_large_count_that_nothing_changes_is_no_overflow(method: str) -> None:
    network = toy({"W": 0, "X": 0}, {"k": 1e-17}, make=r("W -> W + X", "k")).network()
    assert ended(network.with_amounts(W=1e17), method) == "complete"


@pytest.mark.parametrize("method", EVERY)
@pytest.mark.parametrize("text", ["k/(X - 3)", "k*(X - 3)/(X - 3)"])
def test_a_rate_that_is_not_finite(method: str, text: str) -> None:
    assert ended(law(text, X=3), method) == "not_finite" or method in ("ode", "lna")
    if method in ("ode", "lna"):
        with pytest.raises(IntegrationError, match=r"beyond t = 0 s .*not finite.*check the rate laws"):
            mt.simulate(law(text, X=3), TIMES, method=method)


@pytest.mark.parametrize("method", EVERY)
def test_a_rate_beyond_all_numbers(method: str) -> None:
    network = toy(
        {"X": 5, "Y": 1}, {"k": 1e308, "m": 1.0}, twice=r("X -> 2 X", "k"), make=r("-> Y", "m")
    ).network()
    found = ended(network, method)
    assert found == "not_finite" or (method in ("ode", "lna") and "not finite" in found)


@pytest.mark.parametrize("method", NOISY)
@pytest.mark.parametrize(("text", "amount"), [("k*(5 - X)", 9), ("k*(5 - 2*X)", 0)])
def test_a_negative_rate(method: str, text: str, amount: int) -> None:
    assert ended(law(text, X=amount), method) == "negative_rate"


RUNAWAY: dict[str, Callable[[], ReactionNetwork]] = {
    "doubling": lambda: toy({"X": 1}, {"k": 50.0}, grow=r("X -> 2 X", "k")).network(),
    "explosion": lambda: toy({"X": 20}, {"k": 5.0}, grow=r("2 X -> 3 X", "k")).network(),
}


@pytest.mark.parametrize("case", RUNAWAY)
@pytest.mark.parametrize("method", NOISY)
def test_a_runaway_network(case: str, method: str) -> None:
    # In these 10 s it would make exp(500) molecules, or infinitely many in a hundredth of a second.
    assert ended(RUNAWAY[case](), method) in ("event_limit", "count_overflow", "step_too_long")


def test_growth_that_langevin_steps_can_follow_is_followed() -> None:
    growing = toy({"X": 10_000}, {"k": 0.05}, grow=r("X -> 2 X", "k")).network()
    result = mt.simulate(growing, TIMES, method="cle", cells=200, seed=1)
    assert set(result.status) == {"complete"}
    # Steps of up to a fifth of a second are far shorter than the 20 s in which it grows by e.
    np.testing.assert_allclose(result["X"], 10_000 * np.exp(0.05 * np.array(TIMES)), rtol=5e-3)


def test_an_explosion_of_rate_equations_ends_at_its_moment() -> None:
    with pytest.raises(IntegrationError, match=r"beyond t = 0\.0(1|09)"):
        mt.simulate(RUNAWAY["explosion"](), TIMES)


@pytest.mark.parametrize("method", [*NOISY, "ode"])
def test_a_storm_of_events(method: str) -> None:
    swap = (event("a", "X < 5", initial_value=False, X=9), event("b", "X > 5", X=1))
    found = ended(with_events(DEATH.network(), *swap), method)
    assert found == "event_storm" or (method == "ode" and "events follow each other" in found)


@pytest.mark.parametrize("method", WHOLE)
def test_more_events_than_anyone_can_wait_for(method: str) -> None:
    # A trajectory that is stuck: 1e15 events a second that change nothing to speak of.
    network = toy({"A": 500, "B": 500}, {"f": 1e12}, forth=r("A -> B", "f"), back=r("B -> A", "f")).network()
    # Tau-leaping would need steps shorter than a picosecond.
    assert ended(network, method) == "event_limit"


@pytest.mark.parametrize("method", EVERY)
def test_nothing_ever_happens(method: str) -> None:
    network = toy({"A": 0, "B": 5}, {"f": 1.0}, turn=r("A -> B", "f")).network()
    assert ended(network, method, [0.0, 1e6]) == "complete"


def test_more_langevin_steps_than_memory_holds_are_refused() -> None:
    with pytest.raises(ProtocolError, match=r"more than 10,000,000 steps of 10 s; raise max_step_s"):
        mt.simulate(DEATH.network(), [0.0, 1e10], method="hybrid")
    assert ended(DEATH.network(), "hybrid", [0.0, 1e10], max_step_s=1e7) == "complete"
