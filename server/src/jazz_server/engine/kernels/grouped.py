"""Rows of a matrix in groups: what each group makes of the entries of its rows, which stay where they lie.

Results are of float64 or int64 whatever the type of the values. Each is made in one thread, row by row.
"""

from __future__ import annotations

from typing import Any

from jazz_server.engine.kernels.declare import (
    BITS,
    INDEX,
    VALUE,
    Bits,
    BitsOut,
    Float64s,
    Float64sOut,
    Index,
    Int64s,
    Int64sOut,
    Operation,
    Size,
    Values,
    WideOut,
    inlined,
    kernel,
)
from jazz_server.engine.kernels.operations import add, maximum, minimum, multiply

VALUES = (*VALUE, "int32")
OPERATIONS = (add, multiply, minimum, maximum)
EXACT = (multiply, minimum, maximum)
"""Those of which rounding takes nothing that could be kept."""


@kernel()
def group_sizes(codes: Int64s, sizes: Int64sOut, first: Int64sOut, row_begin: Size, row_end: Size) -> None:
    """Add the number of rows of each group to `sizes`, and say in `first` which is its first one.

    `codes` has the group of each row.
    """
    for t in range(row_end - row_begin):
        row = row_end - 1 - t
        group = codes[row]
        sizes[group] = sizes[group] + 1
        first[group] = row


@kernel()
def group_counts(codes: Int64s, counts: Int64sOut, row_begin: Size, row_end: Size) -> None:
    """Add the number of rows of each group to `counts`. `codes` has the group of each row, below 0 for none."""
    for row in range(row_begin, row_end):
        group = codes[row]
        if group >= 0:
            counts[group] = counts[group] + 1


@kernel(bits=BITS)
def rows_to_groups(codes: Int64s, data: Bits, cursors: Int64sOut, out: BitsOut, row_begin: Size, row_end: Size) -> None:
    """Put the element of each row behind those of its group.

    `cursors` holds where the next one of each group goes in `out`, and is moved on. `codes` has the group of each row,
    below 0 for none.
    """
    for row in range(row_begin, row_end):
        group = codes[row]
        if group >= 0:
            place = cursors[group]
            cursors[group] = place + 1
            out[place] = data[row]


@kernel(index=INDEX, value=VALUES, operation=OPERATIONS)
def csr_reduce_groups(
    rows: Int64s,
    starts: Int64s,
    indptr: Index,
    indices: Index,
    data: Values,
    out: WideOut,
    operation: Operation,
    columns: Size,
    group_begin: Size,
    group_end: Size,
) -> None:
    """Take the entries of rows into the elements of `out` (groups, columns) of their columns.

    Group g has the rows ``rows[starts[g]:starts[g + 1]]``.
    """
    for group in range(group_begin, group_end):
        first = group * columns
        for t in range(starts[group], starts[group + 1]):
            row = rows[t]
            for p in range(indptr[row], indptr[row + 1]):
                place = first + indices[p]
                out[place] = operation(out[place], data[p])


@kernel(index=INDEX, value=VALUES)
def csr_square_groups(
    rows: Int64s,
    starts: Int64s,
    indptr: Index,
    indices: Index,
    data: Values,
    centers: Float64s,
    out: Float64sOut,
    columns: Size,
    group_begin: Size,
    group_end: Size,
) -> None:
    """Add the squares of how far entries of rows are from `centers` (groups, columns) to the same elements of `out`.

    Group g has the rows ``rows[starts[g]:starts[g + 1]]``.
    """
    for group in range(group_begin, group_end):
        first = group * columns
        for t in range(starts[group], starts[group + 1]):
            row = rows[t]
            for p in range(indptr[row], indptr[row + 1]):
                place = first + indices[p]
                apart = data[p] - centers[place]
                out[place] = out[place] + apart * apart


@kernel(index=INDEX, value=VALUES, operation=OPERATIONS)
def csc_reduce_groups(
    codes: Int64s,
    indptr: Index,
    indices: Index,
    data: Values,
    out: WideOut,
    operation: Operation,
    groups: Size,
    column_begin: Size,
    column_end: Size,
) -> None:
    """Take the entries of columns into the elements of `out` (columns, groups) of the groups of their rows.

    `codes` has the group of each row, below 0 for none.
    """
    for column in range(column_begin, column_end):
        first = column * groups
        for p in range(indptr[column], indptr[column + 1]):
            group = codes[indices[p]]
            if group >= 0:
                place = first + group
                out[place] = operation(out[place], data[p])


@kernel(index=INDEX, value=VALUES)
def csc_square_groups(
    codes: Int64s,
    indptr: Index,
    indices: Index,
    data: Values,
    centers: Float64s,
    out: Float64sOut,
    groups: Size,
    column_begin: Size,
    column_end: Size,
) -> None:
    """Add the squares of how far entries of columns are from `centers` (columns, groups) to the same elements of `out`.

    `codes` has the group of each row, below 0 for none.
    """
    for column in range(column_begin, column_end):
        first = column * groups
        for p in range(indptr[column], indptr[column + 1]):
            group = codes[indices[p]]
            if group >= 0:
                place = first + group
                apart = data[p] - centers[place]
                out[place] = out[place] + apart * apart


@kernel(value=VALUES, operation=EXACT)
def dense_reduce_groups(
    codes: Int64s,
    data: Values,
    out: WideOut,
    operation: Operation,
    rows: Size,
    columns: Size,
    column_begin: Size,
    column_end: Size,
) -> None:
    """Take the elements of `data` (rows, columns) into those of `out` (groups, columns) of the groups of their rows.

    `codes` has the group of each row, below 0 for none.
    """
    for row in range(rows):
        group = codes[row]
        if group >= 0:
            for column in range(column_begin, column_end):
                place = group * columns + column
                out[place] = operation(out[place], data[row * columns + column])


@inlined
def lost_in(before: Any, x: Any, after: Any) -> Any:
    """Return what rounding takes from the sum of two numbers, which is the third one (Neumaier 1974)."""
    return (before - after) + x if abs(before) >= abs(x) else (x - after) + before


@kernel(value=VALUES)
def dense_sum_groups(
    codes: Int64s,
    data: Values,
    out: WideOut,
    lost: WideOut,
    rows: Size,
    columns: Size,
    column_begin: Size,
    column_end: Size,
) -> None:
    """Add the elements of `data` (rows, columns) to those of `out` (groups, columns) of the groups of their rows.

    `lost` (groups, columns) has what rounding takes from each sum, to be added behind all of its elements. `codes` has
    the group of each row, below 0 for none.
    """
    for row in range(rows):
        group = codes[row]
        if group >= 0:
            for column in range(column_begin, column_end):
                place = group * columns + column
                x = data[row * columns + column]
                before = out[place]
                after = before + x
                lost[place] = lost[place] + lost_in(before, x, after)
                out[place] = after


@kernel(value=VALUES)
def dense_square_groups(
    codes: Int64s,
    data: Values,
    centers: Float64s,
    out: Float64sOut,
    lost: Float64sOut,
    rows: Size,
    columns: Size,
    column_begin: Size,
    column_end: Size,
) -> None:
    """Add the squares of how far elements are from `centers` (groups, columns) as `dense_sum_groups` adds elements."""
    for row in range(rows):
        group = codes[row]
        if group >= 0:
            for column in range(column_begin, column_end):
                place = group * columns + column
                apart = data[row * columns + column] - centers[place]
                x = apart * apart
                before = out[place]
                after = before + x
                lost[place] = lost[place] + lost_in(before, x, after)
                out[place] = after
