"""Rejection with bounds in groups in plain Python: what ``ssa_grouped.advance`` must do."""

from __future__ import annotations

import math
import struct

from mtornet.simulation.problem import Problem
from tests.verification.reference.rejection_method import BoundedMethod

HEADROOM, FOOTROOM = 5, 6
MOST_WASTE = 0.125
FINE = 2
STEPS = 2.0


def leading_bits(value: float, fine: int) -> int:
    """Exponent and first bits of the fraction of a number >= 0."""
    return struct.unpack("<q", struct.pack("<d", value))[0] >> (52 - fine)


def number_of(bits: int, fine: int) -> float:
    """The least number with these leading bits."""
    return struct.unpack("<d", struct.pack("<q", bits << (52 - fine)))[0]


class Groups:
    """Reactions in groups; group 0 holds those that cannot fire."""

    def __init__(self, n_reactions: int, fine: int) -> None:
        self.fine = fine
        octaves = HEADROOM + FOOTROOM + math.ceil(math.log2(n_reactions + 1.0))
        self.n_groups = (octaves << fine) + 1

    def lay_out(self, bounds: list[float]) -> None:
        highest = leading_bits(max(*bounds, 1e-290), self.fine) + (HEADROOM << self.fine)
        highest = min(highest, leading_bits(math.inf, self.fine) - 1)
        self.lowest = highest - self.n_groups + 1
        self.edge = [0.0] + [number_of(self.lowest + g + 1, self.fine) for g in range(1, self.n_groups)]
        self.members: list[list[int]] = [[] for _ in range(self.n_groups)]
        self.group = [self.group_of(bound) for bound in bounds]
        for j, g in enumerate(self.group):
            if g > 0:
                self.members[g].append(j)

    def group_of(self, bound: float) -> int:
        return max(leading_bits(bound, self.fine) - self.lowest, 1) if bound > 0 else 0

    def regroup(self, j: int, g: int) -> None:
        old = self.group[j]
        if old > 0:
            place = self.members[old].index(j)
            self.members[old][place] = self.members[old][-1]
            self.members[old].pop()
        if g > 0:
            self.members[g].append(j)
        self.group[j] = g

    def weight(self, g: int) -> float:
        return len(self.members[g]) * self.edge[g]


class GroupedMethod(BoundedMethod):
    """Reactions are drawn from groups of similar bounds."""

    def __init__(self, problem: Problem, *, seed: int, max_events: int = 10**9) -> None:
        super().__init__(problem, seed=seed, max_events=max_events)
        self.steps = STEPS

    def prepare(self, in_force: list[float], x: list[float]) -> float:
        del x
        bounds = [self.upper_bound(j, in_force) for j in range(self.n_reactions)]
        if not sum(bounds) < math.inf:
            return math.inf
        self.groups = Groups(self.n_reactions, FINE)
        self.groups.lay_out(bounds)
        self.since_layout = 0
        return self.add_up()

    def add_up(self) -> float:
        self.below = [0.0]
        for g in range(self.groups.n_groups):
            self.below.append(self.below[-1] + self.groups.weight(g))
        self.span = math.nextafter(self.below[-1], 0.0)
        return self.below[-1]

    def renew(self, left: list[int], in_force: list[float], x: list[float]) -> float:
        for j in (j for i in left for j in self.readers[i]):
            g = self.groups.group_of(self.upper_bound(j, in_force))
            if g >= self.groups.n_groups:
                return self.prepare(in_force, x)
            if g != self.groups.group[j]:
                self.groups.regroup(j, g)
        return self.add_up()

    def tighten(self, proposed: list[tuple[int, float]], in_force: list[float], x: list[float]) -> float:
        n, left = self.n_species, []
        for i in (i for j, _ in proposed for i in self.factors[j]):
            if i < n and self.low[i] < self.high[i] and len(left) < n:
                self.low[i] = self.high[i] = x[i]
                left.append(i)
        if not left and self.since_layout >= self.n_reactions:
            self.low[:n], self.high[:n] = x[:n], x[:n]
            return self.prepare(in_force, x)
        return self.renew(left, in_force, x)

    def trials_done(self, trials: int) -> None:
        self.since_layout += trials

    def after_window(self, rate: float, total: float, in_force: list[float], x: list[float]) -> float:
        if self.since_layout >= self.n_reactions and self.groups.weight(1) > MOST_WASTE * rate:
            return self.prepare(in_force, x)
        return total

    def propose(self) -> tuple[int, float]:
        point = self.rng.uniform() * self.span
        g = max(g for g in range(self.groups.n_groups) if self.below[g] <= point and self.groups.members[g])
        members = self.groups.members[g]
        place = int((point - self.below[g]) * (1.0 / self.groups.edge[g]))
        return members[min(place, len(members) - 1)], self.rng.uniform() * self.groups.edge[g]
