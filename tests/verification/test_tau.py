"""Tau-leaping against exact laws and its twin; where it must be exact, and where mistakes must show."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy import stats

import mtornet as mt
from mtornet.compiled.status import COMPLETE, INTERRUPTED
from mtornet.errors import ProtocolError
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods import tau
from mtornet.simulation.methods.tau import TauOptions
from mtornet.simulation.problem import CellSamples, FloatArray, Problem
from mtornet.simulation.progress import Silent
from tests.verification import toys
from tests.verification.master_equation import Schedule, distributions, moments
from tests.verification.reference.tau_leaping import TauLeaping
from tests.verification.reference.variates import poisson
from tests.verification.sampling import counts_of, distribution_p, problem_of
from tests.verification.statistics import (
    assert_agrees,
    assert_detected,
    bonferroni,
    chi_square_p,
    moments_p,
    test_seed,
)
from tests.verification.test_kernel_twins import TOYS as PRODUCT_TOYS
from tests.verification.test_model_events import event, with_events
from tests.verification.toys import Toy, r, toy

PAPER = TauOptions(order=1, turnover=np.inf)
RECKLESS = TauOptions(epsilon=0.3, n_critical=0)


def leapt(
    problem: Problem,
    cells: int,
    options: TauOptions | None = None,
    *,
    seed: int | None = None,
    jobs: int | None = None,
    first_cell: int = 0,
) -> list[CellSamples]:
    chunks: list[CellSamples] = []
    tau.run_cells(
        problem,
        cells=cells,
        first_cell=first_cell,
        seed=test_seed() if seed is None else seed,
        jobs=jobs,
        options=options or TauOptions(),
        progress=Silent(),
        stop=StopFlag(),
        consume=chunks.append,
    )
    return chunks


def by_species(problem: Problem, counts: FloatArray) -> dict[str, FloatArray]:
    return {name: counts[:, :, i] for i, name in enumerate(problem.compiled.species)}


# --- the kernel is its twin -------------------------------------------------------------------------

CROWDED = toy(
    {"X": 3000, "Y": 0, "Z": 40},
    {"k": 1000.0, "g": 0.1, "d": 1e-4, "b": 1.0, "u": 30.0, "h": 5e-8},
    make=r("-> X", "k"),
    fade=r("X ->", "g"),
    pair=r("2 X -> Y", "d"),
    split=r("Y -> 2 X", "b"),
    use=r("Z ->", "u", law="constant_rate"),
    feed=r("2 X + Z -> 2 X + 2 Z", "h"),
)
STARVING = toy(
    {"X": 12, "Y": 0, "W": 2000},
    {"u": 100.0, "k": 40000.0, "d": 5.0},
    use=r("X ->", "u", law="constant_rate"),
    make=r("-> Y", "k"),
    fade=r("W ->", "d"),
)
TOYS = PRODUCT_TOYS | {"CROWDED": CROWDED, "STARVING": STARVING}


def assert_twins_agree(problem: Problem, options: TauOptions, *, cells: int, seed: int = 5) -> None:
    chunks = leapt(problem, cells, options, seed=seed)
    twin = TauLeaping(problem, seed=seed, options=options)
    for i in range(cells):
        chunk = next(c for c in chunks if c.first_cell <= i < c.first_cell + len(c.status))
        k, cell = i - chunk.first_cell, twin.run(i)
        np.testing.assert_array_equal(chunk.counts[k], cell.samples)
        np.testing.assert_array_equal(chunk.final[k], cell.final)
        assert (chunk.n_events[k], chunk.status[k]) == (cell.n_events, cell.status)


@pytest.mark.parametrize("name", TOYS)
@pytest.mark.parametrize("options", [TauOptions(), PAPER, RECKLESS], ids=["default", "paper", "reckless"])
def test_kernel_is_its_twin(name: str, options: TauOptions) -> None:
    problem = problem_of(TOYS[name].network(), [0.0, 0.02, 0.1, 0.3, 1.0, 4.0])
    assert_twins_agree(problem, options, cells=12)


def test_kernel_is_its_twin_with_doses_and_budgets() -> None:
    schedule: Schedule = [
        (0.0, {}, {}),
        (2.5, {"k": 0.0}, {"X": 700}),
        (4.0, {"k": 3000.0, "g": 0.0}, {}),
        (4.0, {"k": 100.0}, {"X": 3}),
    ]
    problem = problem_of(toys.IMMIGRATION_DEATH.network(), [0.0, 2.0, 2.5, 4.0, 7.0], schedule)
    assert_twins_agree(problem, TauOptions(), cells=20)
    assert_twins_agree(problem, TauOptions(max_events=150), cells=20)


def test_kernel_is_its_twin_on_the_shipped_network(mtor_with_everolimus: ReactionNetwork) -> None:
    assert_twins_agree(problem_of(mtor_with_everolimus, [0.0, 0.5, 2.0]), TauOptions(), cells=2)


# --- moments and distributions ----------------------------------------------------------------------

MANY = toy({"X": 0}, {"k": 1000.0, "g": 0.1}, birth=r("-> X", "k"), death=r("X ->", "g"))
ABUNDANT = [0.0, 2.0, 5.0, 20.0, 100.0]


def poisson_moments_p(options: TauOptions, cells: int) -> float:
    """p-value of ten thousand molecules that come and go, from none to balance."""
    counts = counts_of(leapt(problem_of(MANY.network(), ABUNDANT), cells, options))[:, :, 0]
    means = 10_000 * (1 - np.exp(-0.1 * np.array(ABUNDANT)))
    return bonferroni(
        [
            moments_p(counts[:, i], mean=means[i], var=means[i], kurtosis=1 / means[i])
            for i in range(1, len(ABUNDANT))
        ]
    )


def test_abundant_molecules_have_their_mean_and_spread() -> None:
    assert_agrees(poisson_moments_p(TauOptions(), 4000), "tau-leaping, immigration and death")


def test_leaps_of_the_paper_swing_about_the_balance() -> None:
    """Sabotaged twin: without a bound on turnover a leap outlasts the relaxation, and sd doubles."""
    assert_detected(poisson_moments_p(PAPER, 500), "no bound on turnover")


def test_a_single_euler_stage_is_late() -> None:
    """Sabotaged twin: leaps of order 1 lag behind the mean by a fifth of its standard deviation."""
    assert_detected(poisson_moments_p(TauOptions(order=1), 4000), "order 1")


PAIRS = toy({"A": 2000, "B": 0}, {"f": 2e-4, "b": 0.1}, bind=r("2 A -> B", "f"), split=r("B -> 2 A", "b"))


def pairs_p(network: Toy, cells: int, options: TauOptions | None = None) -> float:
    """p-value of mean and variance of a reversible pairing of 2 000 molecules."""
    times = [0.0, 1.0, 4.0, 20.0]
    counts = counts_of(leapt(problem_of(network.network(), times), cells, options))[:, :, 0]
    mean, var, kurtosis = moments(distributions(PAIRS, times, limit=2000)["A"])
    return bonferroni(
        [moments_p(counts[:, i], mean=mean[i], var=var[i], kurtosis=kurtosis[i]) for i in (1, 2, 3)]
    )


def test_pairs() -> None:
    assert_agrees(pairs_p(PAIRS, 4000), "tau-leaping, pairs")
    # A constant 2 % off: what the number of cells can tell.
    wrong = toy(dict(PAIRS.initial), {"f": 2.04e-4, "b": 0.1}, **PAIRS.reactions)
    assert_detected(pairs_p(wrong, 4000), "2 % in one rate")


GENE = toy(
    {"OFF": 1, "ON": 0, "P": 0},
    {"on": 0.6, "off": 1.4, "make": 2000.0},
    switch_on=r("OFF -> ON", "on"),
    switch_off=r("ON -> OFF", "off"),
    express=r("-> P", "make", catalysts=("ON",)),
)


def gene_p(cells: int, options: TauOptions | None = None) -> float:
    """p-value of mean and variance of a gene's product: of first order, so its moments close.

    Nobody reads the product, so that nothing but the switch limits a leap.
    """
    from scipy.integrate import solve_ivp

    on, off, make = GENE.constants.values()

    def slopes(_t: float, y: FloatArray) -> list[float]:
        # <s>, <p>, <s p>, <p^2>; s is 0 or 1.
        s, p, sp, _ = y
        return [
            on * (1 - s) - off * s,
            make * s,
            on * (p - sp) - off * sp + make * s,
            make * (2 * sp + s),
        ]

    times = np.array([0.0, 0.5, 2.0, 6.0])
    exact = solve_ivp(slopes, (0.0, 6.0), [0.0] * 4, t_eval=times, rtol=1e-10, atol=1e-8).y
    counts = counts_of(leapt(problem_of(GENE.network(), times.tolist()), cells, options))
    p_values = []
    for i in (1, 2, 3):
        product, switch = counts[:, i, 2], counts[:, i, 1]
        z = (product.mean() - exact[1, i]) / np.sqrt((exact[3, i] - exact[1, i] ** 2) / cells)
        z_switch = (switch.mean() - exact[0, i]) / np.sqrt(exact[0, i] * (1 - exact[0, i]) / cells)
        square = product**2
        z_square = (square.mean() - exact[3, i]) / (square.std() / np.sqrt(cells))
        p_values += [2 * stats.norm.sf(abs(value)) for value in (z, z_switch, z_square)]
    return bonferroni(p_values)


def test_a_gene_switches_between_leaps() -> None:
    assert_agrees(gene_p(8000), "tau-leaping, switching gene")


def test_without_critical_reactions_a_gene_expresses_wrongly() -> None:
    """Sabotaged twin: switches within leaps, whose expression goes on."""
    assert_detected(gene_p(8000, TauOptions(n_critical=0)), "no critical reactions")


SMALL = {
    "telegraph gene": (toys.TELEGRAPH, 110),
    "enzyme": (toys.ENZYME, 30),
    "autocatalysis": (toys.AUTOCATALYSIS, 60),
    "constant consumption": (toys.CONSTANT_CONSUMPTION, 60),
}


@pytest.mark.parametrize("case", SMALL)
def test_few_molecules_fall_back_to_exact_steps(case: str) -> None:
    network, limit = SMALL[case]
    times = [0.0, 1.0, 3.0]
    problem = problem_of(network.network(), times)
    counts = by_species(problem, counts_of(leapt(problem, 5000)))
    assert_agrees(distribution_p(counts, distributions(network, times, limit=limit)), f"tau-leaping, {case}")


SATURATED = toy(
    {"S": 1500, "P": 0},
    {"k": 1500.0, "K": 600.0, "b": 1.0},
    turnover=r(
        "S -> P",
        "k",
        law="michaelis_menten",
        law_parameters="K=K",
        own=lambda x, c: c["k"] * x["S"] / (c["K"] + x["S"]),
    ),
    back=r("P -> S", "b"),
)


def saturated_p(network: Toy, cells: int) -> float:
    times = [0.0, 0.3, 1.0, 4.0]
    found = leapt(problem_of(network.network(), times), cells)
    # A law that the kernel knows nothing of is leapt over, not stepped through: 6 000 events.
    assert np.mean(np.concatenate([chunk.n_events for chunk in found])) < 500
    mean, var, kurtosis = moments(distributions(SATURATED, times, limit=1500)["S"])
    counts = counts_of(found)[:, :, 0]
    return bonferroni(
        [moments_p(counts[:, i], mean=mean[i], var=var[i], kurtosis=kurtosis[i]) for i in (1, 2, 3)]
    )


def test_a_formula_as_law() -> None:
    assert_agrees(saturated_p(SATURATED, 4000), "tau-leaping, saturable enzyme")
    wrong = toy(dict(SATURATED.initial), {"k": 1530.0, "K": 600.0, "b": 1.0}, **SATURATED.reactions)
    assert_detected(saturated_p(wrong, 4000), "2 % in the largest rate")


def test_a_law_that_reads_the_time() -> None:
    # Poisson at any time, with the integral of the rate as its mean; steady, steep and silent stretches.
    waves = toy({"X": 0}, {"k": 20_000.0}, make=r("-> X", "k*max(sin(3*time), 0)", law="expression"))
    times = [0.0, 0.4, 1.0, 1.5, 2.0, 4.0]
    counts = counts_of(leapt(problem_of(waves.network(), times), 4000))[:, :, 0]

    def integral(t: float) -> float:
        whole, part = divmod(3 * t, 2 * np.pi)
        return 20_000 / 3 * (2 * whole + 1 - np.cos(min(part, np.pi)))

    p_values = [
        moments_p(counts[:, i], mean=integral(t), var=integral(t), kurtosis=1 / integral(t))
        for i, t in enumerate(times)
        if t > 0
    ]
    assert_agrees(bonferroni(p_values), "tau-leaping in a wave")
    late = moments_p(counts[:, 1], mean=integral(0.398), var=integral(0.398), kurtosis=0.0)
    assert_detected(late, "a wave 2 ms late")


# --- never below none -------------------------------------------------------------------------------


class NaiveRedraw(TauLeaping):
    """Draws a leap again, half as long, when it takes too much."""

    def leap(self, x: list[float], rates: list[float], span: float, c: list[float]) -> float:
        del c
        whole = span
        while True:
            change = self.net([float(poisson(a * span, self.rng)) if a > 0.0 else 0.0 for a in rates])
            if all(x[i] + by >= 0.0 for i, by in enumerate(change)):
                for i, by in enumerate(change):
                    x[i] += by
                return span / whole
            span *= 0.5


FEW = 2
EMPTYING = [0.0, 0.01, 0.03]


def emptying_p(counts: FloatArray) -> float:
    """p-value of X that leaves at a constant rate: its law is known, and leaps should not change it.

    The propensity stands still until X is gone, as in a leap; only the end matters.
    """
    laws = []
    for t in EMPTYING:
        gone = stats.poisson(100 * t)
        laws.append([gone.sf(FEW - 1), *(gone.pmf(FEW - x) for x in range(1, FEW + 1))])
    return bonferroni([chi_square_p(counts[:, i, 0], np.array(laws[i])) for i in (1, 2)])


def test_a_leap_ends_where_molecules_lack(cells: int) -> None:
    problem = problem_of(STARVING.network().with_amounts(X=float(FEW)), EMPTYING)
    found = leapt(problem, cells, TauOptions(n_critical=0))
    counts = counts_of(found)
    assert counts.min() >= 0
    # It leaps, or there would be nothing to see: 1 500 events, a dozen steps.
    assert np.mean(np.concatenate([chunk.n_events for chunk in found])) < 50
    assert_agrees(emptying_p(counts), "a leap that empties")
    assert_agrees(
        bonferroni(
            [
                moments_p(counts[:, i, 1], mean=4e4 * EMPTYING[i], var=4e4 * EMPTYING[i], kurtosis=0.0)
                for i in (1, 2)
            ]
        ),
        "reactions beside a leap that empties",
    )


def test_drawing_again_is_noticed() -> None:
    """Sabotaged twin: leaps with many firings are thrown away, so X lasts too long."""
    problem = problem_of(STARVING.network().with_amounts(X=float(FEW)), EMPTYING)
    options = TauOptions(n_critical=0)
    right = TauLeaping(problem, seed=test_seed(), options=options).counts(8000)
    assert_agrees(emptying_p(right), "twin, a leap that empties")
    wrong = NaiveRedraw(problem, seed=test_seed(), options=options).counts(8000)
    assert wrong.min() >= 0
    assert_detected(emptying_p(wrong), "drawing again")


NASTY = toy(
    {"A": 14, "B": 11, "C": 3, "D": 2000, "E": 0},
    {"m": 60.0, "p": 0.4, "q": 9.0, "s": 3.0, "f": 8.0, "d": 20.0, "e": 30.0},
    make=r("-> A", "m"),
    trio=r("3 A -> B", "p"),
    grab=r("A + B -> C", "q"),
    eat=r("2 C + B ->", "s", law="constant_rate"),
    drop=r("C -> A + B", "f"),
    fall=r("D -> E", "d"),
    climb=r("E -> D", "e"),
)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("epsilon", [0.03, 0.3])
@pytest.mark.parametrize("n_critical", [0, 2, 10])
def test_counts_are_whole_and_never_below_none(order: int, epsilon: float, n_critical: int) -> None:
    options = TauOptions(order=order, epsilon=epsilon, n_critical=n_critical, turnover=10.0)
    counts = counts_of(leapt(problem_of(NASTY.network(), list(np.linspace(0, 2, 41))), 100, options))
    assert counts.min() >= 0
    np.testing.assert_array_equal(counts, np.rint(counts))
    np.testing.assert_array_equal(counts[:, :, 3] + counts[:, :, 4], 2000)


# --- time -------------------------------------------------------------------------------------------

SOURCE = toy({"X": 0}, {"k": 0.0}, birth=r("-> X", "k"))


def test_doses_fall_into_leaps() -> None:
    # At a constant rate nothing ends a leap but the dose.
    schedule: Schedule = [(0.0, {}, {}), (10.0, {"k": 5000.0}, {}), (10.4, {"k": 200.0}, {"X": 7})]
    times = [0.0, 9.0, 10.1, 20.0]
    counts = counts_of(leapt(problem_of(SOURCE.network(), times, schedule), 10_000))[:, :, 0]
    assert np.all(counts[:, :2] == 0)
    laws = [np.pad(stats.poisson(500).pmf(np.arange(900)), (0, 4600))]
    late = stats.poisson(2000 + 200 * 9.6).pmf(np.arange(5493))
    laws.append(np.pad(late, (7, 0)))
    p = bonferroni([chi_square_p(counts[:, 2], laws[0]), chi_square_p(counts[:, 3], laws[1])])
    assert_agrees(p, "doses within leaps")
    # A dose 0.01 s late would show.
    late = stats.poisson(490).pmf(np.arange(5500))
    assert_detected(chi_square_p(counts[:, 2], late), "a dose 10 ms late")


def test_a_time_at_a_dose_shows_the_state_before() -> None:
    schedule: Schedule = [(0.0, {}, {}), (5.0, {}, {"X": 11}), (5.0, {}, {"X": 100}), (8.0, {}, {"X": 1000})]
    counts = counts_of(leapt(problem_of(SOURCE.network(), [0.0, 5.0, 5.0, 6.0, 8.0], schedule), 3))
    np.testing.assert_array_equal(counts[:, :, 0], [[0, 0, 0, 111, 111]] * 3)


def test_samples_show_their_own_time() -> None:
    problem = problem_of(SOURCE.network().with_parameters(k=3000.0), [0.0, 0.0371, 1.0, 1.0, 1.0007])
    counts = counts_of(leapt(problem, 20_000))[:, :, 0]
    np.testing.assert_array_equal(counts[:, 2], counts[:, 3])
    steps = np.diff(counts[:, [0, 1, 2, 4]], axis=1)
    means = np.diff([0.0, 0.0371, 1.0, 1.0007]) * 3000
    p_values = [
        chi_square_p(steps[:, i], stats.poisson(mean).pmf(np.arange(4000))) for i, mean in enumerate(means)
    ]
    assert_agrees(bonferroni(p_values), "counts between sample times")


def test_events_of_the_model_at_their_time() -> None:
    network = with_events(
        SOURCE.network().with_parameters(k=4000.0),
        event("give", "time >= 0.5", X="X + 300"),
        event("take", "time > 0.7", X="0"),
    )
    result = mt.simulate(
        network, [0.0, 0.5, 0.6, 0.7, 1.0], method="tau", cells=5000, seed=test_seed(), keep="trajectories"
    )
    assert result.counts is not None
    counts, p_values = result.counts[:, :, 0], []
    for i, (mean, given) in enumerate([(2000, 300), (2400, 300), (2800, 300), (1200, 0)], start=1):
        law = np.pad(stats.poisson(mean).pmf(np.arange(4000)), (given, 0))
        p_values.append(chi_square_p(counts[:, i], law))
    assert_agrees(bonferroni(p_values), "tau-leaping, events at set times")


def test_an_event_of_the_state_ends_a_leap() -> None:
    # X is taken away whenever it exceeds 1 000: seen after a leap, which changes X by 3 % at most.
    network = with_events(MANY.network(), event("cut", "X > 1000", X="0", cuts="cuts + 1"), cuts=0.0)
    result = mt.simulate(network, np.linspace(0, 20, 401), method="tau", cells=40, keep="trajectories")
    assert result.counts is not None
    assert 950 < result.counts[:, :, 0].max() <= 1000
    cuts = result.counts[:, -1, result.column("cuts")]
    # A run-up takes 10 ln(10/9) s on average, which 1 000 counts make nearly certain.
    expected = 20 / (10 * np.log(10 / 9))
    assert np.all(np.abs(cuts - expected) < 2)


# --- streams, budgets, refusals ---------------------------------------------------------------------


def test_threads_and_chunks_change_nothing() -> None:
    problem = problem_of(CROWDED.network(), [0.0, 1.0, 3.0])
    whole = counts_of(leapt(problem, 40, jobs=1))
    np.testing.assert_array_equal(counts_of(leapt(problem, 40, jobs=5)), whole)
    np.testing.assert_array_equal(counts_of(leapt(problem, 3, jobs=2)), whole[:3])
    np.testing.assert_array_equal(counts_of(leapt(problem, 4, first_cell=30)), whole[30:34])
    assert len(np.unique(whole[:, 2, 0])) > 20


def test_a_cell_that_uses_up_its_budget_is_listed() -> None:
    simulate = partial(mt.simulate, MANY.network(), ABUNDANT, method="tau", cells=5, keep="trajectories")
    held = simulate(max_events=200)
    free = simulate()
    assert held.status == ("event_limit",) * 5
    assert held.counts is not None
    assert free.counts is not None
    seen = ~np.isnan(held.counts)
    assert seen.any()
    np.testing.assert_array_equal(held.counts[seen], free.counts[seen])
    assert np.all(np.isnan(held.counts[:, -1]))


def test_explosions_end() -> None:
    doubling = toy({"X": 1}, {"k": 1.0}, d=r("X -> 2 X", "k")).network()
    assert mt.simulate(doubling, [0, 1e6], method="tau").status == ("count_overflow",)
    boom = toy({"X": 5}, {"k": 1e308}, twice=r("X -> 2 X", "k")).network()
    assert mt.simulate(boom, [0, 1], method="tau").status == ("not_finite",)


class StopsWhenUnderWay(Silent):
    """Sets a flag as soon as some cell is known to have begun and none has ended."""

    def __init__(self) -> None:
        self.stop = StopFlag()

    def at(self, done: float) -> None:
        if done > 0.0:
            self.stop.set()


@pytest.mark.parametrize("network", [MANY, toys.IMMIGRATION_DEATH], ids=["leaps", "exact steps"])
def test_a_stop_reaches_into_a_long_cell(network: Toy) -> None:
    # 1e9 steps to the end, 1e8 to the limit: only a look at the flag from inside ends a cell before.
    problem = problem_of(network.network(), [0.0, 1e9])
    progress, chunks = StopsWhenUnderWay(), []
    tau.run_cells(
        problem,
        cells=3,
        seed=1,
        jobs=2,
        options=TauOptions(max_events=10**8),
        progress=progress,
        stop=progress.stop,
        consume=chunks.append,
    )
    assert chunks
    for chunk in chunks:
        assert set(chunk.status) == {INTERRUPTED}
        assert np.all(np.isnan(chunk.counts[:, -1]))


def test_totals_are_kept_on_the_shipped_network(mtor_with_everolimus: ReactionNetwork) -> None:
    network = mtor_with_everolimus
    result = mt.simulate(network, [0.0, 5.0, 20.0], method="tau", cells=4, keep="trajectories")
    assert result.counts is not None
    assert set(result.status) == {"complete"}
    assert result.counts[:, :, : len(network.species)].min() >= 0
    for moiety in network.conserved_moieties():
        columns = [result.column(name) for name, _ in moiety.species]
        totals = result.counts[..., columns] @ np.array([weight for _, weight in moiety.species])
        assert np.ptp(totals) == 0, moiety.name


def test_leaps_pay_where_molecules_abound() -> None:
    problem = problem_of(MANY.network(), [0.0, 100.0])
    chunk = leapt(problem, 1)[0]
    assert chunk.status[0] == COMPLETE
    # 190 000 events in a few hundred leaps.
    assert chunk.n_events[0] < 1000


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"epsilon": 0.0}, r"epsilon: expected a number in \(0, 0.3\]"),
        ({"epsilon": 1.0}, r"epsilon: expected a number in \(0, 0.3\]"),
        ({"turnover": 0.0}, "turnover: expected a number > 0"),
        ({"order": 3}, "order: expected 1 or 2"),
        ({"n_critical": -1}, "n_critical: expected a whole number >= 0"),
        ({"max_events": 0}, "max_events: expected a whole number >= 1"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, float], words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        mt.simulate(MANY.network(), [0, 1], method="tau", **options)


def test_fractions_of_molecules_are_refused() -> None:
    problem = problem_of(toys.PURE_DEATH.network().with_amounts(X=0.5), [0.0, 1.0])
    with pytest.raises(ProtocolError, match="whole molecules"):
        leapt(problem, 1)
