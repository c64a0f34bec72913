"""Tau-leaping in plain Python: what ``tau_leap.advance`` must do, draw for draw.

The steps are methods of their own, so that a test can break one of them and see whether its check
notices. Programs and laws that read the time are left to the kernel.
"""

from __future__ import annotations

import math

from mtornet.simulation.methods.tau import TauOptions, highest_orders
from mtornet.simulation.problem import Problem
from tests.verification.reference.direct_method import (
    COMPLETE,
    COUNT_OVERFLOW,
    EVENT_LIMIT,
    FALLEN,
    MOST_MOLECULES,
    NOT_FINITE,
    Cell,
    DirectMethod,
)
from tests.verification.reference.variates import binomial, order_statistic, poisson

WORTHWHILE = 10.0
BURST = 100


class TauLeaping(DirectMethod):
    """The cells of one problem, in leaps."""

    def __init__(self, problem: Problem, *, seed: int, options: TauOptions | None = None) -> None:
        self.options = options or TauOptions()
        super().__init__(problem, seed=seed, max_events=self.options.max_events)
        orders, copies = highest_orders(problem.compiled)
        self.orders, self.copies = orders.tolist(), copies.tolist()

    def is_critical(self, j: int, x: list[float]) -> bool:
        return any(x[i] < -self.options.n_critical * by for i, by in self.change[j])

    def gain(self, i: int, count: float) -> float:
        order, copies = self.orders[i], self.copies[i]
        if copies <= 1:
            return float(order)
        if count <= copies - 1.0:
            return math.inf
        if copies == 2:
            return (1.0 if order == 2 else 1.5) * (2.0 + 1.0 / (count - 1.0))
        return 3.0 + 1.0 / (count - 1.0) + 2.0 / (count - 2.0)

    def leap_length(self, x: list[float], rates: list[float]) -> float:
        n, epsilon, turnover = self.n_species, self.options.epsilon, self.options.turnover
        drift, spread, loss = [0.0] * n, [0.0] * n, [0.0] * n
        for j, rate in enumerate(rates):
            if rate > 0.0:
                for i, by in self.change[j]:
                    drift[i] += by * rate
                    spread[i] += by * (by * rate)
                    loss[i] -= min(by * rate, 0.0)
        length = math.inf
        for i in range(n):
            if self.orders[i] > 0 and spread[i] > 0.0:
                gain = self.gain(i, x[i])
                allowed = max(epsilon * x[i] / gain, 1.0)
                length = min(length, allowed * allowed / spread[i])
                if drift[i] != 0.0:
                    length = min(length, allowed / abs(drift[i]))
                if loss[i] > 0.0:
                    length = min(length, max(turnover * x[i] / gain, 1.0) / loss[i])
        return length

    def net(self, firings: list[float]) -> list[float]:
        change = [0.0] * self.n_species
        for j, fired in enumerate(firings):
            for i, by in self.change[j]:
                change[i] += fired * by
        return change

    def leap(self, x: list[float], rates: list[float], span: float, c: list[float]) -> float:
        """Move ``x`` and return the part of ``span`` that passed."""
        firings = [float(poisson(rate * span, self.rng)) if rate > 0.0 else 0.0 for rate in rates]
        change, taken = self.net(firings), [0.0] * self.n_species
        for j, fired in enumerate(firings):
            for i, by in self.change[j]:
                taken[i] -= min(fired * by, 0.0)
        many = 1.0 / (self.options.epsilon * self.options.epsilon)
        at_risk = {
            i
            for i in range(self.n_species)
            if taken[i] > max(x[i], 0.0) and (x[i] < many or x[i] + change[i] < 0.0)
        }
        part = 1.0
        if at_risk:
            part = self.kept_part(x, firings, at_risk, c)
            change = self.net(firings)
            if any(x[i] + by < 0.0 for i, by in enumerate(change)):
                part = 0.0
        if part > 0.0:
            for i, by in enumerate(change):
                x[i] += by
        return part

    def kept_part(self, x: list[float], firings: list[float], at_risk: set[int], c: list[float]) -> float:
        """Cut ``firings`` before the first that lacks its molecules; return its place in the leap."""
        ordered = [
            fired > 0.0 and any(i in at_risk for i, _ in self.change[j]) for j, fired in enumerate(firings)
        ]
        left = [fired if yes else 0.0 for fired, yes in zip(firings, ordered, strict=True)]
        total, y = sum(left), list(x)
        for done in range(int(total)):
            target = self.rng.uniform() * (total - done)
            chosen = -1
            for j, still in enumerate(left):
                if still > 0.0:
                    chosen = j
                    if target < still:
                        break
                    target -= still
            lacks = not self.propensity(chosen, y, c) > 0.0
            if lacks or any(y[i] + by < 0.0 for i, by in self.change[chosen]):
                part = order_statistic(done + 1, int(total), self.rng)
                for j, fired in enumerate(firings):
                    if ordered[j]:
                        firings[j] -= left[j]
                    elif fired > 0.0:
                        firings[j] = float(binomial(int(fired), part, self.rng))
                return part
            for i, by in self.change[chosen]:
                y[i] += by
            left[chosen] -= 1.0
        return 1.0

    def exact_steps(self, t: float, until: float, x: list[float], c: list[float]) -> tuple[float, int, int]:
        largest = total = self.sum_blocks()
        taken, status = 0, COMPLETE
        while taken < BURST and status == COMPLETE:
            if not total < math.inf:
                return t, taken, NOT_FINITE
            waited = self.wait() / total if total > 0.0 else math.inf
            if t + waited >= until:
                return until, taken, status
            t += waited
            chosen = self.choose(self.rng.uniform() * total)
            if chosen < 0:
                total = self.sum_blocks()
                continue
            taken += 1
            for i, by in self.change[chosen]:
                x[i] += by
                if x[i] > MOST_MOLECULES:
                    status = COUNT_OVERFLOW
            for j in self.dependents[chosen]:
                new = self.propensity(j, x, c)
                difference = new - self.propensities[j]
                self.propensities[j] = new
                self.block_sums[j >> self.shift] += difference
                total += difference
            if total > largest:
                largest = total
            elif total <= largest * FALLEN:
                largest = total = self.sum_blocks()
        return t, taken, status

    def step(  # noqa: C901 -- one loop, like the kernel it specifies
        self, t: float, until: float, x: list[float], c: list[float]
    ) -> tuple[float, int, int]:
        """Leap, or take exact steps; return the time, the number of steps and the status."""
        self.propensities = [self.propensity(j, x, c) for j in range(self.n_reactions)]
        total = 0.0
        for a in self.propensities:
            total += a
        if not total < math.inf:
            return t, 0, NOT_FINITE
        critical = [a > 0.0 and self.is_critical(j, x) for j, a in enumerate(self.propensities)]
        rates = [0.0 if yes else a for a, yes in zip(self.propensities, critical, strict=True)]
        length = self.leap_length(x, rates)
        if total > 0.0 and length * total < WORTHWHILE:
            return self.exact_steps(t, until, x, c)
        start, span, to_the_end, chosen = t, min(length, until - t), length >= until - t, -1
        of_critical = 0.0
        for a, yes in zip(self.propensities, critical, strict=True):
            of_critical += a if yes else 0.0
        if of_critical > 0.0:
            waited = self.wait() / of_critical
            if waited < span:
                span, to_the_end = waited, False
                target = self.rng.uniform() * of_critical
                for j, a in enumerate(self.propensities):
                    if critical[j]:
                        chosen = j
                        if target < a:
                            break
                        target -= a
        part, order = 0.0, self.options.order
        for half in range(order):
            if half:
                again = [self.propensity(j, x, c) for j in range(self.n_reactions)]
                rates = [
                    0.0 if yes else 2.0 * b - a
                    for a, b, yes in zip(self.propensities, again, critical, strict=True)
                ]
            part = self.leap(x, rates, span / order, c)
            if part == 0.0 and not half:
                return self.exact_steps(t, until, x, c)
            t += part * span / order
            if part < 1.0:
                break
        if part == 1.0:
            t = until if to_the_end else start + span
            if chosen >= 0 and self.propensity(chosen, x, c) > 0.0:
                for i, by in self.change[chosen]:
                    x[i] += by
        return t, 1, COUNT_OVERFLOW if max(x) > MOST_MOLECULES else COMPLETE

    def run(self, cell: int) -> Cell:
        self.rng = self.stream(cell)
        n = self.n_species
        x = [*self.x0, 1.0]
        samples: list[list[float]] = []
        events, t, status = 0, self.breaks[0], COMPLETE
        for segment, c in enumerate(self.constants):
            end = self.breaks[segment + 1]
            for i in range(n):
                x[i] += self.added[segment][i]
            while True:
                while len(samples) < len(self.times) and self.times[len(samples)] <= t:
                    samples.append(x[:n])
                if t >= end:
                    break
                until = min(end, self.times[len(samples)] if len(samples) < len(self.times) else end)
                t, steps, status = self.step(t, until, x, c)
                events += steps
                if status == COMPLETE and events >= self.max_events:
                    status = EVENT_LIMIT
                if status != COMPLETE:
                    break
            if status != COMPLETE:
                break
        while len(samples) < len(self.times):
            samples.append([math.nan] * n)
        return Cell(samples=samples, final=x[:n], n_events=events, status=status)
