"""What must not change does not; what must agree between methods and scales does."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mtornet.compiled.bind import initial_amounts, rate_constants, values_of
from mtornet.compiled.network import compile_network
from mtornet.network.network import ReactionNetwork
from mtornet.network.stoichiometry import Moiety
from mtornet.simulation.methods.ode_options import OdeOptions
from mtornet.simulation.rate_equations import functions
from mtornet.simulation.rounding import round_conserving
from mtornet.simulation.run import simulate
from mtornet.simulation.steady_state import find_steady_state
from tests.verification import toys
from tests.verification.statistics import assert_agrees, assert_detected, bonferroni, moments_p, test_seed
from tests.verification.toys import r, toy


def weights(network: ReactionNetwork) -> np.ndarray:
    """One row per moiety, over all species."""
    columns = {name: i for i, name in enumerate(network.species)}
    table = np.zeros((len(network.conserved_moieties()), len(columns)))
    for row, moiety in zip(table, network.conserved_moieties(), strict=True):
        for name, weight in moiety.species:
            row[columns[name]] = weight
    return table


def test_moieties_are_constant_in_every_cell(mtor_with_everolimus: ReactionNetwork) -> None:
    network, n = mtor_with_everolimus, len(mtor_with_everolimus.species)
    result = simulate(
        network,
        np.linspace(0, 600, 13),
        method="ssa",
        cells=4,
        seed=test_seed(),
        copy_scale=0.01,
        keep="trajectories",
    )
    assert result.counts is not None
    assert result.n_events.min() > 1000
    molecules = np.rint(result.counts[:, :, :n] * 0.01)
    np.testing.assert_allclose(molecules, result.counts[:, :, :n] * 0.01, atol=1e-6)
    totals = molecules @ weights(network).T
    np.testing.assert_array_equal(totals, np.broadcast_to(totals[:1, :1], totals.shape))
    expected = [round(m.total * 0.01) for m in network.conserved_moieties()]
    np.testing.assert_array_equal(totals[0, 0], expected)
    assert molecules.min() >= 0


def test_moieties_are_constant_in_rate_equations(mtor_with_everolimus: ReactionNetwork) -> None:
    network, n = mtor_with_everolimus, len(mtor_with_everolimus.species)
    result = simulate(network, np.linspace(0, 72 * 3600, 73))
    totals = result.mean[:, :n] @ weights(network).T
    expected = np.array([m.total for m in network.conserved_moieties()])
    np.testing.assert_allclose(totals, np.broadcast_to(expected, totals.shape), rtol=1e-9, atol=1e-6)
    assert result.mean[:, :n].min() > -1e-6


def test_a_leak_would_be_noticed(mtor_with_everolimus: ReactionNetwork) -> None:
    leaky = mtor_with_everolimus.graph
    leaky.remove_edge("R41", "RPTOR")
    from mtornet.network.build import from_graph

    network = from_graph(leaky)
    result = simulate(network, [0, 3600.0])
    totals = result.mean[:, : len(network.species)] @ weights(mtor_with_everolimus).T
    assert np.max(np.abs(totals[1] / np.maximum(totals[0], 1) - 1)) > 1e-6


@pytest.mark.parametrize("scale", [1.0, 0.3, 0.01, 0.001, 0.0001])
def test_rounding_keeps_whole_totals(mtor_with_everolimus: ReactionNetwork, scale: float) -> None:
    network = mtor_with_everolimus
    amounts = simulate(network, [0, 24 * 3600.0]).mean[1, : len(network.species)] * scale
    rounded = round_conserving(amounts, network.conserved_moieties(), tuple(network.species))
    np.testing.assert_array_equal(rounded, np.rint(rounded))
    assert rounded.min() >= 0
    np.testing.assert_array_equal(weights(network) @ rounded, np.rint(weights(network) @ amounts))
    assert np.max(np.abs(rounded - amounts)) < 10


@pytest.mark.parametrize("share", [0.6, 0.4, 0.51])
def test_rounding_hands_a_surplus_round(share: float) -> None:
    # Five equal states of one molecule: plain rounding makes 5 or 0, one state cannot take all of it.
    names = tuple("ABCDE")
    moiety = Moiety(name="T", species=tuple((name, 1) for name in names), total=5 * share)
    rounded = round_conserving(np.full(5, share), (moiety,), names)
    assert rounded.sum() == np.rint(5 * share)
    assert rounded.min() >= 0


def test_linear_network_has_the_mean_of_its_rate_equations(cells: int) -> None:
    # First-order reactions: the mean obeys the rate equations exactly, at any copy number.
    chain = toy(
        {"A": 40, "B": 0, "C": 3},
        {"in": 2.0, "f": 0.4, "g": 0.3, "out": 0.2},
        come=r("-> A", "in"),
        ab=r("A -> B", "f"),
        bc=r("B -> C", "g"),
        leave=r("C ->", "out"),
    ).network()
    times = [0.0, 1.0, 4.0, 12.0]
    ode = simulate(chain, times)
    ssa = simulate(chain, times, method="ssa", cells=cells, seed=test_seed())
    z = np.abs(ssa.mean - ode.mean)[1:] / (ssa.sd[1:] / np.sqrt(cells))
    assert_agrees(bonferroni((2 * stats.norm.sf(z)).ravel().tolist()), "means of a linear network")
    wrong = np.abs(ssa.mean - 1.05 * ode.mean)[1:] / (ssa.sd[1:] / np.sqrt(cells))
    assert_detected(bonferroni((2 * stats.norm.sf(wrong)).ravel().tolist()), "5 % in the means")


def test_large_numbers_follow_the_rate_equations(algorithm: str) -> None:
    # 5e5 molecules, order 2: the mean is off by about one molecule (van Kampen), the error of the mean is 30.
    large = toy(
        {"A": 500_000, "B": 0}, {"f": 1e-6, "b": 0.1}, bind=r("2 A -> B", "f"), split=r("B -> 2 A", "b")
    )
    times, n = [0.0, 1.0, 5.0, 20.0], 150
    ode = simulate(large.network(), times)
    ssa = simulate(large.network(), times, method="ssa", cells=n, seed=test_seed(), algorithm=algorithm)
    t = np.abs(ssa["A"] - ode["A"])[1:] / (ssa.sd[1:, 0] / np.sqrt(n))
    assert_agrees(bonferroni((2 * stats.t.sf(t, n - 1)).tolist()), f"large numbers, {algorithm}")
    wrong = np.abs(1.001 * ssa["A"] - ode["A"])[1:] / (ssa.sd[1:, 0] / np.sqrt(n))
    assert_detected(bonferroni((2 * stats.t.sf(wrong, n - 1)).tolist()), "one part in a thousand")


def test_mtor_cells_follow_the_rate_equations(mtor_with_everolimus: ReactionNetwork, algorithm: str) -> None:
    # A tenth of a cell for ten minutes: abundant species stay near the rate equations, 2 % apart at most.
    times, n_cells = [0.0, 600.0], 24
    ode = simulate(mtor_with_everolimus, times)
    ssa = simulate(
        mtor_with_everolimus,
        times,
        method="ssa",
        cells=n_cells,
        seed=test_seed(),
        copy_scale=0.1,
        algorithm=algorithm,
    )
    n = len(mtor_with_everolimus.species)
    abundant = ode.mean[1, :n] > 5000
    assert abundant.sum() > 15
    away = np.abs(ssa.mean[1, :n] - ode.mean[1, :n])[abundant] - 0.02 * ode.mean[1, :n][abundant]
    error = ssa.sd[1, :n][abundant] / np.sqrt(n_cells) + 1e-9
    p = 2 * stats.t.sf(np.maximum(away, 0) / error, n_cells - 1)
    assert_agrees(bonferroni(p.tolist()), f"mTOR cells, {algorithm}")


def test_copy_scale_leaves_the_rate_equations_alone(mtor_with_everolimus: ReactionNetwork) -> None:
    network = mtor_with_everolimus
    compiled = compile_network(network)
    values = values_of(network, compiled, {})
    whole, scale = rate_constants(compiled, values), 1e-3
    part = rate_constants(compiled, values, copy_scale=scale)
    x = np.random.default_rng(2).lognormal(6, 2, compiled.n_species)
    slope = functions(compiled, whole)[0](0.0, x)
    scaled = functions(compiled, part)[0](0.0, scale * x) / scale
    np.testing.assert_allclose(scaled, slope, rtol=1e-9, atol=1e-9 * np.abs(slope).max())
    # Constants left as they are would slow binding a thousandfold.
    unscaled = functions(compiled, whole)[0](0.0, scale * x) / scale
    assert np.max(np.abs(unscaled - slope)) > 0.1 * np.abs(slope).max()


def test_copy_scale_widens_the_noise(cells: int) -> None:
    # Isomerisation from 4 000 + 500 molecules: binomial variance, times 1/s per whole cell.
    big = toy(
        {"A": 4000, "B": 500}, {"f": 0.5, "b": 0.2}, forth=r("A -> B", "f"), back=r("B -> A", "b")
    ).network()
    decay, rest = np.exp(-0.7), 0.2 / 0.7
    p_a, p_b = rest + (1 - rest) * decay, rest * (1 - decay)
    mean = 4000 * p_a + 500 * p_b
    for scale in (1.0, 0.01):
        result = simulate(
            big,
            [0.0, 1.0],
            method="ssa",
            cells=cells // 5,
            seed=test_seed(),
            copy_scale=scale,
            keep="trajectories",
        )
        assert result.counts is not None
        var = (4000 * p_a * (1 - p_a) + 500 * p_b * (1 - p_b)) / scale
        p = moments_p(result.counts[:, 1, 0], mean=mean, var=var, kurtosis=0.0)
        assert_agrees(p, f"copy scale {scale}")


def test_a_part_cell_pairs_like_a_whole_one() -> None:
    # 2 A -> B: with s the constant grows by 1/s; the mean per whole cell stays within a few percent.
    pairs = toy(
        {"A": 20_000, "B": 0}, {"f": 2e-5, "b": 0.1}, bind=r("2 A -> B", "f"), split=r("B -> 2 A", "b")
    ).network()
    ode = simulate(pairs, [0, 5])
    part = simulate(pairs, [0, 5], method="ssa", cells=200, seed=test_seed(), copy_scale=0.02)
    np.testing.assert_allclose(part.mean[1], ode.mean[1], rtol=0.03)


def test_steady_state_is_at_rest(mtor: ReactionNetwork) -> None:
    compiled = compile_network(mtor)
    constants = rate_constants(compiled, values_of(mtor, compiled, {"insulin": 1.0}))
    steady = find_steady_state(compiled, constants, initial_amounts(mtor), OdeOptions())
    slope = functions(compiled, constants)[0](0.0, steady.amounts)
    assert np.max(np.abs(slope) * 3600 / (steady.amounts + 1)) == pytest.approx(steady.residual)
    assert steady.residual <= 1e-9
    assert steady.amounts.min() >= 0
    assert 60 < steady.slowest_relaxation_s < 30 * 86400
    totals = weights(mtor) @ steady.amounts
    np.testing.assert_allclose(totals, [m.total for m in mtor.conserved_moieties()], rtol=1e-9, atol=1e-9)
    again = simulate(
        mtor.with_amounts(dict(zip(compiled.species, steady.amounts.tolist(), strict=True))), [0, 48 * 3600.0]
    )
    np.testing.assert_allclose(again.mean[1], again.mean[0], rtol=1e-6, atol=1e-6)


def test_steady_state_of_a_known_network() -> None:
    network = toys.ISOMERISATION.network()
    compiled = compile_network(network)
    constants = rate_constants(compiled, values_of(network, compiled, {}))
    steady = find_steady_state(compiled, constants, initial_amounts(network), OdeOptions())
    np.testing.assert_allclose(steady.amounts, [90 * 0.2 / 0.7, 90 * 0.5 / 0.7], rtol=1e-12)
    assert steady.slowest_relaxation_s == pytest.approx(1 / 0.7, rel=1e-9)


def test_a_network_without_rest_is_refused() -> None:
    from mtornet.errors import IntegrationError

    growing = toy({"X": 1}, {"k": 1.0}, make=r("-> X", "k")).network()
    compiled = compile_network(growing)
    constants = rate_constants(compiled, values_of(growing, compiled, {}))
    with pytest.raises(IntegrationError, match="does not come to rest"):
        find_steady_state(compiled, constants, initial_amounts(growing), OdeOptions())
