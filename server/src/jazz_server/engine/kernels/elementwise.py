"""Putting entries of CSR matrices side by side, and leaving some out. Rows are sorted and free of duplicates.

Elements are moved, not computed with: one kernel serves all operations.
"""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    BITS,
    INDEX,
    Bits,
    BitsOut,
    Flags,
    Index,
    IndexOut,
    Int64sOut,
    Size,
    kernel,
)


@kernel(index=INDEX)
def csr_union_count(
    indptr_a: Index,
    indices_a: Index,
    indptr_b: Index,
    indices_b: Index,
    counts: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Count the columns of each row in which either of two matrices has an entry."""
    for row in range(row_begin, row_end):
        p = indptr_a[row] + 0
        q = indptr_b[row] + 0
        end_a = indptr_a[row + 1]
        end_b = indptr_b[row + 1]
        count = 0
        while p < end_a and q < end_b:
            ja = indices_a[p]
            jb = indices_b[q]
            p += ja <= jb
            q += jb <= ja
            count += 1
        counts[row] = count + (end_a - p) + (end_b - q)


@kernel(index=INDEX, bits=BITS)
def csr_union_fill(
    indptr_a: Index,
    indices_a: Index,
    data_a: Bits,
    indptr_b: Index,
    indices_b: Index,
    data_b: Bits,
    indptr_out: Index,
    indices_out: IndexOut,
    left: BitsOut,
    right: BitsOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Write the entries of two matrices side by side, zero where one has none, into rows laid out by `indptr_out`."""
    for row in range(row_begin, row_end):
        p = indptr_a[row] + 0
        q = indptr_b[row] + 0
        end_a = indptr_a[row + 1]
        end_b = indptr_b[row + 1]
        position = indptr_out[row] + 0
        while p < end_a and q < end_b:
            # There is no branch to mispredict.
            ja = indices_a[p]
            jb = indices_b[q]
            indices_out[position] = min(ja, jb)
            left[position] = data_a[p] if ja <= jb else 0
            right[position] = data_b[q] if jb <= ja else 0
            p += ja <= jb
            q += jb <= ja
            position += 1
        while p < end_a:
            indices_out[position] = indices_a[p]
            left[position] = data_a[p]
            right[position] = 0
            p += 1
            position += 1
        while q < end_b:
            indices_out[position] = indices_b[q]
            left[position] = 0
            right[position] = data_b[q]
            q += 1
            position += 1


@kernel(index=INDEX, bits=BITS)
def csr_intersection_fill(
    indptr_a: Index,
    indices_a: Index,
    data_a: Bits,
    indptr_b: Index,
    indices_b: Index,
    data_b: Bits,
    indptr_out: Index,
    indices_out: IndexOut,
    left: BitsOut,
    right: BitsOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Write the entries in the columns that both matrices have side by side, into rows laid out by `indptr_out`."""
    for row in range(row_begin, row_end):
        p = indptr_a[row] + 0
        q = indptr_b[row] + 0
        end_a = indptr_a[row + 1]
        end_b = indptr_b[row + 1]
        position = indptr_out[row] + 0
        while p < end_a and q < end_b:
            ja = indices_a[p]
            jb = indices_b[q]
            if ja == jb:
                indices_out[position] = ja
                left[position] = data_a[p]
                right[position] = data_b[q]
                position += 1
            p += ja <= jb
            q += jb <= ja


@kernel(index=INDEX, bits=BITS)
def csr_filter(
    indptr: Index,
    indices: Index,
    data: Bits,
    kept: Flags,
    indptr_out: Index,
    indices_out: IndexOut,
    data_out: BitsOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Copy the entries that `kept` (nnz) is true for into rows laid out by `indptr_out`, by `csr_count_true`."""
    for row in range(row_begin, row_end):
        position = indptr_out[row] + 0
        for p in range(indptr[row], indptr[row + 1]):
            if kept[p]:
                indices_out[position] = indices[p]
                data_out[position] = data[p]
                position += 1
