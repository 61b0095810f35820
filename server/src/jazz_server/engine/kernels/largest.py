"""Which entries of each row are its largest: ties go to the lower column, NaN comes last."""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    INDEX,
    NUMBER,
    FlagsOut,
    Index,
    Int64s,
    Int64sOut,
    Size,
    Values,
    inlined,
    kernel,
)
from jazz_server.engine.kernels.topk import precedes


@inlined
def sink(data: Values, heap: Int64sOut, start: Size, size: Size, entry: Size) -> None:
    """Place an entry into the heap of `size` at `start`, whose root is vacant, worst entry on top."""
    hole = 0
    while True:
        child = 2 * hole + 1
        if child >= size:
            break
        a = heap[start + child] + 0
        if child + 1 < size:
            b = heap[start + child + 1] + 0
            if precedes(data[a], a, data[b], b):
                child += 1
                a = b
        if not precedes(data[entry], entry, data[a], a):
            break
        heap[start + hole] = a
        hole = child
    heap[start + hole] = entry


@kernel(index=INDEX, value=NUMBER)
def csr_mark_largest(
    indptr: Index,
    data: Values,
    limits: Int64s,
    heap: Int64sOut,
    marks: FlagsOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Mark the ``limits[row]`` largest of the entries of each row, in `marks` (nnz); all others are unmarked.

    Scratch: `heap` (nnz). O(n log k) for a row of n entries of which k are marked.
    """
    for row in range(row_begin, row_end):
        begin = indptr[row] + 0
        end = indptr[row + 1] + 0
        k = min(limits[row], end - begin)
        for p in range(begin, end):
            marks[p] = k == end - begin
        if k <= 0 or k == end - begin:
            continue
        for p in range(begin, begin + k):
            hole = p - begin
            while hole > 0:
                parent = (hole - 1) >> 1
                q = heap[begin + parent] + 0
                if not precedes(data[q], q, data[p], p):
                    break
                heap[begin + hole] = q
                hole = parent
            heap[begin + hole] = p
        for p in range(begin + k, end):
            worst = heap[begin] + 0
            if precedes(data[p], p, data[worst], worst):
                sink(data, heap, begin, k, p)
        for t in range(k):
            marks[heap[begin + t]] = True
