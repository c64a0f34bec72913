"""biocircuits: the direct method in numba, compiled anew in every call."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.peers.base import Engine
from benchmarks.plain import FloatArray, Plain, plain

if TYPE_CHECKING:
    from benchmarks.peers.base import Network


class _Ssa:
    def __init__(self, network: Network) -> None:
        import numba

        numbers = plain(network)
        if numbers.n_reactions * numbers.n_species > 10**5:
            raise RuntimeError("its dense update matrix is compiled into the code: too slow to compile")
        scope: dict[str, Any] = {}
        exec(propensity_source(numbers), scope)
        self.propensities = numba.njit(scope["propensities"])
        self.update = np.zeros((numbers.n_reactions, numbers.n_species), dtype=np.int64)
        for j in range(numbers.n_reactions):
            for i, by in numbers.net(j).items():
                self.update[j, i] = by
        self.start = numbers.amounts.astype(np.int64)

        @numba.njit
        def reseed(seed: int) -> None:
            np.random.seed(seed)  # noqa: NPY002  (numba's own generator, which biocircuits draws from)

        self.reseed = reseed

    def run(self, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        return self.ensemble(1, horizon_s, n_points, seed)[0]

    def ensemble(self, cells: int, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        import biocircuits

        self.reseed(seed)
        times = np.linspace(0.0, horizon_s, n_points)
        found = biocircuits.gillespie_ssa(self.propensities, self.update, self.start, times, size=cells)
        return found.astype(np.float64)


def propensity_source(numbers: Plain) -> str:
    """Return a straight-line function that computes all propensities."""
    lines = ["def propensities(a, x, t):"]
    for j, (members, constant) in enumerate(zip(numbers.reactants, numbers.constants.tolist(), strict=True)):
        seen, factors = Counter[int](), [repr(constant)]
        for i in members:
            factors.append(f"(x[{i}] - {seen[i]})" if seen[i] else f"x[{i}]")
            seen[i] += 1
        lines.append(f"    a[{j}] = {' * '.join(factors)}")
    return "\n".join(lines)


ENGINES = [
    Engine(
        name="biocircuits",
        packages=("biocircuits",),
        modules=("biocircuits",),
        setting="straight-line jitted propensities, `size` cells in one call",
        stochastic=_Ssa,
        quick_reactions=200,
    )
]
