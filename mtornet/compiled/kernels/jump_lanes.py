"""Jumps of formulas and triggers of events: marks are set, and the first jump within a step is found.

Marks and gaps are explained in ``mtornet.compiled.graphs.Atom``. Between jumps the formulas are smooth, so
that a step may pass over a jump; where it is to be is then found on the interpolant, and the step ends
just after it.
"""

import numpy as np

from mtornet.compiled.kernels.lanes import choose, load, multiply, multiply_add, splat, store, subtract
from mtornet.compiled.kernels.leaf import inner
from mtornet.compiled.kernels.tape_lanes import run_tape
from mtornet.compiled.operations import (
    CEIL,
    EQUAL,
    FLOOR,
    GREATER,
    GREATER_EQUAL,
    LESS,
    LESS_EQUAL,
    UNEQUAL,
)

NONE, OF_LAW, OF_TRIGGER = 0, 1, 2

# Gaps are looked at at this many places of a step, and where a parabola through three has its vertex.
_SAMPLES = 4
# A vertex is looked at if the parabola comes nearer to 0 than this part of the nearest sample.
_NEAR = 0.5
_MOST_HALVINGS = 64
_EPS = 2.220446049250313e-16


@inner
def mark_of(operation, gap):
    """Return what a jumping operation makes of its gap."""
    if operation == LESS:
        return 1.0 if gap < 0.0 else 0.0
    elif operation == LESS_EQUAL:
        return 1.0 if gap <= 0.0 else 0.0
    elif operation == GREATER:
        return 1.0 if gap > 0.0 else 0.0
    elif operation == GREATER_EQUAL:
        return 1.0 if gap >= 0.0 else 0.0
    elif operation == EQUAL:
        return 1.0 if gap == 0.0 else 0.0
    elif operation == UNEQUAL:
        return 1.0 if gap != 0.0 else 0.0
    elif operation == FLOOR:
        return np.floor(gap)
    elif operation == CEIL:
        return np.ceil(gap)
    # What is left is the quotient without its digits.
    return np.trunc(gap)


@inner
def first_mark(p, tape):
    """Row of constants of the first mark; gaps follow the marks."""
    return p.member_reaction.size + tape.slope_flux.size + tape.timed_flux.size


@inner
def jump_of(p, tape, width, lane, deaf, constants):
    """Tell whether a gap of a lane does not fit its mark any more, and whether a trigger depends on it.

    A deaf lane only hears triggers.
    """
    found = NONE
    n_atoms = tape.atom.size
    marks = first_mark(p, tape)
    for a in range(n_atoms):
        mark = constants[(marks + a) * width + lane]
        value = mark_of(tape.atom[a], constants[(marks + n_atoms + a) * width + lane])
        if value < mark or value > mark:
            if tape.calls[a] != 0:
                return OF_TRIGGER
            if deaf == 0:
                found = OF_LAW
    return found


@inner
def set_marks(lanes, p, tape, lane, time, rows):
    """Set the marks of one lane from its amounts; other lanes compute what nobody reads."""
    n, width = p.species.size, len(lanes)
    n_atoms = tape.atom.size
    marks = first_mark(p, tape)
    for i in range(n):
        rows.x[i * width + lane] = rows.y[i * width + lane]
    rows.x[(n + 1) * width + lane] = time
    for a in range(n_atoms):
        rows.constants[(marks + a) * width + lane] = 0.0
    # A gap may read the mark of an atom before it, so that the last is right after as many rounds.
    for _ in range(n_atoms + 1):
        run_tape(lanes, tape.code, tape.n_step, tape.n_all, rows.taped)
        if jump_of(p, tape, width, lane, 0, rows.constants) == NONE:
            break
        for a in range(n_atoms):
            gap = rows.constants[(marks + n_atoms + a) * width + lane]
            rows.constants[(marks + a) * width + lane] = mark_of(tape.atom[a], gap)


@inner
def interpolate(lanes, i, part, rows):
    """Write the amounts of a place at a part of the step that ``rows.ahead`` ends."""
    rest = subtract(splat(lanes, 1.0), part)
    curve = multiply_add(part, load(lanes, rows.dense, 3 * i + 2), load(lanes, rows.dense, 3 * i + 1))
    curve = multiply_add(part, curve, load(lanes, rows.dense, 3 * i))
    end = multiply_add(rest, curve, load(lanes, rows.ahead, i))
    store(rows.x, i, multiply_add(part, end, multiply(rest, load(lanes, rows.y, i))))


@inner
def look(lanes, p, tape, rows):
    """Compute the gaps at the parts ``rows.part`` of the steps."""
    part = load(lanes, rows.part, 0)
    for k in range(tape.gap_place.size):
        interpolate(lanes, tape.gap_place[k], part, rows)
    time = multiply_add(part, load(lanes, rows.step, 0), load(lanes, rows.clock, 0))
    store(rows.x, p.species.size + 1, time)
    run_tape(lanes, tape.code, tape.n_step, tape.n_all, rows.taped)


@inner
def narrow(p, tape, width, lane, deaf, rows):
    """Take in what a look at a lane found: ``high`` is the first part where there was a jump."""
    if jump_of(p, tape, width, lane, deaf, rows.constants) != NONE:
        rows.high[lane] = min(rows.high[lane], rows.part[lane])
    elif rows.part[lane] < rows.high[lane]:
        rows.low[lane] = max(rows.low[lane], rows.part[lane])


@inner
def look_for_dips(lanes, p, tape, states, rows):
    """Look where a gap may have crossed 0 twice between two samples."""
    width, n_atoms = len(lanes), tape.atom.size
    for a in range(n_atoms):
        for k in range(1, _SAMPLES):
            any_dip = False
            for lane in range(width):
                rows.part[lane] = rows.low[lane]
                before = rows.seen[((k - 1) * n_atoms + a) * width + lane]
                here = rows.seen[(k * n_atoms + a) * width + lane]
                after = rows.seen[((k + 1) * n_atoms + a) * width + lane]
                if here < 0.0:
                    before, here, after = -before, -here, -after
                bend = before - 2.0 * here + after
                if rows.accepted[lane] > 0.0 and bend > 0.0 and 0.0 < here <= min(before, after):
                    vertex = (k + 0.5 * (before - after) / bend) / _SAMPLES
                    depth = here - (before - after) ** 2 / (8.0 * bend)
                    if depth < _NEAR * here and vertex < rows.high[lane]:
                        rows.part[lane] = vertex
                        any_dip = True
            if any_dip:
                look(lanes, p, tape, rows)
                for lane in range(width):
                    # A dip only counts as the upper end; what lies before it was looked at.
                    if rows.part[lane] < rows.high[lane] and (
                        jump_of(p, tape, width, lane, states.deaf[lane], rows.constants) != NONE
                    ):
                        rows.high[lane] = rows.part[lane]
                        rows.low[lane] = (k - 1.0) / _SAMPLES


@inner
def find_jumps(lanes, p, tape, states, rows):
    """End every accepted step just after its first jump.

    ``states.jump`` and ``states.part`` tell what was found and which part of the step was left; ``x``
    is then the state there, and ``rows.ahead`` what it was.
    """
    n, width, n_atoms = p.species.size, len(lanes), tape.atom.size
    for i in range(n):
        store(rows.ahead, i, load(lanes, rows.x, i))
    for lane in range(width):
        rows.low[lane] = 0.0
        # A lane that does not take part is one that has no jump up to the end.
        rows.high[lane] = 2.0 if rows.accepted[lane] > 0.0 else -1.0
        states.jump[lane] = NONE
        states.part[lane] = 1.0
    marks = first_mark(p, tape)
    for k in range(_SAMPLES + 1):
        for lane in range(width):
            rows.part[lane] = k / _SAMPLES
        look(lanes, p, tape, rows)
        for a in range(n_atoms):
            store(rows.seen, k * n_atoms + a, load(lanes, rows.constants, marks + n_atoms + a))
        for lane in range(width):
            narrow(p, tape, width, lane, states.deaf[lane], rows)
    look_for_dips(lanes, p, tape, states, rows)
    any_jump = False
    for lane in range(width):
        any_jump |= 0.0 <= rows.high[lane] <= 1.0
    if not any_jump:
        for k in range(tape.gap_place.size):
            store(rows.x, tape.gap_place[k], load(lanes, rows.ahead, tape.gap_place[k]))
        return
    for _ in range(_MOST_HALVINGS):
        n_open = 0
        for lane in range(width):
            rows.part[lane] = rows.high[lane]
            if 0.0 <= rows.high[lane] <= 1.0:
                low, high = rows.low[lane], rows.high[lane]
                least = _EPS * max(1.0, 2.0 * abs(rows.clock[lane]) / rows.step[lane])
                if high - low > least:
                    rows.part[lane] = low + 0.5 * (high - low)
                    n_open += 1
        look(lanes, p, tape, rows)
        if n_open == 0:
            break
        for lane in range(width):
            if 0.0 <= rows.high[lane] <= 1.0:
                narrow(p, tape, width, lane, states.deaf[lane], rows)
    for lane in range(width):
        rows.part[lane] = 1.0
        # From here on ``low`` says where there is a jump.
        rows.low[lane] = 0.0
        if 0.0 <= rows.high[lane] <= 1.0:
            rows.low[lane] = 1.0
            rows.part[lane] = rows.high[lane]
            states.part[lane] = rows.high[lane]
    look(lanes, p, tape, rows)
    for lane in range(width):
        if rows.low[lane] > 0.0:
            states.jump[lane] = jump_of(p, tape, width, lane, states.deaf[lane], rows.constants)
    part, jumps = load(lanes, rows.part, 0), load(lanes, rows.low, 0)
    for i in range(n):
        interpolate(lanes, i, part, rows)
        store(rows.x, i, choose(jumps, load(lanes, rows.x, i), load(lanes, rows.ahead, i)))
