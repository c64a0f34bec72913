"""One Rosenbrock step with dense matrices, and the order conditions of such methods, from the book.

Hairer and Wanner 1996, *Solving Ordinary Differential Equations II*, section IV.7.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from mtornet.compiled import rodas5p

Function = Callable[[np.ndarray], np.ndarray]
Tree = tuple["Tree", ...]
"""A rooted tree: the trees that hang from its root."""


@dataclass(frozen=True, kw_only=True)
class Tableau:
    A: np.ndarray = field(default_factory=lambda: rodas5p.A)
    C: np.ndarray = field(default_factory=lambda: rodas5p.C)
    B: np.ndarray = field(default_factory=lambda: rodas5p.B)
    H: np.ndarray = field(default_factory=lambda: rodas5p.H)
    gamma: float = rodas5p.GAMMA

    def weights_at(self, q: float) -> np.ndarray:
        """Weights of the interpolant, ``y(q) = y0 + sum_j w_j k_j``."""
        return q * (self.B + (1 - q) * (self.H[0] + q * (self.H[1] + q * self.H[2])))


def stages(f: Function, jacobian: Function, y: np.ndarray, h: float, tableau: Tableau) -> np.ndarray:
    matrix = np.eye(y.size) / (h * tableau.gamma) - jacobian(y)
    k = np.zeros((8, y.size))
    for s in range(8):
        k[s] = np.linalg.solve(matrix, f(y + tableau.A[s] @ k) + tableau.C[s] @ k / h)
    return k


def fixed_steps(
    f: Function,
    jacobian: Function,
    y: np.ndarray,
    end: float,
    n: int,
    tableau: Tableau,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    for _ in range(n):
        y = y + (tableau.B if weights is None else weights) @ stages(f, jacobian, y, end / n, tableau)
    return y


def trees(order: int) -> list[Tree]:
    """All rooted trees with so many vertices: 1, 1, 2, 4, 9, 20, ..."""
    if order == 1:
        return [()]
    found: set[Tree] = set()
    for sizes in _partitions(order - 1, order - 1):
        branches: list[list[Tree]] = [[]]
        for size in sizes:
            branches = [[*begun, tree] for begun in branches for tree in trees(size)]
        found |= {tuple(sorted(branch)) for branch in branches}
    return sorted(found)


def _partitions(total: int, largest: int) -> Iterator[list[int]]:
    if total == 0:
        yield []
    for size in range(min(total, largest), 0, -1):
        for rest in _partitions(total - size, size):
            yield [size, *rest]


def _vertices(tree: Tree) -> int:
    return 1 + sum(map(_vertices, tree))


def density(tree: Tree) -> int:
    product = _vertices(tree)
    for branch in tree:
        product *= density(branch)
    return product


def residual(tree: Tree, weights: np.ndarray, tableau: Tableau, q: float = 1.0) -> float:
    """``sum_i b_i Phi_i(tree) - q**n / density``: 0 if the method satisfies the condition of this tree."""
    big_gamma = np.linalg.inv(np.eye(8) / tableau.gamma - tableau.C)
    alpha = tableau.A @ big_gamma
    beta = alpha + big_gamma

    def phi(part: Tree) -> np.ndarray:
        # A vertex with one branch stands for f'(y): there the Jacobian contributes, too.
        if len(part) == 1:
            return np.asarray(beta @ phi(part[0]))
        value = np.ones(8)
        for branch in part:
            value = value * (alpha @ phi(branch))
        return value

    return float(weights @ big_gamma @ phi(tree) - q ** _vertices(tree) / density(tree))
