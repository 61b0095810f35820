"""Products of a sparse matrix with a dense operand that keep its pattern."""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    INDEX,
    VALUE,
    Index,
    Size,
    Values,
    ValuesOut,
    kernel,
)


@kernel(index=INDEX, value=VALUE)
def csr_scale_rows(indptr: Index, data: Values, scale: Values, out: ValuesOut, row_begin: Size, row_end: Size) -> None:
    """Multiply each stored entry by the `scale` of its row, into `out` (nnz)."""
    for row in range(row_begin, row_end):
        factor = scale[row]
        for p in range(indptr[row], indptr[row + 1]):
            out[p] = data[p] * factor


@kernel(index=INDEX, value=VALUE)
def csr_scale_columns(
    indptr: Index,
    indices: Index,
    data: Values,
    scale: Values,
    out: ValuesOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Multiply each stored entry by the `scale` of its column, into `out` (nnz)."""
    for p in range(indptr[row_begin], indptr[row_end]):
        out[p] = data[p] * scale[indices[p]]


@kernel(index=INDEX, value=VALUE)
def csr_multiply_dense(
    indptr: Index,
    indices: Index,
    data: Values,
    dense: Values,
    out: ValuesOut,
    columns: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Multiply each stored entry by the entry of `dense` (rows, columns; C order) in its place, into `out` (nnz)."""
    for row in range(row_begin, row_end):
        start = row * columns
        for p in range(indptr[row], indptr[row + 1]):
            out[p] = data[p] * dense[start + indices[p]]
