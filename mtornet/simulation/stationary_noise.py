"""Stationary noise of read-outs in the linear noise approximation, reaction by reaction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mtornet.compiled.effective import effective_constants
from mtornet.compiled.network import CompiledNetwork
from mtornet.simulation.problem import FloatArray
from mtornet.simulation.rate_equations import functions


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NoiseSources:
    """Variance of each read-out and where it comes from."""

    variance: FloatArray
    """(n_readouts,) of molecules, in a cell of real size."""
    by_reaction: FloatArray
    """(n_readouts, n_reactions): the variance that the noise of each reaction makes; rows sum to it."""


def noise_sources(
    compiled: CompiledNetwork,
    constants: FloatArray,
    amounts: FloatArray,
    slopes: FloatArray,
    *,
    time_s: float = 0.0,
) -> NoiseSources:
    """Return the noise of read-outs around a stable steady state.

    Parameters
    ----------
    constants
        In force, see ``row_of_constants``.
    amounts
        (n_species,) molecules at rest.
    slopes
        (n_readouts, n_species) derivatives of the read-outs there.
    time_s
        At which rates that follow the time are taken.

    Notes
    -----
    With the Jacobian A and the adjoint equation A' P + P A = -g g', the variance of a read-out of slope g
    is the sum over reactions of rate times n' P n, n being what one event changes: one Lyapunov equation
    per read-out gives the part of every reaction. (Elf and Ehrenberg 2003, Genome Res 13:2475, for the
    covariance.) Conserved totals are held.
    """
    from scipy.linalg import solve_continuous_lyapunov

    # In units in which noise is about 1: messengers and housekeeping proteins are rounded alike.
    unit = np.sqrt(np.abs(amounts) + 1.0)
    jumps = _jumps(compiled) / unit[:, None]
    basis = _span(jumps)
    jacobian = functions(compiled, constants)[1](time_s, amounts) * unit[None, :] / unit[:, None]
    inner, jumps = basis.T @ jacobian @ basis, basis.T @ jumps
    effective = effective_constants(compiled, constants, amounts, time_s)
    rates = np.maximum(effective * np.prod(np.append(amounts, 1.0)[compiled.tables.factors], axis=1), 0.0)
    by_reaction = np.empty((len(slopes), compiled.n_reactions))
    for k, slope in enumerate(slopes):
        direction = basis.T @ (slope * unit)
        weight = solve_continuous_lyapunov(inner.T, -np.outer(direction, direction))
        by_reaction[k] = rates * np.einsum("ij,ij->j", jumps, weight @ jumps)
    return NoiseSources(variance=by_reaction.sum(axis=1), by_reaction=by_reaction)


def _jumps(compiled: CompiledNetwork) -> FloatArray:
    jumps = np.zeros((compiled.n_species, compiled.n_reactions))
    for j in range(compiled.n_reactions):
        row = slice(compiled.tables.change_start[j], compiled.tables.change_start[j + 1])
        jumps[compiled.tables.change_species[row], j] = compiled.tables.change_by[row]
    return jumps


def _span(jumps: FloatArray) -> FloatArray:
    """Return an orthonormal basis of what reactions can change."""
    left, sizes, _ = np.linalg.svd(jumps, full_matrices=False)
    return np.asarray(left[:, sizes > 1e-10 * max(float(sizes[0]), 1e-300)])
