"""Reductions over the rows and columns of a CSR matrix without duplicates.

Sums are taken in float64 or int64 whatever the type of the values, and so are their results. Over columns, each range
of rows adds to what the output holds, so that ranges have outputs of their own, joined by the caller.
"""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    INDEX,
    VALUE,
    Index,
    Int64sOut,
    NumberType,
    Operation,
    Size,
    Values,
    ValuesOut,
    WideOut,
    kernel,
)
from jazz_server.engine.kernels.operations import (
    absolute,
    greater,
    identity,
    less,
    maximum,
    minimum,
    square,
)

TERMS = (identity, square, absolute)


@kernel(term=TERMS, index=INDEX, value=VALUE)
def csr_sum_rows(term: Operation, indptr: Index, data: Values, out: WideOut, row_begin: Size, row_end: Size) -> None:
    """Sum ``term(x)`` over the entries of each row, into `out` (rows)."""
    for row in range(row_begin, row_end):
        total = 0
        for p in range(indptr[row], indptr[row + 1]):
            total += term(data[p])
        out[row] = total


@kernel(term=TERMS, index=INDEX, value=VALUE)
def csr_sum_columns(
    term: Operation,
    indptr: Index,
    indices: Index,
    data: Values,
    out: WideOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Add ``term(x)`` of each entry of the rows to the element of `out` (columns) of its column."""
    for p in range(indptr[row_begin], indptr[row_end]):
        j = indices[p]
        out[j] = out[j] + term(data[p])


@kernel(index=INDEX, value=VALUE)
def csr_count_nonzero_rows(indptr: Index, data: Values, counts: Int64sOut, row_begin: Size, row_end: Size) -> None:
    """Count the entries of each row that are not zero, into `counts` (rows); NaN is not zero."""
    for row in range(row_begin, row_end):
        count = 0
        for p in range(indptr[row], indptr[row + 1]):
            count += data[p] != 0
        counts[row] = count


@kernel(index=INDEX, value=VALUE)
def csr_count_nonzero_columns(
    indptr: Index, indices: Index, data: Values, counts: Int64sOut, row_begin: Size, row_end: Size
) -> None:
    """Add the number of entries of each column that are not zero, within the rows, to `counts` (columns)."""
    for p in range(indptr[row_begin], indptr[row_end]):
        if data[p] != 0:
            j = indices[p]
            counts[j] = counts[j] + 1


@kernel(op=(minimum, maximum), index=INDEX, value=VALUE)
def csr_extreme_rows(
    op: Operation,
    indptr: Index,
    data: Values,
    out: ValuesOut,
    value: NumberType,
    columns: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Find the minimum or maximum of each row, absent entries being zeros, into `out` (rows); NaN wins.

    There must be columns.
    """
    for row in range(row_begin, row_end):
        begin = indptr[row]
        end = indptr[row + 1]
        best = value(0)
        if end - begin == columns:
            best = data[begin]
        for p in range(begin, end):
            best = op(best, data[p])
        out[row] = best


@kernel(op=(minimum, maximum), index=INDEX, value=VALUE)
def csr_extreme_columns(
    op: Operation,
    indptr: Index,
    indices: Index,
    data: Values,
    out: ValuesOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Take each entry of the rows into the minimum or maximum of its column, in `out` (columns); NaN wins.

    The caller sets `out` to the type's largest or smallest value beforehand (infinite for floats), and afterwards takes
    in a zero for each column that has fewer entries than there are rows, by `csr_count_columns`.
    """
    for p in range(indptr[row_begin], indptr[row_end]):
        j = indices[p]
        out[j] = op(out[j], data[p])


@kernel(better=(less, greater), index=INDEX, value=VALUE)
def csr_arg_extreme_rows(
    better: Operation,
    indptr: Index,
    indices: Index,
    data: Values,
    out: Int64sOut,
    columns: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Find the column of the smallest (`less`) or largest (`greater`) entry of each sorted row, into `out` (rows).

    Absent entries are zeros; the first of equals is taken, and the first NaN before all else, as numpy does. There must
    be columns.
    """
    for row in range(row_begin, row_end):
        begin = indptr[row]
        end = indptr[row + 1]
        absent = end - begin
        best = -1
        for p in range(begin, end):
            if absent == end - begin and indices[p] != p - begin:
                absent = p - begin
            if best < 0 or better(data[p], data[best]):
                best = p
            if data[p] != data[p]:
                best = p
                break
        if best < 0:
            out[row] = 0
            continue
        column = indices[best]
        extreme = data[best]
        missing = end - begin < columns and extreme == extreme
        if missing and (better(0, extreme) or (extreme == 0 and absent < column)):
            column = absent
        out[row] = column
