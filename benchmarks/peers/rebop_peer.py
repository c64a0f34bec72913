"""rebop: the direct method in Rust."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.base import Engine, one_by_one
from benchmarks.plain import FloatArray, plain

if TYPE_CHECKING:
    from benchmarks.peers.base import Network


class _Gillespie:
    """The inner class, without the xarray.Dataset that the public ``run`` builds for every trajectory."""

    def __init__(self, network: Network) -> None:
        import rebop

        numbers = plain(network)
        self.start = numbers.amounts
        # It knows only species that some reaction names.
        self.involved = sorted({i for side in (*numbers.reactants, *numbers.products) for i in side})
        system = rebop.Gillespie()
        for left, right, constant in zip(
            numbers.reactants, numbers.products, numbers.constants.tolist(), strict=True
        ):
            system.add_reaction(constant, [f"s{i}" for i in left], [f"s{i}" for i in right])
        self.inner = system.gillespie
        self.inner.set_init({f"s{i}": int(self.start[i]) for i in self.involved})

    def run(self, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        # Dense rows, its own choice, are several times slower on all these networks.
        _, courses = self.inner.run(horizon_s, n_points - 1, params={}, seed=seed, sparse=True)
        found = np.tile(self.start, (n_points, 1))
        for i in self.involved:
            found[:, i] = courses[f"s{i}"]
        return found

    def ensemble(self, cells: int, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        return one_by_one(lambda own: self.run(horizon_s, n_points, own), cells, seed)


ENGINES = [
    Engine(
        name="rebop",
        packages=("rebop",),
        modules=("rebop",),
        setting="`sparse=True`, inner class (no xarray per run)",
        stochastic=_Gillespie,
        quick_reactions=20_000,
    )
]
