"""The k largest entries of each row: ties go to the lower column, NaN comes last.

The outputs serve as a heap whose root is the worst of the entries kept, so no scratch is needed: O(n log k) for a row
of n entries, and close to n where few entries enter the heap late.
"""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    INDEX,
    NUMBER,
    Index,
    Int64sOut,
    NumberType,
    Size,
    Value,
    Values,
    ValuesOut,
    inlined,
    kernel,
)


@inlined
def precedes(x: Value, i: Size, y: Value, j: Size) -> bool:
    """Tell whether the entry x in column i comes before the entry y in column j."""
    if x != x:
        return y != y and i < j
    return y != y or x > y or (x == y and i < j)


@inlined
def sift_down(values: ValuesOut, columns: Int64sOut, start: Size, size: Size, x: Value, column: Size) -> None:
    """Place an entry into the heap of `size` at `start`, whose root is vacant, worst entry on top."""
    hole = 0
    while True:
        child = 2 * hole + 1
        if child >= size:
            break
        left = start + child
        if child + 1 < size and precedes(values[left], columns[left], values[left + 1], columns[left + 1]):
            left += 1
            child += 1
        if not precedes(x, column, values[left], columns[left]):
            break
        values[start + hole] = values[left]
        columns[start + hole] = columns[left]
        hole = child
    values[start + hole] = x
    columns[start + hole] = column


@inlined
def offer(
    values: ValuesOut,
    columns: Int64sOut,
    start: Size,
    size: Size,
    k: Size,
    x: Value,
    column: Size,
) -> int:
    """Keep an entry if it belongs to the k best so far, and return the new size of the heap."""
    if size < k:
        hole = size
        while hole > 0:
            parent = (hole - 1) >> 1
            if not precedes(values[start + parent], columns[start + parent], x, column):
                break
            values[start + hole] = values[start + parent]
            columns[start + hole] = columns[start + parent]
            hole = parent
        values[start + hole] = x
        columns[start + hole] = column
        return size + 1
    if precedes(x, column, values[start], columns[start]):
        sift_down(values, columns, start, size, x, column)
    return size


@inlined
def sort_heap(values: ValuesOut, columns: Int64sOut, start: Size, size: Size) -> None:
    """Turn the heap into the list of its entries, best first."""
    while size > 1:
        size -= 1
        x = values[start + size]
        column = columns[start + size]
        values[start + size] = values[start]
        columns[start + size] = columns[start]
        sift_down(values, columns, start, size, x, column)


@kernel(value=NUMBER)
def dense_topk(
    dense: Values,
    values_out: ValuesOut,
    indices_out: Int64sOut,
    columns: Size,
    k: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Find the k largest of each row of `dense` (rows, columns; C order), into two outputs (rows, k).

    k is from 1 to the number of columns.
    """
    for row in range(row_begin, row_end):
        start = row * k
        source = row * columns
        size = 0
        for j in range(k):
            size = offer(values_out, indices_out, start, size, k, dense[source + j], j)
        for j in range(k, columns):
            x = dense[source + j]
            worst = values_out[start]
            # Later columns lose ties, so most entries are settled by one comparison.
            if x > worst or (worst != worst and x == x):
                sift_down(values_out, indices_out, start, k, x, j)
        sort_heap(values_out, indices_out, start, size)


@kernel(index=INDEX, value=NUMBER)
def csr_topk(
    indptr: Index,
    indices: Index,
    data: Values,
    values_out: ValuesOut,
    indices_out: Int64sOut,
    value: NumberType,
    columns: Size,
    k: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Find the k largest of each sorted row of a CSR matrix, absent entries being zeros, into two outputs (rows, k).

    k is from 1 to the number of columns. Of the absent entries only the k of lowest column can be among the answers.
    """
    zero = value(0)
    for row in range(row_begin, row_end):
        start = row * k
        size = 0
        zeros = 0
        expected = 0
        for p in range(indptr[row], indptr[row + 1]):
            j = indices[p]
            while expected < j and zeros < k:
                size = offer(values_out, indices_out, start, size, k, zero, expected)
                expected += 1
                zeros += 1
            expected = j + 1
            size = offer(values_out, indices_out, start, size, k, data[p], j)
        while expected < columns and zeros < k:
            size = offer(values_out, indices_out, start, size, k, zero, expected)
            expected += 1
            zeros += 1
        sort_heap(values_out, indices_out, start, size)
