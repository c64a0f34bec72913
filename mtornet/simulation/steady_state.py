"""Pre-equilibration: the steady state of the rate equations, and how well it is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mtornet.compiled.bind import Segments
from mtornet.compiled.network import CompiledNetwork
from mtornet.errors import IntegrationError
from mtornet.simulation.methods.ode import solve
from mtornet.simulation.methods.ode_options import OdeOptions
from mtornet.simulation.problem import FloatArray, Problem
from mtornet.simulation.rate_equations import Function, functions

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
    jacobian: FloatArray
    """(n_species, n_species) of the rate equations there, 1/s."""

    @property
    def slowest_relaxation_s(self) -> float:
        """Time constant of the slowest decaying deviation, in seconds."""
        eigenvalues = np.linalg.eigvals(self.jacobian).real
        decaying = -eigenvalues[eigenvalues < -1e-12]
        return 1.0 / float(decaying.min()) if decaying.size else 0.0


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

    changes = possible_changes(compiled)
    x, span = start, FIRST_TRY_S
    while True:
        x = _integrate_for(span, compiled, constants, x, options)
        x = _polish(right_side, jacobian, changes, x)
        if residual(x) <= TOLERANCE:
            break
        span *= 10.0
        if span > LAST_TRY_S:
            raise IntegrationError(
                f"the network does not come to rest: after {LAST_TRY_S / 86400:.0f} days some species still "
                f"changes by {residual(x):.3g} of itself per hour; start from given amounts (no settle)"
            )
    return SteadyState(amounts=x, residual=residual(x), jacobian=jacobian(0.0, x))


def _integrate_for(
    span: float, compiled: CompiledNetwork, constants: FloatArray, x: FloatArray, options: OdeOptions
) -> FloatArray:
    segments = Segments(
        breaks=np.array([0.0, span]), constants=constants[None, :], added=np.zeros((1, compiled.n_species))
    )
    problem = Problem(compiled=compiled, segments=segments, times=np.empty(0), x0=x, content="")
    return solve(problem, options)[1]


def _polish(right_side: Function, jacobian: Function, changes: FloatArray, x: FloatArray) -> FloatArray:
    for _ in range(4):
        slope = right_side(0.0, x)
        try:
            candidate = x + step_to_rest(jacobian(0.0, x), changes, slope)
        except np.linalg.LinAlgError:
            return x
        # What is empty and stays so gets no rounding of the others.
        candidate[(x == 0.0) & (slope == 0.0)] = 0.0
        if not np.all(np.isfinite(candidate)) or np.any(candidate < -1e-9 * (1 + np.abs(x))):
            return x
        if np.max(np.abs(right_side(0.0, candidate))) >= np.max(np.abs(slope)):
            return x
        x = np.maximum(candidate, 0.0)
    return x


def possible_changes(compiled: CompiledNetwork) -> FloatArray:
    """Return an orthonormal basis of the changes that reactions can make, shape (n_species, rank)."""
    from scipy.linalg import qr

    stoichiometry = np.zeros((compiled.n_species, compiled.n_reactions))
    for j in range(compiled.n_reactions):
        row = slice(compiled.tables.change_start[j], compiled.tables.change_start[j + 1])
        stoichiometry[compiled.tables.change_species[row], j] = compiled.tables.change_by[row]
    basis, triangle, _ = qr(stoichiometry, mode="economic", pivoting=True)
    diagonal = np.abs(np.diag(triangle))
    rank = int(np.sum(diagonal > 1e-9 * max(float(diagonal[0]), 1.0))) if diagonal.size else 0
    return np.asarray(basis[:, :rank])


def step_to_rest(matrix: FloatArray, changes: FloatArray, slope: FloatArray) -> FloatArray:
    """Return the Newton step from ``slope`` to rest that moves no conserved total.

    The Jacobian is singular along conserved totals; within the changes that reactions can make it
    is not, unless the steady state is degenerate.
    """
    return np.asarray(changes @ np.linalg.solve(changes.T @ matrix @ changes, -changes.T @ slope))
