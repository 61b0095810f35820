"""Reductions of sparse tensors along axes, or over all elements when they are None. Absent entries are zeros."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor, numeric_type
from jazz_server.engine import compressed
from jazz_server.engine.compressed import Compressed, cast, elements, lines_of, with_data
from jazz_server.engine.entries import as_rows, entries_of
from jazz_server.engine.launch import launch, launch_serial
from jazz_server.engine.memory import check_shape
from jazz_server.engine.op import Setting
from jazz_server.engine.promotion import KERNEL_DTYPES, Array, work_dtype

Axes: TypeAlias = tuple[int, ...] | None
"""The axes to reduce, counted from 0 and ascending; None for all of them."""


def axes_of(setting: Setting | None, rank: int) -> Axes:
    """The axes that a setting means which inference has found no fault with."""
    if setting is None:
        return None
    given = setting if isinstance(setting, tuple) else (setting,)
    axes = tuple(sorted(axis % rank for axis in given if isinstance(axis, int)))
    return None if len(axes) == rank else axes


def length(shape: tuple[int, ...], axes: Axes) -> int:
    """How many elements are reduced to one."""
    return math.prod(shape if axes is None else (shape[axis] for axis in axes))


def per_row(tensor: Tensor, axes: tuple[int, ...]) -> Compressed:
    """The tensor as a matrix whose rows run along the axes: one row for each element of the result."""
    lines, down = _lines(tensor, axes)
    return compressed.transpose(lines) if down else lines


def _lines(tensor: Tensor, axes: tuple[int, ...]) -> tuple[Compressed, bool]:
    """A matrix, and whether the axes run down its columns instead of along its rows."""
    if tensor.layout is Layout.COO:
        return as_rows(tensor, axes), False
    return lines_of(tensor), (axes == (0,)) == (tensor.layout is Layout.CSR)


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


def sums(tensor: Tensor, axes: Axes) -> Array:
    """The sums of the elements, in int64, float64 or complex128; unsigned ones wrap around as int64."""
    data = elements(tensor)
    if axes is None:
        return np.asarray(data.sum(dtype=wide(data.dtype)))
    lines, down = _lines(tensor, axes)
    if data.dtype.kind == "c":
        parts = [_sums(with_data(lines, part.astype(np.float64)), down) for part in (lines.data.real, lines.data.imag)]
        return np.asarray(parts[0] + 1j * parts[1])
    work = work_dtype(data.dtype)
    assert work is not None
    return _sums(cast(lines, work), down)


def wide(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type in which elements are summed."""
    kinds = {"f": np.float64, "c": np.complex128}
    return np.dtype(kinds.get(dtype.kind, np.int64))


def _sums(lines: Compressed, down: bool) -> Array:
    length, dtype = lines.columns if down else lines.rows, wide(lines.data.dtype)
    check_shape((length,), dtype)
    out = np.zeros(length, dtype)
    data, index = np.ascontiguousarray(lines.data), lines.indices.dtype
    if down:
        launch_serial(
            "csr_sum_columns", lines.rows, lines.indptr, lines.indices, data, out, index=index, value=data.dtype
        )
        return out
    if data.dtype == np.bool_:
        launch("csr_count_true", lines.rows, lines.rows + lines.stored, lines.indptr, data, out, index=index)
        return out
    launch(
        "csr_sum_rows", lines.rows, lines.rows + lines.stored, lines.indptr, data, out, index=index, value=data.dtype
    )
    return out


def extremes(tensor: Tensor, axes: Axes, function: np.ufunc) -> Array:
    """The least or greatest elements, by `numpy.minimum` or `numpy.maximum`; there are elements, and NaN wins."""
    data = elements(tensor)
    if axes is None:
        if tensor.stored < tensor.size:
            data = np.concatenate((data, np.zeros(1, data.dtype)))
        return np.asarray(function.reduce(data))
    rows = per_row(tensor, axes)
    if data.dtype == np.bool_:
        true = _sums(rows, down=False)
        return np.asarray(true > 0 if function is np.maximum else true == rows.columns)
    if data.dtype in KERNEL_DTYPES:
        out = np.empty(rows.rows, data.dtype)
        launch(
            "csr_extreme_rows", rows.rows, rows.rows + rows.stored, rows.indptr, rows.data, out,
            int(function is np.maximum), rows.columns, index=rows.indices.dtype, value=data.dtype,
        )  # fmt: skip
        return out
    out = np.zeros(rows.rows, data.dtype)
    lengths = np.diff(rows.indptr)
    some = lengths > 0
    out[some] = function.reduceat(rows.data, rows.indptr[:-1][some]) if some.any() else 0
    out[some & (lengths < rows.columns)] = function(out[some & (lengths < rows.columns)], out.dtype.type(0))
    return out


def first_extreme(tensor: Tensor, axes: Axes, function: np.ufunc) -> NDArray[np.int64]:
    """Where the least or greatest elements are, the first of equals, NaN before all; there are elements."""
    if axes is None:
        return np.asarray(_first_of_all(tensor, function), np.int64)
    rows = per_row(tensor, axes)
    work = work_dtype(rows.data.dtype)
    if work is None or rows.data.dtype == np.uint64:
        array = compressed.to_array(rows)
        return np.asarray(array.argmax(axis=1) if function is np.maximum else array.argmin(axis=1))
    rows = cast(rows, np.dtype(np.float32) if work == np.bool_ else work)
    out = np.empty(rows.rows, np.int64)
    launch(
        "csr_arg_extreme_rows", rows.rows, rows.rows + rows.stored, rows.indptr, rows.indices, rows.data, out,
        int(function is np.maximum), rows.columns, index=rows.indices.dtype, value=rows.data.dtype,
    )  # fmt: skip
    return out


def _first_of_all(tensor: Tensor, function: np.ufunc) -> int:
    entries = entries_of(tensor)
    greatest = function is np.maximum
    values = entries.values
    best = int(values.argmax() if greatest else values.argmin()) if len(values) else -1
    if best >= 0 and not (values[best] <= 0 if greatest else values[best] >= 0):
        return int(entries.positions[best])
    gaps = np.flatnonzero(entries.positions != np.arange(len(entries.positions)))
    gap = int(gaps[0]) if len(gaps) else len(entries.positions)
    if gap == tensor.size:
        return int(entries.positions[best])
    zeros = entries.positions[values == 0]
    return min(gap, int(zeros[0])) if len(zeros) else gap


def left(shape: tuple[int, ...], axes: Axes, *, keepdims: bool) -> tuple[int, ...]:
    """The shape of what is left after a reduction."""
    gone = range(len(shape)) if axes is None else axes
    return tuple(1 if axis in gone else length for axis, length in enumerate(shape) if keepdims or axis not in gone)
