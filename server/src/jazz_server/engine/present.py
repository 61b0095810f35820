"""Reductions that leave out what is missing, along axes or over all elements when they are None, in any layout."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor
from jazz_server.engine import along
from jazz_server.engine.along import Axes
from jazz_server.engine.compressed import elements, row_ids
from jazz_server.engine.entries import entries_of
from jazz_server.engine.missing import marks, missing_entries, unmarked
from jazz_server.engine.promotion import Array


def counts(tensor: Tensor, axes: Axes) -> NDArray[np.int64]:
    """How many elements are missing."""
    found = marks(tensor)
    if tensor.layout is Layout.DENSE:
        return np.asarray(np.count_nonzero(found.array(), axis=axes))
    return along.sums(found, axes)


def filled(tensor: Tensor, element: Any) -> Tensor:
    """The tensor with an element where one is missing."""
    data = elements(tensor)
    return replace(unmarked(tensor), data=np.where(missing_entries(tensor), data.dtype.type(element), data))


def lowest(dtype: np.dtype[Any]) -> Any:
    """The element that is not greater than any other."""
    return {"f": -np.inf, "b": False}.get(dtype.kind) if dtype.kind in "fb" else np.iinfo(dtype).min


def highest(dtype: np.dtype[Any]) -> Any:
    """The element that is not less than any other."""
    return {"f": np.inf, "b": True}.get(dtype.kind) if dtype.kind in "fb" else np.iinfo(dtype).max


def first_extreme(tensor: Tensor, axes: Axes, function: np.ufunc) -> NDArray[np.int64]:
    """Where the least or greatest of the elements that are there is, by `numpy.minimum` or `numpy.maximum`.

    The first of equals, NaN before all; 0 where none is.
    """
    if tensor.layout is Layout.DENSE:
        return _first_in_array(tensor.array(), marks(tensor).array(), axes, function)
    return _first_in_lines(tensor, axes, function)


def worst(dtype: np.dtype[Any], function: np.ufunc) -> Any:
    """The element that changes no least or no greatest one, by `numpy.minimum` or `numpy.maximum`."""
    return lowest(dtype) if function is np.maximum else highest(dtype)


def _first_in_array(array: Array, missing: NDArray[np.bool_], axes: Axes, function: np.ufunc) -> NDArray[np.int64]:
    shown = np.where(missing, array.dtype.type(worst(array.dtype, function)), array)
    extreme = function.reduce(shown, axis=axes, keepdims=True)
    return np.asarray(np.argmax(~missing & _same(array, extreme), axis=None if axes is None else axes[0]))


def _same(values: Array, extreme: Array) -> NDArray[np.bool_]:
    """Where values are the extreme one; NaN is NaN here."""
    return np.asarray((values == extreme) | ((values != values) & (extreme != extreme)))


def _first_in_lines(tensor: Tensor, axes: Axes, function: np.ufunc) -> NDArray[np.int64]:
    """The first entry that is the extreme of its line, or the first place without an entry if that is zero."""
    order, lines, columns, count = _in_lines(tensor, axes)
    values, missing = elements(tensor)[order], missing_entries(tensor)[order]
    size = along.length(tensor.shape, axes)
    extreme = np.atleast_1d(along.extremes(filled(tensor, worst(values.dtype, function)), axes, function))
    entry = np.full(count, size)
    chosen = ~missing & _same(values, extreme[lines])
    np.minimum.at(entry, lines[chosen], columns[chosen])
    stored = np.bincount(lines, minlength=count)
    local = np.arange(len(lines)) - (np.cumsum(stored) - stored)[lines]
    gap = stored
    np.minimum.at(gap, lines[columns != local], local[columns != local])
    first = np.where(extreme == 0, np.minimum(entry, gap), entry)
    first[first == size] = 0
    return first.reshape(()) if axes is None else first


def _in_lines(tensor: Tensor, axes: Axes) -> tuple[Array, Array, Array, int]:
    """The entries line by line: where they are stored, their lines, their places in them; and how many lines are."""
    numbered = along.map_elements(tensor, np.arange(tensor.stored))
    if axes is None:
        entries = entries_of(numbered)
        return entries.values, np.zeros(tensor.stored, np.int64), entries.positions, 1
    rows = along.per_row(numbered, axes)
    return rows.data, row_ids(rows), rows.indices.astype(np.int64), rows.rows
