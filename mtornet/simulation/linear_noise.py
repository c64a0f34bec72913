"""Mean and spread of species and read-outs by the linear noise approximation."""

from __future__ import annotations

import numpy as np

from mtornet.errors import ProtocolError
from mtornet.network.network import ReactionNetwork
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods import lna
from mtornet.simulation.observe import Observer
from mtornet.simulation.problem import FloatArray, Problem


class NormalMoments:
    """Means and standard deviations of normal laws, with the interface of streamed moments."""

    n = 1

    def __init__(self, mean: FloatArray, sd: FloatArray) -> None:
        self.mean, self.sd = mean, sd

    def quantile(self, q: float) -> FloatArray:
        """Quantile of the normal law, shape (n_times, n_columns)."""
        from scipy.stats import norm

        with np.errstate(invalid="ignore"):
            away = self.sd * norm.ppf(q)
        # A column without spread has no quantile at infinity.
        return np.asarray(self.mean + np.where(self.sd > 0, away, 0.0))


def linear_noise(
    network: ReactionNetwork,
    problem: Problem,
    observer: Observer,
    options: lna.LnaOptions,
    *,
    copy_scale: float,
    stop: StopFlag | None,
) -> NormalMoments:
    """Return the moments of all columns of ``observer`` at the sample times.

    A read-out is linearised around the mean. At copy scale ``s`` every covariance is that of a whole
    cell over ``s``, exactly, as the approximation is linear in the noise.
    """
    names = problem.compiled.species
    extra = [k for k, name in enumerate(observer.names) if name not in names]
    used = observer.states_read(extra)
    shape = (problem.times.size, len(names))
    means, variances = np.empty(shape), np.empty(shape)
    shared = np.empty((problem.times.size, len(used), len(used)))

    def see(k: int, mean: FloatArray, covariance: FloatArray) -> None:
        means[k], variances[k] = mean, np.diag(covariance)
        shared[k] = covariance[np.ix_(used, used)]

    start = _initial_covariance(network, problem, options)
    lna.solve(problem, options, covariance=start, see=see, stop=stop)
    variance = np.empty((problem.times.size, len(observer.names)))
    for k, name in enumerate(observer.names):
        if name in names:
            variance[:, k] = variances[:, names.index(name)]
    slopes = _slopes(observer, means, used)[:, extra]
    variance[:, extra] = np.einsum("tki,tij,tkj->tk", slopes, shared, slopes)
    return NormalMoments(observer(means), np.sqrt(np.maximum(variance, 0.0) / copy_scale))


def _slopes(observer: Observer, means: FloatArray, used: list[int]) -> FloatArray:
    """Return derivatives of columns by species, shape (n_times, n_columns, n_used)."""
    slopes = np.empty((len(means), len(observer.names), len(used)))
    for k, i in enumerate(used):
        by = np.zeros_like(means)
        by[:, i] = 1e-5 * (np.abs(means[:, i]) + 1.0)
        slopes[:, :, k] = (observer(means + by) - observer(means - by)) / (2.0 * by[:, [i]])
    return slopes


def _initial_covariance(network: ReactionNetwork, problem: Problem, options: lna.LnaOptions) -> FloatArray:
    names = problem.compiled.species
    if not isinstance(options.initial, str):
        given = np.asarray(options.initial, dtype=np.float64)
        if given.shape != (len(names), len(names)) or not np.allclose(given, given.T):
            raise ProtocolError(
                f"initial: expected a symmetric matrix of {len(names)} rows, one per species in the order of "
                f"the network, got an array of shape {given.shape}"
            )
        return given
    if options.initial == "none":
        return np.zeros((len(names), len(names)))
    conserved = {name for moiety in network.conserved_moieties() for name, _ in moiety.species}
    free = np.array([name in network.species and name not in conserved for name in names])
    return np.diag(np.where(free, problem.x0, 0.0))
