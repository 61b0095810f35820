"""Reductions of sparse tensors along an axis, or over all elements. Absent entries are zeros."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor, numeric_type
from jazz_server.engine import compressed
from jazz_server.engine.compressed import Compressed, cast, elements, lines_of, with_data
from jazz_server.engine.entries import as_rows, entries_of
from jazz_server.engine.launch import launch, launch_serial
from jazz_server.engine.memory import check_shape
from jazz_server.engine.promotion import KERNEL_DTYPES, Array, work_dtype


def per_row(tensor: Tensor, axis: int) -> Compressed:
    """The tensor as a matrix whose rows run along an axis: one row for each element of the result."""
    lines, down = _lines(tensor, axis)
    return compressed.transpose(lines) if down else lines


def _lines(tensor: Tensor, axis: int) -> tuple[Compressed, bool]:
    """A matrix, and whether the axis runs down its columns instead of along its rows."""
    if tensor.layout is Layout.COO:
        return as_rows(tensor, axis), False
    return lines_of(tensor), (axis == 0) == (tensor.layout is Layout.CSR)


def map_elements(tensor: Tensor, data: Array) -> Tensor:
    """The same places with other entries."""
    return Tensor(
        dtype=numeric_type(data.dtype),
        shape=tensor.shape,
        layout=tensor.layout,
        data=data,
        indptr=tensor.indptr,
        indices=tensor.indices,
    )


def sums(tensor: Tensor, axis: int | None) -> Array:
    """The sums of the elements, in int64, float64 or complex128; unsigned ones wrap around as int64."""
    data = elements(tensor)
    if axis is None:
        return np.asarray(data.sum(dtype=_wide(data.dtype)))
    lines, down = _lines(tensor, axis)
    if data.dtype.kind == "c":
        parts = [_sums(with_data(lines, part.astype(np.float64)), down) for part in (lines.data.real, lines.data.imag)]
        return np.asarray(parts[0] + 1j * parts[1])
    work = work_dtype(data.dtype)
    assert work is not None
    return _sums(cast(lines, work), down)


def _wide(dtype: np.dtype[Any]) -> np.dtype[Any]:
    kinds = {"f": np.float64, "c": np.complex128}
    return np.dtype(kinds.get(dtype.kind, np.int64))


def _sums(lines: Compressed, down: bool) -> Array:
    length, wide = lines.columns if down else lines.rows, _wide(lines.data.dtype)
    check_shape((length,), wide)
    out = np.zeros(length, wide)
    data = np.ascontiguousarray(lines.data)
    choices: dict[str, Any] = {"term": "identity", "value": data.dtype, "index": lines.indices.dtype}
    if down:
        launch_serial("csr_sum_columns", lines.rows, lines.indptr, lines.indices, data, out, **choices)
    else:
        launch("csr_sum_rows", lines.rows, lines.rows + lines.stored, lines.indptr, data, out, **choices)
    return out


def extremes(tensor: Tensor, axis: int | None, function: np.ufunc) -> Array:
    """The least or greatest elements, by `numpy.minimum` or `numpy.maximum`; there are elements, and NaN wins."""
    data = elements(tensor)
    if axis is None:
        if tensor.stored < tensor.size:
            data = np.concatenate((data, np.zeros(1, data.dtype)))
        return np.asarray(function.reduce(data))
    rows = per_row(tensor, axis)
    if data.dtype in KERNEL_DTYPES:
        out = np.empty(rows.rows, data.dtype)
        launch(
            "csr_extreme_rows", rows.rows, rows.rows + rows.stored, rows.indptr, rows.data, out, rows.columns,
            op=function.__name__, index=rows.indices.dtype, value=data.dtype,
        )  # fmt: skip
        return out
    out = np.zeros(rows.rows, data.dtype)
    lengths = np.diff(rows.indptr)
    some = lengths > 0
    out[some] = function.reduceat(rows.data, rows.indptr[:-1][some]) if some.any() else 0
    out[some & (lengths < rows.columns)] = function(out[some & (lengths < rows.columns)], out.dtype.type(0))
    return out


def first_greatest(tensor: Tensor, axis: int | None) -> NDArray[np.int64]:
    """Where the greatest elements are, the first of equals, NaN before all; there are elements."""
    if axis is None:
        return np.asarray(_first_of_all(tensor), np.int64)
    rows = per_row(tensor, axis)
    work = work_dtype(rows.data.dtype)
    if work is None or rows.data.dtype == np.uint64:
        return np.asarray(compressed.to_array(rows).argmax(axis=1))
    rows = cast(rows, work)
    out = np.empty(rows.rows, np.int64)
    launch(
        "csr_arg_extreme_rows", rows.rows, rows.rows + rows.stored,
        rows.indptr, rows.indices, rows.data, out, rows.columns,
        better="greater", index=rows.indices.dtype, value=work,
    )  # fmt: skip
    return out


def _first_of_all(tensor: Tensor) -> int:
    entries = entries_of(tensor)
    best = int(entries.values.argmax()) if len(entries.values) else -1
    if best >= 0 and not entries.values[best] <= 0:
        return int(entries.positions[best])
    gaps = np.flatnonzero(entries.positions != np.arange(len(entries.positions)))
    gap = int(gaps[0]) if len(gaps) else len(entries.positions)
    if gap == tensor.size:
        return int(entries.positions[best])
    zeros = entries.positions[entries.values == 0]
    return min(gap, int(zeros[0])) if len(zeros) else gap


def restored(values: Array, tensor: Tensor, axis: int | None, *, keepdims: bool) -> Array:
    """The results in the shape that the reduced tensor has."""
    if axis is None:
        return values.reshape((1,) * tensor.ndim if keepdims else ())
    kept = (1,) if keepdims else ()
    return values.reshape((*tensor.shape[:axis], *kept, *tensor.shape[axis + 1 :]))
