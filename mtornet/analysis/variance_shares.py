"""Law of total variance, nested: how much lies between genotypes, between cells, and in chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mtornet.errors import ProtocolError

FloatArray = NDArray[np.float64]

LEVELS = ("genotype", "extrinsic", "intrinsic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One level of the decomposition."""

    level: str
    variance: float
    share: float
    """Of the total variance."""
    low: float
    high: float
    """95 % bootstrap interval of the share, draws resampled within their genotype."""


def variance_shares(
    groups: Sequence[FloatArray],
    weights: Sequence[float],
    *,
    within: Sequence[FloatArray] | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> tuple[Share, ...]:
    """Split the variance of a quantity over a mixture of genotypes.

    Parameters
    ----------
    groups
        One array per genotype: (n_draws, n_replicates) of chance, or (n_draws,) of what each draw gives
        without chance.
    weights
        Of the genotypes, in the mixture.
    within
        Variance by chance of each draw, (n_draws,) per genotype, where ``groups`` hold no replicates.

    Returns
    -------
    tuple of Share
        Genotype (between the means of genotypes), extrinsic (between draws of one genotype), intrinsic
        (within a draw). Unbiased: what chance and few draws add to the upper levels is taken off, so that
        an estimate may be slightly below 0.

    Raises
    ------
    ProtocolError
        If a genotype has fewer than two draws, or replicates stand beside ``within``.
    """
    if len(groups) != len(weights) or not groups:
        raise ProtocolError(f"variance: {len(groups)} groups and {len(weights)} weights; expected as many")
    if any(len(group) < 2 for group in groups):
        raise ProtocolError("variance: every genotype needs at least two draws to say how much they differ")
    if within is not None and any(np.ndim(group) == 2 for group in groups):
        raise ProtocolError("variance: give replicates, or the variances within, not both")
    share_of = np.asarray(weights, dtype=np.float64) / float(np.sum(weights))
    means, noises, repeats = _levels(groups, within)
    point = _parts(means, noises, repeats, share_of)
    rng = np.random.default_rng(seed)
    boot = np.empty((resamples, 3))
    for b in range(resamples):
        picks = [rng.integers(len(mean), size=len(mean)) for mean in means]
        boot[b] = _parts(
            [mean[pick] for mean, pick in zip(means, picks, strict=True)],
            [noise[pick] for noise, pick in zip(noises, picks, strict=True)],
            repeats,
            share_of,
        )
    total = float(point.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = boot / boot.sum(axis=1, keepdims=True)
        # Resampled draws repeat, so that they differ less and their means more: reflect, not copy, the error.
        high, low = 2.0 * point / total - np.nanquantile(shares, (0.025, 0.975), axis=0)
    return tuple(
        Share(
            level=level,
            variance=float(point[k]),
            share=float(point[k]) / total if total > 0 else float("nan"),
            low=float(low[k]),
            high=float(high[k]),
        )
        for k, level in enumerate(LEVELS)
    )


def _levels(
    groups: Sequence[FloatArray], within: Sequence[FloatArray] | None
) -> tuple[list[FloatArray], list[FloatArray], list[float]]:
    """Return by genotype the means of draws, their variances by chance, and replicates behind a mean."""
    means, noises, repeats = [], [], []
    for k, group in enumerate(groups):
        values = np.asarray(group, dtype=np.float64)
        if values.ndim == 2:
            if values.shape[1] < 2:
                raise ProtocolError("variance: at least two replicates per draw are needed to see chance")
            means.append(values.mean(axis=1))
            noises.append(values.var(axis=1, ddof=1))
            repeats.append(float(values.shape[1]))
        else:
            means.append(values)
            noises.append(np.zeros(values.size) if within is None else np.asarray(within[k]))
            # A mean without chance is that of infinitely many replicates.
            repeats.append(np.inf)
    return means, noises, repeats


def _parts(
    means: Sequence[FloatArray], noises: Sequence[FloatArray], repeats: Sequence[float], weights: FloatArray
) -> FloatArray:
    seen = np.array([float(mean.var(ddof=1)) for mean in means])
    noise = np.array([float(values.mean()) for values in noises])
    centres = np.array([float(mean.mean()) for mean in means])
    draws = np.array([mean.size for mean in means])
    chance = np.array([value / n for value, n in zip(noise, repeats, strict=True)])
    middle = float(weights @ centres)
    # E[sum w (m - M)^2] is too large by the error of each mean: sum w v - sum w^2 v.
    errors = seen / draws
    between = float(weights @ (centres - middle) ** 2) - float(weights @ errors - (weights**2) @ errors)
    return np.array([between, float(weights @ (seen - chance)), float(weights @ noise)])
