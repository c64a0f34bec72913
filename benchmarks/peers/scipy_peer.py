"""scipy: LSODA and BDF with a compiled right-hand side and an analytic Jacobian."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.peers.base import Engine
from benchmarks.plain import FloatArray, Plain, plain

if TYPE_CHECKING:
    from benchmarks.peers.base import Network


def rate_functions(numbers: Plain) -> tuple[Callable[..., FloatArray], Callable[..., FloatArray]]:  # noqa: C901
    """Return jitted ``f(t, x, k)`` and ``jacobian(t, x, k)`` that read the network from arrays."""
    import numba

    n = numbers.n_species
    # A dummy that counts 1 makes every law a product of the same number of factors.
    order = max(max(map(len, numbers.reactants)), 1)
    factors = np.full((numbers.n_reactions, order), n)
    changed, by, start = [], [], [0]
    for j, members in enumerate(numbers.reactants):
        factors[j, : len(members)] = members
        net = numbers.net(j)
        changed += net.keys()
        by += net.values()
        start.append(len(changed))
    rows, change, first = np.array(changed), np.array(by, dtype=np.float64), np.array(start)

    @numba.njit
    def f(t, x, k):  # type: ignore[no-untyped-def]  # noqa: ARG001
        dx = np.zeros(n)
        for j in range(k.size):
            rate = k[j]
            for slot in range(order):
                i = factors[j, slot]
                if i < n:
                    rate *= x[i]
            for p in range(first[j], first[j + 1]):
                dx[rows[p]] += change[p] * rate
        return dx

    @numba.njit
    def jacobian(t, x, k):  # type: ignore[no-untyped-def]  # noqa: ARG001
        matrix = np.zeros((n, n))
        for j in range(k.size):
            for slot in range(order):
                column = factors[j, slot]
                if column == n:
                    continue
                slope = k[j]
                for other in range(order):
                    i = factors[j, other]
                    if other != slot and i < n:
                        slope *= x[i]
                for p in range(first[j], first[j + 1]):
                    matrix[rows[p], column] += change[p] * slope
        return matrix

    return f, jacobian


class _Solver:
    def __init__(self, network: Network, *, method: str) -> None:
        self.numbers, self.method = plain(network), method
        self.f, self.jacobian = rate_functions(self.numbers)
        x, k = self.numbers.amounts, self.numbers.constants
        self.f(0.0, x, k)
        self.jacobian(0.0, x, k)

    def solve_sets(
        self, constants: FloatArray, horizon_s: float, n_points: int, rtol: float, atol: float
    ) -> FloatArray:
        times = np.linspace(0.0, horizon_s, n_points)
        solve = self._odeint if self.method == "odeint" else self._solve_ivp
        found = np.empty((len(constants), n_points, self.numbers.n_species))
        for i, row in enumerate(constants):
            found[i] = solve(times, row, {"rtol": rtol, "atol": atol})
        return found

    def _odeint(self, times: FloatArray, k: FloatArray, tolerances: dict[str, float]) -> Any:
        from scipy.integrate import odeint

        return odeint(
            self.f,
            self.numbers.amounts,
            times,
            args=(k,),
            Dfun=self.jacobian,
            tfirst=True,
            mxstep=10**6,
            **tolerances,
        )

    def _solve_ivp(self, times: FloatArray, k: FloatArray, tolerances: dict[str, float]) -> Any:
        from scipy.integrate import solve_ivp

        return solve_ivp(
            self.f,
            (times[0], times[-1]),
            self.numbers.amounts,
            method=self.method,
            t_eval=times,
            args=(k,),
            jac=self.jacobian,
            **tolerances,
        ).y.T


ENGINES = [
    Engine(
        name=f"scipy {method}",
        packages=("scipy", "numba"),
        modules=("scipy.integrate", "numba"),
        setting=setting,
        deterministic=partial(_Solver, method=method),
    )
    for method, setting in (
        ("odeint", "LSODA, jitted right-hand side and analytic Jacobian"),
        ("LSODA", "`solve_ivp`, jitted right-hand side and analytic Jacobian"),
        ("BDF", "`solve_ivp`, jitted right-hand side and analytic Jacobian"),
        ("Radau", "`solve_ivp`, jitted right-hand side and analytic Jacobian"),
    )
]
