"""Langevin and hybrid methods against exact laws: moments, conservation, whole molecules, streams."""

from __future__ import annotations

import numpy as np
import pytest

import mtornet as mt
from mtornet.compiled.bind import bind, initial_amounts
from mtornet.compiled.network import compile_network
from mtornet.errors import ProtocolError, UnknownNameError
from mtornet.experiment.rest import at_rest
from mtornet.simulation.methods.jumping import discrete_species
from mtornet.simulation.methods.langevin import LangevinOptions, step_grid
from mtornet.simulation.problem import Problem
from tests.verification.statistics import assert_agrees, assert_detected, moments_p, test_seed
from tests.verification.toys import DIMERISATION, r, toy


def birth_death() -> mt.ReactionNetwork:
    """Return ``-> A ->`` with mean and variance 50 in the long run and a time constant of 1 s."""
    return toy({"A": 50}, {"k": 50.0, "g": 1.0}, make=r("-> A", "k"), lose=r("A ->", "g")).network()


@pytest.mark.parametrize("step", [0.01, 1.0, 20.0])
def test_stationary_moments_are_right_at_any_step_length(step: float) -> None:
    # The trapezoidal rule keeps mean and variance of a linear network whatever the step; the death
    # rate of 1/s makes a step of 20 s twenty times longer than the dynamics.
    result = mt.simulate(
        birth_death(),
        [0.0, 400.0],
        method="cle",
        cells=4000,
        keep="trajectories",
        seed=test_seed(),
        max_step_s=step,
        first_step_s=min(step, 0.1),
        growth=10.0,
    )
    assert result.counts is not None
    p = moments_p(result.counts[:, 1, 0], mean=50.0, var=50.0, kurtosis=0.0)
    assert_agrees(p, f"Langevin birth and death in steps of {step} s")


def test_an_explicit_step_fails_the_same_check() -> None:
    """Sabotaged twin: Euler-Maruyama at a step of one lifetime doubles the variance."""
    rng = np.random.default_rng(1)
    x = np.full(4000, 50.0)
    for _ in range(60):
        x = x + (50.0 - x) + np.sqrt(50.0 + x) * rng.standard_normal(x.size)
    assert_detected(moments_p(x, mean=50.0, var=50.0, kurtosis=0.0), "an explicit step of one lifetime")


def test_a_messenger_jumps_and_its_protein_spreads_as_it_should() -> None:
    # Two-stage expression (Thattai and van Oudenaarden 2001): protein Fano factor 1 + b / (1 + eta).
    make, lose, translate, degrade = 0.02, 0.01, 0.5, 0.005
    network = toy(
        {"M": 2, "P": 200},
        {"km": make, "gm": lose, "kp": translate, "gp": degrade},
        make=r("-> M", "km"),
        lose=r("M ->", "gm"),
        translate=r("-> P", "kp", catalysts=("M",)),
        degrade=r("P ->", "gp"),
    ).network()
    result = mt.simulate(
        network,
        [0.0, 3000.0],
        method="hybrid",
        cells=2500,
        keep="trajectories",
        seed=test_seed(),
        discrete=("M",),
        max_step_s=2.0,
    )
    assert result.counts is not None
    messenger, protein = result.counts[:, 1, 0], result.counts[:, 1, 1]
    assert np.array_equal(messenger, np.rint(messenger))
    assert messenger.min() >= 0
    mean = make / lose * translate / degrade
    fano = 1.0 + translate / (lose + degrade)
    assert abs(messenger.mean() - 2.0) < 5 * np.sqrt(2.0 / 2500)
    assert abs(protein.mean() / mean - 1.0) < 5 * np.sqrt(fano / mean / 2500)
    assert abs(protein.var() / (fano * mean) - 1.0) < 5 * np.sqrt(2.5 / 2500)


def test_totals_are_kept_and_nothing_goes_negative() -> None:
    network = at_rest(mt.load_model("mtor"), given={"everolimus": "20 nM"})
    result = mt.simulate(
        network, [0.0, 600.0, 3600.0], method="hybrid", cells=4, keep="trajectories", max_step_s=5.0
    )
    assert result.counts is not None
    assert result.counts.min() >= 0
    for moiety in network.conserved_moieties():
        columns = [result.column(name) for name, _ in moiety.species]
        weights = np.array([weight for _, weight in moiety.species])
        totals = result.counts[..., columns] @ weights
        # Read-outs show no molecules where a Gaussian is below none, which only adds.
        assert np.all(totals >= moiety.total - 1.0), moiety.name
        assert np.all(totals <= moiety.total + 30.0), moiety.name


def test_moments_agree_with_exact_simulation_on_the_shipped_network() -> None:
    network = at_rest(mt.load_model("mtor"), given={"sapanisertib": "224 nM"})
    readouts = ("pAKT_T308", "pAKT_S473", "p4EBP1_T37_46", "IRS1_total", "HER3_total", "mTORC2_total")
    exact = mt.simulate(network, [0.0, 300.0], method="ssa", cells=60, seed=5)
    found = mt.simulate(network, [0.0, 300.0], method="hybrid", cells=600, seed=6)
    for name in readouts:
        i = exact.column(name)
        sd = exact.sd[1, i]
        assert abs(found.mean[1, i] - exact.mean[1, i]) < sd * (0.1 + 4.5 * np.sqrt(1 / 60 + 1 / 600)), name
        assert abs(np.log(found.sd[1, i] / sd)) < 0.05 + 4.5 * np.sqrt(0.5 / 59 + 0.5 / 599), name


def test_threads_and_number_of_cells_change_nothing() -> None:
    network = birth_death()
    shared = {"method": "hybrid", "keep": "trajectories", "seed": 3}
    whole = mt.simulate(network, [0.0, 10.0], cells=7, jobs=1, **shared)
    again = mt.simulate(network, [0.0, 10.0], cells=7, jobs=5, **shared)
    fewer = mt.simulate(network, [0.0, 10.0], cells=3, jobs=2, **shared)
    assert whole.counts is not None
    assert again.counts is not None
    assert fewer.counts is not None
    assert np.array_equal(whole.counts, again.counts)
    assert np.array_equal(whole.counts[:3], fewer.counts)
    assert len(np.unique(whole.counts[:, 1, 0])) == 7


def problem_of(network: mt.ReactionNetwork, times: list[float]) -> Problem:
    """Return the plain problem of a network."""
    compiled = compile_network(network)
    segments = bind(network, compiled, [(times[0], {}, {})], times[-1])
    return Problem(
        compiled=compiled,
        segments=segments,
        times=np.array(times),
        x0=initial_amounts(network),
        content="test",
    )


def chosen_in(network: mt.ReactionNetwork, hours: float, **options: object) -> tuple[str, ...]:
    defaults = LangevinOptions()
    return discrete_species(
        problem_of(network, [0.0, 3600.0 * hours]),
        few_copies=defaults.few_copies,
        rare=defaults.rare_per_step / defaults.max_step_s,
        **options,
    )


def test_what_jumps_is_rare_in_number_and_in_events() -> None:
    network = at_rest(mt.load_model("mtor"))
    chosen = chosen_in(network, 1 / 60)
    assert "mRTK" in chosen
    # Five copies too, but bound and released every second.
    assert "IR_L" not in chosen
    assert chosen_in(network, 1.0, given=("PIP3",)) == ("PIP3",)
    with pytest.raises(UnknownNameError, match="unknown species 'PIP4'; did you mean 'PIP3'"):
        chosen_in(network, 1.0, given=("PIP4",))


def test_what_becomes_common_later_does_not_jump() -> None:
    treated = at_rest(mt.load_model("mtor"), given={"everolimus": "20 nM"})
    # Adaptation to a rapalog is under way after minutes, and by hours the adapted complexes are many.
    assert "ADA2" in chosen_in(treated, 1 / 60)
    assert "ADA2" not in chosen_in(treated, 24.0)
    assert {"mRTK", "gERBB3"} <= set(chosen_in(treated, 24.0))


def complexes_at_rest_under_everolimus(**options: object) -> float:
    treated = at_rest(mt.load_model("mtor"), given={"everolimus": "20 nM"})
    found = mt.simulate(treated, ["0 h", "24 h"], method="hybrid", cells=32, seed=2, **options)
    return float(found.mean[1, found.species.index("mTORC1_everolimus")])


def test_a_fast_exchange_in_few_copies_keeps_its_mean() -> None:
    # Exact cells have 35 with a standard deviation of 9, so 32 cells are off by 25 with no chance.
    assert 10 < complexes_at_rest_under_everolimus() < 60


def test_sabotage_a_species_that_jumps_often_swings() -> None:
    before = ("mRTK", "ADA2", "mREDD1", "mCCND1", "gERBB3", "gIR", "gIRS", "mIRS", "gREDD1")
    assert complexes_at_rest_under_everolimus(discrete=before) > 60


def test_the_schedule_of_steps_meets_every_break_and_sample() -> None:
    breaks, times = np.array([0.0, 50.0, 100.0]), np.array([0.0, 7.0, 50.0, 93.0, 100.0])
    steps = step_grid(breaks, times, LangevinOptions(max_step_s=4.0))
    assert np.isclose(steps.length.sum(), 100.0)
    assert steps.length.max() <= 4.0
    taken = {int(i): float(t) for i, t in zip(steps.sample, steps.end, strict=True) if i >= 0}
    assert taken == pytest.approx(dict(enumerate(times.tolist())))
    # Short steps again after the change of conditions.
    assert steps.length[steps.segment == 1][0] <= 0.2
    assert steps.segment[np.searchsorted(steps.end, 50.0)] == 0


def test_options_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ProtocolError, match="0 < first_step_s <= max_step_s"):
        LangevinOptions(max_step_s=0.01)
    with pytest.raises(ProtocolError, match="growth: expected a number > 0"):
        LangevinOptions(growth=0.0)


def test_pairs_are_counted_not_squared() -> None:
    # 2 A <-> B with 41 molecules: k x (x - 1) against k x^2 moves the mean by several percent.
    network = DIMERISATION.network()
    exact = mt.simulate(network, [0.0, 5.0], method="ssa", cells=4000, seed=test_seed())
    found = mt.simulate(
        network,
        [0.0, 5.0],
        method="hybrid",
        cells=4000,
        seed=test_seed(),
        discrete=("A", "B"),
        max_step_s=0.01,
        first_step_s=0.01,
    )
    for name in ("A", "B"):
        i = exact.column(name)
        error = exact.sd[1, i] * np.sqrt(2 / 4000)
        assert abs(found.mean[1, i] - exact.mean[1, i]) < 5.5 * error, name


def test_a_law_without_its_reactant_is_refused() -> None:
    network = toy({"X": 5}, {"k": 1.0}, use=r("X ->", "k", law="constant_rate")).network()
    with pytest.raises(ProtocolError, match="reaction 'use' consumes molecules that do not set its rate"):
        mt.simulate(network, [0.0, 10.0], method="cle")
