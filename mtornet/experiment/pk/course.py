"""Amounts in the body over time: exact between doses for linear models, integrated for the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mtornet.experiment.pk.compartments import Compartments, compartments
from mtornet.experiment.pk.model import PkModel

FloatArray = NDArray[np.float64]

POINTS = 24
"""Samples in the time over which the distance from the last dose doubles."""

_RTOL = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration:
    """One dose given."""

    time: float
    """Seconds; may lie before 0."""
    mg: float
    over_s: float = 0.0
    """How long it runs into a vein; at once if 0."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Span:
    """The concentration from one change of what enters the body to the next."""

    times: FloatArray
    """(n,) seconds, ascending; close to each other after the start."""
    concentration: FloatArray
    """(n,) mg/L, of the matrix of the model."""


def spans(
    model: PkModel, administrations: Sequence[Administration], *, start: float, end: float
) -> list[Span]:
    """Return the concentration from ``start`` to ``end``, divided where something enters or stops to."""
    body = _Body(model, administrations)
    times = sorted({time for time, _, _ in body.entries if time < end})
    history = [time for time in times if time < start]
    inside = [time for time in times if time >= start]
    moments = [*history, *dict.fromkeys([start, *inside]), end]
    found: list[Span] = []
    for begin, until in pairwise(moments):
        body.enter(begin)
        if until <= begin:
            continue
        if begin < start:
            body.advance(begin, until)
        else:
            found.append(body.sampled(begin, until))
    return found


class _Body:
    """The state of the body; what enters it does so at ``entries``: time, state, mg or mg/s."""

    def __init__(self, model: PkModel, administrations: Sequence[Administration]) -> None:
        self.model = model
        self.flows: Compartments = compartments(model)
        self.entries: list[tuple[float, int, float]] = []
        self.doses = sorted((a.time, a.mg) for a in administrations)
        for given in administrations:
            self.entries += _entries(model, self.flows, given)
        self.entries.sort()
        self.next = 0
        self.amounts = np.zeros(self.flows.n_states)

    def enter(self, time: float) -> None:
        """Let in what enters at ``time``."""
        while self.next < len(self.entries) and self.entries[self.next][0] <= time:
            _, state, amount = self.entries[self.next]
            self.amounts[state] += amount
            self.next += 1
        # Rates that were added and taken away leave rounding behind.
        if abs(self.amounts[-1]) < 1e-12 * max(abs(self.amounts).max(), 1e-300):
            self.amounts[-1] = 0.0

    def advance(self, begin: float, until: float) -> None:
        """Let the time pass."""
        if self.model.is_linear:
            self.amounts = self._propagators(until - begin, 1)[0] @ self.amounts
        else:
            self.amounts = self._integrated(begin, np.array([0.0, until - begin]))[-1]

    def sampled(self, begin: float, until: float) -> Span:
        """Let the time pass and keep what is in the body on the way."""
        blocks = [self.amounts[None, :]]
        offsets = [np.zeros(1)]
        if self.model.is_linear:
            for at, width in _octaves(until - begin, 0.25 / self.flows.fastest_rate):
                blocks.append(self._propagators(width / POINTS, POINTS) @ blocks[-1][-1])
                offsets.append(at + width * np.arange(1, POINTS + 1) / POINTS)
        else:
            grid = [
                at + width * np.arange(1, POINTS + 1) / POINTS
                for at, width in _octaves(until - begin, 0.25 / self.flows.fastest_rate)
            ]
            offsets += grid
            blocks.append(self._integrated(begin, np.concatenate(offsets))[1:])
        amounts = np.concatenate(blocks)
        self.amounts = amounts[-1].copy()
        times = begin + np.concatenate(offsets)
        times[-1] = until
        central = np.maximum(amounts[:, self.flows.central], 0.0)
        return Span(times=times, concentration=central / self.model["central_volume"])

    def _propagators(self, step: float, n: int) -> FloatArray:
        # Differences of times are equal but for rounding; a microsecond changes nothing.
        return _powers(self.flows.matrix.tobytes(), self.flows.n_states, round(step, 6), n)

    def _integrated(self, begin: float, offsets: FloatArray) -> FloatArray:
        from scipy.integrate import solve_ivp

        central, volume = self.flows.central, self.model["central_volume"]
        matrix = self.flows.matrix
        cleared = -matrix[central, central] - sum(
            matrix[i, central] for i in range(self.flows.n_states - 1) if i != central
        )
        inhibited = self._inhibition(begin)

        def change(offset: float, amounts: FloatArray) -> FloatArray:
            rate = matrix @ amounts
            rate[central] += cleared * inhibited(begin + offset) * amounts[central]
            if "absorption_maximum" in self.model.values:
                left = max(amounts[0], 0.0)
                flow = self.model["absorption_maximum"] * left / (self.model["absorption_constant"] + left)
                rate[0] -= flow
                rate[central] += flow
            return rate

        scale = max(float(np.abs(self.amounts).max()), 1e-9)
        solution = solve_ivp(
            change,
            (0.0, float(offsets[-1])),
            self.amounts,
            method="LSODA",
            t_eval=offsets,
            rtol=_RTOL,
            atol=_RTOL * scale * min(1.0, volume) * 1e-3,
        )
        return np.asarray(solution.y.T)

    def _inhibition(self, now: float) -> _Inhibition:
        given = [mg for time, mg in self.doses if time <= now] or [mg for _, mg in self.doses[:1]]
        first = self.doses[0][0] if self.doses else now
        return _Inhibition(self.model, first, given[-1] if given else 0.0)


@lru_cache(maxsize=1024)
def _powers(matrix: bytes, n_states: int, step: float, n: int) -> FloatArray:
    """Return what one, two, ... ``n`` steps do to the amounts, shape (n, n_states, n_states)."""
    from scipy.linalg import expm

    one = expm(np.frombuffer(matrix).reshape(n_states, n_states) * step)
    powers = [one]
    for _ in range(n - 1):
        powers.append(powers[-1] @ one)
    return np.array(powers)


class _Inhibition:
    """The part of clearance that the drug has taken away from itself, by time."""

    def __init__(self, model: PkModel, first: float, mg: float) -> None:
        self.first = first
        self.most = 0.0
        if "inhibition" in model.values:
            # The published covariate acts on the logarithm of the largest inhibition.
            more = 1.0 + (mg - model["inhibition_reference_dose"]) * model["inhibition_dose_slope"]
            self.most = float(model["inhibition"] ** max(more, 0.0))
            self.half, self.hill = model["inhibition_half_time"], model["inhibition_hill"]

    def __call__(self, time: float) -> float:
        since = time - self.first
        if self.most == 0.0 or since <= 0.0:
            return 0.0
        return float(self.most / (1.0 + (self.half / since) ** self.hill))


def _entries(model: PkModel, flows: Compartments, given: Administration) -> list[tuple[float, int, float]]:
    rate = flows.n_states - 1
    if not model.is_oral:
        if given.over_s == 0.0:
            return [(given.time, flows.central, given.mg)]
        flow = given.mg / given.over_s
        return [(given.time, rate, flow), (given.time + given.over_s, rate, -flow)]
    mg = given.mg * flows.bioavailability
    part = model.values.get("first_order_fraction", 1.0)
    found = [(given.time + model.values.get("absorption_lag", 0.0), 0, mg * part)]
    if part < 1.0:
        duration = model["zero_order_duration"]
        flow = mg * (1.0 - part) / duration
        found += [(given.time, rate, flow), (given.time + duration, rate, -flow)]
    return found


def _octaves(length: float, first: float) -> list[tuple[float, float]]:
    """Divide a length into parts ``(start, width)`` that double."""
    found: list[tuple[float, float]] = []
    at, width = 0.0, min(first, length)
    while at < length:
        width = min(width, length - at)
        # No last part that is too short to count.
        if length - at - width < 0.5 * width:
            width = length - at
        found.append((at, width))
        at += width
        width *= 2.0 if len(found) > 1 else 1.0
        if length - at < 1e-9 * length:
            break
    return found
