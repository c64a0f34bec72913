"""Rejection with bounded propensities in plain Python: what ``ssa_rejection.advance`` must do."""

from __future__ import annotations

import math
from itertools import pairwise

from mtornet.simulation.problem import Problem
from tests.verification.reference.direct_method import (
    COMPLETE,
    COUNT_OVERFLOW,
    EVENT_LIMIT,
    MOST_MOLECULES,
    NOT_FINITE,
    Cell,
    DirectMethod,
)
from tests.verification.reference.variates import order_statistic, poisson

TRIALS_PER_WINDOW = 1024.0
WORTHWHILE = 1.0 / 64.0


class RejectionMethod(DirectMethod):
    """The cells of one problem, by trials that are accepted or not."""

    def __init__(self, problem: Problem, *, seed: int, max_events: int = 10**9) -> None:
        super().__init__(problem, seed=seed, max_events=max_events)
        start, readers = (
            problem.compiled.tables.reader_start.tolist(),
            problem.compiled.tables.readers.tolist(),
        )
        self.readers = [readers[a:b] for a, b in pairwise(start)]

    def part_of_window(self, trial: int, trials: int) -> float:
        """Where in the window the ``trial``-th of ``trials`` lies."""
        return order_statistic(trial, trials, self.rng)

    def set_bounds(self, i: int, x: list[float]) -> None:
        width = max(2.0, math.floor(min(0.25 * x[i], 3.0 * math.sqrt(x[i]))))
        self.low[i], self.high[i] = max(x[i] - width, 0.0), x[i] + width

    def upper_bound(self, j: int, constants: list[float]) -> float:
        bound = constants[j]
        for species, before in zip(self.factors[j], self.drawn[j], strict=True):
            bound *= max(self.high[species] - before, 0.0)
        return bound

    def build_alias(self) -> float:
        n = self.n_reactions
        total = 0.0
        for bound in self.bounds:
            total += bound
        if not total > 0 or not total < math.inf:
            return total
        scale = n / total
        self.threshold = [bound * scale for bound in self.bounds]
        self.partner = list(range(n))
        small = [j for j in range(n) if self.threshold[j] < 1.0]
        large = [j for j in range(n) if not self.threshold[j] < 1.0]
        while small and large:
            s, g = small.pop(), large[-1]
            self.partner[s] = g
            self.threshold[g] -= 1.0 - self.threshold[s]
            if self.threshold[g] < 1.0:
                small.append(large.pop())
        for g in large:
            self.threshold[g] = 1.0
        for s in small:
            if self.bounds[s] > 0.0:
                self.threshold[s] = 1.0
        return total

    def run(self, cell: int) -> Cell:  # noqa: C901 -- one loop, like the kernel it specifies
        rng = self.rng = self.stream(cell)
        n = self.n_species
        x = [*self.x0, 1.0]
        self.low, self.high = [0.0] * (n + 1), [1.0] * (n + 1)
        samples: list[list[float]] = []
        events, t, status = 0, self.breaks[0], COMPLETE
        for segment, in_force in enumerate(self.constants):
            end = self.breaks[segment + 1]
            for i in range(n):
                x[i] += self.added[segment][i]
                self.set_bounds(i, x)
            self.bounds = [self.upper_bound(j, in_force) for j in range(self.n_reactions)]
            total = self.build_alias()
            while True:
                while len(samples) < len(self.times) and self.times[len(samples)] <= t:
                    samples.append(x[:n])
                if t >= end:
                    break
                if not total < math.inf:
                    status = NOT_FINITE
                    break
                until = end
                if len(samples) < len(self.times) and self.times[len(samples)] < end:
                    until = self.times[len(samples)]
                if total <= 0:
                    t = until
                    continue
                window = TRIALS_PER_WINDOW / total
                to_the_end = t + window >= until
                if to_the_end:
                    window = until - t
                trials = poisson(total * window, rng)
                left: list[int] = []
                trial, events_before = 0, events
                while trial < trials:
                    trial += 1
                    place = rng.uniform() * self.n_reactions
                    j = int(place)
                    if place - j >= self.threshold[j]:
                        j = self.partner[j]
                    if rng.uniform() * self.bounds[j] < self.propensity(j, x, in_force):
                        for i, by in self.change[j]:
                            x[i] += by
                            if x[i] < self.low[i] or x[i] > self.high[i]:
                                left.append(i)
                        events += 1
                        if left or events >= self.max_events:
                            break
                if not left and events < self.max_events:
                    t = until if to_the_end else t + window
                    if trials >= 64 and events - events_before < WORTHWHILE * trials:
                        self.low[:n], self.high[:n] = x[:n], x[:n]
                        self.bounds = [self.upper_bound(j, in_force) for j in range(self.n_reactions)]
                        total = self.build_alias()
                    continue
                t = min(t + window * self.part_of_window(trial, trials), until)
                if events >= self.max_events:
                    status = EVENT_LIMIT
                    break
                for i in left:
                    if x[i] > MOST_MOLECULES:
                        status = COUNT_OVERFLOW
                    self.set_bounds(i, x)
                    for j in self.readers[i]:
                        self.bounds[j] = self.upper_bound(j, in_force)
                if status != COMPLETE:
                    break
                total = self.build_alias()
            if status != COMPLETE:
                break
        while len(samples) < len(self.times):
            samples.append([math.nan] * n)
        return Cell(samples=samples, final=x[:n], n_events=events, status=status)
