"""The same request gives the same bits, however the work is divided and whatever else is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from mtornet.experiment.arms import Arm, arm_of, constant_protocol
from mtornet.experiment.execute import Experiment
from mtornet.experiment.population import Population
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.run import simulate
from tests.verification import toys
from tests.verification.sampling import cells_of, counts_of, problem_of

TIMES = [0.0, 1.0, 7.0]
SCALE = 1e-3


def counts(network: ReactionNetwork, **options: object) -> np.ndarray:
    result = simulate(
        network, TIMES, method="ssa", keep="trajectories", **{"cells": 300, "seed": 5, **options}
    )  # type: ignore[arg-type]
    assert result.counts is not None
    return result.counts


def test_threads_change_no_bit() -> None:
    network = toys.IMMIGRATION_DEATH.network()
    one = simulate(network, TIMES, method="ssa", cells=3000, seed=5, jobs=1)
    for jobs in (2, 5):
        other = simulate(network, TIMES, method="ssa", cells=3000, seed=5, jobs=jobs)
        np.testing.assert_array_equal(one.mean, other.mean)
        np.testing.assert_array_equal(one.sd, other.sd)
        np.testing.assert_array_equal(one.quantile(0.3), other.quantile(0.3))
        np.testing.assert_array_equal(one.n_events, other.n_events)
        assert one.status == other.status


def test_threads_change_no_cell_of_the_mtor_network(mtor_with_everolimus: ReactionNetwork) -> None:
    runs = [
        simulate(
            mtor_with_everolimus,
            [0, 300],
            method="ssa",
            cells=9,
            seed=2,
            jobs=jobs,
            copy_scale=SCALE,
            keep="trajectories",
        ).counts
        for jobs in (1, 2, 5)
    ]
    np.testing.assert_array_equal(runs[0], runs[1])
    np.testing.assert_array_equal(runs[0], runs[2])


def test_more_cells_change_no_earlier_cell() -> None:
    network = toys.ENZYME.network()
    many = counts(network, cells=700)
    for fewer in (1, 2, 33, 500):
        np.testing.assert_array_equal(counts(network, cells=fewer), many[:fewer])


def test_a_cell_can_be_run_alone() -> None:
    problem = problem_of(toys.ENZYME.network(), TIMES)
    together = counts_of(cells_of(problem, 50, seed=3))
    for first in (0, 7, 49):
        np.testing.assert_array_equal(
            counts_of(cells_of(problem, 1, seed=3, first_cell=first))[0], together[first]
        )


def test_cells_come_in_order() -> None:
    chunks = cells_of(problem_of(toys.ENZYME.network(), TIMES), 500, seed=3, jobs=4)
    firsts = [chunk.first_cell for chunk in chunks]
    sizes = [len(chunk.status) for chunk in chunks]
    assert len(chunks) > 3
    np.testing.assert_array_equal(firsts, np.cumsum([0, *sizes[:-1]]))
    assert sum(sizes) == 500


def test_seed_condition_and_cell_each_matter() -> None:
    network = toys.IMMIGRATION_DEATH.network()
    base = counts(network)[:, 2, 0]
    assert len(set(base.tolist())) > 10
    assert not np.array_equal(base, counts(network, seed=6)[:, 2, 0])
    # The numbers change by the content of the condition even if the law does not.
    renamed = toys.toy(
        {"X": 0}, {"k": 10.0, "g2": 0.1}, birth=toys.r("-> X", "k"), death=toys.r("X ->", "g2")
    )
    assert not np.array_equal(base, counts(renamed.network())[:, 2, 0])
    np.testing.assert_array_equal(base, counts(toys.IMMIGRATION_DEATH.network())[:, 2, 0])


def test_where_it_is_seen_changes_no_number() -> None:
    network = toys.IMMIGRATION_DEATH.network()
    often = simulate(network, np.linspace(0, 7, 29), method="ssa", cells=50, seed=5, keep="trajectories")
    assert often.counts is not None
    np.testing.assert_array_equal(often.counts[:, [0, 4, 28]], counts(network, cells=50))


def test_a_drawn_seed_is_reported_and_repeats() -> None:
    network = toys.IMMIGRATION_DEATH.network()
    drawn = simulate(network, TIMES, method="ssa", cells=20, seed=None, keep="trajectories")
    assert isinstance(drawn.seed, int)
    np.testing.assert_array_equal(drawn.counts, counts(network, cells=20, seed=drawn.seed))
    assert simulate(network, TIMES, method="ssa", cells=2, seed=None).seed != drawn.seed


def arm(network: ReactionNetwork, **given: str) -> Arm:
    return arm_of(
        network,
        constant_protocol(variant="wild_type", inputs={"insulin": "1 nM"}, given=given, duration="10 min"),
    )


@pytest.fixture(scope="module")
def population() -> Population:
    return Population(cells=6, seed=4, copy_scale=SCALE, settle_s=300.0)


def fresh(network: ReactionNetwork) -> Experiment:
    return Experiment(
        network=network, readouts=("pS6K_T389", "pAKT_S473"), times=np.array([0.0, 60.0, 600.0])
    )


def test_arms_do_not_depend_on_each_other(mtor: ReactionNetwork, population: Population) -> None:
    treatments = [{}, {"everolimus": "20 nM"}, {"sapanisertib": "100 nM"}]
    together = fresh(mtor)
    runs = [together.stochastic(arm(mtor, **given), population) for given in treatments]
    backwards = fresh(mtor)
    for given, run in reversed(list(zip(treatments, runs, strict=True))):
        np.testing.assert_array_equal(fresh(mtor).stochastic(arm(mtor, **given), population).cells, run.cells)
        np.testing.assert_array_equal(backwards.stochastic(arm(mtor, **given), population).cells, run.cells)
        np.testing.assert_array_equal(
            fresh(mtor).deterministic(arm(mtor, **given)).moments.mean,
            together.deterministic(arm(mtor, **given)).moments.mean,
        )


def test_arms_share_their_settled_cells(mtor: ReactionNetwork, population: Population) -> None:
    experiment = fresh(mtor)
    at_start = [
        experiment.stochastic(arm(mtor, **given), population).cells[:, 0]
        for given in ({}, {"everolimus": "20 nM"}, {"sapanisertib": "100 nM"})
    ]
    assert len(np.unique(at_start[0][:, 0])) > 1
    np.testing.assert_array_equal(at_start[0], at_start[1])
    np.testing.assert_array_equal(at_start[0], at_start[2])


def test_another_population_gets_cells_of_its_own(mtor: ReactionNetwork, population: Population) -> None:
    from dataclasses import replace

    experiment = fresh(mtor)
    experiment.stochastic(arm(mtor), population)
    for other in (
        replace(population, cells=9),
        replace(population, seed=5),
        replace(population, settle_s=100.0),
    ):
        again = experiment.stochastic(arm(mtor), other)
        assert len(again.cells) == other.cells
        np.testing.assert_array_equal(again.cells, fresh(mtor).stochastic(arm(mtor), other).cells)


def test_threads_change_no_arm(mtor: ReactionNetwork, population: Population) -> None:
    from dataclasses import replace

    treated = arm(mtor, everolimus="20 nM")
    one, five = (fresh(mtor).stochastic(treated, replace(population, jobs=jobs)).cells for jobs in (1, 5))
    np.testing.assert_array_equal(one, five)
