"""The linear noise approximation against exact moments, and its limits."""

from __future__ import annotations

import numpy as np
import pytest

import mtornet as mt
from mtornet.errors import IntegrationError, ProtocolError
from mtornet.experiment.rest import at_rest
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.methods.lna import Equations, LnaOptions, System, solve
from mtornet.simulation.problem import FloatArray, Problem
from tests.verification import toys
from tests.verification.master_equation import Schedule, distributions, moments
from tests.verification.sampling import problem_of
from tests.verification.test_model_events import event, with_events
from tests.verification.toys import Toy, r, toy

TIGHT = LnaOptions(rtol=1e-9, atol=1e-9)
TIMES = [0.0, 0.5, 2.0, 5.0]


def solved(
    problem: Problem, start: FloatArray | None = None, options: LnaOptions = TIGHT
) -> tuple[FloatArray, FloatArray]:
    """Mean (n_times, n_species) and covariance (n_times, n_species, n_species)."""
    n = problem.compiled.n_species
    seen: list[tuple[int, FloatArray, FloatArray]] = []
    solve(
        problem,
        options,
        covariance=np.zeros((n, n)) if start is None else start,
        see=lambda *found: seen.append(found),
    )
    assert [k for k, _, _ in seen] == list(range(problem.times.size))
    return np.array([mean for _, mean, _ in seen]), np.array([spread for _, _, spread in seen])


def test_immigration_and_death() -> None:
    mean, spread = solved(problem_of(toys.IMMIGRATION_DEATH.network().with_amounts(X=30.0), TIMES))
    decay = np.exp(-0.1 * np.array(TIMES))
    np.testing.assert_allclose(mean[:, 0], 30 * decay + 100 * (1 - decay), rtol=1e-8)
    # What is left of the first 30 is binomial, what has come Poisson.
    np.testing.assert_allclose(
        spread[:, 0, 0], 30 * decay * (1 - decay) + 100 * (1 - decay), rtol=1e-7, atol=1e-7
    )


def test_isomerisation_is_binomial_in_every_entry() -> None:
    mean, spread = solved(problem_of(toys.ISOMERISATION.network(), TIMES))
    decay, rest = np.exp(-0.7 * np.array(TIMES)), 0.2 / 0.7
    p, q = rest + (1 - rest) * decay, rest * (1 - decay)
    np.testing.assert_allclose(mean[:, 0], 80 * p + 10 * q, rtol=1e-8)
    variance = 80 * p * (1 - p) + 10 * q * (1 - q)
    pattern = np.array([[1.0, -1.0], [-1.0, 1.0]])
    np.testing.assert_allclose(spread, variance[:, None, None] * pattern, rtol=1e-7, atol=1e-7)


FIRST_ORDER = {
    "telegraph gene": (toys.TELEGRAPH, 110),
    "expression in two stages": (
        toy(
            {"M": 1, "P": 4},
            {"km": 0.5, "gm": 0.4, "kp": 2.0, "gp": 0.3},
            make=r("-> M", "km"),
            lose=r("M ->", "gm"),
            translate=r("-> P", "kp", catalysts=("M",)),
            degrade=r("P ->", "gp"),
        ),
        90,
    ),
}


@pytest.mark.parametrize("case", FIRST_ORDER)
def test_first_order_networks_are_exact(case: str) -> None:
    network, limit = FIRST_ORDER[case]
    exact = distributions(network, TIMES, limit=limit)
    mean, spread = solved(problem_of(network.network(), TIMES))
    for i, name in enumerate(network.initial):
        expected, variance, _ = moments(exact[name])
        np.testing.assert_allclose(mean[:, i], expected, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(spread[:, i, i], variance, rtol=1e-6, atol=1e-6)


def test_a_formula_as_law() -> None:
    # Hill repression of X by itself: the same equations, written out by hand.
    from scipy.integrate import solve_ivp

    k, half, n, g = 300.0, 120.0, 2.0, 0.5

    def slopes(_t: float, y: FloatArray) -> list[float]:
        made = k / (1.0 + (y[0] / half) ** n)
        steep = -k * n / half * (y[0] / half) ** (n - 1) / (1.0 + (y[0] / half) ** n) ** 2 - g
        return [made - g * y[0], 2.0 * steep * y[1] + made + g * y[0]]

    exact = solve_ivp(slopes, (0.0, 5.0), [20.0, 0.0], t_eval=TIMES, rtol=1e-11, atol=1e-11).y
    network = toy(
        {"X": 20},
        {"k": k, "K": half, "n": n, "g": g},
        make=r("-> X", "k", law="hill_repression", law_parameters="K=K; n=n", inhibitor="X"),
        decay=r("X ->", "g"),
    )
    mean, spread = solved(problem_of(network.network(), TIMES))
    np.testing.assert_allclose(mean[:, 0], exact[0], rtol=1e-7)
    np.testing.assert_allclose(spread[:, 0, 0], exact[1], rtol=1e-7, atol=1e-7)


def test_a_law_that_reads_the_time() -> None:
    # Poisson with the integral of the rate as mean and variance.
    waves = toy({"X": 0}, {"k": 50.0}, make=r("-> X", "k*(1 + sin(3*time))", law="expression"))
    mean, spread = solved(problem_of(waves.network(), TIMES))
    t = np.array(TIMES)
    expected = 50 * (t + (1 - np.cos(3 * t)) / 3)
    np.testing.assert_allclose(mean[:, 0], expected, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(spread[:, 0, 0], expected, rtol=1e-7, atol=1e-7)


def dimers(volume: int) -> Toy:
    """Return 2 A <-> B in a volume, so that the rate equations are those of volume 1 times the volume."""
    return toy(
        {"A": 10 * volume, "B": 2 * volume},
        {"f": 0.05 / volume, "b": 0.2},
        bind=r("2 A -> B", "f"),
        split=r("B -> 2 A", "b"),
    )


def errors(volume: int, swapped: bool = False) -> tuple[float, float]:
    """Relative errors of mean and variance of A after 5 s."""
    network = dimers(volume)
    expected, variance, _ = moments(distributions(network, [0.0, 5.0], limit=20 * volume)["A"])
    problem = problem_of(network.network(), [0.0, 5.0])
    mean, spread = solved(problem)
    found = spread[1, 0, 0]
    if swapped:
        found *= 1.2
    return abs(mean[1, 0] / expected[1] - 1), abs(found / variance[1] - 1)


def test_dimerisation_errs_as_the_inverse_volume() -> None:
    small, large = errors(4), errors(16)
    for before, after in zip(small, large, strict=True):
        assert 0.15 < after / before < 0.35
    # Stated: below 1 / (molecules of A), which are 80 here.
    assert max(large) < 1 / 80


def test_a_wrong_variance_does_not_err_so() -> None:
    """Sabotaged twin: 20 % too much noise does not vanish with the volume."""
    assert errors(16, swapped=True)[1] / errors(4, swapped=True)[1] > 0.6


def test_forgetting_the_transpose_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotaged twin: J C + C J instead of J C + C J^T."""

    def wrong(self: Equations, t: float, mean: FloatArray, covariance: FloatArray) -> FloatArray:
        moved = self.jacobian(t, mean)
        return moved @ covariance + covariance @ moved + self.noise(t, mean)

    monkeypatch.setattr(Equations, "spreading", wrong)
    _, spread = solved(problem_of(FIRST_ORDER["expression in two stages"][0].network(), TIMES[:2]))
    exact = distributions(FIRST_ORDER["expression in two stages"][0], TIMES[:2], limit=90)
    assert abs(spread[1, 1, 1] / moments(exact["P"])[1][1] - 1) > 0.01


def test_steps_are_of_order_5() -> None:
    # Fixed steps; a nonlinear network with all orders, against the unrolled equations.
    from scipy.integrate import solve_ivp

    network = toy(
        {"A": 400, "B": 3, "C": 1},
        {"f": 0.005, "b": 0.1, "g": 0.01, "h": 0.3},
        bind=r("2 A -> B", "f"),
        split=r("B -> 2 A", "b"),
        join=r("A + B -> C", "g"),
        turn=r("C -> A", "h"),
    )
    problem = problem_of(network.network(), [0.0, 1.0])
    equations, n = Equations(problem, 0), 3

    def unrolled(_t: float, y: FloatArray) -> FloatArray:
        spread = y[n:].reshape(n, n)
        return np.concatenate([equations.slope(0.0, y[:n]), equations.spreading(0.0, y[:n], spread).ravel()])

    start = np.concatenate([problem.x0, np.zeros(n * n)])
    exact = solve_ivp(unrolled, (0.0, 1.0), start, method="DOP853", rtol=1e-13, atol=1e-11).y[:, -1]
    found = []
    for steps in (32, 64):
        mean, spread = problem.x0.copy(), np.zeros((n, n))
        for k in range(steps):
            mean, spread = System(equations, k / steps, mean, spread).step(1.0 / steps).within(1.0)
        found.append(np.max(np.abs(np.concatenate([mean, spread.ravel()]) - exact)))
    assert found[0] / found[1] > 2**4.2


def test_tolerances_are_kept_on_the_shipped_network(mtor_with_everolimus: ReactionNetwork) -> None:
    problem = problem_of(mtor_with_everolimus, [0.0, 60.0, 1200.0])
    mean, spread = solved(problem, options=LnaOptions())
    better_mean, better = solved(problem, options=LnaOptions(rtol=1e-6, atol=1e-6))
    np.testing.assert_allclose(mean, better_mean, rtol=2e-5, atol=2e-5)
    # Of both standard deviations, or of those of Poisson laws where there is next to no noise.
    sd = np.sqrt(np.maximum(np.einsum("tii->ti", better), 0.1 * (mean + 1.0)))
    allowed = 1e-4 * sd[:, :, None] * sd[:, None, :]
    assert np.all(np.abs(spread - better) <= allowed)
    ode = mt.simulate(mtor_with_everolimus, problem.times).mean[:, : mean.shape[1]]
    np.testing.assert_allclose(better_mean, ode, rtol=2e-6, atol=2e-6)


def test_a_dose_moves_the_mean_and_keeps_the_covariance() -> None:
    network = toys.PURE_DEATH.network()
    times = [0.0, 2.0, 2.0 + 1e-9, 5.0]
    schedule: Schedule = [(0.0, {}, {}), (2.0, {}, {"X": 50}), (3.0, {"g": 0.0}, {})]
    mean, spread = solved(problem_of(network, times, schedule))
    kept, longer = np.exp(-0.6), np.exp(-0.9)
    np.testing.assert_allclose(
        mean[:, 0], [200, 200 * kept, 200 * kept + 50, 200 * longer + 50 * np.exp(-0.3)]
    )
    before = 200 * kept * (1 - kept)
    new = np.exp(-0.3)
    after = 200 * longer * (1 - longer) + 50 * new * (1 - new)
    np.testing.assert_allclose(spread[:, 0, 0], [0, before, before, after], rtol=1e-6)


def test_a_start_with_spread() -> None:
    decay = np.exp(-0.1 * np.array(TIMES))
    poisson = mt.simulate(
        toys.IMMIGRATION_DEATH.network().with_amounts(X=100.0), TIMES, method="lna", initial="poisson"
    )
    np.testing.assert_allclose(poisson.sd[:, 0], 10.0, rtol=1e-5)
    given = mt.simulate(
        toys.IMMIGRATION_DEATH.network().with_amounts(X=100.0),
        TIMES,
        method="lna",
        initial=np.array([[400.0]]),
        rtol=1e-9,
    )
    np.testing.assert_allclose(given.sd[:, 0] ** 2, 100 + 300 * decay**2, rtol=1e-6)
    # A conserved total has no spread.
    whole = mt.simulate(toys.ISOMERISATION.network(), TIMES, method="lna", initial="poisson")
    np.testing.assert_array_equal(whole.sd[0], 0.0)
    with pytest.raises(ProtocolError, match="initial: expected a symmetric matrix of 1 rows"):
        mt.simulate(toys.PURE_DEATH.network(), TIMES, method="lna", initial=np.zeros((2, 2)))
    with pytest.raises(ProtocolError, match="initial: expected 'none', 'poisson' or a covariance"):
        mt.simulate(toys.PURE_DEATH.network(), TIMES, method="lna", initial="gaussian")


def test_readouts_are_linearised() -> None:
    graph = toys.ISOMERISATION.graph()
    graph.graph["readouts"] = {
        "total": {"expression": "A + B", "unit": "molecule"},
        "twice": {"expression": "2*A - 3*B + 7*f", "unit": "molecule"},
        "part": {"expression": "A/(A + B)", "unit": "1"},
    }
    network = mt.from_graph(graph)
    found = mt.simulate(network, TIMES, method="lna", rtol=1e-8, atol=1e-8)
    sd = found.sd[:, found.column("A")]
    np.testing.assert_allclose(found.sd[:, found.column("total")], 0.0, atol=1e-4)
    np.testing.assert_allclose(found.sd[:, found.column("twice")], 5 * sd, rtol=1e-6)
    np.testing.assert_allclose(found.sd[:, found.column("part")], sd / 90, rtol=1e-6)
    np.testing.assert_allclose(found["twice"], 2 * found["A"] - 3 * found["B"] + 3.5)


def test_the_result_is_a_normal_law_without_cells() -> None:
    network = toys.IMMIGRATION_DEATH.network()
    found = mt.simulate(network, TIMES, method="lna")
    assert found.counts is None
    assert found.seed is None
    assert found.status == ("complete",)
    np.testing.assert_allclose(found.quantile(0.5), found.mean)
    np.testing.assert_allclose(found.quantile(0.975)[1:], found.mean[1:] + 1.959964 * found.sd[1:], rtol=1e-6)
    np.testing.assert_array_equal(found.quantile(1.0)[0], found.mean[0])
    scaled = mt.simulate(network, TIMES, method="lna", copy_scale=0.04)
    np.testing.assert_allclose(scaled.sd, 5 * found.sd)
    np.testing.assert_array_equal(scaled.mean, found.mean)


def test_shipped_network_against_exact_cells() -> None:
    # A tenth of a real cell: its noise is three times a cell's, and means shift by 1/volume.
    network = at_rest(mt.load_model("mtor"), given={"everolimus": "20 nM"})
    # Whole molecules at both scales, so that both start alike.
    network = network.with_amounts({s.id: 10.0 * round(s.initial / 10.0) for s in network.species.values()})
    n = 150
    exact = mt.simulate(network, [0.0, 900.0], method="ssa", cells=n, seed=8, copy_scale=0.1)
    found = mt.simulate(network, [0.0, 900.0], method="lna", copy_scale=0.1)
    for name in ("pAKT_T308", "pAKT_S473", "p4EBP1_T37_46", "IRS1_total", "Rheb_GTP", "mTORC2_total", "PIP3"):
        i = exact.column(name)
        sd = exact.sd[1, i]
        assert abs(found.mean[1, i] - exact.mean[1, i]) < sd * (0.1 + 4.5 * np.sqrt(1 / n)), name
        assert abs(np.log(found.sd[1, i] / sd)) < 0.05 + 4.5 * np.sqrt(0.5 / (n - 1)), name


def test_what_has_no_linear_noise_is_refused() -> None:
    with pytest.raises(ProtocolError, match="reaction 'leave' consumes molecules that do not set its rate"):
        mt.simulate(toys.CONSTANT_CONSUMPTION.network(), TIMES, method="lna")
    network = toys.PURE_DEATH.network()
    with pytest.raises(ProtocolError, match="without cells"):
        mt.simulate(network, TIMES, method="lna", cells=10)
    with pytest.raises(ProtocolError, match="without cells"):
        mt.simulate(network, TIMES, method="lna", keep="trajectories")
    with pytest.raises(ProtocolError, match="unknown option 'cell_scale'"):
        mt.simulate(network, TIMES, method="lna", cell_scale=1)
    cut = with_events(network, event("cut", "X < 100", X="200"))
    with pytest.raises(ProtocolError, match="method 'lna' cannot follow this model:\n  events of the model"):
        mt.simulate(cut, TIMES, method="lna")
    with pytest.raises(IntegrationError, match="within max_steps steps"):
        mt.simulate(network, TIMES, method="lna", max_steps=3)


@pytest.mark.parametrize("verb", ["compare", "run", "dose_response"])
def test_experiments_need_cells(verb: str, mtor: ReactionNetwork) -> None:
    protocol = mt.Protocol().settle().apply(mt.Condition(), at="0 h").until("1 h")
    verbs = {
        "compare": lambda: mt.compare(network=mtor, method="lna"),
        "run": lambda: mt.run(mtor, protocol, method="lna"),
        "dose_response": lambda: mt.dose_response(
            mtor,
            "everolimus",
            doses=mt.log_doses("0.1 nM", "1 uM", 5),
            readout="pS6",
            at="1 h",
            method="lna",
        ),
    }
    with pytest.raises(ProtocolError, match="method 'lna' gives means and standard deviations but no cells"):
        verbs[verb]()


def test_a_stop_ends_it() -> None:
    from mtornet.simulation.interrupt import StopFlag

    stop = StopFlag()
    stop.set()
    with pytest.raises(KeyboardInterrupt):
        mt.simulate(toys.PURE_DEATH.network(), TIMES, method="lna", stop=stop)
