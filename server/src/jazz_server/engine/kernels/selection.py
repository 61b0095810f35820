"""Taking and joining parts of CSR matrices."""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    INDEX,
    VALUE,
    Index,
    IndexOut,
    Int64s,
    Int64sOut,
    Size,
    Values,
    ValuesOut,
    kernel,
)


@kernel(index=INDEX)
def csr_take_rows_count(indptr: Index, rows: Int64s, counts: Int64sOut, row_begin: Size, row_end: Size) -> None:
    """Count the entries of the rows listed in `rows`, into `counts`. The range is of that list."""
    for i in range(row_begin, row_end):
        row = rows[i]
        counts[i] = indptr[row + 1] - indptr[row]


@kernel(index=INDEX, value=VALUE)
def csr_take_rows_fill(
    indptr: Index,
    indices: Index,
    data: Values,
    rows: Int64s,
    indptr_out: Index,
    indices_out: IndexOut,
    data_out: ValuesOut,
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
def csr_take_columns_count(
    indptr: Index,
    indices: Index,
    starts: Int64s,
    counts: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Count the entries of each row in the columns taken, with their repetitions, into `counts` (rows).

    Column j goes to the new columns ``targets[starts[j]:starts[j + 1]]``; `starts` has columns + 1 elements.
    """
    for row in range(row_begin, row_end):
        count = 0
        for p in range(indptr[row], indptr[row + 1]):
            j = indices[p]
            count += starts[j + 1] - starts[j]
        counts[row] = count


@kernel(index=INDEX, value=VALUE)
def csr_take_columns_fill(
    indptr: Index,
    indices: Index,
    data: Values,
    starts: Int64s,
    targets: Int64s,
    indptr_out: Index,
    indices_out: IndexOut,
    data_out: ValuesOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Copy the columns taken into rows laid out by `indptr_out`, as `csr_take_columns_count` describes.

    Rows stay sorted if the columns are taken in ascending order without repetition; otherwise `csr_sort_indices` sorts.
    """
    for row in range(row_begin, row_end):
        position = indptr_out[row]
        for p in range(indptr[row], indptr[row + 1]):
            j = indices[p]
            for t in range(starts[j], starts[j + 1]):
                indices_out[position] = targets[t]
                data_out[position] = data[p]
                position += 1


@kernel(index=INDEX, value=VALUE)
def csr_diagonal(
    indptr: Index,
    indices: Index,
    data: Values,
    out: ValuesOut,
    offset: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Copy the entries in ``column == row + offset`` of sorted rows into `out`, zero where absent.

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
        out[i] = 0
        if low < end and indices[low] == column:
            out[i] = data[low]


@kernel(index=INDEX, value=VALUE)
def csr_hstack_fill(
    indptr: Index,
    indices: Index,
    data: Values,
    indices_out: IndexOut,
    data_out: ValuesOut,
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
