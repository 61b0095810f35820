"""Entries of two sparse matrices side by side, so that one operation element by element computes with both."""

from __future__ import annotations

import numpy as np

from jazz_server.engine.compressed import Compressed, aligned, as_bits, of_bits, widened
from jazz_server.engine.launch import launch, pointers
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.promotion import Array


def merged(a: Compressed, b: Compressed, *, needs_both: bool) -> tuple[Compressed, Array]:
    """The entries of two matrices in the places where either, or with `needs_both` both have one; else zero.

    Args:
        a: A matrix, with elements of at most 64 bits.
        b: A matrix of the same shape, with elements of the same size.
        needs_both: Whether places count where only one has an entry.

    Returns:
        The first matrix in these places, and the entries of the second one beside its own.
    """
    a, b = aligned(a, b)
    if np.array_equal(a.indptr, b.indptr) and np.array_equal(a.indices, b.indices):
        return a, b.data
    if a.stored + b.stored > np.iinfo(a.indices.dtype).max:
        a, b = (widened(matrix, np.dtype(np.int64)) for matrix in (a, b))
    index, work = a.indices.dtype, a.rows + a.stored + b.stored
    counts = np.empty(a.rows, np.int64)
    launch("csr_union_count", a.rows, work, a.indptr, a.indices, b.indptr, b.indices, counts, index=index)
    if needs_both:
        counts = np.diff(a.indptr).astype(np.int64) + np.diff(b.indptr) - counts
    indptr = pointers(counts, index)
    data = as_bits(a.data), as_bits(b.data)
    stored, bits = int(indptr[-1]), data[0].dtype
    check_bytes(stored * (index.itemsize + 2 * bits.itemsize), "entries side by side")
    indices, left, right = np.empty(stored, index), np.empty(stored, bits), np.empty(stored, bits)
    launch(
        "csr_intersection_fill" if needs_both else "csr_union_fill", a.rows, work,
        a.indptr, a.indices, data[0], b.indptr, b.indices, data[1], indptr, indices, left, right,
        index=index, bits=bits,
    )  # fmt: skip
    first = Compressed(a.rows, a.columns, indptr, indices, of_bits(left, a.data.dtype))
    return first, of_bits(right, b.data.dtype)
