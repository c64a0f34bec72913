"""Rows of numbers, one lane per parameter set, as values that numba keeps in vector registers.

A workspace is a flat array of rows; a row holds one number for each lane. A kernel gets its number
of lanes as the length of a tuple, ``lanes = (0,) * 8``, so that one source compiles for any number.
The operations act on all lanes at once and never across them: what a lane computes is bit-identical
whatever the number of lanes and whatever its neighbours hold.
"""

from typing import Any

from llvmlite import ir
from llvmlite.binding import get_host_cpu_features, get_process_triple
from numba.core import cgutils, types
from numba.extending import intrinsic as numba_intrinsic
from numba.extending import models, register_model


class LaneVector(types.Type):
    """One number for each of ``count`` lanes."""

    def __init__(self, count):
        self.count = count
        super().__init__(name=f"LaneVector({count})")


@register_model(LaneVector)
class LaneVectorModel(models.PrimitiveModel):
    """A vector of doubles in LLVM."""

    def __init__(self, manager, fe_type):
        super().__init__(manager, fe_type, ir.VectorType(ir.DoubleType(), fe_type.count))


def _has_fused_multiply_add():
    # Without the instruction LLVM calls a slow library function for every lane.
    return not get_process_triple().startswith(("x86_64", "i386", "i686")) or bool(
        get_host_cpu_features().get("fma")
    )


_FUSED = _has_fused_multiply_add()
_INDEX = ir.IntType(64)
# Its own type knows the first argument, which callers do not pass.
intrinsic: Any = numba_intrinsic

MOST_TERMS = 8
"""Of a weighted sum: the stages of the method."""


def _vector(count):
    return ir.VectorType(ir.DoubleType(), count)


def _row_pointer(context, builder, array_type, array, row, row_type, count):
    data = context.make_array(array_type)(context, builder, array).data
    row = context.cast(builder, row, row_type, types.int64)
    pointer = builder.bitcast(data, _vector(count).as_pointer())
    return builder.gep(pointer, [row], source_etype=_vector(count))


def _splat(builder, scalar, count):
    vector = builder.insert_element(
        ir.Constant(_vector(count), ir.Undefined), scalar, ir.Constant(ir.IntType(32), 0)
    )
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), count), [0] * count)
    return builder.shuffle_vector(vector, ir.Constant(_vector(count), ir.Undefined), zeros)


def _fma(builder, a, b, c):
    if not _FUSED:
        return builder.fadd(builder.fmul(a, b), c)
    function = cgutils.get_or_insert_function(
        builder.module,
        ir.FunctionType(a.type, [a.type] * 3),
        f"llvm.fma.v{a.type.count}f64",
    )
    return builder.call(function, [a, b, c])


def _element(context, builder, array_type, array, index, index_type):
    data = context.make_array(array_type)(context, builder, array).data
    index = context.cast(builder, index, index_type, types.int64)
    element = context.get_data_type(array_type.dtype)
    return builder.load(builder.gep(data, [index], source_etype=element), typ=element)


@intrinsic
def peek(_typing, array, index):
    """Return ``array[index]`` without looking for negative indices."""

    def codegen(context, builder, signature, args):
        array_type, index_type = signature.args
        value = _element(context, builder, array_type, args[0], args[1], index_type)
        return context.cast(builder, value, array_type.dtype, signature.return_type)

    dtype = types.int64 if isinstance(array.dtype, types.Integer) else array.dtype
    return dtype(array, index), codegen


@intrinsic
def load(_typing, lanes, array, row):
    """Return a row."""
    count = lanes.count

    def codegen(context, builder, signature, args):
        pointer = _row_pointer(
            context, builder, signature.args[1], args[1], args[2], signature.args[2], count
        )
        return builder.load(pointer, align=8, typ=_vector(count))

    return LaneVector(count)(lanes, array, row), codegen


@intrinsic
def store(_typing, array, row, value):
    """Write a row."""
    count = value.count

    def codegen(context, builder, signature, args):
        pointer = _row_pointer(
            context, builder, signature.args[0], args[0], args[1], signature.args[1], count
        )
        builder.store(args[2], pointer, align=8)
        return context.get_dummy_value()

    return types.void(array, row, value), codegen


@intrinsic
def splat(_typing, lanes, scalar):
    """Return a row that holds one number in every lane."""
    count = lanes.count

    def codegen(context, builder, signature, args):
        return _splat(builder, context.cast(builder, args[1], signature.args[1], types.float64), count)

    return LaneVector(count)(lanes, scalar), codegen


@intrinsic
def add(_typing, a, b):
    """Return ``a + b``."""
    return a(a, b), lambda _context, builder, _signature, args: builder.fadd(*args)


@intrinsic
def subtract(_typing, a, b):
    """Return ``a - b``."""
    return a(a, b), lambda _context, builder, _signature, args: builder.fsub(*args)


@intrinsic
def multiply(_typing, a, b):
    """Return ``a * b``."""
    return a(a, b), lambda _context, builder, _signature, args: builder.fmul(*args)


@intrinsic
def divide(_typing, a, b):
    """Return ``a / b``."""
    return a(a, b), lambda _context, builder, _signature, args: builder.fdiv(*args)


@intrinsic
def multiply_add(_typing, a, b, c):
    """Return ``a * b + c``."""
    return a(a, b, c), lambda _context, builder, _signature, args: _fma(builder, *args)


@intrinsic
def multiply_subtract(_typing, a, b, c):
    """Return ``c - a * b``."""
    return a(a, b, c), lambda _context, builder, _signature, args: _fma(
        builder, builder.fneg(args[0]), args[1], args[2]
    )


@intrinsic
def negate(_typing, a):
    """Return ``-a``."""
    return a(a), lambda _context, builder, _signature, args: builder.fneg(*args)


def _absolute(builder, value):
    integers = ir.VectorType(_INDEX, value.type.count)
    mask = ir.Constant(integers, [0x7FFFFFFFFFFFFFFF] * value.type.count)
    return builder.bitcast(builder.and_(builder.bitcast(value, integers), mask), value.type)


@intrinsic
def absolute(_typing, a):
    """Return ``abs(a)``."""
    return a(a), lambda _context, builder, _signature, args: _absolute(builder, args[0])


@intrinsic
def larger(_typing, a, b):
    """Return the larger of two rows without negative numbers; not-a-number counts as the largest."""

    def codegen(_context, builder, _signature, args):
        # The bit patterns of numbers >= 0 are ordered like the numbers, with infinity and NaN on top.
        integers = ir.VectorType(_INDEX, args[0].type.count)
        first, second = (builder.bitcast(arg, integers) for arg in args)
        return builder.select(builder.icmp_signed(">", first, second), args[0], args[1])

    return a(a, b), codegen


@intrinsic
def choose(_typing, condition, a, b):
    """Return ``a`` in the lanes where ``condition`` is above 0, ``b`` in the others."""

    def codegen(_context, builder, _signature, args):
        zero = ir.Constant(args[0].type, [0.0] * args[0].type.count)
        return builder.select(builder.fcmp_ordered(">", args[0], zero), args[1], args[2])

    return a(condition, a, b), codegen


@intrinsic
def weighted_sum(_typing, terms, start, weights, first_weight, rows, row, stride):
    """Return ``start + sum_j weights[first_weight + j] * rows[row + j * stride]`` over up to 8 terms.

    One jump to straight code for that number of terms: it is the same for all rows of a stage, so
    that the processor foresees it, and one compiled function serves all stages.
    """
    count = start.count

    def codegen(context, builder, signature, args):
        n_terms, total, weights_, first, rows_, row_, stride_ = args
        terms_type, _, weights_type, first_type, rows_type, row_type, stride_type = signature.args
        n_terms = context.cast(builder, n_terms, terms_type, types.int64)
        first = context.cast(builder, first, first_type, types.int64)
        row_ = context.cast(builder, row_, row_type, types.int64)
        stride_ = context.cast(builder, stride_, stride_type, types.int64)
        done = builder.append_basic_block("summed")
        blocks = [builder.append_basic_block(f"sum_{n}") for n in range(MOST_TERMS + 1)]
        jump = builder.switch(n_terms, blocks[0])
        ends = []
        for n, block in enumerate(blocks):
            if n:
                jump.add_case(ir.Constant(_INDEX, n), block)
            builder.position_at_end(block)
            value = total
            for j in range(n):
                here = builder.add(row_, builder.mul(stride_, ir.Constant(_INDEX, j)))
                at = builder.add(first, ir.Constant(_INDEX, j))
                weight = _element(context, builder, weights_type, weights_, at, types.int64)
                pointer = _row_pointer(context, builder, rows_type, rows_, here, types.int64, count)
                term = builder.load(pointer, align=8, typ=_vector(count))
                value = _fma(builder, _splat(builder, weight, count), term, value)
            builder.branch(done)
            ends.append((value, block))
        builder.position_at_end(done)
        result = builder.phi(_vector(count))
        for value, block in ends:
            result.add_incoming(value, block)
        return result

    return start(terms, start, weights, first_weight, rows, row, stride), codegen
