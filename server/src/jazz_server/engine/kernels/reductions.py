"""Reductions over the rows and columns of a CSR matrix without duplicates.

Sums are taken in float64 or int64 whatever the type of the values, and so are their results. Over columns, each range
of rows adds to what the output holds, so that ranges have outputs of their own, joined by the caller.
"""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    INDEX,
    NUMBER,
    VALUE,
    Flags,
    Index,
    Int64sOut,
    NumberType,
    Size,
    Values,
    ValuesOut,
    WideOut,
    kernel,
)
from jazz_server.engine.kernels.operations import maximum, minimum


@kernel(index=INDEX, value=NUMBER)
def csr_sum_rows(indptr: Index, data: Values, out: WideOut, row_begin: Size, row_end: Size) -> None:
    """Sum the entries of each row, into `out` (rows)."""
    for row in range(row_begin, row_end):
        total = 0
        for p in range(indptr[row], indptr[row + 1]):
            total += data[p]
        out[row] = total


@kernel(index=INDEX, value=VALUE)
def csr_sum_columns(indptr: Index, indices: Index, data: Values, out: WideOut, row_begin: Size, row_end: Size) -> None:
    """Add each entry of the rows to the element of `out` (columns) of its column."""
    for p in range(indptr[row_begin], indptr[row_end]):
        j = indices[p]
        out[j] = out[j] + data[p]


@kernel(index=INDEX)
def csr_count_true(indptr: Index, flags: Flags, counts: Int64sOut, row_begin: Size, row_end: Size) -> None:
    """Count the entries of each row that are true, into `counts` (rows)."""
    for row in range(row_begin, row_end):
        count = 0
        for p in range(indptr[row], indptr[row + 1]):
            count += flags[p]
        counts[row] = count


@kernel(index=INDEX, value=NUMBER)
def csr_extreme_rows(
    indptr: Index,
    data: Values,
    out: ValuesOut,
    value: NumberType,
    greatest: Size,
    columns: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Find the minimum of each row, or with `greatest` the maximum, into `out` (rows).

    Absent entries are zeros, and NaN wins. There must be columns.
    """
    for row in range(row_begin, row_end):
        begin = indptr[row]
        end = indptr[row + 1]
        best = value(0)
        if end - begin == columns:
            best = data[begin]
        if greatest != 0:
            for p in range(begin, end):
                best = maximum(best, data[p])
        else:
            for p in range(begin, end):
                best = minimum(best, data[p])
        out[row] = best


@kernel(index=INDEX, value=NUMBER)
def csr_arg_extreme_rows(
    indptr: Index,
    indices: Index,
    data: Values,
    out: Int64sOut,
    value: NumberType,
    greatest: Size,
    columns: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Find the column of the smallest entry of each sorted row, or with `greatest` the largest, into `out` (rows).

    Absent entries are zeros; the first of equals is taken, and the first NaN before all else, as numpy does. There must
    be columns.
    """
    zero = value(0)
    for row in range(row_begin, row_end):
        begin = indptr[row]
        end = indptr[row + 1]
        absent = end - begin
        best = -1
        for p in range(begin, end):
            if absent == end - begin and indices[p] != p - begin:
                absent = p - begin
            if best < 0 or (data[p] > data[best] if greatest != 0 else data[p] < data[best]):
                best = p
            if data[p] != data[p]:
                best = p
                break
        if best < 0:
            out[row] = 0
            continue
        column = indices[best]
        extreme = data[best]
        if end - begin < columns and extreme == extreme:
            zero_wins = zero > extreme if greatest != 0 else zero < extreme
            if zero_wins or (extreme == 0 and absent < column):
                column = absent
        out[row] = column
