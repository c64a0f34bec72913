"""The stochastic methods by name, all with one contract."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from mtornet.errors import ProtocolError
from mtornet.names import unknown_name
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods import langevin, lna, ode, ssa, tau
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
            name="tau",
            title="tau-leaping",
            exact=False,
            kisao=tau.KISAO,
            options=tau.TauOptions,
            run_cells=tau.run_cells,
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

EXPERIMENT_METHODS = ("ode", *STOCHASTIC)
"""Of experiments, which show rate equations or cells."""

METHODS = (*EXPERIMENT_METHODS, "lna")
"""Of ``simulate``."""

KISAO = {"ode": ode.KISAO, "lna": lna.KISAO} | {name: method.kisao for name, method in STOCHASTIC.items()}
EXACT = tuple(name for name, method in STOCHASTIC.items() if method.exact)


def check_experiment_method(name: str) -> None:
    """Refuse what an experiment cannot use: a name that is no method, or a method without cells."""
    if name == "lna":
        raise ProtocolError(
            "method 'lna' gives means and standard deviations but no cells, which this needs: use 'hybrid' "
            "for cells of real size, or 'mtornet simulate --method lna' for the bands"
        )
    if name not in EXPERIMENT_METHODS:
        raise unknown_name("method", name, EXPERIMENT_METHODS)
