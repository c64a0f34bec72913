"""Each kind of check finds the mistake it is there for: broken twins must fail it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.verification import toys
from tests.verification.master_equation import distributions, moments
from tests.verification.reference.direct_method import DirectMethod
from tests.verification.reference.generator import Stream
from tests.verification.reference.rejection_method import RejectionMethod
from tests.verification.sampling import distribution_p, problem_of
from tests.verification.statistics import (
    assert_agrees,
    assert_detected,
    bonferroni,
    chi_square_p,
    independence_p,
    moments_p,
    test_seed,
)
from tests.verification.test_ssa_doses import AROUND, SOURCE, SWITCHED_OFF, SWITCHED_ON, poisson_p
from tests.verification.toys import Toy, r, toy

CELLS = 1500


class Squared(DirectMethod):
    """x**n for x (x-1) ...: counts pairs of a molecule with itself."""

    def propensity(self, j: int, x: list[float], constants: list[float]) -> float:
        a, b, c = self.factors[j]
        return constants[j] * x[a] * x[b] * x[c]


class LateDose(DirectMethod):
    """New constants wait for the next event under the old ones."""

    def constants_in(self, segment: int, events_since_dose: int) -> list[float]:
        return self.constants[segment - 1 if segment and not events_since_dose else segment]


class StoppedClock(DirectMethod):
    """At a dose the clock stays at the last event instead of moving to the dose."""

    def time_after_segment(self, t: float, end: float) -> float:
        del end
        return t


class Unguarded(DirectMethod):
    """Fires without reactants."""

    def guarded(self, j: int, x: list[float]) -> bool:
        del j, x
        return False


class OneStream(DirectMethod):
    """The same numbers for every cell."""

    def stream(self, cell: int) -> Stream:
        del cell
        return Stream(self.key, 0)


class SharedNeighbours(DirectMethod):
    """Two cells of a kind, as when chunks share a stream."""

    def stream(self, cell: int) -> Stream:
        return Stream(self.key, cell // 2)


class FixedWait(DirectMethod):
    """Waits the mean time instead of an exponential one."""

    def wait(self) -> float:
        return 1.0


class StaleDependents(DirectMethod):
    """Forgets that the second reactant of a reaction changed."""

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.dependents = [row[:1] for row in self.dependents]


def twin_counts(
    kind: type[DirectMethod], network: Toy, times: list[float], schedule=((0.0, {}, {}),), cells: int = CELLS
):  # type: ignore[no-untyped-def]
    problem = problem_of(network.network(), times, schedule)
    counts = kind(problem, seed=test_seed()).counts(cells)
    return {name: counts[:, :, i] for i, name in enumerate(problem.compiled.species)}


PAIRS = toy({"A": 6, "B": 0}, {"f": 0.05, "b": 0.3}, bind=r("2 A -> B", "f"), split=r("B -> 2 A", "b"))
TIMES = [0.0, 1.0, 3.0, 8.0]


def test_squares_instead_of_pairs() -> None:
    exact = distributions(PAIRS, TIMES, limit=10)
    assert_agrees(distribution_p(twin_counts(DirectMethod, PAIRS, TIMES), exact), "twin, pairs")
    assert_detected(distribution_p(twin_counts(Squared, PAIRS, TIMES), exact), "n**2 for n (n-1)")
    mean, var, kurtosis = moments(exact["B"])
    wrong = twin_counts(Squared, PAIRS, TIMES)["B"]
    p = bonferroni(
        [moments_p(wrong[:, i], mean=mean[i], var=var[i], kurtosis=kurtosis[i]) for i in (1, 2, 3)]
    )
    assert_detected(p, "n**2 for n (n-1), by moments")


def test_order_3_without_its_falling_product() -> None:
    trio = toy({"A": 5, "C": 0}, {"f": 0.02, "b": 0.4}, bind=r("3 A -> C", "f"), split=r("C -> 3 A", "b"))
    exact = distributions(trio, TIMES, limit=10)
    assert_agrees(distribution_p(twin_counts(DirectMethod, trio, TIMES), exact), "twin, trios")
    assert_detected(distribution_p(twin_counts(Squared, trio, TIMES), exact), "n**3 for n (n-1) (n-2)")


@pytest.mark.parametrize("mistake", [LateDose, StoppedClock])
def test_doses_at_the_wrong_time(mistake: type[DirectMethod]) -> None:
    # Switched off while events are rare: a late dose lets one more event through.
    off = [1.3 * min(t, 10) for t in AROUND]
    assert_agrees(
        poisson_p(twin_counts(DirectMethod, SOURCE, AROUND, SWITCHED_OFF)["X"], off), f"twin, {mistake}"
    )
    on = [1.3 * max(t - 10, 0) for t in AROUND]
    wrong = [
        poisson_p(twin_counts(mistake, SOURCE, AROUND, SWITCHED_OFF)["X"], off),
        poisson_p(twin_counts(mistake, SOURCE, AROUND, SWITCHED_ON)["X"], on),
    ]
    assert_detected(min(wrong), mistake.__doc__ or "")


def test_no_guard() -> None:
    network = toys.CONSTANT_CONSUMPTION
    exact = distributions(network, TIMES, limit=60)
    assert_agrees(distribution_p(twin_counts(DirectMethod, network, TIMES), exact), "twin, guard")
    wrong = twin_counts(Unguarded, network, TIMES)
    assert wrong["X"].min() < 0
    assert_detected(distribution_p(wrong, exact), "no guard")


@pytest.mark.parametrize("mistake", [OneStream, SharedNeighbours])
def test_cells_that_share_numbers(mistake: type[DirectMethod]) -> None:
    counts = twin_counts(mistake, toys.IMMIGRATION_DEATH, [0.0, 5.0])["X"][:, 1]
    assert_detected(independence_p(counts[:-1], counts[1:]), mistake.__doc__ or "")
    if mistake is OneStream:
        law = stats.poisson(100 * (1 - np.exp(-0.5))).pmf(np.arange(200))
        assert_detected(chi_square_p(counts, law), "one stream, by distribution")


def test_waits_that_are_not_exponential() -> None:
    counts = twin_counts(FixedWait, SOURCE, AROUND, SWITCHED_ON)["X"]
    assert_detected(poisson_p(counts, [1.3 * max(t - 10, 0) for t in AROUND]), "fixed waiting times")


def test_stale_propensities() -> None:
    exact = distributions(toys.ENZYME, TIMES, limit=30)
    assert_detected(
        distribution_p(twin_counts(StaleDependents, toys.ENZYME, TIMES), exact), "stale propensities"
    )


def test_a_wrong_rate_constant() -> None:
    # The smallest error that the quick sample sizes find for sure: 5 % in one rate.
    wrong = toy({"X": 0}, {"k": 10.5, "g": 0.1}, birth=r("-> X", "k"), death=r("X ->", "g"))
    counts = twin_counts(DirectMethod, wrong, [0.0, 10.0], cells=2000)["X"][:, 1]
    mean = 100 * (1 - np.exp(-1.0))
    assert_detected(moments_p(counts, mean=mean, var=mean, kurtosis=1 / mean), "5 % in one rate")


class AtTheEndOfTheWindow(RejectionMethod):
    """Puts the event that leaves an interval at the end of its window, not at its order statistic."""

    def part_of_window(self, trial: int, trials: int) -> float:
        del trial, trials
        return 1.0


class EvenlySpaced(RejectionMethod):
    """Takes the mean of the order statistic for the order statistic."""

    def part_of_window(self, trial: int, trials: int) -> float:
        return trial / (trials + 1)


class TooLowBounds(RejectionMethod):
    """Bounds at the present count, which the count then exceeds unseen."""

    def upper_bound(self, j: int, constants: list[float]) -> float:
        return 0.5 * super().upper_bound(j, constants)


@pytest.mark.parametrize("mistake", [AtTheEndOfTheWindow, EvenlySpaced, TooLowBounds])
def test_mistakes_of_rejection(mistake: type[RejectionMethod]) -> None:
    # Sampled where windows are long against the time in an interval.
    times = [0.0, 2.0, 6.0]
    exact = distributions(toys.IMMIGRATION_DEATH, times, limit=160)
    right = twin_counts(RejectionMethod, toys.IMMIGRATION_DEATH, times, cells=2500)
    assert_agrees(distribution_p(right, exact), f"twin of rejection, {mistake.__name__}")
    wrong = twin_counts(mistake, toys.IMMIGRATION_DEATH, times, cells=2500)
    assert_detected(distribution_p(wrong, exact), mistake.__doc__ or "")
