"""The nearest rows of a matrix to queries, without a matrix of all distances.

Queries come as a *tile*: the value of column slot s in query t is at ``tile[s * lanes + t]``, with a multiple of
`LANES` queries, so that one entry of a row meets all of them in a few vectors. A *score* is greater the nearer a row
is. The best rows of a query are a heap as in `topk`.
"""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    INDEX,
    Index,
    Int32s,
    Int32sOut,
    Int64s,
    Int64sOut,
    NumberType,
    Size,
    Value,
    Values,
    ValuesOut,
    inlined,
    kernel,
)
from jazz_server.engine.kernels.topk import offer, sort_heap

LANES = 16
FLOAT = ("float32", "float64")

DOT, SQUARED, JACCARD, DIFFERENCE = 0, 1, 2, 3
"""Scores: of the product p, of the sizes a and b of row and query: p - 1; 2 p - a - b; p / (a + b - p); and of sums of
squared differences, less these."""


@inlined
def keep_row(
    row: Size,
    size: Value,
    sums: Values,
    sizes: Values,
    best: ValuesOut,
    places: Int64sOut,
    counts: Int64sOut,
    worst: ValuesOut,
    queries: Size,
    k: Size,
    score: Size,
    value: NumberType,
) -> None:
    """Offer a row to the heaps of all queries."""
    for t in range(queries):
        found = sums[t]
        if score == DOT:
            found = found - value(1)  # rounded as the distance is, so that rows that are equally near are equal
        elif score == SQUARED:
            found = found + found - size - sizes[t]
            if found > 0:
                found = value(0)
        elif score == JACCARD:
            union = size + sizes[t] - found
            found = found / union if union > 0 else value(1)
        elif score == DIFFERENCE:
            found = -found
        # As long as the worst is not a number every row is offered.
        if not found <= worst[t]:
            start = t * k
            counts[t] = offer(best, places, start, counts[t], k, found, row)
            if counts[t] == k:
                worst[t] = best[start]


@kernel(contract=True, index=INDEX, value=FLOAT)
def csr_nearest(
    indptr: Index,
    indices: Index,
    data: Values,
    row_sizes: Values,
    slots: Int32s,
    tile: Values,
    sizes: Values,
    sums: ValuesOut,
    met: Int32sOut,
    weights: ValuesOut,
    best: ValuesOut,
    places: Int64sOut,
    counts: Int64sOut,
    worst: ValuesOut,
    value: NumberType,
    lanes: Size,
    queries: Size,
    k: Size,
    score: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Offer rows of a CSR matrix to the heaps of the queries of a tile, and sort the heaps.

    `slots` says for each column where it is in the tile, 0 for those that no query has; slot 0 is zero. `counts` is 0
    and `worst` NaN at the beginning. Scratch: `sums` (lanes), `met` and `weights` (the longest row, and 4).
    """
    for row in range(row_begin, row_end):
        count = 0
        for p in range(indptr[row], indptr[row + 1]):
            slot = slots[indices[p]]
            met[count] = slot * lanes
            weights[count] = data[p]
            count += slot != 0
        for extra in range(count, count + 3):
            met[extra] = 0
            weights[extra] = value(0)
        for t in range(lanes):
            sums[t] = value(0)
        for i in range(0, count, 4):
            a0, a1, a2, a3 = weights[i], weights[i + 1], weights[i + 2], weights[i + 3]
            s0, s1, s2, s3 = met[i], met[i + 1], met[i + 2], met[i + 3]
            for t in range(lanes):
                sums[t] = sums[t] + ((a0 * tile[s0 + t] + a1 * tile[s1 + t]) + (a2 * tile[s2 + t] + a3 * tile[s3 + t]))
        keep_row(row, row_sizes[row], sums, sizes, best, places, counts, worst, queries, k, score, value)
    for t in range(queries):
        sort_heap(best, places, t * k, counts[t])


@kernel(contract=True, value=FLOAT)
def dense_nearest(
    dense: Values,
    row_sizes: Values,
    tile: Values,
    sizes: Values,
    sums: ValuesOut,
    best: ValuesOut,
    places: Int64sOut,
    counts: Int64sOut,
    worst: ValuesOut,
    value: NumberType,
    columns: Size,
    lanes: Size,
    queries: Size,
    k: Size,
    score: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Offer rows of `dense` (rows, columns; C order) to the heaps of the queries of a tile, as `csr_nearest` does.

    The slot of a column is its number.
    """
    for row in range(row_begin, row_end):
        source = row * columns
        for t in range(lanes):
            sums[t] = value(0)
        for j in range(columns):
            a = dense[source + j]
            s = j * lanes
            if score == DIFFERENCE:
                for t in range(lanes):
                    difference = a - tile[s + t]
                    sums[t] = sums[t] + difference * difference
            else:
                for t in range(lanes):
                    sums[t] = sums[t] + a * tile[s + t]
        keep_row(row, row_sizes[row], sums, sizes, best, places, counts, worst, queries, k, score, value)
    for t in range(queries):
        sort_heap(best, places, t * k, counts[t])


@kernel(index=INDEX, value=FLOAT)
def csr_squared_distances(
    indptr_a: Index,
    indices_a: Index,
    data_a: Values,
    indptr_b: Index,
    indices_b: Index,
    data_b: Values,
    places: Int64s,
    out: ValuesOut,
    value: NumberType,
    k: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Sum the squared differences of each row of b and the k rows of a that `places` (rows of b, k) has for it."""
    for row in range(row_begin, row_end):
        for i in range(row * k, (row + 1) * k):
            p = indptr_a[places[i]]
            end = indptr_a[places[i] + 1]
            q = indptr_b[row]
            last = indptr_b[row + 1]
            total = value(0)
            while p < end or q < last:
                if q == last or (p < end and indices_a[p] < indices_b[q]):
                    difference = data_a[p]
                    p += 1
                elif p == end or indices_b[q] < indices_a[p]:
                    difference = data_b[q]
                    q += 1
                else:
                    difference = data_a[p] - data_b[q]
                    p += 1
                    q += 1
                total += difference * difference
            out[i] = total
