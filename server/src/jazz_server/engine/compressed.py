"""Matrices compressed by rows: the form in which sparse values are computed with.

A CSC tensor is such a matrix, too: that of its transpose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor, compressed
from jazz_server.engine.launch import launch, launch_serial, pointers
from jazz_server.engine.library import kernel
from jazz_server.engine.memory import check_bytes, check_shape
from jazz_server.engine.parallel import for_each, for_ranges, split_by_weight, thread_count
from jazz_server.engine.promotion import KERNEL_DTYPES, Array

_BITS: dict[int, np.dtype[Any]] = {1: np.dtype(np.uint8), 4: np.dtype(np.int32), 8: np.dtype(np.int64)}
"""The types as which kernels move elements, by their size."""

_SMALL = 1 << 17
"""Matrices of fewer entries are transposed in one thread: places in the transpose are in cache anyway."""

_BUCKET_BITS = 9
"""A transpose has at most two to the power of so many buckets, so that the ends of all are in cache."""


@dataclass(frozen=True, slots=True)
class Compressed:
    """A matrix compressed by rows.

    Attributes:
        rows: The number of its rows.
        columns: The number of its columns.
        indptr: Where each row begins in `indices`, and the end.
        indices: The columns of the entries, ascending in each row.
        data: The entries.
    """

    rows: int
    columns: int
    indptr: Array
    indices: Array
    data: Array

    @property
    def stored(self) -> int:
        """The number of its entries."""
        return len(self.indices)


def elements(tensor: Tensor) -> Array:
    """The stored entries of a tensor, in storage order; those of a pattern are true."""
    return np.ones(tensor.stored, np.bool_) if tensor.data is None else tensor.data


def lines_of(tensor: Tensor) -> Compressed:
    """A CSR tensor, or the transpose of a CSC tensor, without moving data."""
    assert tensor.indptr is not None
    rows, columns = tensor.shape if tensor.layout is Layout.CSR else tensor.shape[::-1]
    return Compressed(rows, columns, tensor.indptr, tensor.indices[0], elements(tensor))


def tensor_of(matrix: Compressed, layout: Layout = Layout.CSR) -> Tensor:
    """A matrix as CSR tensor, or its transpose as CSC tensor, without moving data."""
    shape = (matrix.rows, matrix.columns) if layout is Layout.CSR else (matrix.columns, matrix.rows)
    return compressed(layout, shape, matrix.indptr, matrix.indices, matrix.data)


def with_data(matrix: Compressed, data: Array) -> Compressed:
    """The same pattern with other entries."""
    return replace(matrix, data=data)


def cast(matrix: Compressed, dtype: np.dtype[Any]) -> Compressed:
    """The matrix with entries of another type."""
    with np.errstate(all="ignore"):
        return replace(matrix, data=matrix.data.astype(dtype, copy=False))


def widened(matrix: Compressed, dtype: np.dtype[Any]) -> Compressed:
    """The matrix with indices of another type."""
    indptr, indices = (a.astype(dtype, copy=False) for a in (matrix.indptr, matrix.indices))
    return replace(matrix, indptr=indptr, indices=indices)


def aligned(a: Compressed, b: Compressed) -> tuple[Compressed, Compressed]:
    """Two matrices with indices of one type."""
    dtype = np.promote_types(a.indices.dtype, b.indices.dtype)
    return widened(a, dtype), widened(b, dtype)


def as_bits(data: Array) -> Array:
    """Elements of at most 64 bits as kernels move them: integers of the same bits, those of 16 bits in wider ones."""
    return data.view(np.uint16).astype(np.int32) if data.itemsize == 2 else data.view(_BITS[data.itemsize])


def of_bits(moved: Array, dtype: np.dtype[Any]) -> Array:
    """The elements that `as_bits` gave the bits of."""
    return (moved.astype(np.uint16) if dtype.itemsize == 2 else moved).view(dtype)


def carried(matrix: Compressed) -> Compressed:
    """The matrix with entries that kernels can move: the same bits, or the positions of the entries."""
    return with_data(matrix, as_bits(matrix.data) if matrix.data.itemsize <= 8 else np.arange(matrix.stored))


def delivered(moved: Compressed, source: Compressed) -> Compressed:
    """A matrix made by moving the entries of `carried(source)`, with the entries themselves."""
    data = source.data
    return with_data(moved, of_bits(moved.data, data.dtype) if data.itemsize <= 8 else data[moved.data])


def transpose(source: Compressed) -> Compressed:
    """The transpose, which is the same matrix compressed by columns: O(rows + columns + entries)."""
    matrix = carried(source)
    if matrix.rows > np.iinfo(matrix.indices.dtype).max:
        matrix = widened(matrix, np.dtype(np.int64))
    index, bits, small = matrix.indices.itemsize, matrix.data.itemsize, matrix.stored < _SMALL
    buckets = 0 if small else 2 * index + bits
    check_bytes(8 * matrix.columns + matrix.stored * (index + bits + buckets), "a transpose, and what it is made from,")
    return delivered((_transpose_small if small else _transpose_large)(matrix), source)


def _transpose_small(matrix: Compressed) -> Compressed:
    counts = np.zeros(matrix.columns, np.int64)
    index = matrix.indices.dtype
    launch_serial("csr_count_columns", matrix.rows, matrix.indptr, matrix.indices, counts, index=index)
    indptr = pointers(counts, index)
    indices, data = np.empty(matrix.stored, index), np.empty(matrix.stored, matrix.data.dtype)
    launch_serial(
        "csr_transpose_fill", matrix.rows, matrix.indptr, matrix.indices, matrix.data, indices, data,
        indptr[:-1].astype(np.int64), index=index, bits=data.dtype,
    )  # fmt: skip
    return Compressed(matrix.columns, matrix.rows, indptr, indices, data)


def _transpose_large(matrix: Compressed) -> Compressed:
    """By buckets of columns, which are filled by all threads and then sorted by all threads."""
    index, bits, stored = matrix.indices.dtype, matrix.data.dtype, matrix.stored
    shift = max(0, (matrix.columns - 1).bit_length() - _BUCKET_BITS)
    width, buckets = 1 << shift, ((matrix.columns - 1) >> shift) + 1
    ranges = list(enumerate(pairwise(split_by_weight(matrix.indptr, 2 * thread_count()).tolist())))
    cursors = np.zeros((len(ranges), buckets), np.int64)
    count, put = kernel("csr_count_buckets", index=index), kernel("csr_to_buckets", index=index, bits=bits)
    for_each(ranges, lambda each: count(matrix.indptr, matrix.indices, cursors[each[0]], shift, *each[1]))
    starts = np.concatenate(([0], np.cumsum(cursors.sum(axis=0))))
    cursors = np.cumsum(cursors, axis=0) - cursors + starts[:-1]
    rows, columns, entries = np.empty(stored, index), np.empty(stored, index), np.empty(stored, bits)
    for_each(
        ranges,
        lambda each: put(
            matrix.indptr, matrix.indices, matrix.data, cursors[each[0]], rows, columns, entries, shift, *each[1]
        ),
    )
    indptr, indices, data = np.empty(buckets * width + 1, index), np.empty(stored, index), np.empty(stored, bits)
    sort = kernel("buckets_to_csc", index=index, bits=bits)

    def sort_buckets(begin: int, end: int) -> None:
        scratch = np.empty(width, np.int64)
        sort(rows, columns, entries, starts, indptr, indices, data, scratch, width, begin, end)

    for_ranges(buckets, sort_buckets)
    indptr[matrix.columns] = stored
    return Compressed(matrix.columns, matrix.rows, indptr[: matrix.columns + 1], indices, data)


def drop_zeros(matrix: Compressed) -> Compressed:
    """The matrix without entries that are zero; itself when there are none."""
    kept = matrix.data != 0
    if np.count_nonzero(kept) == matrix.stored:
        return matrix
    index, moved = matrix.indices.dtype, carried(matrix)
    counts = np.empty(matrix.rows, np.int64)
    launch("csr_count_true", matrix.rows, matrix.stored, matrix.indptr, kept, counts, index=index)
    indptr = pointers(counts, index)
    indices = np.empty(int(indptr[-1]), index)
    data = np.empty(len(indices), moved.data.dtype)
    launch(
        "csr_filter", matrix.rows, matrix.stored,
        matrix.indptr, matrix.indices, moved.data, kept, indptr, indices, data, index=index, bits=data.dtype,
    )  # fmt: skip
    return delivered(replace(matrix, indptr=indptr, indices=indices, data=data), matrix)


def row_ids(matrix: Compressed) -> Array:
    """The row of each entry."""
    index = matrix.indptr.dtype
    if matrix.rows > np.iinfo(index).max:
        matrix = widened(matrix, np.dtype(np.int64))
    rows = np.empty(matrix.stored, matrix.indptr.dtype)
    launch("csr_row_ids", matrix.rows, matrix.rows + matrix.stored, matrix.indptr, rows, index=matrix.indptr.dtype)
    return rows


def from_sorted_rows(shape: tuple[int, int], rows: Array, columns: Array, data: Array) -> Compressed:
    """A matrix from the places of its entries, in order of rows, then columns."""
    check_bytes((shape[0] + 1) * rows.itemsize, f"the positions of {shape[0]} rows")
    indptr = np.empty(shape[0] + 1, rows.dtype)
    indptr[-1] = len(rows)
    rows = np.ascontiguousarray(rows)
    launch("coo_to_csr", shape[0], shape[0] + len(rows), rows, indptr, len(rows), index=rows.dtype)
    return Compressed(*shape, indptr, np.ascontiguousarray(columns), data)


def to_array(matrix: Compressed, fill: Any = 0) -> Array:
    """All elements as a C-ordered array; absent entries are `fill`."""
    shape = (matrix.rows, matrix.columns)
    check_shape(shape, matrix.data.dtype)
    if matrix.data.itemsize not in _BITS or fill:
        out = np.full(shape, fill, matrix.data.dtype)
        out[row_ids(matrix), matrix.indices] = matrix.data
        return out
    out = np.empty(shape, matrix.data.dtype)
    moved = as_bits(matrix.data)
    launch(
        "csr_to_dense", matrix.rows, out.size, matrix.indptr, matrix.indices, moved, out.view(moved.dtype),
        matrix.columns, index=matrix.indices.dtype, bits=moved.dtype,
    )  # fmt: skip
    return out


def from_array(array: NDArray[Any]) -> Compressed:
    """The elements of an array of rank 2 that are not zero."""
    rows, columns = array.shape
    index = np.dtype(np.int32 if max(rows, columns) <= np.iinfo(np.int32).max else np.int64)
    if array.dtype not in KERNEL_DTYPES:
        places = np.nonzero(array)
        wide = np.promote_types(index, np.min_scalar_type(-len(places[0]) - 1))
        return from_sorted_rows((rows, columns), places[0].astype(wide), places[1].astype(wide), array[places])
    array = np.ascontiguousarray(array)
    counts = np.empty(rows, np.int64)
    launch("dense_count_nonzero", rows, array.size, array, counts, columns, value=array.dtype)
    indptr = pointers(counts, index)
    indices = np.empty(int(indptr[-1]), indptr.dtype)
    data = np.empty(len(indices), array.dtype)
    launch(
        "dense_to_csr", rows, array.size, array, indptr, indices, data, columns, index=indices.dtype, value=data.dtype
    )
    return Compressed(rows, columns, indptr, indices, data)
