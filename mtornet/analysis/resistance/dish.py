"""Dishes of cells in two states: they divide, die and switch one by one, and are passaged every week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.bind import bind
from mtornet.compiled.network import compile_network
from mtornet.network.build import from_graph
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods.catalogue import STOCHASTIC
from mtornet.simulation.methods.ssa import SsaOptions
from mtornet.simulation.problem import CellSamples, Problem
from mtornet.simulation.progress import Silent

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

STATES = ("off", "on")
_RATES = ("divide", "die", "switch")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekRates:
    """What the cells of both states do in one week, per second: (off, on)."""

    divide: tuple[float, float]
    die: tuple[float, float]
    switch: tuple[float, float]
    """Off to on, on to off."""

    @property
    def matrix(self) -> FloatArray:
        """The rates of change of the mean numbers, 1/s: d(off, on)/dt = matrix @ (off, on)."""
        net = np.subtract(self.divide, self.die)
        leave = np.array(self.switch)
        return np.array([[net[0] - leave[0], leave[1]], [leave[0], net[1] - leave[1]]])


def population_network() -> ReactionNetwork:
    """Return two states that divide, die and switch; every constant is an input of its own."""
    graph = nx.MultiDiGraph(
        model="two_states",
        parameters={f"{what}_{state}": {"value": 0.0, "unit": "1/s"} for what in _RATES for state in STATES},
    )
    for state in STATES:
        graph.add_node(state, kind="species", initial=0.0)
    for state, other in (STATES, STATES[::-1]):
        for what, product, count in (("divide", state, 2), ("die", None, 0), ("switch", other, 1)):
            process = f"{state}_{what}s"
            graph.add_node(
                process, kind="process", rate_constant=f"{what}_{state}", law="mass_action", n_modifiers=0
            )
            graph.add_edge(state, process, role="reactant", stoichiometry=1)
            if product is not None:
                graph.add_edge(process, product, role="product", stoichiometry=count)
    return from_graph(graph)


def dishes(
    start: tuple[int, int],
    weeks: Sequence[WeekRates],
    *,
    n_dishes: int,
    seed: int,
    jobs: int | None = None,
    stop: StopFlag | None = None,
    hours: float = 168.0,
) -> IntArray:
    """Return the cells of every dish at the end of every week, before it is passaged.

    Between passages every division, death and switch is simulated exactly. At the end of a week as
    many cells as there were at the start are drawn without replacement, all if there are fewer.

    Returns
    -------
    IntArray, shape (n_weeks + 1, n_dishes, 2)
        Off and on; the first row is the start.
    """
    network = population_network()
    compiled = compile_network(network)
    flag = StopFlag() if stop is None else stop
    counts = np.empty((len(weeks) + 1, n_dishes, 2), dtype=np.int64)
    counts[0] = start
    bottleneck = int(sum(start))
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(3,)))
    seeded = counts[0].copy()
    for week, rates in enumerate(weeks):
        values = {
            f"{what}_{state}": getattr(rates, what)[i] for what in _RATES for i, state in enumerate(STATES)
        }
        finals: list[FloatArray] = []

        def consume(samples: CellSamples, finals: list[FloatArray] = finals) -> None:
            finals.append(samples.final)

        STOCHASTIC["ssa"].run_cells(
            Problem(
                compiled=compiled,
                segments=bind(network, compiled, [(0.0, values, {})], hours * 3600.0),
                times=np.empty(0),
                x0=seeded.astype(np.float64),
                content=f"two states, week {week}",
            ),
            cells=n_dishes,
            seed=seed,
            jobs=jobs,
            options=SsaOptions(),
            progress=Silent(),
            stop=flag,
            consume=consume,
        )
        if flag.is_set:
            raise KeyboardInterrupt
        counts[week + 1] = np.concatenate(finals).astype(np.int64)
        off, on = counts[week + 1].T
        kept = np.minimum(off + on, bottleneck)
        seeded[:, 1] = rng.hypergeometric(on, off, kept)
        seeded[:, 0] = kept - seeded[:, 1]
    return counts


def switched_on(fraction: float, on_rate: float, off_rate: float, duration: float) -> float:
    """Return the exact fraction in the on state after a time, of cells that only switch."""
    both = on_rate + off_rate
    if both == 0.0:
        return fraction
    rest = on_rate / both
    return rest + (fraction - rest) * float(np.exp(-both * duration))


def mean_course(
    start: tuple[float, float], weeks: Sequence[WeekRates], *, hours: float = 168.0
) -> FloatArray:
    """Return the fraction of cells in the on state at the end of every week, without chance.

    Numbers grow by the matrix exponential of each week's rates; a passage changes no fraction.
    """
    from scipy.linalg import expm

    cells = np.array(start, dtype=np.float64)
    fractions = [cells[1] / cells.sum()]
    for rates in weeks:
        cells = expm(rates.matrix * hours * 3600.0) @ (cells / cells.sum())
        fractions.append(cells[1] / cells.sum())
    return np.array(fractions)
