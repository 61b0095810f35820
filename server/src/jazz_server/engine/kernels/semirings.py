"""Products of matrices in which sums are minima or maxima, and products sums.

A ring is a function of the result so far and two factors. Results begin with `nothing`, which changes no result.
"""

from __future__ import annotations

from typing import Any

from jazz_server.engine.kernels.declare import (
    INDEX,
    NUMBER,
    Index,
    IndexOut,
    Int64sOut,
    Operation,
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


@inlined
def min_plus(result: Any, a: Any, b: Any) -> Any:
    """Return the lesser of the result and the sum; NaN if either is NaN."""
    return minimum(result, a + b)


@inlined
def max_plus(result: Any, a: Any, b: Any) -> Any:
    """Return the greater of the result and the sum; NaN if either is NaN."""
    return maximum(result, a + b)


@inlined
def max_times(result: Any, a: Any, b: Any) -> Any:
    """Return the greater of the result and the product; NaN if either is NaN."""
    return maximum(result, a * b)


@inlined
def max_times_unsigned(result: Any, a: Any, b: Any) -> Any:
    """Return the greater of the result and the product of numbers whose highest bit is no sign."""
    product = a * b
    if (product < 0) != (result < 0):
        return product if product < 0 else result
    return maximum(result, product)


RINGS = (min_plus, max_plus, max_times, max_times_unsigned)


@kernel(ring=RINGS, index=INDEX, value=NUMBER)
def csr_dense_ring(
    ring: Operation,
    indptr: Index,
    indices: Index,
    data: Values,
    dense: Values,
    out: ValuesOut,
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
                out[target + j] = ring(out[target + j], a, dense[source + j])


@kernel(ring=RINGS, value=NUMBER)
def dense_dense_ring(
    ring: Operation,
    left: Values,
    right: Values,
    out: ValuesOut,
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
                out[target + j] = ring(out[target + j], a, right[source + j])


@kernel(ring=RINGS, index=INDEX, value=NUMBER)
def csr_csr_ring(
    ring: Operation,
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
                results[j] = ring(results[j], a, data_b[q])
        sort_columns(row, touched, count, stamps, words, merged, columns)
        start = indptr_out[row]
        for t in range(count):
            j = touched[t]
            indices_out[start + t] = j
            data_out[start + t] = results[j]
