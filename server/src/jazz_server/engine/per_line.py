"""What is told of each line of a tensor along an axis, and told again at each of the elements that are stored.

Lines are counted in C order of the other axes. Sums and maxima are float64 whatever the element type.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor
from jazz_server.engine import along, present
from jazz_server.engine.compressed import elements
from jazz_server.engine.entries import ravel
from jazz_server.engine.mapping import places
from jazz_server.engine.promotion import Array


def of_entries(tensor: Tensor, axis: int) -> Array:
    """The line of each stored entry of a sparse tensor, in storage order."""
    own = places(tensor)
    others = [*tensor.shape[:axis], *tensor.shape[axis + 1 :]]
    if len(others) == 1:
        return own[1 - axis]
    return ravel([*own[:axis], *own[axis + 1 :]], others) if others else np.zeros(tensor.stored, np.int64)


def spread(values: Array, tensor: Tensor, axis: int) -> Array:
    """The value of the line of each stored element; for a dense tensor an array that broadcasts to its shape."""
    if tensor.layout is Layout.DENSE:
        return np.expand_dims(values.reshape([*tensor.shape[:axis], *tensor.shape[axis + 1 :]]), axis)
    return np.asarray(values[of_entries(tensor, axis)])


def sums(tensor: Tensor, data: Array, axis: int) -> NDArray[np.float64]:
    """The sums of numbers that stand in the places of the stored elements."""
    if tensor.layout is Layout.DENSE:
        return np.asarray(data.sum(axis=axis, dtype=np.float64)).reshape(-1)
    return np.asarray(along.sums(along.map_elements(tensor, data), (axis,)), np.float64)


def maxima(tensor: Tensor, data: Array, axis: int) -> NDArray[np.float64]:
    """The greatest of numbers not below zero that stand in the places of the stored elements; 0 of none."""
    if tensor.layout is Layout.DENSE:
        return np.asarray(data.max(axis=axis, initial=0), np.float64).reshape(-1)
    if tensor.shape[axis] == 0:
        return np.zeros(_count(tensor, axis))
    return np.asarray(along.extremes(along.map_elements(tensor, data), (axis,), np.maximum), np.float64)


def missing_in(tensor: Tensor, axis: int) -> NDArray[np.int64]:
    """How many elements of each line are missing."""
    return np.asarray(present.counts(tensor, (axis,)), np.int64).reshape(-1)


def stored_in(tensor: Tensor, axis: int) -> NDArray[np.int64]:
    """How many elements of each line are stored."""
    count = _count(tensor, axis)
    if tensor.layout is Layout.DENSE:
        return np.full(count, tensor.shape[axis], np.int64)
    return np.bincount(of_entries(tensor, axis), minlength=count).astype(np.int64)


def _count(tensor: Tensor, axis: int) -> int:
    return math.prod([*tensor.shape[:axis], *tensor.shape[axis + 1 :]])


def shaped(tensor: Tensor) -> Array:
    """The stored elements: an array of the shape of a dense tensor, a vector of the entries of a sparse one."""
    return tensor.array() if tensor.layout is Layout.DENSE else elements(tensor)
