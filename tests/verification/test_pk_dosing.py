"""Cells under a concentration that follows doses in mg, against exact laws, in every method."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mtornet.compiled.bind import bind, initial_amounts
from mtornet.compiled.network import compile_network
from mtornet.experiment.clinical import parse_clinical
from mtornet.experiment.pk.course import Administration
from mtornet.experiment.pk.drive import constants_of, driven
from mtornet.experiment.pk.free_course import free_pieces
from mtornet.experiment.pk.model import PkModel
from mtornet.experiment.pk.pieces import Piece
from mtornet.network.build import from_graph
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods import langevin, ode, tau
from mtornet.simulation.methods.ode_options import OdeOptions
from mtornet.simulation.problem import FloatArray, Problem
from mtornet.simulation.progress import Silent
from tests.verification.sampling import cells_of, counts_of, distribution_p
from tests.verification.statistics import assert_agrees, assert_detected, moments_p, test_seed
from tests.verification.toys import r, toy

END = 60.0
TIMES = np.array([0.0, 2.0, 5.0, 10.0, 20.0, 20.5, 33.0, 48.0, 60.0])
DEATH = 0.1


def body(**values: float) -> PkModel:
    """A body with the clock of the toys: seconds where a patient's takes hours."""
    basic = {"molar_mass": 500.0, "central_volume": 50.0, "clearance": 5.0, "fraction_unbound": 0.2}
    return PkModel(
        drug="d",
        name="toy",
        matrix="plasma",
        values={**basic, **values},
        variation={},
        population="",
        provenance={},
    )


SCHEDULES: dict[str, list[Piece]] = {
    "swallowed": free_pieces(
        body(absorption_rate=0.8, absorption_lag=1.0),
        [Administration(time=20.0 * i, mg=0.5) for i in range(3)],
        start=0.0,
        end=END,
    ),
    "infusion": free_pieces(body(), [Administration(time=5.0, mg=0.6, over_s=10.0)], start=0.0, end=END),
    "bolus": free_pieces(
        body(peripheral_volume=100.0, peripheral_flow=10.0),
        [Administration(time=10.0 * i, mg=0.3) for i in range(4)],
        start=0.0,
        end=END,
    ),
    # Repeated, then washed out of the medium, then a constant concentration.
    "washed": [
        *free_pieces(
            body(absorption_rate=0.8),
            parse_clinical("0.5 mg every 8 s").administrations(0.0, 30.0),
            start=0.0,
            end=30.0,
        ),
        Piece(start=30.0, level=0.0),
        Piece(start=45.0, level=2.0),
    ],
}


def network() -> ReactionNetwork:
    """Birth at a rate in proportion to the drug, death of each molecule: Poisson at all times."""
    graph = toy({"X": 0}, {"k": 8.0, "g": DEATH}, birth=r("-> X", "k*d"), death=r("X ->", "g")).graph()
    graph.add_node("d", kind="input", role="drug", value=0.0, unit="nM")
    return driven(from_graph(graph), "d")


def problem(pieces: list[Piece]) -> Problem:
    cell = network()
    compiled = compile_network(cell)
    return Problem(
        compiled=compiled,
        segments=bind(cell, compiled, [(p.start, constants_of("d", p), {}) for p in pieces], END),
        times=TIMES,
        x0=initial_amounts(cell),
        content="pk",
    )


def means(pieces: list[Piece]) -> FloatArray:
    """Mean of X: the concentration, convolved with the decay, by the trapezium rule on a fine grid."""
    grid = np.linspace(0.0, END, 600_001)
    of = np.searchsorted([piece.start for piece in pieces], grid, side="right") - 1
    drug = np.empty_like(grid)
    for i, piece in enumerate(pieces):
        drug[of == i] = piece.at(grid[of == i])
    grown = 8.0 * drug * np.exp(DEATH * grid)
    total = np.concatenate([[0.0], np.cumsum(0.5 * (grown[1:] + grown[:-1]) * np.diff(grid))])
    return np.interp(TIMES, grid, total * np.exp(-DEATH * grid))


def poisson_p(counts: FloatArray, mean: FloatArray) -> float:
    laws = np.array([stats.poisson(m).pmf(np.arange(600)) for m in mean])
    return distribution_p({"X": counts}, {"X": laws})


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_rate_equations_follow_the_pieces(name: str) -> None:
    pieces = SCHEDULES[name]
    amounts, _ = ode.solve(problem(pieces), OdeOptions(rtol=1e-8, atol=1e-8))
    np.testing.assert_allclose(amounts[:, 0], means(pieces), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", SCHEDULES)
def test_exact_cells_are_poisson_under_any_schedule(name: str, cells: int, algorithm: str) -> None:
    pieces = SCHEDULES[name]
    counts = counts_of(cells_of(problem(pieces), cells, algorithm=algorithm))[:, :, 0]
    assert_agrees(poisson_p(counts, means(pieces)), f"doses in mg, {name}")


@pytest.mark.parametrize("sabotage", ["flat pieces", "one percent less"])
def test_wrong_pieces_would_be_noticed(sabotage: str) -> None:
    pieces = SCHEDULES["swallowed"]
    if sabotage == "flat pieces":
        # A concentration held at what it is when a piece begins.
        wrong, n = [Piece(start=p.start, level=p.level) for p in pieces], 10_000
    else:
        wrong, n = (
            [
                Piece(start=p.start, level=0.99 * p.level, slope=0.99 * p.slope, fading=p.fading)
                for p in pieces
            ],
            100_000,
        )
    counts = counts_of(cells_of(problem(wrong), n, algorithm="rejection"))[:, :, 0]
    assert_detected(poisson_p(counts, means(pieces)), sabotage)


@pytest.mark.parametrize("method", ["tau", "hybrid", "cle"])
def test_approximate_methods_follow_the_pieces(method: str) -> None:
    pieces = SCHEDULES["bolus"]
    given, expected, counts = problem(pieces), means(pieces), []
    common = dict(
        cells=2000, seed=test_seed(), jobs=None, progress=Silent(), stop=StopFlag(), consume=counts.append
    )
    if method == "tau":
        tau.run_cells(given, options=tau.TauOptions(), **common)
    else:
        options = langevin.LangevinOptions(max_step_s=0.2, first_step_s=0.02)
        langevin.run_cells(given, hybrid=method == "hybrid", options=options, **common)
    found = np.concatenate([chunk.counts for chunk in counts])[:, :, 0]
    for i in (3, 5, 8):
        # Three per cent of room for the method's own error.
        error = 5 * np.sqrt(expected[i] / 2000) + 0.03 * expected[i]
        assert found[:, i].mean() == pytest.approx(expected[i], abs=error)
        assert found[:, i].var() == pytest.approx(expected[i], rel=0.2)


def test_parameter_sets_side_by_side_follow_the_pieces() -> None:
    given = problem(SCHEDULES["swallowed"])
    constants = np.stack([given.segments.constants] * 3)
    # The second set has twice the concentration: its levels and slopes are in the pool of constants.
    cell = network()
    compiled = given.compiled
    doubled = [
        (
            p.start,
            constants_of("d", Piece(start=p.start, level=2 * p.level, slope=2 * p.slope, fading=p.fading)),
            {},
        )
        for p in SCHEDULES["swallowed"]
    ]
    constants[1] = bind(cell, compiled, doubled, END).constants
    found = ode.solve_many(
        compiled, breaks=given.segments.breaks, constants=constants, times=TIMES, x0=given.x0
    )
    np.testing.assert_allclose(found.amounts[1], 2 * found.amounts[0], rtol=1e-3, atol=1e-3)
    np.testing.assert_array_equal(found.amounts[2], found.amounts[0])
    np.testing.assert_allclose(found.amounts[0, :, 0], means(SCHEDULES["swallowed"]), rtol=1e-3, atol=1e-3)


def test_the_variance_is_checked_too() -> None:
    pieces = SCHEDULES["infusion"]
    counts = counts_of(cells_of(problem(pieces), 10_000, algorithm="direct"))[:, :, 0]
    mean = float(means(pieces)[-1])
    assert_agrees(
        moments_p(counts[:, -1], mean=mean, var=mean, kurtosis=1 / mean), "moments under an infusion"
    )
