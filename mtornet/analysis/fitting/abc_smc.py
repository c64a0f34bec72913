"""Approximate Bayesian computation by sequential Monte Carlo, all particles of a step in one batch.

A simulation is accepted by a kernel that has the shape of the measurement error. For a deterministic model
that is exact once the kernel has the width of the error (Wilkinson 2013); populations come to it through
kernels of falling width (Toni et al. 2009), chosen so that a set part of the particles stays alive
(Del Moral et al. 2012), and are moved by Metropolis steps. The prior is uniform between the bounds of the
factors, on their scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mtornet.analysis.fitting.likelihood import Residuals
from mtornet.simulation.problem import FloatArray

ALIVE = 0.5
"""Effective part of the particles that a narrower kernel must leave."""

MOVES = 6
"""Metropolis steps after each narrowing."""

SCALE = 2.38
"""Of the steps, over the root of the number of factors: best for normal laws (Gelman et al. 1996)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Posterior:
    """Equally weighted draws."""

    places: FloatArray
    """(n_particles, n_factors)"""
    chi2: FloatArray
    """(n_particles,)"""
    widths: FloatArray
    """Width of the kernel of each population, in measurement errors; the last is 1."""
    accepted: FloatArray
    """Accepted part of the steps of each population."""


def abc_smc(residuals: Residuals, n_factors: int, *, particles: int, seed: int) -> Posterior:
    """Draw from the posterior of places in the unit cube.

    Parameters
    ----------
    particles
        Size of each population.
    """
    from scipy.special import logsumexp

    rng = np.random.default_rng(seed)
    places = rng.random((particles, n_factors))
    chi2 = np.sum(residuals(places) ** 2, axis=1)
    sharpness, widths, accepted = 0.0, [], []
    while sharpness < 1.0:
        sharper = _next(chi2, sharpness)
        weights = -0.5 * (sharper - sharpness) * chi2
        weights = np.exp(weights - logsumexp(weights))
        mean = weights @ places
        spread = np.cov(places.T, aweights=weights).reshape(n_factors, n_factors)
        kept = _resampled(weights, rng)
        places, chi2, sharpness = places[kept], chi2[kept], sharper
        root = np.linalg.cholesky(spread + 1e-12 * np.eye(n_factors))
        scale, taken = SCALE / np.sqrt(n_factors), 0
        for _ in range(MOVES):
            moved = places + scale * rng.standard_normal(places.shape) @ root.T
            inside = np.all((moved >= 0.0) & (moved <= 1.0), axis=1)
            # Those outside are solved where they stand, so that batches have one size.
            tried = np.sum(residuals(np.where(inside[:, None], moved, mean)) ** 2, axis=1)
            taking = inside & (np.log(rng.random(particles)) < -0.5 * sharpness * (tried - chi2))
            places, chi2 = np.where(taking[:, None], moved, places), np.where(taking, tried, chi2)
            taken += int(taking.sum())
            # Steps of which few are taken explore nothing.
            scale *= 1.3 if taking.mean() > 0.35 else 0.8
        widths.append(1.0 / np.sqrt(sharpness))
        accepted.append(taken / (MOVES * particles))
    return Posterior(places=places, chi2=chi2, widths=np.array(widths), accepted=np.array(accepted))


def _next(chi2: FloatArray, sharpness: float) -> float:
    """Return the sharpest kernel (1 over its width squared, at most 1) that leaves enough particles alive."""

    def alive(sharper: float) -> float:
        weights = -0.5 * (sharper - sharpness) * (chi2 - chi2.min())
        weights = np.exp(weights)
        return float(weights.sum() ** 2 / (weights @ weights) / chi2.size)

    if alive(1.0) >= ALIVE:
        return 1.0
    low, high = sharpness, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if alive(middle) >= ALIVE else (low, middle)
    return low if low > sharpness else high


def _resampled(weights: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return indices drawn by systematic resampling."""
    places = (np.arange(weights.size) + rng.random()) / weights.size
    return np.minimum(np.searchsorted(np.cumsum(weights), places), weights.size - 1)
