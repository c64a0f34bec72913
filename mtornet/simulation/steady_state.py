"""Pre-equilibration: the steady state of the rate equations, and how well it is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mtornet.compiled.bind import Segments
from mtornet.compiled.network import CompiledNetwork
from mtornet.errors import IntegrationError
from mtornet.simulation.methods.ode import Function, OdeOptions, functions, solve
from mtornet.simulation.problem import FloatArray, Problem

FIRST_TRY_S = 30 * 86400.0
LAST_TRY_S = 1e10
TOLERANCE = 1e-9
"""Largest relative change per hour that counts as standing still."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SteadyState:
    """Amounts at rest."""

    amounts: FloatArray
    """(n_species,) molecules."""
    residual: float
    """Largest change of any species in one hour, relative to its amount plus one molecule."""
    slowest_relaxation_s: float
    """Time constant of the slowest decaying deviation, in seconds."""


def find_steady_state(
    compiled: CompiledNetwork, constants: FloatArray, start: FloatArray, options: OdeOptions
) -> SteadyState:
    """Integrate until nothing changes, then polish with Newton steps that keep the conserved totals.

    Raises
    ------
    IntegrationError
        If the network does not come to rest, for example because it oscillates.
    """
    right_side, jacobian = functions(compiled, constants)

    def residual(x: FloatArray) -> float:
        return float(np.max(np.abs(right_side(0.0, x)) * 3600.0 / (np.abs(x) + 1.0), initial=0.0))

    x, span = start, FIRST_TRY_S
    while True:
        x = _integrate_for(span, compiled, constants, x, options)
        x = _polish(right_side, jacobian, x)
        if residual(x) <= TOLERANCE:
            break
        span *= 10.0
        if span > LAST_TRY_S:
            raise IntegrationError(
                f"the network does not come to rest: after {LAST_TRY_S / 86400:.0f} days some species still "
                f"changes by {residual(x):.3g} of itself per hour; start from given amounts (no settle)"
            )
    eigenvalues = np.linalg.eigvals(jacobian(0.0, x)).real
    decaying = -eigenvalues[eigenvalues < -1e-12]
    slowest = 1.0 / float(decaying.min()) if decaying.size else 0.0
    return SteadyState(amounts=x, residual=residual(x), slowest_relaxation_s=slowest)


def _integrate_for(
    span: float, compiled: CompiledNetwork, constants: FloatArray, x: FloatArray, options: OdeOptions
) -> FloatArray:
    segments = Segments(
        breaks=np.array([0.0, span]), constants=constants[None, :], added=np.zeros((1, compiled.n_species))
    )
    problem = Problem(compiled=compiled, segments=segments, times=np.empty(0), x0=x, content="")
    return solve(problem, options)[1]


def _polish(right_side: Function, jacobian: Function, x: FloatArray) -> FloatArray:
    for _ in range(4):
        slope = right_side(0.0, x)
        candidate = x + _step_within_totals(jacobian(0.0, x), slope)
        if not np.all(np.isfinite(candidate)) or np.any(candidate < -1e-9 * (1 + np.abs(x))):
            return x
        if np.max(np.abs(right_side(0.0, candidate))) >= np.max(np.abs(slope)):
            return x
        x = np.maximum(candidate, 0.0)
    return x


def _step_within_totals(matrix: FloatArray, slope: FloatArray) -> FloatArray:
    # The Jacobian is singular along conserved totals. Its columns lie in the space of changes that
    # reactions can make, so a step within that space moves no total.
    left, sizes, _ = np.linalg.svd(matrix)
    rank = int(np.sum(sizes > sizes[0] * 1e-13))
    basis = left[:, :rank]
    return np.asarray(basis @ np.linalg.solve(basis.T @ matrix @ basis, -basis.T @ slope))
