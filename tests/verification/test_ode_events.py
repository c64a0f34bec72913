"""Events of a model in the rate equations: at the very start, many at once, and without an end."""

from __future__ import annotations

import numpy as np
import pytest

import mtornet as mt
from mtornet.errors import IntegrationError
from mtornet.network.network import ReactionNetwork
from tests.verification.test_model_events import event, with_events
from tests.verification.toys import r, toy

TIMES = [0.0, 0.5, 1.0, 2.0]
DECAY = toy({"X": 0}, {"k": 1.5}, fall=r("X -> ", "k"))


@pytest.mark.parametrize("trigger", ["time >= 0", "not (time < 0)", "X < 1e-6"])
@pytest.mark.parametrize("amount", [1.5e-4, 40.0])
def test_what_is_true_from_the_start_happens_at_the_start(trigger: str, amount: float) -> None:
    network = with_events(DECAY.network(), event("load", trigger, initial_value=False, X=amount))
    found = mt.simulate(network, TIMES)["X"]
    np.testing.assert_allclose(found, amount * np.exp(-1.5 * np.array(TIMES)), rtol=1e-6, atol=1e-8)


def test_just_after_the_start_is_not_the_start() -> None:
    network = with_events(DECAY.network(), event("load", "time > 0", X=7))
    found = mt.simulate(network, TIMES)["X"]
    np.testing.assert_allclose(found, [0.0, *(7 * np.exp(-1.5 * np.array(TIMES[1:])))], rtol=1e-5)


def flags(n: int) -> ReactionNetwork:
    """Many events with one trigger, each of which sets a variable of its own."""
    made = [event(f"e{i}", "time >= 1", **{f"v{i}": "X + 1"}) for i in range(n)]
    return with_events(DECAY.network(), *made, **{f"v{i}": 0.0 for i in range(n)})


@pytest.mark.parametrize("method", ["ode", "ssa", "tau", "hybrid"])
def test_as_many_events_at_once_as_a_model_has(method: str) -> None:
    n = 201
    result = mt.simulate(flags(n), TIMES, method=method)
    assert result.status == ("complete",)
    values = np.array([result[f"v{i}"] for i in range(n)])
    np.testing.assert_array_equal(values, np.tile([0.0, 0.0, 1.0, 1.0], (n, 1)))


@pytest.mark.parametrize(
    ("events", "message"),
    [
        (
            (event("a", "X < 5", initial_value=False, X=9), event("b", "X > 5", X=1)),
            r"beyond t = 0 s .*events follow each other without an end.*check what triggers them",
        ),
        ((event("late", "time >= 1", delay="-1", X=9),), r"beyond t = 1 s .*delayed by less than no time"),
        ((event("bad", "time >= 1", X="1/(X*0)"),), r"beyond t = 1 s .*not finite"),
    ],
)
def test_why_events_cannot_be_followed_is_said(events: tuple[mt.Event, ...], message: str) -> None:
    with pytest.raises(IntegrationError, match=message):
        mt.simulate(with_events(DECAY.network(), *events), TIMES)


def test_sets_of_a_network_with_formulas_and_events() -> None:
    growing = toy({"X": 3}, {"k": 1.0, "n": 2.0}, make=r("-> X", "k*time^n", law="expression")).network()
    network = with_events(growing, event("load", "time >= 1", v="X"), v=-1.0)
    sets = {"k": [1.0, 2.0, 0.5], "n": [1.0, 2.0, 3.0]}
    found = mt.simulate_many(network, TIMES, parameters=sets)
    assert found.status == ("complete",) * 3
    assert found.species == ("X", "v")
    for i in range(3):
        k, n = sets["k"][i], sets["n"][i]
        np.testing.assert_allclose(found["X"][i], 3 + k * np.array(TIMES) ** (n + 1) / (n + 1), rtol=1e-5)
        np.testing.assert_allclose(found["v"][i], [-1, -1, 3 + k / (n + 1), 3 + k / (n + 1)], rtol=1e-5)
