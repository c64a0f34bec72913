"""What every simulator is asked: to build a network, to run it, to run it many times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from benchmarks.plain import FloatArray, Plain

if TYPE_CHECKING:
    import mtornet as mt

    Network = mt.ReactionNetwork | Plain


class Stochastic(Protocol):
    """A network in one simulator, ready for exact stochastic simulation from its initial amounts."""

    def run(self, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        """Return one trajectory, shape (n_points, n_species), at even times from 0 to the horizon."""

    def ensemble(self, cells: int, horizon_s: float, n_points: int, seed: int) -> FloatArray:
        """Return many, shape (cells, n_points, n_species)."""


class Deterministic(Protocol):
    """A network in one simulator, ready for the rate equations from its initial amounts."""

    def solve_sets(
        self, constants: FloatArray, horizon_s: float, n_points: int, rtol: float, atol: float
    ) -> FloatArray:
        """Return solutions, shape (n_sets, n_points, n_species), for constants (n_sets, n_reactions)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One simulator in one setting."""

    name: str
    packages: tuple[str, ...]
    """Distributions that must be installed, printed with their versions."""
    setting: str
    """What was chosen, in words, so that a reader can judge whether it is the best one."""
    modules: tuple[str, ...]
    """What a user imports."""
    stochastic: Callable[[Any], Stochastic] | None = None
    """Builds a network; ours takes a ReactionNetwork, the others take its numbers too."""
    deterministic: Callable[[Any], Deterministic] | None = None
    own: bool = False
    quick_reactions: int = 10**9
    """Networks larger than this take it minutes to load or start; a quick run leaves them out."""

    def versions(self) -> dict[str, str]:
        """Return the version of each package.

        Raises
        ------
        PackageNotFoundError
            If one is not installed.
        """
        return {name: version(name) for name in self.packages}

    @property
    def is_installed(self) -> bool:
        """Whether all its packages are there."""
        try:
            self.versions()
        except PackageNotFoundError:
            return False
        return True


def one_by_one(run: Callable[[int], FloatArray], cells: int, seed: int) -> FloatArray:
    """Return an ensemble by running one trajectory after another, each with its own seed."""
    first = run(seed)
    found = np.empty((cells, *first.shape))
    found[0] = first
    for i in range(1, cells):
        found[i] = run(seed + i)
    return found
