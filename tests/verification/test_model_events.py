"""Events of a model in exact simulation: at the exact moment, in the right order, for the right cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from mtornet.errors import MtorNetError, ProtocolError
from mtornet.expression import parse
from mtornet.network.build import from_graph
from mtornet.network.catalogue import Catalogue
from mtornet.network.elements import Event, Variable
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.result import SimulationResult
from mtornet.simulation.run import simulate
from tests.verification import toys
from tests.verification.master_equation import distributions
from tests.verification.sampling import distribution_p
from tests.verification.statistics import assert_agrees, assert_detected, test_seed
from tests.verification.toys import Toy, r, toy

TIMES = [0.0, 1.0, 3.0, 5.0, 6.0, 9.0]


def event(name: str, trigger: str, **more: object) -> Event:
    """An event; keywords that are no options are assignments."""
    options = {"delay", "priority", "persistent", "initial_value", "use_values_from_trigger_time"}
    given = {key: parse(v) if isinstance(v, str) else v for key, v in more.items() if key in options}
    assignments = tuple((key, parse(str(v))) for key, v in more.items() if key not in options)
    return Event(id=name, trigger=parse(trigger), assignments=assignments, **given)  # type: ignore[arg-type]


def with_events(network: ReactionNetwork, *events: Event, **variables: float) -> ReactionNetwork:
    made = [Variable(id=name, initial=value) for name, value in variables.items()]
    return replace(network, events=Catalogue("event", events), variables=Catalogue("variable", made))


def run(network: ReactionNetwork, algorithm: str, cells: int, **more: object) -> SimulationResult:
    options = {"seed": test_seed(), "keep": "trajectories", "algorithm": algorithm, **more}
    return simulate(network, TIMES, method="ssa", cells=cells, **options)  # type: ignore[arg-type]


def counts_of(result: SimulationResult, *names: str) -> dict[str, np.ndarray]:
    assert result.counts is not None
    assert set(result.status) == {"complete"}
    return {name: result.counts[:, :, result.column(name)] for name in names}


@pytest.mark.parametrize(
    "trigger", ["time >= 2.5", "time > 2.5", "not (time <= 2.5)", "2*time - 5 > 0", "time^2 > 6.25"]
)
def test_at_a_set_time(trigger: str, cells: int, algorithm: str) -> None:
    exact = distributions(
        toys.IMMIGRATION_DEATH, TIMES, schedule=((0.0, {}, {}), (2.5, {}, {"X": 7})), limit=120
    )
    network = with_events(toys.IMMIGRATION_DEATH.network(), event("add", trigger, X="X + 7"))
    assert_agrees(distribution_p(counts_of(run(network, algorithm, cells), "X"), exact), f"event, {trigger}")


def switched(k: str = "k*on") -> ReactionNetwork:
    """Immigration that a variable switches."""
    base = toys.IMMIGRATION_DEATH.network()
    return replace(
        base, reactions=base.reactions.replaced(replace(base.reactions["birth"], rate_constant=parse(k)))
    )


SWITCH_OFF = ((0.0, {}, {}), (3.0, {"k": 0.0}, {}), (5.0, {"k": 10.0}, {}))


def test_a_variable_changes_a_rate_at_once(cells: int, algorithm: str) -> None:
    exact = distributions(toys.IMMIGRATION_DEATH, TIMES, schedule=SWITCH_OFF, limit=120)
    network = with_events(
        switched(), event("off", "time >= 3", on=0), event("again", "time >= 3", delay="2", on=1), on=1.0
    )
    assert_agrees(distribution_p(counts_of(run(network, algorithm, cells), "X"), exact), "switched by events")
    late = with_events(
        switched(), event("off", "time >= 3.1", on=0), event("again", "time >= 3", delay="2", on=1), on=1.0
    )
    assert_detected(distribution_p(counts_of(run(late, algorithm, cells), "X"), exact), "event 0.1 s late")


# Division at 12 down to 2, as a chain of its own: from 11 the next birth lands at 2.
RESET = toy(
    {"X": 4},
    {"k": 9.0, "g": 0.2},
    birth=r("-> X", "k", law="expression", own=lambda x, c: c["k"] if x["X"] < 11 else 0.0),
    reset=r("9 X ->", "k", law="expression", own=lambda x, c: c["k"] if x["X"] == 11 else 0.0),
    death=r("X ->", "g"),
)
PLAIN = toy({"X": 4}, {"k": 9.0, "g": 0.2}, birth=r("-> X", "k"), death=r("X ->", "g"))


def test_at_a_count(cells: int, algorithm: str) -> None:
    exact = distributions(RESET, TIMES, limit=30)
    network = with_events(PLAIN.network(), event("divide", "X >= 12", X=2))
    assert_agrees(distribution_p(counts_of(run(network, algorithm, cells), "X"), exact), "reset at a count")
    late = with_events(PLAIN.network(), event("divide", "X >= 13", X=2))
    assert_detected(distribution_p(counts_of(run(late, algorithm, cells), "X"), exact), "reset one too late")


def test_half_molecules_keep_their_mean(cells: int, algorithm: str) -> None:
    still = toy({"X": 7}, {"k": 0.0}, birth=r("-> X", "k"))
    halves = counts_of(
        run(with_events(still.network(), event("divide", "time >= 2", X="X/2")), algorithm, cells), "X"
    )["X"]
    assert set(np.unique(halves[:, -1])) == {3.0, 4.0}
    heads = int(np.sum(halves[:, -1] == 4.0))
    assert_agrees(float(stats.binomtest(heads, cells, 0.5).pvalue), "half a molecule, by chance")


STILL = toy({"X": 3, "Y": 0}, {"k": 0.0}, birth=r("-> X", "k"), other=r("-> Y", "k"))

ORDERED = {
    "the higher priority first": (
        (event("a", "time >= 2", priority="1", X="X*2"), event("b", "time >= 2", priority="5", X="X + 1")),
        # The value of a lower priority was computed when it was triggered.
        {"X": 6},
    ),
    "with values from its own time": (
        (
            event("a", "time >= 2", priority="1", use_values_from_trigger_time=False, X="X*2"),
            event("b", "time >= 2", priority="5", X="X + 1"),
        ),
        {"X": 8},
    ),
    "a chain at one moment": (
        (event("a", "time >= 2", X=10), event("b", "X > 9", Y="X + 1"), event("c", "Y > 10", Y="Y*2")),
        {"X": 10, "Y": 22},
    ),
    "true at the start": ((event("a", "X > 0", initial_value=False, Y=5),), {"Y": 5}),
    "not when it always was": ((event("a", "X > 0", Y=5),), {"Y": 0}),
    "cancelled before its time": (
        (event("a", "time >= 1 and time < 2", delay="3", persistent=False, Y=5),),
        {"Y": 0},
    ),
    "not cancelled if it persists": ((event("a", "time >= 1 and time < 2", delay="3", Y=5),), {"Y": 5}),
    "twice": ((event("a", "time >= 1 and time < 2 or time > 3", Y="Y + 1"),), {"Y": 2}),
    "old values after a delay": (
        (event("a", "time >= 1", delay="2", Y="X"), event("b", "time >= 2", X=9)),
        {"X": 9, "Y": 3},
    ),
    "new values after a delay": (
        (
            event("a", "time >= 1", delay="2", use_values_from_trigger_time=False, Y="X"),
            event("b", "time >= 2", X=9),
        ),
        {"X": 9, "Y": 9},
    ),
    "simultaneous assignments": ((event("a", "time >= 1", X="Y", Y="X"),), {"X": 0, "Y": 3}),
}


@pytest.mark.parametrize("case", ORDERED)
def test_order(case: str, algorithm: str) -> None:
    events, expected = ORDERED[case]
    found = counts_of(run(with_events(STILL.network(), *events), algorithm, 3), *expected)
    for name, value in expected.items():
        assert set(found[name][:, -1]) == {float(value)}


def test_equal_priorities_take_turns_by_chance(cells: int, algorithm: str) -> None:
    events = [
        event(name, "time >= 2", priority="1", use_values_from_trigger_time=False, X=formula)
        for name, formula in (("a", "X + 1"), ("b", "X*2"))
    ]
    x = counts_of(run(with_events(STILL.network(), *events), algorithm, cells), "X")["X"][:, -1]
    assert set(np.unique(x)) == {7.0, 8.0}
    heads = int(np.sum(x == 7.0))
    assert_agrees(float(stats.binomtest(heads, cells, 0.5).pvalue), "order of equal events")


def test_before_and_after_at_the_moment_itself(algorithm: str) -> None:
    found = counts_of(run(with_events(STILL.network(), event("a", "time >= 3", X=8)), algorithm, 2), "X")["X"]
    np.testing.assert_array_equal(found, [[3, 3, 8, 8, 8, 8]] * 2)


def test_threads_and_neighbours_change_nothing() -> None:
    network = with_events(
        PLAIN.network(), event("divide", "X >= 12", X="X/2"), event("jump", "time > 4", X="X + 3")
    )
    many = run(network, "direct", 400, jobs=2).counts
    alone = run(network, "direct", 7, jobs=1).counts
    np.testing.assert_array_equal(many[:7], alone)  # type: ignore[index]


def test_a_storm_ends_with_a_status(algorithm: str) -> None:
    swap = (event("a", "X < 5", initial_value=False, X=9), event("b", "X > 5", X=1))
    result = run(with_events(STILL.network(), *swap), algorithm, 3)
    assert set(result.status) == {"event_storm"}


def test_a_negative_rate_ends_with_a_status(algorithm: str) -> None:
    falling = toy({"X": 0}, {"k": 1.0}, make=r("-> X", "k*(5 - 2*X)", law="expression"))
    assert set(run(falling.network(), algorithm, 3).status) == {"negative_rate"}


def test_a_trigger_that_time_bends_fires_at_its_exact_moments(algorithm: str) -> None:
    waves = event("wave", "sin(time) > 0.5", n="n + 1", last="time")
    # The count of 3 moves the moment: it is where 1 + 10 exp(-time) falls to 3.
    falls = event("fall", "X > 1 + 10*exp(-time)", fallen="time")
    never = event("touch", "(time - 4)^2 < 0", n="n + 100")
    network = with_events(STILL.network(), waves, falls, never, n=0, last=-1, fallen=-1)
    found = counts_of(run(network, algorithm, 2), "n", "last", "fallen")
    np.testing.assert_array_equal(found["n"], [[0, 1, 1, 1, 1, 2]] * 2)
    first, second = np.pi / 6, np.pi / 6 + 2 * np.pi
    np.testing.assert_allclose(found["last"][0], [-1, *[first] * 4, second], rtol=1e-12)
    np.testing.assert_allclose(found["fallen"][0], [-1, -1, *[np.log(5)] * 4], rtol=1e-12)


def test_a_trigger_that_is_no_comparison_of_time_is_refused_by_name(algorithm: str) -> None:
    with pytest.raises(ProtocolError, match=r"event 'wave'.*by more than comparisons"):
        run(with_events(STILL.network(), event("wave", "floor(time/2)", X=1)), algorithm, 1)


def test_a_continuous_variable_is_refused_by_name(algorithm: str) -> None:
    network = replace(
        STILL.network(), variables=Catalogue("variable", [Variable(id="v", initial=0.0, rate=parse("k"))])
    )
    with pytest.raises(ProtocolError, match="variable 'v' changes continuously"):
        run(network, algorithm, 1)


def driven(law: str) -> ReactionNetwork:
    base = toys.IMMIGRATION_DEATH.network()
    return replace(
        base, reactions=base.reactions.replaced(replace(base.reactions["birth"], rate_constant=parse(law)))
    )


def poisson_mean(rate: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Mean of immigration with a rate over time and death at 0.1/s, from none, by fine trapezoids."""
    weighted = rate * np.exp(0.1 * grid)
    integral = np.concatenate(([0.0], np.cumsum((weighted[1:] + weighted[:-1]) / 2 * np.diff(grid))))
    return integral * np.exp(-0.1 * grid)


WAVES = {
    "k*(1 + sin(time))": lambda t: 10 * (1 + np.sin(t)),
    # A drug that is given and fades, as pharmacokinetics has it.
    "k*3*(exp(-0.5*time) - exp(-4*time))": lambda t: 30 * (np.exp(-0.5 * t) - np.exp(-4 * t)),
    "k/(1 + 20*exp(-time))": lambda t: 10 / (1 + 20 * np.exp(-t)),
    "if(time < 2.5, k, 0.1*k*time)": lambda t: np.where(t < 2.5, 10.0, t),
}


@pytest.mark.parametrize("law", WAVES)
def test_rates_that_follow_the_time(law: str, cells: int, algorithm: str) -> None:
    grid = np.linspace(0.0, TIMES[-1], 900_001)
    mean = np.interp(TIMES, grid, poisson_mean(WAVES[law](grid), grid))
    exact = np.array([stats.poisson(m).pmf(np.arange(200)) for m in mean])
    found = counts_of(run(driven(law), algorithm, cells), "X")
    assert_agrees(distribution_p(found, {"X": exact}), f"rate {law}")
    # What accepting every trial of a bound 5 % too wide would give.
    wrong = counts_of(run(driven(f"1.05*({law})"), algorithm, cells), "X")
    assert_detected(distribution_p(wrong, {"X": exact}), f"5 % too often, {law}")


def test_drug_over_time_as_a_derived_quantity(cells: int, algorithm: str) -> None:
    base: Toy = toy({"X": 0}, {"k": 10.0, "g": 0.1}, birth=r("-> X", "k*drug"), death=r("X ->", "g"))
    graph = base.graph()
    graph.graph["derived"] = {"drug": {"expression": "1 + sin(time)"}}
    grid = np.linspace(0.0, TIMES[-1], 900_001)
    mean = np.interp(TIMES, grid, poisson_mean(10 * (1 + np.sin(grid)), grid))
    exact = np.array([stats.poisson(m).pmf(np.arange(200)) for m in mean])
    result = run(from_graph(graph), algorithm, cells)
    assert_agrees(distribution_p(counts_of(result, "X"), {"X": exact}), "derived quantity over time")


def test_an_input_over_time(cells: int, algorithm: str) -> None:
    graph = toy({"X": 0}, {"k": 10.0, "g": 0.1}, birth=r("-> X", "k*drug"), death=r("X ->", "g")).graph()
    graph.add_node("drug", kind="input", value=1.0, unit="nM")
    network = from_graph(graph)
    grid = np.linspace(0.0, TIMES[-1], 900_001)
    mean = np.interp(TIMES, grid, poisson_mean(30 * np.exp(-0.4 * grid), grid))
    exact = np.array([stats.poisson(m).pmf(np.arange(200)) for m in mean])
    fading = network.with_input_over_time("drug", "3*exp(-0.4*time)")
    assert_agrees(distribution_p(counts_of(run(fading, algorithm, cells), "X"), {"X": exact}), "fading drug")
    with pytest.raises(MtorNetError, match="did you mean 'drug'"):
        network.with_input_over_time("drugg", "1")


def test_copy_scale_leaves_mean_rates_alone(algorithm: str) -> None:
    """A scaled cell has the same rates per whole cell, and variance as the inverse of the scale."""
    base = toy(
        {"X": 100},
        {"k": 60.0, "K": 80.0, "g": 0.5},
        make=r("-> X", "k*K/(K + X)", law="expression"),
        decay=r("X ->", "g"),
    ).network()
    network = with_events(base, event("more", "X > 1e9 or time >= 1", X="X + 50"))
    whole = run(network, algorithm, 2000)
    part = run(network, algorithm, 2000, copy_scale=0.25)
    tight = run(network, algorithm, 2000, copy_scale=4.0)
    error = 5 * np.hypot(whole.sd, part.sd)[:, 0] / np.sqrt(2000)
    assert np.all(np.abs(tight.mean - whole.mean)[:, 0] < error + 0.7)
    assert np.all(np.abs(part.mean - whole.mean)[:, 0] < error + 3.0)
    assert 1.5 < part.sd[-1, 0] / whole.sd[-1, 0] < 2.6
    assert 1.5 < whole.sd[-1, 0] / tight.sd[-1, 0] < 2.6
