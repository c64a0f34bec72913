"""Exact probabilities of a small network over time: the chemical master equation, solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import expm_multiply

from tests.verification.toys import Toy

FloatArray = NDArray[np.float64]
Schedule = Sequence[tuple[float, Mapping[str, float], Mapping[str, int]]]
"""``(start, changed constants, molecules added)`` in order of time."""


def distributions(
    toy: Toy, times: Sequence[float], *, schedule: Schedule = ((0.0, {}, {}),), limit: int = 400
) -> dict[str, FloatArray]:
    """Return the probability of each count by species, shape (n_times, limit + 1).

    Counts above ``limit`` are cut off; the lost probability must be below 1e-9. A time that is also
    a dose is seen before the dose.
    """
    names = list(toy.initial)
    states = _reachable(toy, schedule, names, limit)
    index = {state: i for i, state in enumerate(states)}
    p = np.zeros(len(states))
    p[index[tuple(toy.initial[name] for name in names)]] = 1.0
    counts = np.array(states)
    found = {name: np.zeros((len(times), limit + 1)) for name in names}
    now, done = schedule[0][0], 0
    ends = [start for start, _, _ in schedule[1:]] + [np.inf]
    for (_, changed, added), end in zip(schedule, ends, strict=True):
        p = _shifted(p, states, index, [added.get(name, 0) for name in names])
        generator = _generator(toy, {**toy.constants, **changed}, states, index, names)
        while done < len(times) and times[done] <= end:
            p, now = _forward(generator, p, times[done] - now), times[done]
            assert abs(p.sum() - 1) < 1e-9, f"cut off too early: {1 - p.sum():.1e} lost"
            for column, name in enumerate(names):
                np.add.at(found[name][done], counts[:, column], p)
            done += 1
        if done == len(times):
            break
        p, now = _forward(generator, p, end - now), end
    return {name: np.maximum(table, 0.0) for name, table in found.items()}


def _forward(generator: csc_matrix, p: FloatArray, span: float) -> FloatArray:
    return p if span == 0 else np.asarray(expm_multiply(generator * span, p))


def _reachable(toy: Toy, schedule: Schedule, names: list[str], limit: int) -> list[tuple[int, ...]]:
    start = tuple(toy.initial[name] for name in names)
    steps = [tuple(reaction.change.get(name, 0) for name in names) for reaction in toy.reactions.values()]
    doses = [tuple(added.get(name, 0) for name in names) for _, _, added in schedule if added]
    seen, frontier = {start: None}, [start]
    while frontier:
        state = frontier.pop()
        for step in (*steps, *doses):
            after = tuple(a + b for a, b in zip(state, step, strict=True))
            if after not in seen and min(after) >= 0 and max(after) <= limit:
                seen[after] = None
                frontier.append(after)
    return list(seen)


def _generator(
    toy: Toy,
    constants: Mapping[str, float],
    states: list[tuple[int, ...]],
    index: Mapping[tuple[int, ...], int],
    names: list[str],
) -> csc_matrix:
    rows, columns, values = [], [], []
    for i, state in enumerate(states):
        x = dict(zip(names, state, strict=True))
        for reaction in toy.reactions.values():
            rate = reaction.propensity(x, constants)
            if rate == 0:
                continue
            after = tuple(x[name] + reaction.change.get(name, 0) for name in names)
            assert min(after) >= 0
            rows.append(i), columns.append(i), values.append(-rate)
            if after in index:
                rows.append(index[after]), columns.append(i), values.append(rate)
    return csc_matrix((values, (rows, columns)), shape=(len(states), len(states)))


def _shifted(
    p: FloatArray, states: list[tuple[int, ...]], index: Mapping[tuple[int, ...], int], by: list[int]
) -> FloatArray:
    if not any(by):
        return p
    moved = np.zeros_like(p)
    for i, state in enumerate(states):
        after = tuple(a + b for a, b in zip(state, by, strict=True))
        if after in index:
            moved[index[after]] += p[i]
    return moved


def moments(table: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mean, variance and excess kurtosis of each row of a distribution."""
    counts = np.arange(table.shape[1])
    mean = table @ counts
    centred = counts[None, :] - mean[:, None]
    var = np.sum(table * centred**2, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        kurtosis = np.where(var > 0, np.sum(table * centred**4, axis=1) / var**2 - 3, 0.0)
    return mean, var, kurtosis
