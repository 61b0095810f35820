"""Conversions between layouts: exact, and free where the buffers are the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from jazz.values import Layout, Tensor, dense
from jazz_server.engine import compressed
from jazz_server.engine.compressed import Compressed, elements, from_sorted_rows, lines_of, row_ids, tensor_of
from jazz_server.engine.entries import Entries, coo, entries_of, nonzero, sparse_of
from jazz_server.engine.memory import check_shape
from jazz_server.engine.missing import Marks, marked, marks
from jazz_server.engine.promotion import Array

_INT32_MAX = np.iinfo(np.int32).max


def rows_of(tensor: Tensor) -> Compressed:
    """A sparse matrix compressed by rows."""
    if tensor.layout is Layout.COO:
        rows, columns = tensor.indices
        return from_sorted_rows((tensor.shape[0], tensor.shape[1]), rows, columns, elements(tensor))
    lines = lines_of(tensor)
    return lines if tensor.layout is Layout.CSR else compressed.transpose(lines)


def columns_of(tensor: Tensor) -> Compressed:
    """The transpose of a sparse matrix, compressed by rows: the matrix compressed by columns."""
    return lines_of(tensor) if tensor.layout is Layout.CSC else compressed.transpose(rows_of(tensor))


def array_of(tensor: Tensor) -> Array:
    """All elements of a tensor as an array; the storage itself when it is dense. CSC gives Fortran order."""
    if tensor.layout is Layout.DENSE:
        return tensor.array()
    fill = np.frombuffer(tensor.fill, tensor.dtype.storage)[0] if tensor.fill else 0
    if tensor.layout is Layout.COO:
        check_shape(tensor.shape, tensor.dtype.storage)
        out = np.full(tensor.shape, fill, tensor.dtype.storage)
        out[tensor.indices] = elements(tensor)
        return out
    array = compressed.to_array(lines_of(tensor), fill)
    return array.T if tensor.layout is Layout.CSC else array


def missing_array(tensor: Tensor) -> Marks:
    """Which elements are missing, as an array of the tensor's shape. Absent entries are not."""
    return array_of(marks(tensor))


def to_dense(tensor: Tensor) -> Tensor:
    """The tensor in dense layout."""
    if tensor.layout is Layout.DENSE:
        return tensor
    result = replace(dense(array_of(tensor)), dtype=tensor.dtype, categories=tensor.categories)
    return result if tensor.validity is None else marked(result, missing_array(tensor))


def to_sparse(tensor: Tensor, layout: Layout) -> Tensor:
    """The tensor in a sparse layout.

    Entries that are stored stay so; of a dense tensor those are stored that are not zero or missing.
    """
    if tensor.layout is layout:
        return tensor
    if tensor.validity is not None:
        entries = nonzero(_all_entries(tensor)) if tensor.layout is Layout.DENSE else entries_of(tensor)
        return sparse_of(entries, layout, wide=wide(tensor))
    if layout is Layout.CSR:
        return tensor_of(compressed.from_array(tensor.array()) if tensor.layout is Layout.DENSE else rows_of(tensor))
    if layout is Layout.CSC:
        lines = compressed.from_array(tensor.array().T) if tensor.layout is Layout.DENSE else columns_of(tensor)
        return tensor_of(lines, Layout.CSC)
    if tensor.layout is not Layout.DENSE:
        rows = rows_of(tensor)
        return coo(tensor.shape, (row_ids(rows), rows.indices), rows.data)
    array = tensor.array()
    places = np.nonzero(array)
    index = np.int64 if max(tensor.shape) > _INT32_MAX else np.int32
    return coo(tensor.shape, [place.astype(index) for place in places], array[places])


def _all_entries(tensor: Tensor) -> Entries:
    return Entries(tensor.shape, np.arange(tensor.size), tensor.array().reshape(-1), missing_array(tensor).reshape(-1))


def wide(*tensors: Any) -> bool:
    """Whether any of the arguments has indices of int64."""
    return any(isinstance(t, Tensor) and t.indices and t.indices[0].dtype == np.int64 for t in tensors)
