"""Sums over groups of rows of a matrix, whose entries stay where they lie.

Sums are taken in float64 or int64 whatever the type of the values. Each is made in one thread, row by row.
"""

from __future__ import annotations

from jazz_server.engine.kernels.declare import INDEX, VALUE, Index, Int64s, Size, Values, WideOut, kernel

VALUES = (*VALUE, "int32")


@kernel(index=INDEX, value=VALUES)
def csr_sum_groups(
    rows: Int64s,
    starts: Int64s,
    indptr: Index,
    indices: Index,
    data: Values,
    out: WideOut,
    columns: Size,
    group_begin: Size,
    group_end: Size,
) -> None:
    """Add the entries of rows to the elements of `out` (groups, columns) of their columns.

    Group g has the rows ``rows[starts[g]:starts[g + 1]]``.
    """
    for group in range(group_begin, group_end):
        first = group * columns
        for t in range(starts[group], starts[group + 1]):
            row = rows[t]
            for p in range(indptr[row], indptr[row + 1]):
                place = first + indices[p]
                out[place] = out[place] + data[p]


@kernel(index=INDEX, value=VALUES)
def csc_sum_groups(
    codes: Int64s,
    indptr: Index,
    indices: Index,
    data: Values,
    out: WideOut,
    groups: Size,
    column_begin: Size,
    column_end: Size,
) -> None:
    """Add the entries of columns to the elements of `out` (columns, groups) of the groups of their rows.

    `codes` has the group of each row, below 0 for none.
    """
    for column in range(column_begin, column_end):
        first = column * groups
        for p in range(indptr[column], indptr[column + 1]):
            group = codes[indices[p]]
            if group >= 0:
                place = first + group
                out[place] = out[place] + data[p]


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

    `lost` (groups, columns) has what rounding takes from each sum, to be added behind all of its elements (Neumaier
    1974). `codes` has the group of each row, below 0 for none.
    """
    for row in range(rows):
        group = codes[row]
        if group >= 0:
            for column in range(column_begin, column_end):
                place = group * columns + column
                x = data[row * columns + column]
                before = out[place]
                after = before + x
                if abs(before) >= abs(x):
                    lost[place] = lost[place] + ((before - after) + x)
                else:
                    lost[place] = lost[place] + ((x - after) + before)
                out[place] = after
