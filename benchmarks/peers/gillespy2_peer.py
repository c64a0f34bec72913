"""GillesPy2: its C++ solver, one executable per network."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.base import Engine
from benchmarks.plain import FloatArray, plain

if TYPE_CHECKING:
    from benchmarks.peers.base import Network


class _Ssa:
    def __init__(self, network: Network) -> None:
        # It looks for scons on PATH, as in an activated environment, else it runs the base interpreter.
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        import gillespy2

        numbers = plain(network)
        self.names = [f"s{i}" for i in range(numbers.n_species)]
        model = gillespy2.Model(name="plain")
        model.add_species(
            [
                gillespy2.Species(name=name, initial_value=int(amount), mode="discrete")
                for name, amount in zip(self.names, numbers.amounts, strict=True)
            ]
        )
        model.add_parameter(
            [
                gillespy2.Parameter(name=f"k{j}", expression=repr(value))
                for j, value in enumerate(numbers.constants.tolist())
            ]
        )
        rows = []
        for j in range(numbers.n_reactions):
            left, right = numbers.reactants[j], numbers.products[j]
            rows.append(
                gillespy2.Reaction(
                    name=f"r{j}",
                    reactants={self.names[i]: left.count(i) for i in left},
                    products={self.names[i]: right.count(i) for i in right},
                    rate=f"k{j}",
                )
            )
        model.add_reaction(rows)
        self.solver = gillespy2.SSACSolver(model)

    def run(self, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        return self.ensemble(1, horizon_s, n_points, seed)[0]

    def ensemble(self, cells: int, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        import gillespy2

        # A built solver keeps its old grid unless told through its own copy of the model.
        self.solver.model.timespan(gillespy2.TimeSpan.linspace(t=horizon_s, num_points=n_points))
        results = self.solver.run(number_of_trajectories=cells, seed=seed)
        found = np.empty((cells, n_points, len(self.names)))
        for row, result in zip(found, results, strict=True):
            for i, name in enumerate(self.names):
                row[:, i] = result[name]
        return found


ENGINES = [
    Engine(
        name="GillesPy2 C++",
        packages=("gillespy2",),
        modules=("gillespy2",),
        setting="`SSACSolver` built once, `number_of_trajectories` in one call",
        stochastic=_Ssa,
        quick_reactions=500,
    )
]
