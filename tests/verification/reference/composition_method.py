"""Composition-rejection in plain Python: what ``ssa_composition.advance`` must do, draw for draw."""

from __future__ import annotations

import math

from tests.verification.reference.direct_method import (
    COMPLETE,
    COUNT_OVERFLOW,
    EVENT_LIMIT,
    MOST_MOLECULES,
    NOT_FINITE,
    Cell,
    DirectMethod,
)
from tests.verification.reference.grouped_method import MOST_WASTE, Groups

FINE = 0


class CompositionMethod(DirectMethod):
    """The cells of one problem."""

    def lay_out(self, in_force: list[float], x: list[float]) -> float:
        """Put every reaction into its group; return the rate of trials."""
        self.propensities = [self.propensity(j, x, in_force) for j in range(self.n_reactions)]
        if not sum(self.propensities) < math.inf:
            return math.inf
        self.groups = Groups(self.n_reactions, FINE)
        self.groups.lay_out(self.propensities)
        self.since_layout = 0
        return self.rate()

    def rate(self) -> float:
        """Sum of weights; exact, so that the order does not matter."""
        return sum(self.groups.weight(g) for g in range(self.groups.n_groups))

    def update(self, chosen: int, in_force: list[float], x: list[float]) -> float:
        """Renew the propensities that an event changed; return the rate of trials."""
        groups = self.groups
        for j in self.dependents[chosen]:
            self.propensities[j] = new = self.propensity(j, x, in_force)
            if not new <= groups.edge[groups.group[j]]:
                g = groups.group_of(new)
                if g >= groups.n_groups:
                    return self.lay_out(in_force, x)
                groups.regroup(j, g)
        return self.rate()

    def draw(self, rate: float) -> tuple[int, int]:
        """Return a group in proportion to its weight and one of its members."""
        point = self.rng.uniform() * rate
        for g in reversed(range(1, self.groups.n_groups)):
            if point < self.groups.weight(g):
                members = self.groups.members[g]
                place = int(point * (1.0 / self.groups.edge[g]))
                return g, members[min(place, len(members) - 1)]
            point -= self.groups.weight(g)
        return 0, -1

    def after_rejection(self, g: int, j: int, rate: float, in_force: list[float], x: list[float]) -> float:
        """Move a reaction that fell below its group down; return the rate of trials."""
        belongs = self.groups.group_of(self.propensities[j])
        if belongs < g:
            self.groups.regroup(j, belongs)
            return self.rate()
        if g == 1 and self.since_layout >= self.n_reactions and self.groups.weight(1) > MOST_WASTE * rate:
            return self.lay_out(in_force, x)
        return rate

    def run(self, cell: int) -> Cell:  # noqa: C901 -- one loop, like the kernel it specifies
        rng = self.rng = self.stream(cell)
        x = [*self.x0, 1.0]
        samples: list[list[float]] = []
        events, t, status = 0, self.breaks[0], COMPLETE
        for segment, in_force in enumerate(self.constants):
            end = self.breaks[segment + 1]
            for i in range(self.n_species):
                x[i] += self.added[segment][i]
            rate = self.lay_out(in_force, x)
            while True:
                if not rate < math.inf:
                    status = NOT_FINITE
                    break
                t_next = t + (self.wait() / rate if rate > 0 else math.inf)
                while len(samples) < len(self.times) and self.times[len(samples)] <= min(t_next, end):
                    samples.append(x[:-1])
                if t_next >= end:
                    t = end
                    break
                t = t_next
                self.since_layout += 1
                g, chosen = self.draw(rate)
                if g == 0:
                    continue
                if rng.uniform() * self.groups.edge[g] >= self.propensities[chosen]:
                    rate = self.after_rejection(g, chosen, rate, in_force, x)
                    continue
                for i, by in self.change[chosen]:
                    x[i] += by
                    if x[i] > MOST_MOLECULES:
                        status = COUNT_OVERFLOW
                events += 1
                if events >= self.max_events and status == COMPLETE:
                    status = EVENT_LIMIT
                rate = self.update(chosen, in_force, x)
                if status != COMPLETE:
                    break
            if status != COMPLETE:
                break
        while len(samples) < len(self.times):
            samples.append([math.nan] * self.n_species)
        return Cell(samples=samples, final=x[:-1], n_events=events, status=status)
