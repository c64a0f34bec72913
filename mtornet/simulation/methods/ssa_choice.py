"""Which exact algorithm suits a network: by its size and copy numbers, never by a clock.

All algorithms have the same law; only the time they take differs. The choice depends on the
problem alone, so that a run repeats bit for bit; it is recorded with the result.
"""

from __future__ import annotations

import numpy as np

from mtornet.compiled.effective import effective_constants
from mtornet.simulation.problem import Problem

# Nanoseconds on one core of a 2-core x86-64 machine; only their ratios matter.
_DIRECT_EVENT = 30.0
_DIRECT_PER_DEPENDENT = 5.0
_TRIAL = 12.0
_RENEWAL = 150.0
_RENEWAL_PER_REACTION = 9.0


def faster_algorithm(problem: Problem) -> str:
    """Return ``"direct"`` or ``"rejection"``, whichever should take less time per event at the start.

    The direct method pays for each propensity that an event changes. Rejection pays for rejected
    trials, which are many when counts are few, and for renewing bounds when a count leaves its
    interval, which it does after about the square of the interval's half-width in events.
    """
    compiled = problem.compiled
    # The first cell alone: a mean over cells could change the choice, and every cell, when cells are added.
    amounts = np.append(np.atleast_2d(problem.x0)[0], 1.0)
    segments = problem.segments
    constants = effective_constants(compiled, segments.constants[0], amounts[:-1], float(segments.breaks[0]))
    with np.errstate(over="ignore"):
        rates = constants * np.prod(
            np.maximum(amounts[compiled.tables.factors] - compiled.tables.drawn, 0.0), axis=1
        )
        total = float(rates.sum())
    if not 0.0 < total < np.inf:
        return "direct"
    width = np.maximum(2.0, np.minimum(0.25 * amounts, 3.0 * np.sqrt(amounts)))
    width[-1] = 0.0
    upper = constants * np.prod(
        np.maximum((amounts + width)[compiled.tables.factors] - compiled.tables.drawn, 0.0), axis=1
    )
    moved = np.zeros(compiled.n_species)
    for j in range(compiled.n_reactions):
        row = slice(compiled.tables.change_start[j], compiled.tables.change_start[j + 1])
        moved[compiled.tables.change_species[row]] += rates[j] * compiled.tables.change_by[row] ** 2
    renewals = float(np.sum(moved / width[:-1] ** 2))
    dependents = float(np.sum(rates * np.diff(compiled.tables.dependent_start)) / total)
    direct = _DIRECT_EVENT + _DIRECT_PER_DEPENDENT * dependents + 0.5 * np.sqrt(compiled.n_reactions)
    renewal = _RENEWAL + _RENEWAL_PER_REACTION * compiled.n_reactions
    rejection = (_TRIAL * float(upper.sum()) + renewal * renewals) / total
    return "rejection" if rejection < direct else "direct"
