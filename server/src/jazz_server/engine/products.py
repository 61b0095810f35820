"""Matrix products in every mix of layouts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor, dense
from jazz_server.engine import compressed, layouts
from jazz_server.engine.compressed import Compressed, aligned, cast, drop_zeros, lines_of, tensor_of, widened
from jazz_server.engine.launch import grain, launch, pointers
from jazz_server.engine.library import kernel
from jazz_server.engine.memory import check_bytes, check_shape, empty_aligned, has_room
from jazz_server.engine.op import Run
from jazz_server.engine.parallel import for_bounds, for_ranges, split_by_weight, thread_count
from jazz_server.engine.promotion import Array

_RANGES_PER_THREAD = 4
_GRAIN = 1 << 14

_LARGE = 64 << 20
_NARROW = 256
_READS = 8
"""A matrix of so many bytes, with rows of at most so many, each read so often, is sooner copied than its pages are
found."""


def sparse_by_dense(a: Tensor, b: Array, work: np.dtype[Any]) -> Array:
    """A sparse matrix (m, k) by an array (k, n)."""
    if a.layout is Layout.CSC:
        return _dense_by_rows(b.T, cast(lines_of(a), work), work).T
    return _rows_by_dense(cast(layouts.rows_of(a), work), b, work)


def dense_by_sparse(a: Array, b: Tensor, work: np.dtype[Any]) -> Array:
    """An array (m, k) by a sparse matrix (k, n)."""
    if b.layout is Layout.CSC:
        return _rows_by_dense(cast(lines_of(b), work), a.T, work).T
    return _dense_by_rows(a, cast(layouts.rows_of(b), work), work)


def _rows_by_dense(a: Compressed, b: Array, work: np.dtype[Any]) -> Array:
    columns = b.shape[1]
    check_shape((a.rows, columns), work)
    out = np.empty((a.rows, columns), work)
    right = _gathered(b, work, a.stored, beside=out.nbytes)
    launch(
        "csr_matmul_dense", a.rows, (a.stored + a.rows) * columns,
        a.indptr, a.indices, a.data, right, out, columns, index=a.indices.dtype, value=work,
    )  # fmt: skip
    return out


def _gathered(b: Array, work: np.dtype[Any], reads: int, *, beside: int) -> Array:
    """A matrix in C order, as it is best for so many reads of its rows in any order; other memory is held beside.

    A large one of narrow rows is copied into large pages first, unless it lies in memory of numpy's: what is received
    or stored lies in pages of the usual size, and to find the places of these takes as long as to read a row.
    """
    size = b.size * work.itemsize
    pays = size >= _LARGE and size <= _NARROW * len(b) and reads >= _READS * len(b)
    pays = pays and not _is_numpys(b) and has_room(beside + size)
    if b.dtype == work and b.flags.c_contiguous and not pays:
        return b
    copy = empty_aligned(b.shape, work)

    def fill(begin: int, end: int) -> None:
        copy[begin:end] = b[begin:end]

    for_ranges(len(b), fill, grain=grain(len(b), b.size))
    return copy


def _is_numpys(array: Array) -> bool:
    """Whether numpy allocated an array's memory."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array.base is None


def _dense_by_rows(a: Array, b: Compressed, work: np.dtype[Any]) -> Array:
    rows = a.shape[0]
    check_shape((rows, b.columns), work)
    left = np.ascontiguousarray(a, dtype=work)
    out = np.empty((rows, b.columns), work)
    finite = work.kind != "f" or bool(np.isfinite(b.data).all())
    launch(
        "dense_matmul_csr", rows, rows * (b.stored + b.columns),
        left, b.indptr, b.indices, b.data, out, b.rows, b.columns, int(finite), index=b.indices.dtype, value=work,
    )  # fmt: skip
    return out


def sparse_by_sparse(run: Run, left: Tensor, right: Tensor, work: np.dtype[Any], dtype: np.dtype[Any]) -> Tensor:
    """The product of two sparse matrices, CSR: Gustavson's algorithm (ACM TOMS 4 (3), 1978), counted before filled."""
    a, b = aligned(cast(layouts.rows_of(left), work), cast(layouts.rows_of(right), work))
    a, b, indptr, bounds = laid_out(run, a, b)
    result = _fill(a, b, indptr, bounds)
    run.checkpoint()
    return tensor_of(drop_zeros(cast(result, dtype)))


def laid_out(run: Run, a: Compressed, b: Compressed) -> tuple[Compressed, Compressed, NDArray[Any], list[int]]:
    """Two factors with indices that hold their product's, where its rows begin, and ranges of rows of equal work."""
    run.checkpoint()
    bounds = split_by_weight(a.indptr, _parts(a)).tolist()
    counts = np.empty(a.rows, np.int64)
    count = kernel("csr_matmul_csr_count", index=a.indices.dtype)

    def count_rows(begin: int, end: int) -> None:
        stamps = np.empty(b.columns, a.indices.dtype)
        count(a.indptr, a.indices, b.indptr, b.indices, counts, stamps, b.columns, begin, end)

    for_bounds(bounds, count_rows)
    run.checkpoint()
    indptr = pointers(counts, a.indptr.dtype)
    if indptr.dtype != a.indptr.dtype:
        a, b = (widened(matrix, indptr.dtype) for matrix in (a, b))
    return a, b, indptr, bounds


def _parts(a: Compressed) -> int:
    return max(1, min(thread_count() * _RANGES_PER_THREAD, (a.stored + a.rows) // _GRAIN))


def _fill(a: Compressed, b: Compressed, indptr: NDArray[Any], bounds: list[int]) -> Compressed:
    stored, columns = int(indptr[-1]), b.columns
    check_bytes(stored * (indptr.itemsize + a.data.itemsize), "a sparse product")
    indices, data = np.empty(stored, indptr.dtype), np.empty(stored, a.data.dtype)
    fill = kernel("csr_matmul_csr", index=indices.dtype, value=data.dtype)
    words = columns // 64 + 1

    def fill_rows(begin: int, end: int) -> None:
        fill(
            a.indptr, a.indices, a.data, b.indptr, b.indices, b.data, indptr, indices, data,
            np.empty(columns, data.dtype), np.empty(words, np.int64), np.empty(columns // 4096 + 1, np.int64),
            np.empty(words + 1, indices.dtype), np.empty(words + 1, indices.dtype), columns, begin, end,
        )  # fmt: skip

    for_bounds(bounds, fill_rows)
    return compressed.Compressed(a.rows, columns, indptr, indices, data)


def as_matrix(array: Array, *, row: bool) -> Array:
    """A vector as a matrix of one row, or of one column."""
    if array.ndim == 2:
        return array
    return array.reshape(1, -1) if row else array.reshape(-1, 1)


def lines_at(array: Array, positions: Array, axis: int) -> Array:
    """The rows or columns of an array that meet the stored entries of a sparse vector."""
    check_bytes(array.size // max(array.shape[axis], 1) * len(positions) * array.itemsize, "the lines of a product")
    return np.asarray(np.take(array, positions, axis=axis))


def dense_by_dense(a: Array, b: Array, dtype: np.dtype[Any]) -> Tensor:
    """numpy's product of two arrays."""
    check_shape((*a.shape[:-1], *b.shape[1:]), dtype)
    return dense(np.asarray(np.matmul(a, b)))
