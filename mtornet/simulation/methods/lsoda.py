"""Rate equations by LSODA (Hindmarsh 1983, Petzold 1983), which exchanges pivots: the fallback of ``ode``."""

from __future__ import annotations

import warnings

import numpy as np

from mtornet.compiled.network import CompiledNetwork
from mtornet.errors import IntegrationError
from mtornet.simulation.methods.ode_options import OdeOptions
from mtornet.simulation.problem import FloatArray, Problem
from mtornet.simulation.rate_equations import functions


def solve(problem: Problem, options: OdeOptions) -> tuple[FloatArray, FloatArray]:
    """Integrate the rate equations, anew from every break of the conditions.

    Returns
    -------
    amounts : shape (n_times, n_species)
        Molecules at ``problem.times``.
    final : shape (n_species,)
        Molecules at the end of the last segment.

    Raises
    ------
    IntegrationError
        If the tolerances cannot be met within ``max_steps`` steps.
    """
    segments, times = problem.segments, problem.times
    amounts = np.empty((times.size, problem.compiled.n_species))
    x = np.array(problem.x0, dtype=np.float64)
    done = 0
    for i in range(len(segments.constants)):
        start, end = segments.breaks[i], segments.breaks[i + 1]
        x = x + segments.added[i]
        # A time that is also a dose belongs to what came before the dose.
        inside = int(np.searchsorted(times, end, side="right")) - done
        grid = np.concatenate(([start], times[done : done + inside], [end]))
        values = _integrate(problem.compiled, segments.constants[i], x, grid, options)
        amounts[done : done + inside] = values[1:-1]
        done += inside
        x = values[-1]
    return amounts, x


def _integrate(
    compiled: CompiledNetwork, constants: FloatArray, x: FloatArray, grid: FloatArray, options: OdeOptions
) -> FloatArray:
    from scipy.integrate import ODEintWarning, odeint

    # odeint wants strictly increasing times; repeated ones are filled in afterwards.
    distinct, where = np.unique(grid, return_inverse=True)
    # It also refuses steps of a few rounding units, as between "0.7 s" three times and 2.1 s.
    apart = np.append(True, np.diff(distinct) > 16 * np.spacing(np.abs(distinct[1:])))
    distinct, where = distinct[apart], (np.cumsum(apart) - 1)[where]
    if distinct.size == 1:
        return np.repeat(x[None, :], grid.size, axis=0)
    right_side, jacobian = functions(compiled, constants)
    if not np.all(np.isfinite(right_side(float(distinct[0]), x))):
        raise IntegrationError(
            f"the rate equations could not be solved beyond t = {distinct[0]:g} s (a rate is not finite); "
            "check the rate laws"
        )
    with warnings.catch_warnings():
        # What it warns of is said by the error below.
        warnings.simplefilter("ignore", ODEintWarning)
        values, info = odeint(
            right_side,
            x,
            distinct,
            Dfun=jacobian,
            tfirst=True,
            rtol=options.rtol,
            atol=options.atol,
            mxstep=options.max_steps,
            tcrit=[distinct[-1]],
            full_output=True,
            printmessg=False,
        )
    # Near a blow-up the steps vanish, and odeint reports success without having come to the end.
    fell_short = info["tcur"] < distinct[1:] - 1e-9 * (distinct[-1] - distinct[0])
    if info["message"] != "Integration successful." or np.any(fell_short) or not np.all(np.isfinite(values)):
        within = info["tcur"][(info["tcur"] >= distinct[0]) & (info["tcur"] <= distinct[-1])]
        reached = float(np.max(within, initial=distinct[0]))
        why = info["message"].strip() if np.all(np.isfinite(values)) else "an amount is not finite"
        raise IntegrationError(
            f"the rate equations could not be solved beyond t = {reached:g} s at rtol {options.rtol:g}, atol "
            f"{options.atol:g} ({why}); loosen rtol, or check the rate constants"
        )
    return np.asarray(values[where], dtype=np.float64)
