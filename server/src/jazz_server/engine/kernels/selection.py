"""Taking and joining parts of CSR matrices of positions."""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    INDEX,
    Index,
    IndexOut,
    Int64s,
    Int64sOut,
    Size,
    kernel,
)


@kernel(index=INDEX)
def csr_take_rows_count(indptr: Index, rows: Int64s, counts: Int64sOut, row_begin: Size, row_end: Size) -> None:
    """Count the entries of the rows listed in `rows`, into `counts`. The range is of that list."""
    for i in range(row_begin, row_end):
        row = rows[i]
        counts[i] = indptr[row + 1] - indptr[row]


@kernel(index=INDEX)
def csr_take_rows_fill(
    indptr: Index,
    indices: Index,
    data: Int64s,
    rows: Int64s,
    indptr_out: Index,
    indices_out: IndexOut,
    data_out: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Copy the rows listed in `rows` into rows laid out by `indptr_out`. The range is of that list."""
    for i in range(row_begin, row_end):
        begin = indptr[rows[i]]
        target = indptr_out[i]
        for t in range(indptr[rows[i] + 1] - begin):
            indices_out[target + t] = indices[begin + t]
            data_out[target + t] = data[begin + t]


@kernel(index=INDEX)
def csr_diagonal(
    indptr: Index, indices: Index, places: Int64sOut, offset: Size, row_begin: Size, row_end: Size
) -> None:
    """Find where in sorted rows the entries in ``column == row + offset`` are, into `places`; -1 where absent.

    The range is of elements of the diagonal, the first of which is in row ``max(0, -offset)``.
    """
    for i in range(row_begin, row_end):
        row = i + max(0, -offset)
        column = i + max(0, offset)
        low = indptr[row] + 0
        end = indptr[row + 1] + 0
        high = end
        while low < high:
            middle = (low + high) >> 1
            if indices[middle] < column:
                low = middle + 1
            else:
                high = middle
        places[i] = low if low < end and indices[low] == column else -1


@kernel(index=INDEX)
def csr_hstack_fill(
    indptr: Index,
    indices: Index,
    data: Int64s,
    indices_out: IndexOut,
    data_out: Int64sOut,
    cursors: Int64sOut,
    column_offset: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Append each row to the row of the output that ends at its cursor, and move the cursors (rows) on.

    Called for one matrix after the other, from the left, with `column_offset` the columns of those before it.
    """
    for row in range(row_begin, row_end):
        position = cursors[row]
        begin = indptr[row]
        count = indptr[row + 1] - begin
        for t in range(count):
            indices_out[position + t] = indices[begin + t] + column_offset
            data_out[position + t] = data[begin + t]
        cursors[row] = position + count
