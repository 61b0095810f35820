"""Products of matrices in which sums are minima or maxima, and products sums.

Results begin with `nothing`, which changes no result. A ring is a number, the same for a whole call, so that loops over
it are split by the compiler.
"""

from __future__ import annotations

from typing import Any

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
from jazz_server.engine.kernels.operations import maximum, minimum
from jazz_server.engine.kernels.products import clear_stamps
from jazz_server.engine.kernels.sorting import sort_columns

MIN_PLUS, MAX_PLUS, MAX_TIMES, MAX_TIMES_UNSIGNED = range(4)
"""Rings: what the result is, and what a product. The last one is for numbers whose highest bit is no sign."""


@inlined
def combined(ring: Size, result: Any, a: Any, b: Any) -> Any:
    """Return the result so far with another product; NaN if either is NaN."""
    if ring == MIN_PLUS:
        return minimum(result, a + b)
    if ring == MAX_PLUS:
        return maximum(result, a + b)
    product = a * b
    if ring == MAX_TIMES_UNSIGNED and (product < 0) != (result < 0):
        return product if product < 0 else result
    return maximum(result, product)


@kernel(index=INDEX, value=NUMBER)
def csr_dense_ring(
    indptr: Index,
    indices: Index,
    data: Values,
    dense: Values,
    out: ValuesOut,
    ring: Size,
    nothing: Value,
    columns: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Multiply a CSR matrix (m, k) by `dense` (k, columns; C order) into `out` (m, columns; C order)."""
    for row in range(row_begin, row_end):
        target = row * columns
        for j in range(columns):
            out[target + j] = nothing
        for p in range(indptr[row], indptr[row + 1]):
            a = data[p]
            source = indices[p] * columns
            for j in range(columns):
                out[target + j] = combined(ring, out[target + j], a, dense[source + j])


@kernel(value=NUMBER)
def dense_dense_ring(
    left: Values,
    right: Values,
    out: ValuesOut,
    ring: Size,
    nothing: Value,
    inner: Size,
    columns: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Multiply `left` (m, inner) by `right` (inner, columns) into `out` (m, columns), all in C order."""
    for row in range(row_begin, row_end):
        target = row * columns
        for j in range(columns):
            out[target + j] = nothing
        for k in range(inner):
            a = left[row * inner + k]
            source = k * columns
            for j in range(columns):
                out[target + j] = combined(ring, out[target + j], a, right[source + j])


@kernel(index=INDEX, value=NUMBER)
def csr_csr_ring(
    indptr_a: Index,
    indices_a: Index,
    data_a: Values,
    indptr_b: Index,
    indices_b: Index,
    data_b: Values,
    indptr_out: Index,
    indices_out: IndexOut,
    data_out: ValuesOut,
    stamps: IndexOut,
    results: ValuesOut,
    touched: IndexOut,
    words: Int64sOut,
    merged: IndexOut,
    ring: Size,
    nothing: Value,
    columns: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Multiply two CSR matrices into rows laid out by `indptr_out`, with sorted indices.

    Scratch, one per thread: `stamps` (columns), `results` (columns), `touched` (columns + 1), `words` (columns / 32
    rounded up), `merged` (columns).
    """
    clear_stamps(stamps, columns)
    for w in range((columns + 31) >> 5):
        words[w] = 0
    for row in range(row_begin, row_end):
        count = 0
        for p in range(indptr_a[row], indptr_a[row + 1]):
            k = indices_a[p]
            a = data_a[p]
            for q in range(indptr_b[k], indptr_b[k + 1]):
                j = indices_b[q]
                if stamps[j] != row:
                    stamps[j] = row
                    touched[count] = j
                    count += 1
                    results[j] = nothing
                results[j] = combined(ring, results[j], a, data_b[q])
        sort_columns(row, touched, count, stamps, words, merged, columns)
        start = indptr_out[row]
        for t in range(count):
            j = touched[t]
            indices_out[start + t] = j
            data_out[start + t] = results[j]
