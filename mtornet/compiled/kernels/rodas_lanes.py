"""Rodas5P for many parameter sets at once: one set per lane, each with its own time and step.

A lane whose set has ended takes the next one at once; no lane waits for another, and none reads
another's numbers, so that a set's result is bit-identical for any number of lanes, any neighbours
and any order.
"""

import math

from mtornet.compiled.kernels.defect_lanes import add_defect
from mtornet.compiled.kernels.jump_lanes import NONE, OF_TRIGGER, find_jumps, first_mark, set_marks
from mtornet.compiled.kernels.lanes import choose, load, store
from mtornet.compiled.kernels.leaf import inner, outer
from mtornet.compiled.kernels.rodas_dense import prepare_dense, write_between, write_now
from mtornet.compiled.kernels.rodas_start import first_step
from mtornet.compiled.kernels.rodas_step import measure_error, try_step
from mtornet.compiled.status import (
    BAD_PIVOT,
    COMPLETE,
    INTERRUPTED,
    NOT_FINITE,
    RUNNING,
    STEP_LIMIT,
    STEP_TOO_SMALL,
    TRIGGERED,
)

_SAFETY = 0.9
_LEAST_FACTOR = 0.1
_MOST_FACTOR = 8.0
_EPS = 2.220446049250313e-16
# A step of fewer rounding units of the time than this cannot be told from none.
_LEAST_STEP = 16.0 * _EPS
# Just after time 0 is this near: the inverse of a step has to be finite.
_NO_TIME = 1e-200
# Jumps of laws in a row, without progress, after which a step passes over them.
_MOST_STUCK = 20


@inner
def next_factor(error):
    """How much longer the next step may be."""
    if not math.isfinite(error):
        return _LEAST_FACTOR
    if error < 1e-10:
        return _MOST_FACTOR
    return min(_MOST_FACTOR, max(_LEAST_FACTOR, _SAFETY * error**-0.2))


@inner
def give_back(p, width, lane, states, rows, cells):
    """Write the set of a lane to its cell."""
    s = states.which[lane]
    write_now(p, width, lane, rows.y, cells.x[s])
    cells.segment[s] = states.segment[lane]
    cells.sample[s] = states.output[lane]
    states.which[lane] = -1


@inner
def take(p, tape, width, lane, s, atol, states, rows, cells):
    """Put the cell of a set into a lane."""
    states.which[lane] = s
    states.segment[lane] = cells.segment[s]
    states.output[lane] = cells.sample[s]
    for i in range(p.species.size):
        rows.y[i * width + lane] = cells.x[s, p.species[i]]
    # Without a tape all states are molecules, and have one tolerance.
    rows.atol[lane] = atol[s, p.species[0]] if p.species.size else 0.0
    if tape is not None:
        for i in range(p.species.size):
            rows.atol[i * width + lane] = atol[s, p.species[i]]


@inner
def begin_stretch(lanes, p, tape, lane, states, rows, cells, breaks, constants_by_set, times):
    """Let a lane begin the stretch up to the next moment at which something changes from outside.

    Returns whether that moment is not yet there.
    """
    width = len(lanes)
    s, part = states.which[lane], states.segment[lane]
    for m in range(p.member_reaction.size):
        rows.constants[m * width + lane] = p.member_scale[m] * constants_by_set[s, part, p.member_reaction[m]]
    if tape is not None:
        row = first_mark(p, tape) + 2 * tape.atom.size
        for k in range(tape.column.size):
            rows.constants[(row + k) * width + lane] = constants_by_set[s, part, tape.column[k]]
    origin, until = cells.clock[s], cells.until[s]
    end = min(breaks[part + 1], until)
    states.origin[lane], states.end[lane], states.time[lane] = origin, end, 0.0
    empty = end - origin <= max(_LEAST_STEP * max(abs(origin), abs(end)), _NO_TIME)
    # A time that is also a dose belongs to what came before the dose, but one that is also an event
    # of the model to what came after it.
    goal = states.output[lane]
    while goal < times.size and (times[goal] < end or (times[goal] == end and end < until)):
        goal += 1
    states.goal[lane] = goal
    while states.output[lane] < goal and (empty or times[states.output[lane]] <= origin):
        write_now(p, width, lane, rows.y, cells.samples[s, states.output[lane]])
        states.output[lane] += 1
    if tape is not None:
        set_marks(lanes, p, tape, lane, origin, rows)
    return not empty


@inner
def end_at_jump(p, width, lane, states, rows, cells, times):
    """End a lane's step where a jump was found: the stretch begins anew, or an event is due."""
    s, step = states.which[lane], states.step[lane]
    begin = cells.clock[s]
    now = rows.x[(p.species.size + 1) * width + lane]
    while states.output[lane] < states.goal[lane] and times[states.output[lane]] < now:
        output = states.output[lane]
        q = (times[output] - states.origin[lane] - states.time[lane]) / step
        write_between(p, width, lane, q, rows.ahead, rows.y, rows.dense, cells.samples[s, output])
        states.output[lane] += 1
    cells.clock[s] = now
    states.ended[lane] = 2
    if states.jump[lane] == OF_TRIGGER:
        cells.status[s] = TRIGGERED
    # A law that switches back at once would hold the time for ever.
    held = now - begin <= _LEAST_STEP * abs(now) or states.part[lane] <= _LEAST_STEP
    states.stuck[lane] = states.stuck[lane] + 1 if held else 0
    states.deaf[lane] = 1 if states.stuck[lane] > _MOST_STUCK else 0


@outer
def advance(
    lanes,
    p,
    tape,
    tableau,
    rows,
    states,
    cells,
    breaks,
    constants_by_set,
    added,
    times,
    rtol,
    atol,
    max_steps,
    watches,
    n_steps,
    n_rejected,
    stop,
):
    """Solve the rate equations of every running cell until its end, or until an event of the model is due.

    Parameters
    ----------
    lanes
        A tuple as long as there are lanes.
    p, tape
        The lists of operations, and those of programs, None if no law has one.
    tableau
        The coefficients A (64), C (64), H (24) of the method, its gamma, nodes (8) and slopes (8).
    rows, states
        The workspace, see ``mtornet.compiled.workspace``.
    cells
        Read and written, see ``tables.Cells``; one for each parameter set.
    breaks, constants_by_set, added
        The stretches of constant conditions; constants are (n_sets, n_segments, n_constants).
    atol
        (n_sets, n_states) absolute tolerances.
    watches
        Whether to stop at breaks, for events of the model.
    n_steps, n_rejected
        By set, counted on.
    stop
        ``stop[0] != 0`` ends the run.
    """
    width = len(lanes)
    n, n_sets = p.species.size, cells.status.size
    n_segments = breaks.size - 1
    y, x = rows.y, rows.x
    next_set = 0
    n_running = 0
    # Every lane begins as one that has just ended.
    for lane in range(width):
        states.ended[lane] = 1
    while True:
        for lane in range(width):
            if states.ended[lane] == 0:
                continue
            again = states.ended[lane] == 2
            states.ended[lane] = 0
            while True:
                s = states.which[lane]
                if s >= 0:
                    # What happens at the end of a stretch, unless the set failed before.
                    if cells.status[s] == RUNNING and not again:
                        if states.end[lane] == cells.until[s]:
                            cells.status[s] = TRIGGERED
                        elif states.segment[lane] + 1 == n_segments:
                            cells.status[s] = COMPLETE
                        else:
                            states.segment[lane] += 1
                            for i in range(n):
                                y[i * width + lane] += added[states.segment[lane], p.species[i]]
                            if watches:
                                cells.status[s] = TRIGGERED
                    if cells.status[s] != RUNNING:
                        give_back(p, width, lane, states, rows, cells)
                        n_running -= 1
                if states.which[lane] < 0:
                    while next_set < n_sets and cells.status[next_set] != RUNNING:
                        next_set += 1
                    if next_set >= n_sets:
                        break
                    take(p, tape, width, lane, next_set, atol, states, rows, cells)
                    next_set += 1
                    n_running += 1
                again = False
                if begin_stretch(lanes, p, tape, lane, states, rows, cells, breaks, constants_by_set, times):
                    origin = states.origin[lane]
                    span = states.end[lane] - origin
                    deaf = states.deaf[lane]
                    states.step[lane] = first_step(lanes, p, tape, lane, origin, span, rtol, deaf, rows)
                    states.may_grow[lane] = 1
                    break
                cells.clock[states.which[lane]] = states.end[lane]
        if n_running == 0:
            break

        interrupted = stop[0] != 0
        for lane in range(width):
            if states.which[lane] >= 0:
                left = states.end[lane] - states.origin[lane] - states.time[lane]
                if states.step[lane] * 1.000001 >= left:
                    states.step[lane] = left
                elif states.step[lane] * 2.0 > left:
                    states.step[lane] = 0.5 * left
            rows.inverse[lane] = 1.0 / (states.step[lane] * tableau[152])
            rows.inverse[width + lane] = 1.0 / states.step[lane]
            if tape is not None:
                rows.clock[lane] = states.origin[lane] + states.time[lane]
                rows.step[lane] = states.step[lane]
        try_step(lanes, p, tape, tableau, rows)
        measure_error(lanes, n, tape, rtol, rows)
        prepared = False
        if tape is not None:
            prepared = tape.atom.size > 0 or tape.timed_flux.size > 0
            if prepared:
                prepare_dense(lanes, n, tableau, rows.stages, rows.dense)
            if tape.timed_flux.size > 0:
                add_defect(lanes, p, tape, rtol, rows)
        any_output = False
        for lane in range(width):
            rows.accepted[lane] = 0.0
            if states.which[lane] < 0:
                continue
            n_steps[states.which[lane]] += 1
            if rows.error[lane] <= 1.0 and rows.weak[lane] == 0.0:
                rows.accepted[lane] = 1.0
                if states.output[lane] < states.goal[lane]:
                    origin, step = states.origin[lane], states.step[lane]
                    any_output |= times[states.output[lane]] - origin <= states.time[lane] + step
                    any_output |= step >= states.end[lane] - origin - states.time[lane]
        if any_output and not prepared:
            prepare_dense(lanes, n, tableau, rows.stages, rows.dense)
        ahead = x
        # Not one condition: numba leaves out what stands behind ``is not None`` alone.
        if tape is not None:  # noqa: SIM102
            if tape.atom.size > 0:
                find_jumps(lanes, p, tape, states, rows)
                ahead = rows.ahead
        for lane in range(width):
            s = states.which[lane]
            if s < 0:
                continue
            origin, span, step = (
                states.origin[lane],
                states.end[lane] - states.origin[lane],
                states.step[lane],
            )
            factor = next_factor(rows.error[lane])
            if rows.accepted[lane] > 0.0 and states.jump[lane] != NONE:
                end_at_jump(p, width, lane, states, rows, cells, times)
            elif rows.accepted[lane] > 0.0:
                last = step >= span - states.time[lane]
                while states.output[lane] < states.goal[lane]:
                    output = states.output[lane]
                    since = times[output] - origin - states.time[lane]
                    if since > step and not last:
                        break
                    q = min(since / step, 1.0)
                    write_between(p, width, lane, q, ahead, y, rows.dense, cells.samples[s, output])
                    states.output[lane] += 1
                states.time[lane] += step
                cells.clock[s] = states.end[lane] if last else origin + states.time[lane]
                states.ended[lane] = 1 if last else 0
                states.step[lane] = step * (factor if states.may_grow[lane] == 1 else min(factor, 1.0))
                states.may_grow[lane] = 1
                states.stuck[lane], states.deaf[lane] = 0, 0
            else:
                n_rejected[s] += 1
                states.step[lane] = step * (0.25 if rows.weak[lane] > 0.0 else min(factor, 0.9))
                states.may_grow[lane] = 0
                if states.step[lane] <= _LEAST_STEP * max(states.time[lane], 1e-9 * span):
                    cells.status[s] = STEP_TOO_SMALL
                    if rows.weak[lane] > 0.0:
                        cells.status[s] = BAD_PIVOT
                    elif not math.isfinite(rows.error[lane]):
                        cells.status[s] = NOT_FINITE
            if states.ended[lane] != 1 and n_steps[s] >= max_steps and cells.status[s] == RUNNING:
                cells.status[s] = STEP_LIMIT
            if interrupted:
                cells.status[s] = INTERRUPTED
            if cells.status[s] != RUNNING:
                states.ended[lane] = 1
        accepted = load(lanes, rows.accepted, 0)
        for i in range(n):
            store(y, i, choose(accepted, load(lanes, x, i), load(lanes, y, i)))
        if interrupted:
            for s in range(next_set, n_sets):
                if cells.status[s] == RUNNING:
                    cells.status[s] = INTERRUPTED
            next_set = n_sets
