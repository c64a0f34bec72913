"""Exact simulation against exact laws: chi-square over all species and times of a case."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mtornet.network.ratelaws import rate_laws
from tests.verification import toys
from tests.verification.master_equation import distributions, moments
from tests.verification.sampling import distribution_p, sampled
from tests.verification.statistics import assert_agrees, bonferroni, chi_square_p, independence_p, moments_p
from tests.verification.toys import Toy, r, toy

TIMES = [0.0, 0.5, 1.0, 2.0, 5.0, 10.0]
LIMIT = 400


def test_immigration_death_is_poisson_at_all_times(cells: int, algorithm: str) -> None:
    # Mean k/g (1 - exp(-g t)) from X = 0 (Gardiner, Handbook of stochastic methods).
    counts = sampled(toys.IMMIGRATION_DEATH, [*TIMES, 50.0], cells, algorithm)["X"]
    laws = [stats.poisson(100 * (1 - np.exp(-0.1 * t))).pmf(np.arange(LIMIT)) for t in [*TIMES, 50.0]]
    assert_agrees(distribution_p({"X": counts}, {"X": np.array(laws)}), "immigration-death against Poisson")


def test_pure_death_is_binomial(cells: int, algorithm: str) -> None:
    counts = sampled(toys.PURE_DEATH, TIMES, cells, algorithm)["X"]
    laws = [stats.binom(200, np.exp(-0.3 * t)).pmf(np.arange(LIMIT)) for t in TIMES]
    assert_agrees(distribution_p({"X": counts}, {"X": np.array(laws)}), "pure death against binomial")


def test_isomerisation_is_a_sum_of_binomials(cells: int, algorithm: str) -> None:
    # Each molecule is in A with p_A(t) or p_B(t), by where it began; 80 + 10 independent molecules.
    counts = sampled(toys.ISOMERISATION, TIMES, cells, algorithm)
    laws = []
    for t in TIMES:
        decay, rest = np.exp(-0.7 * t), 0.2 / 0.7
        from_a = stats.binom(80, rest + (1 - rest) * decay).pmf(np.arange(81))
        from_b = stats.binom(10, rest * (1 - decay)).pmf(np.arange(11))
        laws.append(np.pad(np.convolve(from_a, from_b), (0, LIMIT - 91)))
    assert np.all(counts["A"] + counts["B"] == 90)
    assert_agrees(
        distribution_p({"A": counts["A"]}, {"A": np.array(laws)}), "isomerisation against binomials"
    )


MASTER_EQUATION = {
    "dimerisation k x (x-1)": (toys.DIMERISATION, 60),
    "Michaelis-Menten by elementary steps": (toys.ENZYME, 30),
    "telegraph gene": (toys.TELEGRAPH, 110),
    "constant consumption": (toys.CONSTANT_CONSUMPTION, 60),
    "constant consumption of pairs": (toys.PAIR_CONSUMPTION, 60),
    "trimerisation, order 3": (toys.TRIMERISATION, 40),
    "catalysed pair, order 3": (toys.CATALYSED_PAIR, 30),
    "autocatalysis W + A -> 2 A": (toys.AUTOCATALYSIS, 60),
    "Schlögl's bistable network": (toys.SCHLOEGL, 220),
    "law michaelis_menten": (toys.SATURATED_ENZYME, 31),
    "law hill_activation": (toys.SELF_ACTIVATION, 90),
    "law hill_repression": (toys.SELF_REPRESSION, 90),
    "law competitive_inhibition": (toys.COMPETITIVE, 41),
    "law uncompetitive_inhibition": (toys.UNCOMPETITIVE, 41),
    "law mixed_inhibition": (toys.MIXED, 41),
    "law expression": (toys.ANY_LAW, 17),
}


def test_every_rate_law_has_a_case() -> None:
    used = {
        reaction.law for network, _ in MASTER_EQUATION.values() for reaction in network.reactions.values()
    }
    assert used == set(rate_laws())


@pytest.mark.parametrize("case", MASTER_EQUATION)
def test_master_equation(case: str, cells: int, algorithm: str) -> None:
    network, limit = MASTER_EQUATION[case]
    exact = distributions(network, TIMES, limit=limit)
    counts = sampled(network, TIMES, cells, algorithm)
    assert min(x.min() for x in counts.values()) >= 0
    assert_agrees(distribution_p(counts, exact), case)


@pytest.mark.parametrize("case", MASTER_EQUATION)
def test_moments_of_master_equation(case: str, cells: int, algorithm: str) -> None:
    network, limit = MASTER_EQUATION[case]
    exact = distributions(network, TIMES, limit=limit)
    counts = sampled(network, TIMES, cells, algorithm)
    p_values = []
    for name in network.initial:
        mean, var, kurtosis = moments(exact[name])
        for i in range(1, len(TIMES)):
            # A law with a rare second value (kurtosis in the hundreds) has no usable variance test.
            if var[i] > 1e-3 and kurtosis[i] < 20:
                p_values.append(moments_p(counts[name][:, i], mean=mean[i], var=var[i], kurtosis=kurtosis[i]))
    assert len(p_values) >= 4
    assert_agrees(bonferroni(p_values), f"moments of {case}")


def test_telegraph_gene_at_rest(cells: int, algorithm: str) -> None:
    # Mean and Fano factor of the two-state gene (Peccoud and Ycart 1995; Paulsson 2005):
    # mean = (make/decay) on/(on+off), F = 1 + make off / ((on+off) (on+off+decay)).
    mean = 20.0 * 0.3
    fano = 1 + 20.0 * 0.7 / (1.0 * (1.0 + 1.0))
    exact = distributions(toys.TELEGRAPH, [0.0, 60.0], limit=110)["M"][1:]
    at_rest, var, kurtosis = moments(exact)
    assert at_rest[0] == pytest.approx(mean, rel=1e-9)
    assert var[0] / at_rest[0] == pytest.approx(fano, rel=1e-9)
    counts = sampled(toys.TELEGRAPH, [0.0, 60.0], cells, algorithm)["M"][:, 1]
    p = moments_p(counts, mean=mean, var=fano * mean, kurtosis=float(kurtosis[0]))
    assert_agrees(p, "telegraph gene at rest")


def test_waiting_for_the_first_event_is_exponential(cells: int, algorithm: str) -> None:
    once: Toy = toy({"A": 1, "B": 0}, {"k": 0.7}, flip=r("A -> B", "k"))
    times = np.linspace(0, 6, 61)
    flipped = sampled(once, times, cells, algorithm)["B"]
    when = np.argmax(flipped > 0, axis=1)
    when[flipped[:, -1] == 0] = 61
    probability = np.diff([0.0, *(1 - np.exp(-0.7 * times[1:])), 1.0])
    assert_agrees(chi_square_p(when.astype(float), np.array([0.0, *probability])), "waiting time")


def test_a_slow_reaction_after_a_fast_one_is_exhausted(cells: int, algorithm: str) -> None:
    # 1 000 molecules react at once at 1e9/s each; the rounding left in the running sums must not
    # make the slow reaction (1e-4/s) seem faster.
    stiff = toy(
        {"A": 1000, "B": 0, "C": 1, "D": 0},
        {"f": 1e9 / 3, "s": 1e-4},
        fast=r("A -> B", "f"),
        slow=r("C -> D", "s"),
    )
    done = sampled(stiff, [0.0, 1e4], cells, algorithm)["D"][:, 1]
    p = float(stats.binomtest(int(done.sum()), cells, 1 - np.exp(-1.0)).pvalue)
    assert_agrees(p, "slow reaction after a fast one")


def test_a_fast_reaction_that_lacks_one_molecule_costs_nothing(cells: int, algorithm: str) -> None:
    # One A is left of 2 A -> B at 1e9/s, which takes two: bounds for "maybe two" must not be tried for ever.
    stuck = toy(
        {"A": 7, "B": 0, "C": 1, "D": 0},
        {"f": 1e9, "s": 1e-4},
        fast=r("2 A -> B", "f"),
        slow=r("C -> D", "s"),
    )
    counts = sampled(stuck, [0.0, 1e4], cells // 10, algorithm)
    assert np.all(counts["A"][:, 1] == 1)
    p = float(stats.binomtest(int(counts["D"][:, 1].sum()), cells // 10, 1 - np.exp(-1.0)).pvalue)
    assert_agrees(p, "slow reaction beside a stuck one")


def test_cells_are_independent(cells: int, algorithm: str) -> None:
    counts = sampled(toys.IMMIGRATION_DEATH, [0.0, 5.0, 20.0], cells, algorithm)["X"]
    neighbours = independence_p(counts[:-1, 2], counts[1:, 2])
    farther = independence_p(counts[: cells // 2, 2], counts[cells // 2 :, 2])
    assert_agrees(bonferroni([neighbours, farther]), "cells are independent")


def test_different_networks_and_seeds_are_independent(cells: int, algorithm: str) -> None:
    from mtornet.simulation.run import simulate
    from tests.verification.statistics import test_seed

    network = toys.IMMIGRATION_DEATH.network()

    def at_rest(changed: float, seed: int) -> np.ndarray:
        result = simulate(
            network.with_parameters(g=changed),
            [0, 20],
            method="ssa",
            cells=cells,
            seed=seed,
            keep="trajectories",
            algorithm=algorithm,
        )
        assert result.counts is not None
        return result.counts[:, 1, 0]

    first = at_rest(0.1, test_seed())
    p_values = [
        independence_p(first, at_rest(0.1001, test_seed())),
        independence_p(first, at_rest(0.1, test_seed() + 1)),
    ]
    assert_agrees(bonferroni(p_values), "conditions and seeds are independent")


def test_negative_counts_never_appear(cells: int, algorithm: str) -> None:
    greedy = toy(
        {"X": 3, "Y": 1},
        {"a": 50.0, "b": 5.0},
        eat=r("2 X + Y ->", "a", law="constant_rate"),
        x=r("-> X", "b"),
        y=r("-> Y", "b"),
    )
    counts = sampled(greedy, np.linspace(0, 4, 21), cells // 10, algorithm)
    assert counts["X"].min() == 0
    assert counts["Y"].min() == 0
