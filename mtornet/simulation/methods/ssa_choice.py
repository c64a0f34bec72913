"""Which exact algorithm suits a network: by its size and copy numbers, never by a clock.

All algorithms have the same law; only the time they take differs. The choice depends on the
problem alone, so that a run repeats bit for bit; it is recorded with the result.
"""

from __future__ import annotations

import numpy as np

from mtornet.compiled.effective import effective_constants
from mtornet.compiled.network import CompiledNetwork
from mtornet.simulation.methods.ssa_kernels import ALGORITHMS, interval_steps
from mtornet.simulation.methods.ssa_pilot import early_states
from mtornet.simulation.problem import FloatArray, Problem

# Nanoseconds on one core of a 2-core x86-64 machine, fitted to about 30 networks; only their ratios matter.
_DIRECT, _DIRECT_DEPENDENT, _DIRECT_SEARCH = 15.0, 3.0, 1.0
_TRIAL, _RENEWAL, _RENEWAL_REACTION = 8.0, 300.0, 3.0
_GROUP_TRIAL, _GROUP_RENEWAL, _GROUP_STEPS = 12.5, 180.0, 2.0
_COMPOSITION, _COMPOSITION_DEPENDENT, _COMPOSITION_MOVE = 20.0, 4.5, 9.0
_COMPOSITION_SEARCH, _COMPOSITION_REACTION = 0.2, 0.002
# Reactions beyond which what an event reads is in no near cache.
_NEAR = 6e4


def faster_algorithm(problem: Problem) -> str:
    """Return the algorithm that should take least time per event in what a cell passes soon after its start.

    See :func:`event_costs` for what that depends on. A network that only rate equations can follow
    gets the first.
    """
    compiled, segments = problem.compiled, problem.segments
    total = dict.fromkeys(ALGORITHMS, 0.0)
    if not compiled.only_deterministic:
        for amounts, time in early_states(problem):
            constants = effective_constants(compiled, segments.constants[0], amounts, time)
            for name, cost in event_costs(compiled, constants, amounts).items():
                total[name] += cost
    return min(total, key=lambda name: total[name])


def event_costs(compiled: CompiledNetwork, constants: FloatArray, amounts: FloatArray) -> dict[str, float]:
    """Estimate what an event costs with each algorithm in one state, in nanoseconds; none if nothing happens.

    The direct method pays for each propensity that an event changes, and for finding a reaction.
    Composition pays for the same, for groups that are left, and little for finding. Rejection pays for
    rejected trials, which are many when counts are few, and for renewing bounds when a count leaves its
    interval, which it does after about the square of the interval's half-width in events: all bounds
    with an alias table, those concerned with groups.
    """
    tables, n = compiled.tables, compiled.n_reactions
    with np.errstate(over="ignore", invalid="ignore"):
        rates = constants * _products(compiled, amounts)
        total = float(rates.sum())
    if not 0.0 < total < np.inf:
        return {}
    changing = np.arange(n).repeat(np.diff(tables.change_start))
    touched = np.bincount(tables.change_species, rates[changing], compiled.n_species)
    moved = np.bincount(tables.change_species, rates[changing] * tables.change_by**2, compiled.n_species)
    dependents = float(rates @ np.diff(tables.dependent_start)) / total
    # One molecule more or less moves a propensity to another power of two with about this probability.
    doubled = np.minimum(1.0, np.log2(1.0 + 1.0 / np.maximum(amounts, 1.0)))
    moves = float(np.sum(touched * np.diff(tables.reader_start) * doubled)) / total

    def bounded(steps: float) -> tuple[float, float]:
        """Trials and renewals per event."""
        width = np.maximum(np.floor(steps * np.maximum(amounts, 1.0) ** 0.375) - 1.0, 1.0)
        trials = float((constants * _products(compiled, amounts + width)).sum()) / total
        return trials, float(np.sum(moved / ((width + 1.0) * (2.0 * width + 1.0)))) / total

    trials, renewals = bounded(interval_steps(n))
    group_trials, group_renewals = bounded(_GROUP_STEPS)
    return {
        "direct": _DIRECT + _DIRECT_DEPENDENT * dependents + _DIRECT_SEARCH * np.sqrt(n),
        "rejection": _TRIAL * trials + (_RENEWAL + _RENEWAL_REACTION * n) * renewals,
        "composition": _COMPOSITION
        + _COMPOSITION_DEPENDENT * dependents
        + _COMPOSITION_MOVE * moves
        + _COMPOSITION_SEARCH * np.sqrt(n)
        + _COMPOSITION_REACTION * n,
        "grouped": (_GROUP_TRIAL * group_trials + _GROUP_RENEWAL * group_renewals) * (1.0 + n / _NEAR),
    }


def _products(compiled: CompiledNetwork, amounts: FloatArray) -> FloatArray:
    """Return what the laws multiply, shape (n_reactions,)."""
    tables = compiled.tables
    state = np.append(amounts, 1.0)
    return np.asarray(np.prod(np.maximum(state[tables.factors] - tables.drawn, 0.0), axis=1))
