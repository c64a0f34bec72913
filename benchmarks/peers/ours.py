"""mtornet itself, through its public functions."""

from __future__ import annotations

from functools import partial

import numpy as np

import mtornet as mt
from benchmarks.peers.base import Engine
from benchmarks.plain import FloatArray
from mtornet.simulation.methods.ssa import ALGORITHMS


class _Ssa:
    def __init__(self, network: mt.ReactionNetwork, *, algorithm: str) -> None:
        self.network, self.algorithm = network, algorithm

    def run(self, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        return self.ensemble(1, horizon_s, n_points, seed)[0]

    def ensemble(self, cells: int, horizon_s: float, n_points: int, seed: int, jobs: int = 1) -> FloatArray:
        result = mt.simulate(
            self.network,
            np.linspace(0.0, horizon_s, n_points),
            method="ssa",
            algorithm=self.algorithm,
            cells=cells,
            seed=seed,
            jobs=jobs,
            keep="trajectories",
        )
        assert result.counts is not None
        return result.counts

    def events(self, cells: int, horizon_s: float, seed: int) -> float:
        """Return the mean number of reaction events of a cell."""
        times = [0.0, horizon_s]
        result = mt.simulate(self.network, times, method="ssa", cells=cells, seed=seed, jobs=1)
        return float(result.n_events.mean())


class _Single:
    """One call of ``simulate`` per set."""

    def __init__(self, network: mt.ReactionNetwork) -> None:
        self.network = network

    def solve_sets(
        self, constants: FloatArray, horizon_s: float, n_points: int, rtol: float, atol: float
    ) -> FloatArray:
        times = np.linspace(0.0, horizon_s, n_points)
        found = np.empty((len(constants), n_points, len(self.network.species)))
        for i, row in enumerate(constants):
            changed = self.network.with_parameters(
                **dict(zip(self.network.parameters, row.tolist(), strict=True))
            )
            found[i] = mt.simulate(changed, times, method="ode", rtol=rtol, atol=atol).mean
        return found


class _Many:
    """One call of ``simulate_many``."""

    def __init__(self, network: mt.ReactionNetwork) -> None:
        self.network = network

    def solve_sets(
        self, constants: FloatArray, horizon_s: float, n_points: int, rtol: float, atol: float
    ) -> FloatArray:
        times = np.linspace(0.0, horizon_s, n_points)
        parameters = dict(zip(self.network.parameters, constants.T, strict=True))
        return mt.simulate_many(
            self.network, times, parameters=parameters, rtol=rtol, atol=atol, jobs=1
        ).values


def _ssa(algorithm: str) -> Engine:
    return Engine(
        name="mtornet" if algorithm == "auto" else f"mtornet {algorithm}",
        packages=("numba",),
        modules=("mtornet",),
        setting=f"`simulate(method='ssa', algorithm={algorithm!r}, jobs=1)`",
        stochastic=partial(_Ssa, algorithm=algorithm),
        own=True,
    )


ENGINES = [
    *(_ssa(algorithm) for algorithm in ("auto", *(name for name in ALGORITHMS if name != "auto"))),
    Engine(
        name="mtornet simulate",
        packages=("numba",),
        modules=("mtornet",),
        setting="`simulate(method='ode')`, one call per set",
        deterministic=_Single,
        own=True,
    ),
    Engine(
        name="mtornet simulate_many",
        packages=("numba",),
        modules=("mtornet",),
        setting="`simulate_many(jobs=1)`, one call for all sets",
        deterministic=_Many,
        own=True,
    ),
]
