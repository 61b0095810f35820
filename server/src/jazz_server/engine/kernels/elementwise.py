"""Element-wise operations on two CSR matrices of one shape, whose rows are sorted and free of duplicates.

What an operation makes zero is not stored; NaN is not zero. Each operation comes as a count and a fill.
"""

from __future__ import annotations

from typing import Any

from jazz_server.engine.kernels.declare import (
    INDEX,
    VALUE,
    FlagsOut,
    Index,
    IndexOut,
    Int64sOut,
    Operation,
    Size,
    Values,
    ValuesOut,
    inlined,
    kernel,
)
from jazz_server.engine.kernels.operations import (
    add,
    greater,
    less,
    maximum,
    minimum,
    multiply,
    not_equal,
    subtract,
)

ARITHMETIC = (add, subtract, minimum, maximum)
COMPARISON = (not_equal, less, greater)


@kernel(op=(*ARITHMETIC, *COMPARISON), index=INDEX, value=VALUE)
def csr_union_count(
    op: Operation,
    indptr_a: Index,
    indices_a: Index,
    data_a: Values,
    indptr_b: Index,
    indices_b: Index,
    data_b: Values,
    counts: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Count the entries of each row of ``op(a, b)`` that are not zero, for an operation with ``op(0, 0) == 0``."""
    for row in range(row_begin, row_end):
        p = indptr_a[row]
        q = indptr_b[row]
        end_a = indptr_a[row + 1]
        end_b = indptr_b[row + 1]
        count = 0
        while p < end_a and q < end_b:
            ja = indices_a[p]
            jb = indices_b[q]
            if ja == jb:
                count += op(data_a[p], data_b[q]) != 0
                p += 1
                q += 1
            elif ja < jb:
                count += op(data_a[p], 0) != 0
                p += 1
            else:
                count += op(0, data_b[q]) != 0
                q += 1
        while p < end_a:
            count += op(data_a[p], 0) != 0
            p += 1
        while q < end_b:
            count += op(0, data_b[q]) != 0
            q += 1
        counts[row] = count


@inlined
def fill_union_row(
    op: Operation,
    p: int,
    end_a: int,
    indices_a: Index,
    data_a: Values,
    q: int,
    end_b: int,
    indices_b: Index,
    data_b: Values,
    position: int,
    indices_out: IndexOut,
    data_out: Any,
) -> None:
    """Merge the entries ``p:end_a`` and ``q:end_b`` of one row, writing from `position`."""
    while p < end_a and q < end_b:
        ja = indices_a[p]
        jb = indices_b[q]
        if ja == jb:
            x = op(data_a[p], data_b[q])
            if x != 0:
                indices_out[position] = ja
                data_out[position] = x
                position += 1
            p += 1
            q += 1
        elif ja < jb:
            y = op(data_a[p], 0)
            if y != 0:
                indices_out[position] = ja
                data_out[position] = y
                position += 1
            p += 1
        else:
            z = op(0, data_b[q])
            if z != 0:
                indices_out[position] = jb
                data_out[position] = z
                position += 1
            q += 1
    while p < end_a:
        y = op(data_a[p], 0)
        if y != 0:
            indices_out[position] = indices_a[p]
            data_out[position] = y
            position += 1
        p += 1
    while q < end_b:
        z = op(0, data_b[q])
        if z != 0:
            indices_out[position] = indices_b[q]
            data_out[position] = z
            position += 1
        q += 1


@kernel(op=ARITHMETIC, index=INDEX, value=VALUE)
def csr_union_fill(
    op: Operation,
    indptr_a: Index,
    indices_a: Index,
    data_a: Values,
    indptr_b: Index,
    indices_b: Index,
    data_b: Values,
    indptr_out: Index,
    indices_out: IndexOut,
    data_out: ValuesOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Compute ``op(a, b)`` into rows laid out by `indptr_out`."""
    for row in range(row_begin, row_end):
        fill_union_row(
            op,
            indptr_a[row],
            indptr_a[row + 1],
            indices_a,
            data_a,
            indptr_b[row],
            indptr_b[row + 1],
            indices_b,
            data_b,
            indptr_out[row],
            indices_out,
            data_out,
        )


@kernel(op=COMPARISON, index=INDEX, value=VALUE)
def csr_compare_fill(
    op: Operation,
    indptr_a: Index,
    indices_a: Index,
    data_a: Values,
    indptr_b: Index,
    indices_b: Index,
    data_b: Values,
    indptr_out: Index,
    indices_out: IndexOut,
    data_out: FlagsOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Compute the comparison ``op(a, b)`` into rows of booleans, all true, laid out by `indptr_out`."""
    for row in range(row_begin, row_end):
        fill_union_row(
            op,
            indptr_a[row],
            indptr_a[row + 1],
            indices_a,
            data_a,
            indptr_b[row],
            indptr_b[row + 1],
            indices_b,
            data_b,
            indptr_out[row],
            indices_out,
            data_out,
        )


@kernel(op=(multiply,), index=INDEX, value=VALUE)
def csr_intersection_count(
    op: Operation,
    indptr_a: Index,
    indices_a: Index,
    data_a: Values,
    indptr_b: Index,
    indices_b: Index,
    data_b: Values,
    counts: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Count the entries of each row of ``op(a, b)`` that are not zero, where an absent operand makes it zero."""
    for row in range(row_begin, row_end):
        p = indptr_a[row]
        q = indptr_b[row]
        end_a = indptr_a[row + 1]
        end_b = indptr_b[row + 1]
        count = 0
        while p < end_a and q < end_b:
            ja = indices_a[p]
            jb = indices_b[q]
            if ja == jb:
                count += op(data_a[p], data_b[q]) != 0
            p += ja <= jb
            q += jb <= ja
        counts[row] = count


@kernel(op=(multiply,), index=INDEX, value=VALUE)
def csr_intersection_fill(
    op: Operation,
    indptr_a: Index,
    indices_a: Index,
    data_a: Values,
    indptr_b: Index,
    indices_b: Index,
    data_b: Values,
    indptr_out: Index,
    indices_out: IndexOut,
    data_out: ValuesOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Compute ``op(a, b)``, where an absent operand makes it zero, into rows laid out by `indptr_out`."""
    for row in range(row_begin, row_end):
        p = indptr_a[row]
        q = indptr_b[row]
        end_a = indptr_a[row + 1]
        end_b = indptr_b[row + 1]
        position = indptr_out[row]
        while p < end_a and q < end_b:
            ja = indices_a[p]
            jb = indices_b[q]
            if ja == jb:
                x = op(data_a[p], data_b[q])
                if x != 0:
                    indices_out[position] = ja
                    data_out[position] = x
                    position += 1
            p += ja <= jb
            q += jb <= ja


@kernel(index=INDEX, value=VALUE)
def csr_drop_zeros(
    indptr: Index,
    indices: Index,
    data: Values,
    indptr_out: Index,
    indices_out: IndexOut,
    data_out: ValuesOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Copy the entries that are not zero into rows laid out by `indptr_out`, counted by `csr_count_nonzero_rows`."""
    for row in range(row_begin, row_end):
        position = indptr_out[row]
        for p in range(indptr[row], indptr[row + 1]):
            if data[p] != 0:
                indices_out[position] = indices[p]
                data_out[position] = data[p]
                position += 1
