"""Layers of sparse networks: product, bias, limits and the removal of zeros in one pass."""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    INDEX,
    NUMBER,
    Index,
    IndexOut,
    Int64sOut,
    Size,
    Value,
    Values,
    ValuesOut,
    inlined,
    kernel,
)
from jazz_server.engine.kernels.products import accumulate_row, clear_scratch
from jazz_server.engine.kernels.sorting import sort_columns


@inlined
def activate(total: Value, bias: Value, lower: Value, upper: Value) -> Value:
    """Add the bias and keep within limits; NaN stays NaN."""
    x = total + bias
    if x < lower:
        x = lower
    if x > upper:
        x = upper
    return x


@kernel(contract=True, index=INDEX, value=NUMBER)
def csr_layer(
    indptr: Index,
    indices: Index,
    data: Values,
    indptr_w: Index,
    indices_w: Index,
    data_w: Values,
    bias: Values,
    bias_stride: Size,
    lower: Value,
    upper: Value,
    counts: Int64sOut,
    indices_out: IndexOut,
    data_out: ValuesOut,
    capacity: Size,
    stamps: IndexOut,
    sums: ValuesOut,
    touched: IndexOut,
    words: Int64sOut,
    merged: IndexOut,
    columns: Size,
    row_begin: Size,
    row_end: Size,
) -> int:
    """Compute ``min(max(x @ w + bias, lower), upper)`` for CSR activations x (m, k) and CSR weights w (k, columns).

    Only where a sum has a term is there a bias and a result; of the results, zeros are dropped. `bias` is per column
    (`bias_stride` 1) or one number (`bias_stride` 0). Results are packed from the start of `indices_out` and `data_out`
    (capacity), sorted within each row, and counted in `counts` (m).

    Returns the number of rows computed: fewer than asked for where the next one might not fit. A capacity of more than
    `columns` makes sure of at least one row. Scratch, one per thread: `stamps` (columns), `sums` (columns), `touched`
    (columns + 1), `words` (columns / 32 rounded up), `merged` (columns).
    """
    clear_scratch(stamps, sums, words, columns)
    position = 0
    for row in range(row_begin, row_end):
        bound = 0
        for p in range(indptr[row], indptr[row + 1]):
            k = indices[p]
            bound += indptr_w[k + 1] - indptr_w[k]
        if position + min(bound, columns) > capacity:
            return row - row_begin
        count = accumulate_row(row, indptr, indices, data, indptr_w, indices_w, data_w, stamps, sums, touched)
        kept = 0
        for t in range(count):
            j = touched[t]
            # What is zero is not listed and needs no reset; there is no branch to mispredict.
            x = activate(sums[j], bias[j * bias_stride], lower, upper)
            sums[j] = x
            touched[kept] = j
            kept += x != 0
            stamps[j] = row if x != 0 else -1
        sort_columns(row, touched, kept, stamps, words, merged, columns)
        for t in range(kept):
            j = touched[t]
            indices_out[position + t] = j
            data_out[position + t] = sums[j]
            sums[j] = 0
        counts[row] = kept
        position += kept
    return row_end - row_begin
