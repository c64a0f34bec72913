"""Gillespie's direct method in plain Python: what ``ssa_direct.advance`` must do, draw for draw.

Sums run in the same order as in the kernel, so that both agree bit for bit. The steps are methods
of their own, so that a test can break one of them and see whether its check notices.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mtornet.simulation.methods.ssa_kernels import block_shift
from mtornet.simulation.problem import FloatArray, Problem
from mtornet.simulation.seeds import stream_key
from tests.verification.reference.generator import Stream
from tests.verification.reference.variates import exponential

COMPLETE, EVENT_LIMIT, NOT_FINITE, COUNT_OVERFLOW = 0, 1, 3, 4
REFRESH = 65536
FALLEN = 1e-6
MOST_MOLECULES = 9.0e15


@dataclass
class Cell:
    """One simulated cell."""

    samples: list[list[float]]
    final: list[float]
    n_events: int
    status: int


class DirectMethod:
    """The cells of one problem."""

    def __init__(self, problem: Problem, *, seed: int, max_events: int = 10**9) -> None:
        compiled = problem.compiled
        self.n_species, self.n_reactions = compiled.n_species, compiled.n_reactions
        self.breaks = problem.segments.breaks.tolist()
        self.constants = problem.segments.constants.tolist()
        self.added = np.rint(problem.segments.added).tolist()
        self.times = problem.times.tolist()
        self.x0 = problem.x0.tolist()
        self.key = stream_key(seed, problem.content)
        self.shift = block_shift(self.n_reactions)
        self.max_events = max_events
        self.factors, self.drawn = compiled.tables.factors.tolist(), compiled.tables.drawn.tolist()
        self.change = _rows(
            compiled.tables.change_start, compiled.tables.change_species, compiled.tables.change_by
        )
        self.guards = _rows(
            compiled.tables.guard_start, compiled.tables.guard_species, compiled.tables.guard_least
        )
        self.dependents = [
            compiled.tables.dependents[a:b].tolist() for a, b in pairwise(compiled.tables.dependent_start)
        ]

    def stream(self, cell: int) -> Stream:
        return Stream(self.key, cell)

    def wait(self) -> float:
        """An exponential time of mean 1."""
        return exponential(self.rng)

    def guarded(self, j: int, x: list[float]) -> bool:
        return any(x[species] < least for species, least in self.guards[j])

    def propensity(self, j: int, x: list[float], constants: list[float]) -> float:
        if self.guarded(j, x):
            return 0.0
        (f0, f1, f2), (h0, h1, h2) = self.factors[j], self.drawn[j]
        return constants[j] * (x[f0] - h0) * (x[f1] - h1) * (x[f2] - h2)

    def sum_blocks(self) -> float:
        self.block_sums = [0.0] * (((self.n_reactions - 1) >> self.shift) + 1)
        for j, a in enumerate(self.propensities):
            self.block_sums[j >> self.shift] += a
        total = 0.0
        for block in self.block_sums:
            total += block
        return total

    def choose(self, target: float) -> int:
        return choose_reaction(self.propensities, self.block_sums, self.shift, target)

    def constants_in(self, segment: int, _events_since_dose: int) -> list[float]:
        return self.constants[segment]

    def time_after_segment(self, _t: float, end: float) -> float:
        return end

    def run(self, cell: int) -> Cell:  # noqa: C901 -- one loop, like the kernel it specifies
        rng = self.rng = self.stream(cell)
        x = [*self.x0, 1.0]
        samples: list[list[float]] = []
        events, until_check, t, status = 0, REFRESH, self.breaks[0], COMPLETE
        for segment in range(len(self.constants)):
            end = self.breaks[segment + 1]
            for i in range(self.n_species):
                x[i] += self.added[segment][i]
            in_force = self.constants_in(segment, 0)
            self.propensities = [self.propensity(j, x, in_force) for j in range(self.n_reactions)]
            largest = total = self.sum_blocks()
            since_dose = 0
            while True:
                if not total < math.inf:
                    status = NOT_FINITE
                    break
                t_next = t + (self.wait() / total if total > 0 else math.inf)
                while len(samples) < len(self.times) and self.times[len(samples)] <= min(t_next, end):
                    samples.append(x[:-1])
                if t_next >= end:
                    t = self.time_after_segment(t, end)
                    break
                t = t_next
                chosen = self.choose(rng.uniform() * total)
                while chosen < 0:
                    total = self.sum_blocks()
                    if total <= 0:
                        break
                    chosen = self.choose(rng.uniform() * total)
                if chosen < 0:
                    continue
                for i, by in self.change[chosen]:
                    x[i] += by
                    if x[i] > MOST_MOLECULES:
                        status = COUNT_OVERFLOW
                events += 1
                since_dose += 1
                now_in_force = self.constants_in(segment, since_dose)
                again = self.dependents[chosen] if now_in_force is in_force else range(self.n_reactions)
                in_force = now_in_force
                for j in again:
                    new = self.propensity(j, x, in_force)
                    difference = new - self.propensities[j]
                    self.propensities[j] = new
                    self.block_sums[j >> self.shift] += difference
                    total += difference
                if status != COMPLETE:
                    break
                if events >= self.max_events:
                    status = EVENT_LIMIT
                    break
                until_check -= 1
                largest = max(largest, total)
                if until_check == 0 or total <= largest * FALLEN:
                    largest = total = self.sum_blocks()
                    until_check = until_check or REFRESH
            if status != COMPLETE:
                break
        while len(samples) < len(self.times):
            samples.append([math.nan] * self.n_species)
        return Cell(samples=samples, final=x[:-1], n_events=events, status=status)

    def counts(self, cells: int) -> FloatArray:
        """Samples of several cells, shape (cells, n_times, n_species)."""
        return np.array([self.run(cell).samples for cell in range(cells)])


def choose_reaction(propensities: list[float], block_sums: list[float], shift: int, target: float) -> int:
    """Owner of the point ``target`` of the summed propensities; -1 beyond the last."""
    b = 0
    while b < len(block_sums) - 1 and target >= block_sums[b]:
        target -= block_sums[b]
        b += 1
    for j in range(b << shift, min((b + 1) << shift, len(propensities))):
        if target < propensities[j]:
            return j
        target -= propensities[j]
    return -1


def _rows(start: np.ndarray, columns: np.ndarray, values: np.ndarray) -> list[list[tuple[int, float]]]:
    return [list(zip(columns[a:b].tolist(), values[a:b].tolist(), strict=True)) for a, b in pairwise(start)]
