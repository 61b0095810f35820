"""The k greatest elements of each row: ties go to the lower index, NaN comes last, and after it what is missing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor, dense
from jazz_server.engine import layouts
from jazz_server.engine.compressed import cast
from jazz_server.engine.entries import as_rows, entries_of, missing_positions
from jazz_server.engine.launch import launch
from jazz_server.engine.memory import check_shape
from jazz_server.engine.missing import marked, unmarked
from jazz_server.engine.promotion import Array, work_dtype


def topk(tensor: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k greatest along the last axis, greatest first, and where they are.

    O(n log k) for n stored elements, O(n log n) for uint64, which has no kernel.
    """
    if tensor.validity is not None and tensor.size:
        return _among_missing(tensor, k)
    values, indices = _greatest(tensor, k)
    return dense(values), dense(indices)


def _among_missing(tensor: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """As many more as are missing in a row hold the k greatest of those that are there."""
    columns = tensor.shape[-1]
    stored = layouts.to_sparse(tensor, Layout.COO) if tensor.layout is Layout.DENSE else tensor
    missing = missing_positions(entries_of(stored))
    most = int(np.unique(missing // columns, return_counts=True)[1].max())
    values, indices = _greatest(unmarked(tensor), min(columns, k + most))
    rows = np.arange(values.size // values.shape[-1]).reshape((*values.shape[:-1], 1))
    marks = np.isin(rows * columns + indices, missing)
    order = np.argsort(marks, axis=-1, kind="stable")[..., :k]
    values, indices, marks = (np.take_along_axis(found, order, axis=-1) for found in (values, indices, marks))
    return marked(dense(values), marks), dense(indices)


def _greatest(tensor: Tensor, k: int) -> tuple[Array, NDArray[np.int64]]:
    dtype = tensor.dtype.storage
    shape = (*tensor.shape[:-1], k)
    columns = tensor.shape[-1]
    check_shape(shape, np.dtype(np.int64))
    values, indices = np.empty(shape, dtype), np.empty(shape, np.int64)
    if values.size == 0:
        return values, indices
    work = np.dtype(np.float32) if dtype == np.bool_ else work_dtype(dtype)
    if work is None or dtype == np.uint64:
        return _sorted(layouts.array_of(tensor), k)
    values = values.astype(work)
    if tensor.layout is Layout.DENSE:
        rows = tensor.size // columns
        array = np.ascontiguousarray(tensor.array(), dtype=work)
        launch("dense_topk", rows, array.size, array, values, indices, columns, k, value=work)
    else:
        matrix = cast(as_rows(tensor) if tensor.ndim != 2 else layouts.rows_of(tensor), work)
        launch(
            "csr_topk", matrix.rows, matrix.stored + matrix.rows * k,
            matrix.indptr, matrix.indices, matrix.data, values, indices, columns, k,
            index=matrix.indices.dtype, value=work,
        )  # fmt: skip
    return values.astype(dtype, copy=False), indices


def _sorted(array: Array, k: int) -> tuple[Array, NDArray[np.int64]]:
    """By a stable sort of the reversed rows, whose end reversed begins with the greatest of lowest index."""
    last = array.shape[-1] - 1
    order: NDArray[Any] = last - np.argsort(array[..., ::-1], axis=-1, kind="stable")[..., ::-1]
    indices = np.ascontiguousarray(order[..., :k])
    return np.take_along_axis(array, indices, axis=-1), indices
