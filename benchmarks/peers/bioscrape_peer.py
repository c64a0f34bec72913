"""bioscrape: the direct method in Cython."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.base import Engine, one_by_one
from benchmarks.plain import FloatArray, plain

if TYPE_CHECKING:
    from benchmarks.peers.base import Network


class _Ssa:
    def __init__(self, network: Network) -> None:
        from bioscrape.simulator import ModelCSimInterface, SSASimulator
        from bioscrape.types import Model

        numbers = plain(network)
        names = [f"s{i}" for i in range(numbers.n_species)]
        reactions = [
            ([names[i] for i in left], [names[i] for i in right], "massaction", {"k": constant})
            for left, right, constant in zip(
                numbers.reactants, numbers.products, numbers.constants.tolist(), strict=True
            )
        ]
        start = dict(zip(names, numbers.amounts.tolist(), strict=True))
        self.model = Model(species=names, reactions=reactions, initial_condition_dict=start)
        self.interface = ModelCSimInterface(self.model)
        self.simulator = SSASimulator()
        self.start = self.interface.py_get_initial_state().copy()
        index = self.model.get_species2index()
        self.columns = np.array([index[name] for name in names])

    def run(self, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        from bioscrape.random import py_seed_random

        py_seed_random(seed)
        self.interface.py_set_initial_state(self.start.copy())
        result = self.simulator.py_simulate(self.interface, np.linspace(0.0, horizon_s, n_points))
        return result.py_get_result()[:, self.columns]

    def ensemble(self, cells: int, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        return one_by_one(lambda own: self.run(horizon_s, n_points, own), cells, seed)


ENGINES = [
    Engine(
        name="bioscrape",
        packages=("bioscrape",),
        modules=("bioscrape.simulator", "bioscrape.types"),
        setting="`SSASimulator` on one `ModelCSimInterface`, mass-action propensities",
        stochastic=_Ssa,
        quick_reactions=2_000,
    )
]
