"""Conversions between layouts."""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    BITS,
    INDEX,
    VALUE,
    Bits,
    BitsOut,
    Index,
    IndexOut,
    Int64sOut,
    Size,
    Values,
    ValuesOut,
    kernel,
)


@kernel(index=INDEX)
def csr_count_columns(indptr: Index, indices: Index, counts: Int64sOut, row_begin: Size, row_end: Size) -> None:
    """Add the number of stored entries of each column, within the rows, to `counts` (columns)."""
    for p in range(indptr[row_begin], indptr[row_end]):
        j = indices[p]
        counts[j] = counts[j] + 1


@kernel(index=INDEX, bits=BITS)
def csr_transpose_fill(
    indptr: Index,
    indices: Index,
    data: Bits,
    indices_out: IndexOut,
    data_out: BitsOut,
    cursors: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Put the entries of the rows where their columns stand in the transpose: CSR to CSC, and the reverse.

    `cursors` (columns) holds where the next entry of each column goes, and is moved on. In one thread it is the
    `indptr` of the transpose. In several, each has its own: that of range r and column c is the number of entries in
    all columns before c plus those of column c in the ranges before r, by `csr_count_columns`. The sort is stable, so
    rows in order give sorted indices in the transpose.
    """
    for row in range(row_begin, row_end):
        for p in range(indptr[row], indptr[row + 1]):
            j = indices[p]
            position = cursors[j]
            cursors[j] = position + 1
            indices_out[position] = row
            data_out[position] = data[p]


@kernel(index=INDEX, bits=BITS)
def csr_to_dense(
    indptr: Index,
    indices: Index,
    data: Bits,
    out: BitsOut,
    columns: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Write a CSR matrix without duplicates as a dense one, `out` (rows, columns; C order)."""
    for i in range(row_begin * columns, row_end * columns):
        out[i] = 0
    for row in range(row_begin, row_end):
        start = row * columns
        for p in range(indptr[row], indptr[row + 1]):
            out[start + indices[p]] = data[p]


@kernel(value=VALUE)
def dense_count_nonzero(dense: Values, counts: Int64sOut, columns: Size, row_begin: Size, row_end: Size) -> None:
    """Count the entries of each row of `dense` (rows, columns; C order) that are not zero; NaN is not zero."""
    for row in range(row_begin, row_end):
        count = 0
        for i in range(row * columns, (row + 1) * columns):
            count += dense[i] != 0
        counts[row] = count


@kernel(index=INDEX, value=VALUE)
def dense_to_csr(
    dense: Values,
    indptr_out: Index,
    indices_out: IndexOut,
    data_out: ValuesOut,
    columns: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Write the entries of `dense` (rows, columns; C order) that are not zero into rows laid out by `indptr_out`."""
    for row in range(row_begin, row_end):
        position = indptr_out[row]
        start = row * columns
        for j in range(columns):
            x = dense[start + j]
            if x != 0:
                indices_out[position] = j
                data_out[position] = x
                position += 1


@kernel(index=INDEX)
def coo_to_csr(rows: Index, indptr_out: IndexOut, entries: Size, row_begin: Size, row_end: Size) -> None:
    """Find where each row begins in the ascending row indices `rows` (entries), into ``indptr_out[row_begin:row_end]``.

    The last element of `indptr_out`, the number of entries, is the caller's to set.
    """
    low = 0
    high = entries
    while low < high:
        middle = (low + high) >> 1
        if rows[middle] < row_begin:
            low = middle + 1
        else:
            high = middle
    for row in range(row_begin, row_end):
        while low < entries and rows[low] < row:
            low += 1
        indptr_out[row] = low


@kernel(index=INDEX)
def csr_row_ids(indptr: Index, rows_out: IndexOut, row_begin: Size, row_end: Size) -> None:
    """Write the row of each stored entry into `rows_out` (nnz): the row indices of COO."""
    for row in range(row_begin, row_end):
        for p in range(indptr[row], indptr[row + 1]):
            rows_out[p] = row


@kernel(index=INDEX)
def csr_count_unique(indptr: Index, indices: Index, counts: Int64sOut, row_begin: Size, row_end: Size) -> None:
    """Count the different column indices of each row, whose indices are sorted, into `counts` (rows)."""
    for row in range(row_begin, row_end):
        count = 0
        begin = indptr[row]
        for p in range(begin, indptr[row + 1]):
            count += p == begin or indices[p] != indices[p - 1]
        counts[row] = count


@kernel(index=INDEX, value=("float64", "int64"))
def csr_sum_duplicates(
    indptr: Index,
    indices: Index,
    data: Values,
    indptr_out: Index,
    indices_out: IndexOut,
    data_out: ValuesOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Add up entries of the same place, in order, into rows laid out by `indptr_out`. Indices must be sorted."""
    for row in range(row_begin, row_end):
        position = indptr_out[row] - 1
        begin = indptr[row]
        for p in range(begin, indptr[row + 1]):
            if p == begin or indices[p] != indices[p - 1]:
                position += 1
                indices_out[position] = indices[p]
                data_out[position] = data[p]
            else:
                data_out[position] = data_out[position] + data[p]
