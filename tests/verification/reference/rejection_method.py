"""Rejection with bounded propensities in plain Python: what ``ssa_rejection.advance`` must do."""

from __future__ import annotations

import math
from itertools import pairwise

from mtornet.simulation.methods.ssa_kernels import interval_steps
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
PROPOSALS = 8
WORTHWHILE = 1.0 / 64.0


class BoundedMethod(DirectMethod):
    """The cells of one problem, by trials that are accepted or not; how reactions are drawn is left open."""

    steps: float

    def __init__(self, problem: Problem, *, seed: int, max_events: int = 10**9) -> None:
        super().__init__(problem, seed=seed, max_events=max_events)
        start, readers = (
            problem.compiled.tables.reader_start.tolist(),
            problem.compiled.tables.readers.tolist(),
        )
        self.readers = [readers[a:b] for a, b in pairwise(start)]

    def prepare(self, in_force: list[float], x: list[float]) -> float:
        """Bound all propensities; return the rate of trials."""
        raise NotImplementedError

    def renew(self, left: list[int], in_force: list[float], x: list[float]) -> float:
        """Bound anew what reads the species whose intervals are new; return the rate of trials."""
        raise NotImplementedError

    def tighten(self, proposed: list[tuple[int, float]], in_force: list[float], x: list[float]) -> float:
        """Narrow intervals after a window with hardly an event; return the rate of trials."""
        raise NotImplementedError

    def trials_done(self, trials: int) -> None:
        """Take note of the trials of a window."""

    def after_window(self, rate: float, total: float, in_force: list[float], x: list[float]) -> float:
        """Look whether all bounds want to be laid out anew; return the rate of trials.

        ``rate`` is the rate in the window that ended, ``total`` the one for the next.
        """
        del rate, in_force, x
        return total

    def propose(self) -> tuple[int, float]:
        """Return a reaction and the propensity above which the trial is an event."""
        raise NotImplementedError

    def part_of_window(self, trial: int, trials: int) -> float:
        """Where in the window the ``trial``-th of ``trials`` lies."""
        return order_statistic(trial, trials, self.rng)

    def set_interval(self, i: int, x: list[float]) -> None:
        root = math.sqrt(math.sqrt(max(x[i], 1.0)))
        width = max(1.0, math.floor(self.steps * root * math.sqrt(root)) - 1.0)
        self.low[i], self.high[i] = max(x[i] - 2.0 * width, 0.0), x[i] + width

    def upper_bound(self, j: int, constants: list[float]) -> float:
        if any(self.high[species] < least for species, least in self.guards[j]):
            return 0.0
        bound = constants[j]
        for species, before in zip(self.factors[j], self.drawn[j], strict=True):
            bound *= max(self.high[species] - before, 0.0)
        return bound

    def is_outside(self, i: int, x: list[float]) -> bool:
        return x[i] < self.low[i] or x[i] > self.high[i]

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
                self.set_interval(i, x)
            total = self.prepare(in_force, x)
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
                proposed: list[tuple[int, float]] = []
                trial, events_before = 0, events
                while trial < trials and not left and events < self.max_events:
                    proposed = [self.propose() for _ in range(min(PROPOSALS, trials - trial))]
                    for j, level in proposed:
                        trial += 1
                        if level < self.propensity(j, x, in_force):
                            for i, by in self.change[j]:
                                x[i] += by
                            events += 1
                            left = [i for i, _ in self.change[j] if self.is_outside(i, x)]
                            if left or events >= self.max_events:
                                break
                self.trials_done(trial)
                rate = total
                if not left and events < self.max_events:
                    t = until if to_the_end else t + window
                    if trials >= 64 and events - events_before < WORTHWHILE * trials:
                        total = self.tighten(proposed, in_force, x)
                else:
                    t = min(t + window * self.part_of_window(trial, trials), until)
                    if events >= self.max_events:
                        status = EVENT_LIMIT
                        break
                    if any(x[i] > MOST_MOLECULES for i in left):
                        status = COUNT_OVERFLOW
                        break
                    for i in left:
                        self.set_interval(i, x)
                    total = self.renew(left, in_force, x)
                total = self.after_window(rate, total, in_force, x)
            if status != COMPLETE:
                break
        while len(samples) < len(self.times):
            samples.append([math.nan] * n)
        return Cell(samples=samples, final=x[:n], n_events=events, status=status)


class RejectionMethod(BoundedMethod):
    """Reactions are drawn from an alias table of their bounds."""

    def __init__(self, problem: Problem, *, seed: int, max_events: int = 10**9) -> None:
        super().__init__(problem, seed=seed, max_events=max_events)
        self.steps = interval_steps(self.n_reactions)

    def prepare(self, in_force: list[float], x: list[float]) -> float:
        del x
        self.bounds = [self.upper_bound(j, in_force) for j in range(self.n_reactions)]
        return self.build_alias()

    def renew(self, left: list[int], in_force: list[float], x: list[float]) -> float:
        del x
        for j in (j for i in left for j in self.readers[i]):
            self.bounds[j] = self.upper_bound(j, in_force)
        return self.build_alias()

    def tighten(self, proposed: list[tuple[int, float]], in_force: list[float], x: list[float]) -> float:
        del proposed
        n = self.n_species
        self.low[:n], self.high[:n] = x[:n], x[:n]
        return self.prepare(in_force, x)

    def propose(self) -> tuple[int, float]:
        place = self.rng.uniform() * self.n_reactions
        j = int(place)
        if place - j >= self.threshold[j]:
            j = self.partner[j]
        return j, self.rng.uniform() * self.bounds[j]

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
