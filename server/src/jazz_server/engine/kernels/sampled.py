"""Products of dense matrices at some places only."""

from __future__ import annotations

from jazz_server.engine.kernels.declare import INDEX, NUMBER, Index, NumberType, Size, Values, ValuesOut, kernel


@kernel(contract=True, index=INDEX, value=NUMBER)
def csr_sampled_matmul(
    indptr: Index,
    indices: Index,
    a: Values,
    b: Values,
    out: ValuesOut,
    value: NumberType,
    inner: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Write the product of row i of `a` and row j of `b` for each entry (i, j), into `out` (nnz).

    `a` (rows, inner) and `b` (columns, inner) are in C order.
    """
    for row in range(row_begin, row_end):
        left = row * inner
        for p in range(indptr[row], indptr[row + 1]):
            right = indices[p] * inner
            total = value(0)
            for t in range(inner):
                total += a[left + t] * b[right + t]
            out[p] = total
