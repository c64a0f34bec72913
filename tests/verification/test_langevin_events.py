"""Langevin methods on models with events and formulas, against exact moments."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mtornet.errors import ProtocolError
from mtornet.network.build import from_graph
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.result import SimulationResult
from mtornet.simulation.run import simulate
from tests.verification.statistics import assert_agrees, assert_detected, bonferroni, moments_p, test_seed
from tests.verification.test_model_events import event, with_events
from tests.verification.toys import r, toy

TIMES = [0.0, 1.0, 2.5, 4.0, 9.0]
STEPS = {"max_step_s": 0.02, "first_step_s": 0.005}
MANY = toy({"X": 0}, {"k": 900.0, "g": 0.5}, birth=r("-> X", "k*on"), death=r("X ->", "g")).graph()


def many(*events: object) -> ReactionNetwork:
    graph = MANY.copy()
    graph.graph["variables"] = {"on": {"initial": 1.0}}
    return with_events(from_graph(graph), *events, on=1.0)  # type: ignore[arg-type]


def run(network: ReactionNetwork, method: str, cells: int = 3000, **more: object) -> SimulationResult:
    options = {"seed": test_seed(), "keep": "trajectories", **STEPS, **more}
    return simulate(network, TIMES, method=method, cells=cells, **options)  # type: ignore[arg-type]


def poisson_p(result: SimulationResult, mean: list[float]) -> float:
    """p-value of Poisson moments at all times but the first."""
    assert result.counts is not None
    assert set(result.status) == {"complete"}
    x = result.counts[:, :, result.column("X")]
    return bonferroni(
        [moments_p(x[:, i], mean=m, var=m, kurtosis=1 / m) for i, m in enumerate(mean) if i and m > 0]
    )


def switched_mean(off: float, on: float) -> list[float]:
    """Mean of immigration-death that pauses: a Poisson law, as it starts from none."""

    def grown(start: float, t: float) -> float:
        return 1800.0 + (start - 1800.0) * np.exp(-0.5 * t)

    at_off = grown(0.0, off)
    at_on = at_off * np.exp(-0.5 * (on - off))
    return [
        grown(0.0, t) if t <= off else at_off * np.exp(-0.5 * (t - off)) if t <= on else grown(at_on, t - on)
        for t in TIMES
    ]


@pytest.mark.parametrize("method", ["cle", "hybrid"])
def test_a_variable_switches_at_the_exact_time(method: str) -> None:
    # 1.7183 lies within a step.
    network = many(event("off", "time >= 1.7183", on=0), event("again", "time >= 1.7183", delay="1.5", on=1))
    result = run(network, method)
    assert_agrees(poisson_p(result, switched_mean(1.7183, 3.2183)), f"{method}, switched by events")
    assert_detected(poisson_p(result, switched_mean(1.6983, 3.1983)), "one step too late")


def test_at_its_moment_the_state_after_an_event_is_seen() -> None:
    result = run(many(event("all", "time >= 2.5", X=5000)), "cle", cells=3)
    np.testing.assert_array_equal(result.counts[:, 2, result.column("X")], 5000)  # type: ignore[index]


def test_a_count_triggers() -> None:
    """The first passage of 1 000 resets to 0; by then the mean has long passed it."""
    result = run(many(event("full", "X > 1000", on=0, X=0)), "cle", cells=50)
    assert result.counts is not None
    assert set(result.status) == {"complete"}
    assert np.all(result.counts[:, -1, result.column("X")] == 0)
    assert np.all(result.counts[:, -1, result.column("on")] == 0)
    assert np.all(result.counts[:, 1, result.column("on")] == 1)


@pytest.mark.parametrize("method", ["cle", "hybrid"])
def test_a_saturable_law_against_exact_simulation(method: str) -> None:
    network = toy(
        {"S": 3000, "E": 300, "P": 0},
        {"k": 2.0, "K": 800.0, "b": 0.2},
        turnover=r("S -> P", "k", law="michaelis_menten", law_parameters="K=K", catalysts=("E",)),
        back=r("P -> S", "b"),
    ).network()
    exact = simulate(network, TIMES, method="ssa", cells=3000, seed=test_seed() + 1, keep="trajectories")
    found = run(network, method)
    column = exact.column("P")
    a, b = exact.counts[:, 1:, column], found.counts[:, 1:, column]  # type: ignore[index]
    p_values = [stats.ttest_ind(a[:, i], b[:, i], equal_var=False).pvalue for i in range(a.shape[1])]
    p_values += [stats.levene(a[:, i], b[:, i]).pvalue for i in range(a.shape[1])]
    assert_agrees(bonferroni(p_values), f"{method}, Michaelis-Menten")
    assert_detected(
        bonferroni([stats.ttest_ind(a[:, i] * 1.02, b[:, i]).pvalue for i in range(3)]), "2 % more"
    )


def test_a_rate_that_follows_the_time() -> None:
    network = toy(
        {"X": 0}, {"k": 900.0, "g": 0.5}, birth=r("-> X", "k*(1 + sin(time))"), death=r("X ->", "g")
    ).network()
    grid = np.linspace(0.0, 9.0, 900_001)
    weighted = 900 * (1 + np.sin(grid)) * np.exp(0.5 * grid)
    integral = np.concatenate(([0.0], np.cumsum((weighted[1:] + weighted[:-1]) / 2 * np.diff(grid))))
    mean = np.interp(TIMES, grid, integral * np.exp(-0.5 * grid)).tolist()
    result = run(network, "cle")
    assert_agrees(poisson_p(result, mean), "cle, sine")


def test_threads_change_nothing() -> None:
    network = many(event("half", "X > 1000", X="X/2"), event("off", "time > 3", on=0))
    one, two = run(network, "hybrid", cells=40, jobs=1), run(network, "hybrid", cells=40, jobs=2)
    np.testing.assert_array_equal(one.counts, two.counts)  # type: ignore[arg-type]


def test_a_law_that_does_not_read_what_it_consumes_is_refused() -> None:
    network = toy({"X": 50}, {"k": 3.0}, use=r("X ->", "k*2", law="expression")).network()
    with pytest.raises(ProtocolError, match="reaction 'use' consumes molecules that do not set its rate"):
        run(network, "cle", cells=1)
