"""libRoadRunner: Gillespie's direct method on a fixed grid, CVODE for rate equations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.peers.base import Engine
from benchmarks.plain import FloatArray, plain, sbml

if TYPE_CHECKING:
    from benchmarks.peers.base import Network


def _load(text: str) -> Any:
    import roadrunner

    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_ERROR)
    return roadrunner.RoadRunner(text)


class _Gillespie:
    def __init__(self, network: Network) -> None:
        numbers = plain(network)
        self.runner = _load(sbml(numbers, falling=True))
        self.runner.setIntegrator("gillespie")
        # Without it the grid is ignored and every event is kept.
        self.runner.integrator.variable_step_size = False
        self.runner.timeCourseSelections = ["time", *(f"s{i}" for i in range(numbers.n_species))]

    def run(self, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        self.runner.integrator.seed = seed
        self.runner.reset()
        return np.array(self.runner.simulate(0.0, horizon_s, n_points))[:, 1:]

    def ensemble(self, cells: int, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        # Seeding again costs more than a short run; one seed gives all runs different streams.
        first = self.run(horizon_s, n_points, seed)
        found = np.empty((cells, *first.shape))
        found[0] = first
        for i in range(1, cells):
            self.runner.reset()
            found[i] = self.runner.simulate(0.0, horizon_s, n_points)[:, 1:]
        return found


class _Cvode:
    """One instance, reset and given each set's constants; the fastest way we know."""

    def __init__(self, network: Network) -> None:
        import roadrunner

        self.numbers = plain(network)
        self.runner = _load(sbml(self.numbers, falling=False))
        self.runner.timeCourseSelections = ["time", *(f"s{i}" for i in range(self.numbers.n_species))]
        self.what = roadrunner.SelectionRecord.TIME | roadrunner.SelectionRecord.FLOATING
        names = list(self.runner.model.getGlobalParameterIds())
        self.columns = np.array([int(name[1:]) for name in names])
        self.indices = list(range(len(names)))

    def solve_sets(
        self, constants: FloatArray, horizon_s: float, n_points: int, rtol: float, atol: float
    ) -> FloatArray:
        self.runner.integrator.relative_tolerance = rtol
        self.runner.integrator.absolute_tolerance = atol
        found = np.empty((len(constants), n_points, self.numbers.n_species))
        for i, row in enumerate(constants):
            self.runner.reset(self.what)
            self.runner.model.setGlobalParameterValues(self.indices, row[self.columns])
            found[i] = self.runner.simulate(0.0, horizon_s, n_points)[:, 1:]
        return found


ENGINES = [
    Engine(
        name="libRoadRunner",
        packages=("libroadrunner",),
        modules=("roadrunner",),
        setting="`gillespie`, `variable_step_size = False`",
        stochastic=_Gillespie,
        quick_reactions=2_000,
    ),
    Engine(
        name="libRoadRunner CVODE",
        packages=("libroadrunner",),
        modules=("roadrunner",),
        setting="one instance, `reset`, `setGlobalParameterValues`, `simulate`",
        deterministic=_Cvode,
    ),
]
