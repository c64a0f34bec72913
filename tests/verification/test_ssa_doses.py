"""Doses act at their exact time, also in the middle of a waiting time."""

from __future__ import annotations

import numpy as np
from scipy import stats

from tests.verification import toys
from tests.verification.master_equation import Schedule, distributions
from tests.verification.sampling import distribution_p, sampled_with_doses
from tests.verification.statistics import assert_agrees, bonferroni, chi_square_p
from tests.verification.toys import r, toy

SOURCE = toy({"X": 0}, {"k": 0.0}, birth=r("-> X", "k"))
AROUND = [0.0, 5.0, 9.999, 10.0, 10.001, 10.5, 12.0, 20.0]
SWITCHED_ON: Schedule = [(0.0, {}, {}), (10.0, {"k": 1.3}, {})]
SWITCHED_OFF: Schedule = [(0.0, {"k": 1.3}, {}), (10.0, {"k": 0.0}, {})]


def poisson_p(counts: np.ndarray, means: list[float]) -> float:
    laws = np.array([stats.poisson(mean).pmf(np.arange(200)) for mean in means])
    return distribution_p({"X": counts}, {"X": laws})


def test_a_reaction_switched_on_has_no_event_before(cells: int, algorithm: str) -> None:
    counts = sampled_with_doses(SOURCE, AROUND, SWITCHED_ON, cells, algorithm)["X"]
    assert np.all(counts[:, :4] == 0)
    assert_agrees(poisson_p(counts, [1.3 * max(t - 10, 0) for t in AROUND]), "switched on at 10 s")


def test_a_reaction_switched_off_has_no_event_after(cells: int, algorithm: str) -> None:
    counts = sampled_with_doses(SOURCE, AROUND, SWITCHED_OFF, cells, algorithm)["X"]
    assert np.all(counts[:, 3:] == counts[:, 3:4])
    assert_agrees(poisson_p(counts, [1.3 * min(t, 10) for t in AROUND]), "switched off at 10 s")


def test_a_rate_that_changes_while_waiting(cells: int, algorithm: str) -> None:
    # Rare events (one in 50 s) and doses every second: the waiting time crosses many doses.
    schedule: Schedule = [(float(i), {"k": 0.02 if i % 2 else 0.0}, {}) for i in range(40)]
    times = [0.0, 9.5, 20.0, 33.3, 40.0]
    counts = sampled_with_doses(SOURCE, times, schedule, cells, algorithm)["X"]
    means = [0.02 * (t // 2 + max(t % 2 - 1, 0)) for t in times]
    assert_agrees(poisson_p(counts, means), "doses during one waiting time")


def test_bolus_at_its_time(cells: int, algorithm: str) -> None:
    schedule: Schedule = [(0.0, {}, {}), (3.7, {}, {"X": 40})]
    times = [0.0, 3.0, 3.7, 3.7001, 6.0]
    counts = sampled_with_doses(toys.PURE_DEATH, times, schedule, cells, algorithm)["X"]
    laws = []
    for t in times:
        early = stats.binom(200, np.exp(-0.3 * t)).pmf(np.arange(201))
        late = stats.binom(40, np.exp(-0.3 * (t - 3.7))).pmf(np.arange(41)) if t > 3.7 else np.eye(41)[0]
        laws.append(np.convolve(early, late))
    assert_agrees(distribution_p({"X": counts}, {"X": np.array(laws)}), "bolus at 3.7 s")


def test_doses_in_a_network_with_order_2_and_a_guard(cells: int, algorithm: str) -> None:
    both = toy(
        {"A": 20, "B": 0},
        {"f": 0.01, "use": 0.0},
        bind=r("2 A -> B", "f"),
        drain=r("A ->", "use", law="constant_rate"),
    )
    schedule: Schedule = [
        (0.0, {}, {}),
        (2.3, {"f": 0.05}, {"A": 6}),
        (4.1, {"f": 0.0, "use": 3.0}, {}),
        (6.0, {}, {"B": 2}),
    ]
    times = [0.0, 1.0, 2.3, 3.0, 4.1, 5.0, 6.0, 7.0]
    exact = distributions(both, times, schedule=schedule, limit=40)
    counts = sampled_with_doses(both, times, schedule, cells, algorithm)
    assert_agrees(distribution_p(counts, exact), "three doses, order 2 and guard")


def test_a_time_at_a_dose_shows_the_state_before(algorithm: str) -> None:
    schedule: Schedule = [(0.0, {}, {}), (5.0, {}, {"X": 11}), (5.0, {}, {"X": 100}), (8.0, {}, {"X": 1000})]
    counts = sampled_with_doses(SOURCE, [0.0, 5.0, 5.0, 6.0, 8.0], schedule, 3, algorithm)["X"]
    np.testing.assert_array_equal(counts, [[0, 0, 0, 111, 111]] * 3)


def test_all_quiet_until_the_dose(cells: int, algorithm: str) -> None:
    # Total propensity 0 before the dose: no draw, no event, no end of the run.
    counts = sampled_with_doses(
        SOURCE, [0.0, 9.0, 11.0], [(0.0, {}, {}), (10.0, {"k": 5.0}, {})], cells, algorithm
    )["X"]
    p = chi_square_p(counts[:, 2], stats.poisson(5.0).pmf(np.arange(100)))
    assert np.all(counts[:, 1] == 0)
    assert_agrees(bonferroni([p]), "a dose into silence")
