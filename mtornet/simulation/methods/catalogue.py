"""The stochastic methods by name, all with one contract."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods import langevin, ode, ssa
from mtornet.simulation.problem import CellSamples, Problem
from mtornet.simulation.progress import Progress


class Consume(Protocol):
    """Takes finished cells, lowest index first."""

    def __call__(self, samples: CellSamples, /) -> None:
        """Take some cells in."""


class RunCells(Protocol):
    """Simulates cells and returns in words what ran; cells depend on nothing but their index."""

    def __call__(
        self,
        problem: Problem,
        *,
        cells: int,
        first_cell: int = 0,
        seed: int,
        jobs: int | None,
        options: Any,
        progress: Progress,
        stop: StopFlag,
        consume: Consume,
    ) -> str:
        """Run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StochasticMethod:
    """One way to simulate cells with noise."""

    name: str
    title: str
    exact: bool
    kisao: str
    options: type[Any]
    run_cells: RunCells


STOCHASTIC: dict[str, StochasticMethod] = {
    method.name: method
    for method in (
        StochasticMethod(
            name="ssa",
            title="exact stochastic simulation",
            exact=True,
            kisao=ssa.KISAO,
            options=ssa.SsaOptions,
            run_cells=ssa.run_cells,
        ),
        StochasticMethod(
            name="hybrid",
            title="Langevin equations, low-copy species as whole molecules",
            exact=False,
            kisao=langevin.KISAO["hybrid"],
            options=langevin.LangevinOptions,
            run_cells=partial(langevin.run_cells, hybrid=True),
        ),
        StochasticMethod(
            name="cle",
            title="Langevin equations",
            exact=False,
            kisao=langevin.KISAO["cle"],
            options=langevin.LangevinOptions,
            run_cells=partial(langevin.run_cells, hybrid=False),
        ),
    )
}

METHODS = ("ode", *STOCHASTIC)
KISAO = {"ode": ode.KISAO} | {name: method.kisao for name, method in STOCHASTIC.items()}
EXACT = tuple(name for name, method in STOCHASTIC.items() if method.exact)
