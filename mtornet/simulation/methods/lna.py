"""Linear noise approximation: mean and covariance of all species, by one differential equation.

The mean ``m`` follows the rate equations; deviations from it are linear in the rate equations'
Jacobian ``J(m)`` and driven by every reaction's Poisson noise (van Kampen 2007, chapter X):

    dm/dt = f(m),    dC/dt = J C + C J^T + sum_j a_j(m) v_j v_j^T.

Both are integrated together by Rodas5P. Its linear systems for the covariance are Sylvester
equations, which one Schur decomposition of the Jacobian per step turns into triangular ones; the
matrix of all pairs of species is never formed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtornet.compiled import rodas5p
from mtornet.compiled.effective import effective_constants
from mtornet.errors import IntegrationError, ProtocolError
from mtornet.simulation.interrupt import StopFlag
from mtornet.simulation.methods.langevin import unheld_reactions
from mtornet.simulation.problem import FloatArray, Problem
from mtornet.simulation.rate_equations import functions

KISAO = "KISAO:0000033"
"""Rosenbrock method, the integrator: the ontology has no term for the linear noise approximation."""

ALGORITHM = "linear noise approximation, Rodas5P with Schur-decomposed Jacobian"

MOST_SPECIES = 1000
"""Time grows as the cube of their number: 100 take a second, 1 000 a quarter of an hour."""

_SAFETY, _LEAST, _MOST = 0.9, 0.2, 5.0
_NEAR = 1e-4

See = Callable[[int, FloatArray, FloatArray], None]
"""Takes the index of a sample time, the mean (n_species,) and the covariance (n_species, n_species)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LnaOptions:
    """Where the covariance starts, and how accurately it is integrated."""

    initial: str | FloatArray = "none"
    """``none``: all cells start equal; ``poisson``: species that belong to no conserved total start
    with independent Poisson amounts; or a covariance of all species, in molecules squared."""
    rtol: float = 1e-5
    """Relative to an amount, and to the product of two standard deviations."""
    atol: float = 1e-6
    """In molecules."""
    max_steps: int = 20_000

    def __post_init__(self) -> None:
        if isinstance(self.initial, str) and self.initial not in ("none", "poisson"):
            raise ProtocolError(
                f"initial: expected 'none', 'poisson' or a covariance of all species, got {self.initial!r}"
            )
        if not (self.rtol > 0 and self.atol > 0):
            raise ProtocolError(f"rtol and atol: expected numbers > 0, got {self.rtol!r} and {self.atol!r}")


def solve(
    problem: Problem, options: LnaOptions, *, covariance: FloatArray, see: See, stop: StopFlag | None = None
) -> None:
    """Integrate mean and covariance and show them at the sample times.

    Parameters
    ----------
    covariance
        (n_species, n_species) at the start, in molecules squared.
    see
        Called once per sample time, in order.

    Raises
    ------
    ProtocolError
        If a reaction consumes what does not set its rate, the model has events, or too many species.
    IntegrationError
        If the tolerances cannot be met within ``max_steps`` steps.
    KeyboardInterrupt
        If ``stop`` was set.
    """
    compiled, segments, times = problem.compiled, problem.segments, problem.times
    if compiled.n_species > MOST_SPECIES:
        raise ProtocolError(
            f"the covariance of {compiled.n_species} species is out of reach of method 'lna' (at most "
            f"{MOST_SPECIES}); use 'cle' or 'hybrid' and many cells"
        )
    for name in unheld_reactions(compiled):
        raise ProtocolError(
            f"reaction {name!r} consumes molecules that do not set its rate; around none of them noise is "
            "not linear — use method 'ssa'"
        )
    unfit = list(compiled.only_deterministic)
    if compiled.events is not None:
        unfit.append("events of the model happen at another time in every cell")
    if unfit:
        raise ProtocolError("method 'lna' cannot follow this model:\n  " + "\n  ".join(unfit))
    mean, spread = np.array(problem.x0, dtype=np.float64), np.array(covariance, dtype=np.float64)
    budget = _Budget(options.max_steps, stop or StopFlag())
    done = 0
    for i in range(len(segments.constants)):
        start, end = float(segments.breaks[i]), float(segments.breaks[i + 1])
        # A dose is the same number of molecules for every cell: it moves the mean alone.
        mean = mean + segments.added[i]
        # A time that is also a dose belongs to what came before the dose.
        inside = int(np.searchsorted(times, end, side="right"))

        def show(k: int, m: FloatArray, c: FloatArray, first: int = done) -> None:
            see(first + k, m, c)

        equations = Equations(problem, i)
        # Numbers are looked at after each step; numpy need not tell of them on the way.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            mean, spread = integrate(
                equations, start, end, mean, spread, times[done:inside], options, show, budget
            )
        done = inside


class Equations:
    """Right-hand sides of mean and covariance in one segment."""

    def __init__(self, problem: Problem, segment: int) -> None:
        compiled = problem.compiled
        self.slope, self.jacobian = functions(compiled, problem.segments.constants[segment])
        self.timed = compiled.tables.timed.size > 0
        self._compiled, self._constants = compiled, problem.segments.constants[segment]
        # Entries of v_j v_j^T, reaction by reaction, as places in a matrix laid out flat.
        tables, n = compiled.tables, compiled.n_species
        places, reactions, weights = [], [], []
        for j in range(compiled.n_reactions):
            row = slice(tables.change_start[j], tables.change_start[j + 1])
            species, by = tables.change_species[row], tables.change_by[row]
            places.append(np.add.outer(n * species, species).ravel())
            weights.append(np.multiply.outer(by, by).ravel())
            reactions.append(np.full(by.size**2, j))
        self._places = np.concatenate([np.zeros(0, dtype=np.int64), *places])
        self._reactions = np.concatenate([np.zeros(0, dtype=np.int64), *reactions])
        self._weights = np.concatenate([np.zeros(0), *weights])

    def noise(self, t: float, mean: FloatArray) -> FloatArray:
        """Return the rate at which reactions add covariance, shape (n_species, n_species)."""
        constants = effective_constants(self._compiled, self._constants, mean, t)
        rates = constants * np.prod(np.append(mean, 1.0)[self._compiled.tables.factors], axis=1)
        # Integration leaves an amount a little below none; it does not fire backwards.
        by_entry = self._weights * np.maximum(rates, 0.0)[self._reactions]
        n = mean.size
        return np.asarray(np.bincount(self._places, by_entry, n * n), dtype=np.float64).reshape(n, n)

    def spreading(self, t: float, mean: FloatArray, covariance: FloatArray) -> FloatArray:
        """Return dC/dt."""
        moved = product(self.jacobian(t, mean), covariance)
        return np.asarray(moved + moved.T + self.noise(t, mean))


@dataclass(slots=True)
class _Budget:
    steps: int
    stop: StopFlag

    def spend(self, t: float) -> None:
        if self.stop.is_set:
            raise KeyboardInterrupt
        self.steps -= 1
        if self.steps < 0:
            raise IntegrationError(
                f"mean and covariance could not be integrated beyond t = {t:g} s within max_steps steps; "
                "loosen rtol, or raise max_steps"
            )


def integrate(
    equations: Equations,
    t: float,
    end: float,
    mean: FloatArray,
    covariance: FloatArray,
    times: FloatArray,
    options: LnaOptions,
    show: See,
    budget: _Budget,
) -> tuple[FloatArray, FloatArray]:
    """Integrate one segment and return mean and covariance at its end."""
    shown = 0
    while shown < times.size and times[shown] <= t:
        show(shown, mean, covariance)
        shown += 1
    h = 0.0
    while t < end:
        budget.spend(t)
        system = System(equations, t, mean, covariance)
        h = min(h or 0.01 / max(system.fastest, 1e-300), end - t)
        while True:
            step = system.step(h)
            error = step.error(options)
            h_next = h * min(max(_SAFETY * error**-0.2, _LEAST), _MOST) if error > 0 else _MOST * h
            if error <= 1.0:
                break
            budget.spend(t)
            # A step that left the numbers has no error to learn from.
            h = h_next if np.isfinite(error) else _LEAST * h
            if t + h == t:
                raise IntegrationError(f"the steps of mean and covariance vanish at t = {t:g} s")
        t_new = end if h >= end - t else t + h
        while shown < times.size and times[shown] <= t_new:
            show(shown, *step.within((times[shown] - t) / h))
            shown += 1
        mean, covariance = step.within(1.0)
        t, h = t_new, h_next
    return mean, covariance


class System:
    """The linear systems of steps from one state, in units in which noise is about 1.

    Amounts are counted in ``sqrt(mean + 1)``, so that messengers and housekeeping proteins, six
    orders of magnitude apart, are rounded alike.
    """

    def __init__(self, equations: Equations, t: float, mean: FloatArray, covariance: FloatArray) -> None:
        from scipy.linalg import schur

        self.equations, self.t, self.mean = equations, t, mean
        self.unit = np.sqrt(np.abs(mean) + 1.0)
        self.units = np.outer(self.unit, self.unit)
        self.covariance = covariance / self.units
        self.matrix = equations.jacobian(t, mean) * self.unit[None, :] / self.unit[:, None]
        self.fastest = float(np.max(np.sum(np.abs(self.matrix), axis=1), initial=0.0))
        if not (np.isfinite(self.fastest) and np.all(np.isfinite(equations.slope(t, mean)))):
            raise IntegrationError(
                f"mean and covariance could not be integrated beyond t = {t:g} s (a rate or its "
                "derivative is not finite); check the rate laws"
            )
        self.triangle, self.basis = schur(self.matrix)

    def step(self, h: float) -> Step:
        """Return a trial step; the time is one more quantity that the equations move."""
        from scipy.linalg import lu_factor, lu_solve

        n, shift = self.mean.size, 1.0 / (h * rodas5p.GAMMA)
        factors = lu_factor(shift * np.eye(n) - self.matrix)
        triangle = 0.5 * shift * np.eye(n) - self.triangle
        k_time = np.zeros(rodas5p.STAGES)
        k_mean = np.zeros((rodas5p.STAGES, n))
        k_cov = np.zeros((rodas5p.STAGES, n, n))
        drift = self._drift(h)
        for s in range(rodas5p.STAGES):
            a, c = rodas5p.A[s, :s], rodas5p.C[s, :s] / h
            k_time[s] = (1.0 + c @ k_time[:s]) / shift
            t = self.t + float(a @ k_time[:s])
            mean = self.mean + self.unit * (a @ k_mean[:s])
            covariance = self.covariance + combined(a, k_cov[:s])
            slope = self.equations.slope(t, mean) / self.unit + c @ k_mean[:s] + drift * k_time[s]
            k_mean[s] = lu_solve(factors, slope)
            spreading = self.equations.spreading(t, mean, covariance * self.units) / self.units
            spreading += combined(c, k_cov[:s])
            spreading += self._moved_by(float(k_time[s]), self.unit * k_mean[s], h)
            k_cov[s] = self._sylvester(triangle, spreading)
        return Step(self, k_mean, k_cov)

    def _drift(self, h: float) -> FloatArray:
        """Return the derivative of the rate equations by time."""
        if not self.equations.timed:
            return np.zeros_like(self.mean)
        ahead, behind = (self.equations.slope(self.t + by, self.mean) for by in (_NEAR * h, -_NEAR * h))
        return np.asarray((ahead - behind) / (2.0 * _NEAR * h) / self.unit)

    def _moved_by(self, span: float, direction: FloatArray, h: float) -> FloatArray:
        """Return the derivative of dC/dt in a direction of time and mean, at the covariance of the start."""
        span = span if self.equations.timed else 0.0
        size = float(max(np.max(np.abs(direction) / self.unit, initial=0.0), abs(span) / h))
        if size == 0.0 or not np.isfinite(size):
            return np.zeros_like(self.units)
        # Central: exact for laws of up to three molecules, whose Jacobian is quadratic.
        by = _NEAR / size
        start = self.covariance * self.units
        ahead = self.equations.spreading(self.t + by * span, self.mean + by * direction, start)
        behind = self.equations.spreading(self.t - by * span, self.mean - by * direction, start)
        return np.asarray((ahead - behind) / (2.0 * by) / self.units)

    def _sylvester(self, triangle: FloatArray, right: FloatArray) -> FloatArray:
        """Solve ``A K + K A^T = right`` for the matrix ``A`` whose Schur form is ``triangle``."""
        from scipy.linalg.lapack import dtrsyl

        turned = product(product(self.basis.T, right), self.basis)
        solution, scale, _ = dtrsyl(triangle, triangle, turned, tranb="T")
        found = product(product(self.basis, solution / scale), self.basis.T)
        return np.asarray(0.5 * (found + found.T))


class Step:
    """One step: its error, and the solution within."""

    def __init__(self, system: System, k_mean: FloatArray, k_cov: FloatArray) -> None:
        self._system, self._k_mean, self._k_cov = system, k_mean, k_cov

    def within(self, part: float) -> tuple[FloatArray, FloatArray]:
        """Return mean and covariance after a part of the step, by the method's interpolant."""
        system = self._system
        mean = _interpolated(system.mean / system.unit, self._k_mean, part) * system.unit
        return mean, _interpolated(system.covariance, self._k_cov, part) * system.units

    def error(self, options: LnaOptions) -> float:
        """Return the largest error over what is allowed."""
        system = self._system
        mean, covariance = self.within(1.0)
        allowed = options.atol + options.rtol * np.maximum(np.abs(system.mean), np.abs(mean))
        of_mean = np.max(np.abs(self._k_mean[-1] * system.unit) / allowed, initial=0.0)
        variance = np.maximum(np.diag(system.covariance), np.diag(covariance / system.units))
        sd = np.sqrt(np.maximum(variance, 0.0))
        of_cov = np.max(
            np.abs(self._k_cov[-1]) / (options.atol + options.rtol * np.outer(sd, sd)), initial=0.0
        )
        worst = float(max(of_mean, of_cov))
        return worst if np.isfinite(worst) else np.inf


def _interpolated(start: FloatArray, stages: FloatArray, q: float) -> FloatArray:
    end = start + combined(rodas5p.B, stages)
    if q == 1.0:
        return end
    d0, d1, d2 = (combined(weights, stages) for weights in rodas5p.H)
    return np.asarray((1.0 - q) * start + q * (end + (1.0 - q) * (d0 + q * (d1 + q * d2))))


# Threads of BLAS gain nothing on matrices of this size, and while they wait for each other on a busy
# machine they burn ten times the work itself. What is below their threshold stays in one thread.
_ONE_THREAD = 64**3


def product(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return ``a @ b``, some columns at a time."""
    width = max(1, _ONE_THREAD // max(a.size, 1))
    if width >= b.shape[1]:
        return np.asarray(a @ b)
    return np.concatenate([a @ b[:, k : k + width] for k in range(0, b.shape[1], width)], axis=1)


def combined(weights: FloatArray, stages: FloatArray) -> FloatArray:
    """Return the weighted sum of stages, without BLAS."""
    return np.asarray(np.einsum("s,s...->...", weights, stages))
