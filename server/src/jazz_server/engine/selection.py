"""Taking and joining parts of sparse tensors, by the positions of their entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor
from jazz_server.engine import compressed, layouts
from jazz_server.engine.compressed import Compressed, from_sorted_rows, row_ids
from jazz_server.engine.launch import launch, launch_serial, pointers
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.promotion import Array
from jazz_server.engine.structure import picked

_INT32_MAX = np.iinfo(np.int32).max


def places_of(tensor: Tensor, layout: Layout) -> Compressed:
    """Where the entries of a sparse matrix are in its buffers, compressed by rows (CSR) or columns (CSC)."""
    positions = np.arange(tensor.stored, dtype=np.int64)
    numbered = replace(tensor, data=positions, validity=None, categories=None)
    return layouts.rows_of(numbered) if layout is Layout.CSR else layouts.columns_of(numbered)


def delivered(source: Tensor, matrix: Compressed, layout: Layout) -> Tensor:
    """The sparse matrix that has the entries of `source` where `matrix` has their positions."""
    shape = (matrix.rows, matrix.columns) if layout is Layout.CSR else (matrix.columns, matrix.rows)
    result = picked(source, matrix.data)
    return replace(
        result, shape=shape, layout=layout, indptr=matrix.indptr, indices=(matrix.indices,), axes=(), declared=()
    )


def take(tensor: Tensor, indices: NDArray[np.int64], axis: int) -> Tensor:
    """The slices of a sparse tensor at indices along an axis, in the same layout."""
    if tensor.layout is Layout.COO:
        return _take_coo(tensor, indices, axis)
    along = Layout.CSR if axis == 0 else Layout.CSC
    taken = take_rows(places_of(tensor, along), indices)
    if along is not tensor.layout:
        taken = compressed.transpose(taken)
    return delivered(tensor, taken, tensor.layout)


def take_rows(matrix: Compressed, rows: NDArray[np.int64]) -> Compressed:
    """Some rows of a matrix of positions, in the order asked for."""
    index = matrix.indices.dtype
    counts = np.empty(len(rows), np.int64)
    rows = np.ascontiguousarray(rows)
    launch("csr_take_rows_count", len(rows), len(rows), matrix.indptr, rows, counts, index=index)
    indptr = pointers(counts, index)
    if indptr.dtype != index:
        matrix = compressed.widened(matrix, indptr.dtype)
    stored = int(indptr[-1])
    check_bytes(stored * (8 + indptr.itemsize), "the rows taken")
    indices, data = np.empty(stored, indptr.dtype), np.empty(stored, np.int64)
    launch(
        "csr_take_rows_fill", len(rows), stored + len(rows),
        matrix.indptr, matrix.indices, matrix.data, rows, indptr, indices, data, index=indptr.dtype,
    )  # fmt: skip
    return Compressed(len(rows), matrix.columns, indptr, indices, data)


def _take_coo(tensor: Tensor, indices: NDArray[np.int64], axis: int) -> Tensor:
    others = [*tensor.shape[:axis], *tensor.shape[axis + 1 :]]
    index = tensor.indices[0].dtype
    if max((len(indices), *tensor.shape)) > _INT32_MAX:
        index = np.dtype(np.int64)
    order = np.argsort(tensor.indices[axis], kind="stable")
    along = tensor.indices[axis][order].astype(index)
    matrix = from_sorted_rows((tensor.shape[axis], 0), along, np.zeros(len(order), index), order)
    taken = take_rows(matrix, indices)
    coordinates = [tensor.indices[i][taken.data].astype(index) for i in range(tensor.ndim)]
    coordinates[axis] = row_ids(taken).astype(index)
    shape = (*others[:axis], len(indices), *others[axis:])
    return _sorted_coo(tensor, shape, coordinates, taken.data)


def _sorted_coo(source: Tensor, shape: tuple[int, ...], coordinates: Sequence[Array], positions: Array) -> Tensor:
    order = np.lexsort(tuple(reversed(coordinates)))
    result = picked(source, positions[order])
    indices = tuple(c[order] for c in coordinates)
    return replace(result, shape=shape, layout=Layout.COO, indices=indices, axes=(), declared=())


def concat(pool: Tensor, parts: Sequence[Tensor], axis: int, layout: Layout) -> Tensor:
    """Sparse tensors one after the other along an axis.

    Args:
        pool: A vector of the entries of all, one part after the other.
        parts: The tensors.
        axis: The axis.
        layout: The layout of the result.
    """
    begins = np.cumsum([0, *(part.stored for part in parts)])
    if layout is Layout.COO:
        return _concat_coo(pool, parts, axis)
    matrices = []
    for part, begin in zip(parts, begins, strict=False):
        places = places_of(part, layout)
        matrices.append(replace(places, data=places.data + begin))
    side_by_side = (axis == 1) == (layout is Layout.CSR)
    joined = _beside(matrices) if side_by_side else _below(matrices)
    return delivered(pool, joined, layout)


def _index_dtype(matrices: Sequence[Compressed]) -> np.dtype[Any]:
    wide = any(matrix.indices.dtype == np.int64 for matrix in matrices)
    sizes = (sum(m.stored for m in matrices), sum(m.columns for m in matrices), sum(m.rows for m in matrices))
    return np.dtype(np.int64 if wide or max(sizes) > _INT32_MAX else np.int32)


def _below(matrices: Sequence[Compressed]) -> Compressed:
    index = _index_dtype(matrices)
    ends = np.cumsum([0, *(matrix.stored for matrix in matrices)])
    pieces = [np.zeros(1, index)]
    pieces += [(m.indptr[1:].astype(index) + index.type(end)) for m, end in zip(matrices, ends, strict=False)]
    return Compressed(
        sum(matrix.rows for matrix in matrices),
        matrices[0].columns,
        np.concatenate(pieces),
        np.concatenate([matrix.indices for matrix in matrices], dtype=index),
        np.concatenate([matrix.data for matrix in matrices]),
    )


def _beside(matrices: Sequence[Compressed]) -> Compressed:
    index = _index_dtype(matrices)
    matrices = [compressed.widened(matrix, index) for matrix in matrices]
    counts = np.asarray(np.sum([np.diff(matrix.indptr) for matrix in matrices], axis=0, dtype=np.int64))
    indptr = pointers(counts, index)
    cursors = indptr[:-1].astype(np.int64)
    stored = int(indptr[-1])
    indices, data = np.empty(stored, index), np.empty(stored, np.int64)
    columns = 0
    for matrix in matrices:
        launch_serial(
            "csr_hstack_fill", matrix.rows, matrix.indptr, matrix.indices, matrix.data, indices, data, cursors, columns,
            index=index,
        )  # fmt: skip
        columns += matrix.columns
    return Compressed(matrices[0].rows, columns, indptr, indices, data)


def _concat_coo(pool: Tensor, parts: Sequence[Tensor], axis: int) -> Tensor:
    length = sum(part.shape[axis] for part in parts)
    shape = (*parts[0].shape[:axis], length, *parts[0].shape[axis + 1 :])
    wide = layouts.wide(*parts) or max(shape) > _INT32_MAX
    index = np.dtype(np.int64 if wide else np.int32)
    begins = np.cumsum([0, *(part.shape[axis] for part in parts)])
    coordinates = []
    for i in range(len(shape)):
        shifts = begins if i == axis else np.zeros_like(begins)
        pieces = [part.indices[i].astype(index) + index.type(shift) for part, shift in zip(parts, shifts, strict=False)]
        coordinates.append(np.concatenate(pieces))
    return _sorted_coo(pool, shape, coordinates, np.arange(len(coordinates[0])))
