"""The memory of the lane integrator: rows of numbers, one per lane, and where each lane stands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.elimination import Program

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Rows(NamedTuple):
    """Flat arrays of rows; a row holds one number for each lane, a species is meant by its place."""

    y: FloatArray
    """Amounts at the start of the step, then a row of ones."""
    x: FloatArray
    """Amounts at the end of the step, or where a stage is evaluated, then a row of ones."""
    constants: FloatArray
    """By member of a flux."""
    stages: FloatArray
    dense: FloatArray
    """Three coefficients of the interpolant by place."""
    fluxes: FloatArray
    slopes: FloatArray
    factors: FloatArray
    pivots: FloatArray
    inverse: FloatArray
    """Two rows: ``1/(h gamma)`` and ``1/h``."""
    weak: FloatArray
    """Above 0 where a pivot lost its digits."""
    error: FloatArray
    accepted: FloatArray
    scratch: FloatArray
    """For one lane: a number by flux, then by place."""


class LaneStates(NamedTuple):
    """Where each lane stands in the set that it solves."""

    which: IntArray
    """Index of the set, -1 for none."""
    segment: IntArray
    output: IntArray
    """Next output time."""
    goal: IntArray
    """First output time that does not belong to the present stretch."""
    origin: FloatArray
    """Time in seconds at which the present stretch began."""
    end: FloatArray
    """When it ends."""
    time: FloatArray
    """Seconds since then; counted from there so that steps after a dose are not lost in rounding."""
    step: FloatArray
    may_grow: IntArray
    """0 in the step after a rejected one."""
    ended: IntArray
    """1 where the stretch is over."""


def new_rows(program: Program, lanes: int) -> Rows:
    """Return the rows for a program; those without a lane's numbers hold harmless ones."""
    n = program.species.size
    counts = {
        "y": n + 1,
        "x": n + 1,
        "stages": 8 * n,
        "dense": 3 * n,
        "constants": program.member_reaction.size,
        "fluxes": program.n_fluxes,
        "slopes": program.n_slopes,
        "factors": program.n_factors,
        "pivots": n,
        "inverse": 2,
        "weak": 1,
        "error": 1,
        "accepted": 1,
    }
    ends = np.cumsum([count * lanes for count in counts.values()])
    extra = program.n_fluxes + n + 1
    raw = np.zeros(int(ends[-1]) + extra + 8)
    # Rows that begin where cache lines do: a vector of 8 doubles then never spans two of them.
    work = raw[-(raw.ctypes.data // raw.itemsize) % 8 :]
    starts = [0, *ends[:-1]]
    rows = Rows(
        **{name: work[start:end] for name, start, end in zip(counts, starts, ends, strict=True)},
        scratch=work[ends[-1] : ends[-1] + extra],
    )
    rows.y[n * lanes :] = 1.0
    rows.inverse[:] = 1.0
    return rows


def new_lane_states(lanes: int) -> LaneStates:
    """Return lanes that have no set yet."""
    return LaneStates(
        which=np.full(lanes, -1, dtype=np.int64),
        segment=np.zeros(lanes, dtype=np.int64),
        output=np.zeros(lanes, dtype=np.int64),
        goal=np.zeros(lanes, dtype=np.int64),
        origin=np.zeros(lanes),
        end=np.zeros(lanes),
        time=np.zeros(lanes),
        step=np.ones(lanes),
        may_grow=np.ones(lanes, dtype=np.int64),
        ended=np.ones(lanes, dtype=np.int64),
    )
