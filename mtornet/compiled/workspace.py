"""The memory of the lane integrator: rows of numbers, one per lane, and where each lane stands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mtornet.compiled.elimination import Program
from mtornet.compiled.tape import Tape

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Rows(NamedTuple):
    """Flat arrays of rows; a row holds one number for each lane, a species is meant by its place."""

    y: FloatArray
    """Amounts at the start of the step, then a row of ones."""
    x: FloatArray
    """Amounts at the end of the step, or where a stage is evaluated, then a row of ones, then the time."""
    stages: FloatArray
    dense: FloatArray
    """Three coefficients of the interpolant by place."""
    constants: FloatArray
    """By member of a flux; then those of a tape."""
    between: FloatArray
    """What a tape keeps between its operations."""
    fluxes: FloatArray
    slopes: FloatArray
    factors: FloatArray
    pivots: FloatArray
    inverse: FloatArray
    """Two rows: ``1/(h gamma)`` and ``1/h``."""
    clock: FloatArray
    """Time at the start of the step."""
    step: FloatArray
    weak: FloatArray
    """Above 0 where a pivot lost its digits."""
    atol: FloatArray
    """Absolute tolerance by place; without a tape only that of all."""
    error: FloatArray
    accepted: FloatArray
    ahead: FloatArray
    """Amounts at the end of the step, while jumps within it are looked for."""
    part: FloatArray
    """Part of the step that is looked at."""
    low: FloatArray
    """Largest part up to which there was no jump."""
    high: FloatArray
    """Smallest part at which there was one; 2 for none."""
    seen: FloatArray
    """Gaps at several parts of the step."""
    taped: FloatArray
    """Everything from ``x`` to ``between``: the rows of a tape."""
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
    """1 where the stretch is over, 2 where it begins anew after a jump."""
    jump: IntArray
    """What ended the last step, see ``jump_lanes``."""
    part: FloatArray
    """Part of the last step that was kept."""
    stuck: IntArray
    """Jumps in a row between which the time hardly moved."""
    deaf: IntArray
    """1 where the next step passes over jumps of laws."""


def new_rows(program: Program, tape: Tape | None, lanes: int) -> Rows:
    """Return the rows for the lists of a network; lanes without a set hold harmless numbers."""
    n = program.species.size
    counts = {
        "y": n + 1,
        "x": n + 2,
        "stages": 8 * n,
        "dense": 3 * n,
        "constants": program.member_reaction.size + (tape.n_extra if tape is not None else 0),
        "between": tape.n_between if tape is not None else 0,
        "fluxes": program.n_fluxes,
        "slopes": program.n_slopes,
        "factors": program.n_factors,
        "pivots": n,
        "inverse": 2,
        "clock": 1,
        "step": 1,
        "weak": 1,
        "atol": n if tape is not None else 1,
        "error": 1,
        "accepted": 1,
        "ahead": n if tape is not None else 0,
        "part": 1,
        "low": 1,
        "high": 1,
        "seen": 5 * tape.atom.size if tape is not None else 0,
    }
    ends = np.cumsum([count * lanes for count in counts.values()])
    extra = program.n_fluxes + n + 1
    raw = np.zeros(int(ends[-1]) + extra + 8)
    # Rows that begin where cache lines do: a vector of 8 doubles then never spans two of them.
    work = raw[-(raw.ctypes.data // raw.itemsize) % 8 :]
    starts = [0, *ends[:-1]]
    where = {name: slice(start, end) for name, start, end in zip(counts, starts, ends, strict=True)}
    rows = Rows(
        **{name: work[place] for name, place in where.items()},
        taped=work[where["x"].start : where["between"].stop],
        scratch=work[ends[-1] : ends[-1] + extra],
    )
    rows.y[n * lanes :] = 1.0
    rows.x[n * lanes : (n + 1) * lanes] = 1.0
    rows.inverse[:] = 1.0
    if tape is not None:
        numbers = rows.constants[-tape.numbers.size * lanes :] if tape.numbers.size else rows.constants[:0]
        numbers.reshape(-1, lanes)[:] = tape.numbers[:, None]
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
        jump=np.zeros(lanes, dtype=np.int64),
        part=np.ones(lanes),
        stuck=np.zeros(lanes, dtype=np.int64),
        deaf=np.zeros(lanes, dtype=np.int64),
    )
