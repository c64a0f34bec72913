"""Reactions packed into records of a cache line or half of one, so that an event reads little memory.

From the separate arrays of the tables a trial would read a handful of cache lines; in a large network
none of them is in the cache. Indices are unsigned: numba then does not look for negative ones.
"""

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit
from numba.core import cgutils, types
from numba.extending import intrinsic as numba_intrinsic

from mtornet.compiled.kernels.leaf import leaf

# Places in the 8 numbers of a reaction's record, of which 2 to 4 are 8 unsigned words of half the size.
CONSTANT, CHANGE = 0, 5
FACTOR, FLAGS, CHANGED = 2, 5, 6
SLOTS = 3
"""Changes of state that a record holds; most reactions have no more."""

# Flags of a reaction.
SPECIAL = np.uint32(1)
"""Its law is more than a constant times up to three different states: see ``laws.propensity``."""
LONG = np.uint32(2)
"""It changes more states than a record holds."""
TOUCHES = np.uint32(4)
"""Firing can change the trigger of an event of the model."""

# Places in the 4 numbers of a dependent's record, the same way.
D_CONSTANT = 2
D_REACTION, D_FACTOR, D_FLAGS = 0, 1, 6

_MANY_REACTIONS = 20_000


class Records(NamedTuple):
    """One row of 64 bytes for each reaction."""

    numbers: Any
    """(n_reactions, 8): the constant and, from ``CHANGE`` on, by how much states change."""
    words: Any
    """(n_reactions, 16), the same memory: indices of factors, flags, indices of changed states."""


class Dependents(NamedTuple):
    """One row of 32 bytes for each propensity that a reaction changes, in the order of the tables."""

    numbers: Any
    words: Any


@njit(cache=True)
def state_size(n_states):
    """Return the entries of a state: besides 1 and the time a sink for each unused slot of a record."""
    return n_states + 2 + SLOTS


@leaf
def flags_of(j, tables):
    """Return the flags of reaction ``j``."""
    flags = np.uint32(0)
    special = tables.guard_start[j] < tables.guard_start[j + 1]
    special |= tables.program_start[j] < tables.program_start[j + 1]
    for slot in range(3):
        special |= tables.drawn[j, slot] > 0.0
    if special:
        flags |= SPECIAL
    if tables.change_start[j + 1] - tables.change_start[j] > SLOTS:
        flags |= LONG
    if tables.touches[j]:
        flags |= TOUCHES
    return flags


@njit(cache=True)
def pack_reactions(n_states, tables):
    """Return the records of all reactions, without their constants."""
    n_reactions = tables.factors.shape[0]
    numbers = np.zeros((n_reactions, 8))
    words = numbers.view(np.uint32)
    for j in range(n_reactions):
        for slot in range(3):
            words[j, FACTOR + slot] = tables.factors[j, slot]
        words[j, FLAGS] = flags_of(j, tables)
        first = tables.change_start[j]
        for slot in range(SLOTS):
            if first + slot < tables.change_start[j + 1]:
                words[j, CHANGED + slot] = tables.change_species[first + slot]
                numbers[j, CHANGE + slot] = tables.change_by[first + slot]
            else:
                # Sinks of their own: adding 0 to the same one again and again would wait for itself.
                words[j, CHANGED + slot] = n_states + 2 + slot
    return Records(numbers, words)


@njit(cache=True)
def pack_dependents(tables):
    """Return the records of all dependents, without their constants."""
    numbers = np.zeros((tables.dependents.size, 4))
    words = numbers.view(np.uint32)
    for k in range(tables.dependents.size):
        j = tables.dependents[k]
        words[k, D_REACTION] = j
        for slot in range(3):
            words[k, D_FACTOR + slot] = tables.factors[j, slot]
        words[k, D_FLAGS] = flags_of(j, tables)
    return Dependents(numbers, words)


@njit(cache=True)
def set_constants(records, c):
    """Put the constants of a stretch into the records of reactions."""
    for j in range(records.numbers.shape[0]):
        records.numbers[j, CONSTANT] = c[j]


@njit(cache=True)
def set_dependent_constants(dependents, c):
    """Put the constants of a stretch into the records of dependents."""
    for k in range(dependents.numbers.shape[0]):
        dependents.numbers[k, D_CONSTANT] = c[dependents.words[k, D_REACTION]]


@leaf
def product(j, x, numbers, words):
    """Constant times factors of reaction ``j`` at ``x``; without the flag ``SPECIAL`` its propensity.

    At the upper ends of intervals it is their largest propensity. Bit for bit what ``laws`` compute.
    """
    return numbers[j, CONSTANT] * x[words[j, FACTOR]] * x[words[j, FACTOR + 1]] * x[words[j, FACTOR + 2]]


@njit(cache=True)
def worth_prefetching(n_reactions):
    """Tell whether records and states are more than the nearer caches hold."""
    return n_reactions >= _MANY_REACTIONS


# Its own type knows the first argument, which callers do not pass.
intrinsic: Any = numba_intrinsic


@intrinsic
def prefetch(typingctx, array, row):  # noqa: ARG001
    """Ask for a row of an array, which will be needed soon, without waiting for it."""

    def generate(context, builder, signature, arguments):
        array_type, row_type = signature.args
        value = context.make_array(array_type)(context, builder, arguments[0])
        place = context.cast(builder, arguments[1], row_type, types.intp)
        stride = builder.extract_value(value.strides, 0)
        start = builder.ptrtoint(value.data, ir.IntType(64))
        byte = ir.IntType(8).as_pointer()
        number = ir.IntType(32)
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.VoidType(), [byte, number, number, number]), "llvm.prefetch.p0"
        )
        # To read, to be kept in all caches, data.
        settings = [ir.Constant(number, setting) for setting in (0, 3, 1)]
        builder.call(
            function, [builder.inttoptr(builder.add(start, builder.mul(place, stride)), byte), *settings]
        )
        return context.get_dummy_value()

    return types.void(array, row), generate
