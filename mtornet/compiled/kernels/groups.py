"""Reactions in groups by the size of a bound on their propensity, so that one is drawn at once.

Slepoy, Thompson and Plimpton 2008 (J Chem Phys 128:205101). A group takes bounds between two
neighbouring edges; an octave, a power of two, is divided into ``2 ** fine`` groups. Group 0 holds what
cannot fire. A group weighs its upper edge times its members: a whole number of units, so that sums of
weights are exact and do not drift, however often reactions change their group. Members stand in a pool
in which a group that is full moves to a larger room, so that memory stays near the number of reactions.

``edges`` (n_groups, 2) has the upper edge of each group and its inverse, ascending; ``rooms``
(n_groups, 3) the number of its members, where its room in the pool begins and how large that is;
``seats`` (n_reactions, 2) the group of each reaction and its place there.
"""

import math

import numpy as np
from numba import njit

from mtornet.compiled.kernels.leaf import leaf

EDGE, INVERSE = 0, 1
SIZE, BEGIN, ROOM = 0, 1, 2
GROUP, PLACE = 0, 1

# Octaves above the largest bound, in which bounds can grow before all groups are laid out anew.
_HEADROOM = 5
# ... and below, besides those that make the lowest group of all reactions weigh next to nothing.
_FOOTROOM = 6
# A room is laid out for a quarter more members than there are, and so many.
_SPARE = 4
# The lowest group takes all smaller bounds; trials of it are wasted once it weighs more than this part.
_MOST_WASTE = 0.125


@njit(cache=True)
def new_groups(n_reactions, fine):
    """Return ``edges``, ``rooms``, the pool of members, and ``seats`` for so many reactions.

    Half of the pool is in use at a time; when it is full the members move to the other.
    """
    octaves = _HEADROOM + _FOOTROOM + math.ceil(math.log2(n_reactions + 1.0))
    n_groups = (octaves << fine) + 1
    return (
        np.zeros((n_groups, 2)),
        np.zeros((n_groups, 3), dtype=np.uint32),
        np.zeros(2 * (2 * n_reactions + 2 * _SPARE * n_groups), dtype=np.uint32),
        np.zeros((n_reactions, 2), dtype=np.uint32),
    )


@leaf
def leading_bits(bound, fine):
    """Sign, exponent and ``fine`` bits of the fraction: they count groups upwards."""
    return np.float64(bound).view(np.int64) >> (52 - fine)


@leaf
def group_of(bound, lowest, fine):
    """Return the group of a bound; a number that is not below ``n_groups`` asks for a new layout."""
    return np.uint32(max(leading_bits(bound, fine) - lowest, 1) if bound > 0.0 else 0)


@leaf
def lay_out(bounds, fine, edges, rooms, members, seats):
    """Set edges by the largest bound and sort all reactions into groups; bounds must be finite.

    Returns
    -------
    int
        Leading bits of bounds just below the first group, see ``group_of``.
    """
    n_groups = edges.shape[0]
    largest = 1e-290
    for j in range(bounds.size):
        largest = max(largest, bounds[j])
    highest = leading_bits(largest, fine) + (_HEADROOM << fine)
    # The last group ends at infinity: with bounds so near to it the sum of weights is not finite.
    highest = min(highest, leading_bits(np.inf, fine) - 1)
    lowest = highest - n_groups + 1
    rooms[:] = 0
    for g in range(1, n_groups):
        edges[g, EDGE] = np.int64((lowest + g + 1) << (52 - fine)).view(np.float64)
        edges[g, INVERSE] = 1.0 / edges[g, EDGE]
    for j in range(bounds.size):
        g = group_of(bounds[j], lowest, fine)
        seats[j, GROUP] = g
        seats[j, PLACE] = rooms[g, SIZE]
        rooms[g, SIZE] += np.uint32(1)
    rooms[0, SIZE] = 0
    free = np.int64(0)
    for g in range(1, n_groups):
        rooms[g, BEGIN] = free
        rooms[g, ROOM] = _roomy(rooms[g, SIZE])
        free += np.int64(rooms[g, ROOM])
    # Group 0 needs no room: there stands where the pool is free.
    rooms[0, BEGIN] = free
    for j in range(bounds.size):
        g = seats[j, GROUP]
        if g > 0:
            members[rooms[g, BEGIN] + seats[j, PLACE]] = j
    return lowest


@leaf
def _roomy(size):
    return size + (size >> np.uint32(2)) + np.uint32(_SPARE)


@leaf
def make_room(g, rooms, members):
    """Give a full group a room of about twice the size; if there is none, all groups move."""
    half = members.size // 2
    free = np.int64(rooms[0, BEGIN])
    wanted = 2 * np.int64(rooms[g, ROOM]) + _SPARE
    if free + wanted <= (half if free <= half else 2 * half):
        for k in range(np.int64(rooms[g, SIZE])):
            members[free + k] = members[rooms[g, BEGIN] + k]
        rooms[g, BEGIN] = free
        rooms[g, ROOM] = wanted
        rooms[0, BEGIN] = free + wanted
        return
    free = np.int64(half if free <= half else 0)
    for other in range(1, rooms.shape[0]):
        for k in range(np.int64(rooms[other, SIZE])):
            members[free + k] = members[rooms[other, BEGIN] + k]
        rooms[other, BEGIN] = free
        rooms[other, ROOM] = _roomy(rooms[other, SIZE])
        free += np.int64(rooms[other, ROOM])
    rooms[0, BEGIN] = free


@leaf
def regroup(j, g, rooms, members, seats):
    """Move reaction ``j`` to group ``g``."""
    old = seats[j, GROUP]
    if old > 0:
        # The last member takes the place that becomes free.
        size = rooms[old, SIZE] - np.uint32(1)
        other = members[rooms[old, BEGIN] + size]
        place = seats[j, PLACE]
        members[rooms[old, BEGIN] + place] = other
        seats[other, PLACE] = place
        rooms[old, SIZE] = size
    if g > 0:
        if rooms[g, SIZE] == rooms[g, ROOM]:
            make_room(g, rooms, members)
        members[rooms[g, BEGIN] + rooms[g, SIZE]] = j
        seats[j, PLACE] = rooms[g, SIZE]
        rooms[g, SIZE] += np.uint32(1)
    seats[j, GROUP] = g


@leaf
def is_wasteful(total, edges, rooms):
    """Tell whether too many trials go to reactions that are too small for the layout."""
    return rooms[1, SIZE] * edges[1, EDGE] > _MOST_WASTE * total
