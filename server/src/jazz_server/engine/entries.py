"""Sparse tensors of any rank as sorted positions and values: the general way of computing element by element.

A position is that of an element in C order. It serves every element type and every rank with numpy's own functions;
what is frequent has kernels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor, numeric_type
from jazz_server.engine.compressed import Compressed, elements, from_sorted_rows, lines_of, row_ids, tensor_of
from jazz_server.engine.errors import MemoryLimit
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.missing import Marks, marked, missing_entries
from jazz_server.engine.promotion import Array

_INT32_MAX = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True)
class Entries:
    """The stored entries of a sparse tensor.

    Attributes:
        shape: The shape of the tensor.
        positions: Where they are in C order, ascending.
        values: What they are.
        missing: Which of them are missing, zeros in `values`; None when none is.
    """

    shape: tuple[int, ...]
    positions: NDArray[np.int64]
    values: Array
    missing: Marks | None = None


def entries_of(tensor: Tensor) -> Entries:
    """The entries of a sparse tensor."""
    check_positions(tensor.shape)
    values = elements(tensor)
    missing = None if tensor.validity is None else missing_entries(tensor)
    if tensor.layout is Layout.COO:
        return Entries(tensor.shape, ravel(tensor.indices, tensor.shape), values, missing)
    lines = lines_of(tensor)
    ids, columns = row_ids(lines).astype(np.int64), lines.indices.astype(np.int64)
    if tensor.layout is Layout.CSR:
        return Entries(tensor.shape, ids * lines.columns + columns, values, missing)
    positions = columns * lines.rows + ids
    order = np.argsort(positions, kind="stable")
    return Entries(tensor.shape, positions[order], values[order], _some(missing, order))


def sparse_of(entries: Entries, layout: Layout, *, wide: bool = False) -> Tensor:
    """A tensor of the entries. Indices are int64 when `wide`, or when int32 would not hold them."""
    index = np.dtype(np.int64 if wide or max((*entries.shape, len(entries.positions))) > _INT32_MAX else np.int32)
    missing = entries.missing
    if layout is Layout.COO:
        result = coo(entries.shape, unravel(entries.positions, entries.shape, index), entries.values)
        return result if missing is None else marked(result, missing)
    rows, columns = unravel(entries.positions, entries.shape, index)
    if layout is Layout.CSR:
        result = tensor_of(from_sorted_rows((entries.shape[0], entries.shape[1]), rows, columns, entries.values))
        return result if missing is None else marked(result, missing)
    order = np.lexsort((rows, columns))
    shape = (entries.shape[1], entries.shape[0])
    result = tensor_of(from_sorted_rows(shape, columns[order], rows[order], entries.values[order]), Layout.CSC)
    return result if missing is None else marked(result, missing[order])


def coo(shape: tuple[int, ...], indices: Sequence[Array], values: Array) -> Tensor:
    """A COO tensor of sorted entries."""
    return Tensor(numeric_type(values.dtype), shape, Layout.COO, data=values, indices=tuple(indices))


def ravel(indices: Sequence[Array], shape: Sequence[int]) -> NDArray[np.int64]:
    """Positions in C order of elements with these indices."""
    positions = np.zeros(len(indices[0]) if indices else 0, np.int64)
    for index, length in zip(indices, shape, strict=True):
        positions *= length
        positions += index
    return positions


def unravel(positions: NDArray[np.int64], shape: Sequence[int], index: np.dtype[Any]) -> list[Array]:
    """The indices of elements at positions in C order."""
    indices: list[Array] = []
    for length in reversed(shape):
        positions, last = np.divmod(positions, max(length, 1))
        indices.append(last.astype(index))
    return indices[::-1]


def expand(entries: Entries, shape: tuple[int, ...]) -> Entries:
    """The entries of the tensor broadcast to a shape."""
    if entries.shape == shape:
        return entries
    check_positions(shape)
    own = (1,) * (len(shape) - len(entries.shape)) + entries.shape
    strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    stretched = [axis for axis, length in enumerate(own) if length != shape[axis]]
    copies = math.prod(shape[axis] for axis in stretched)
    check_bytes(len(entries.positions) * copies * (8 + entries.values.itemsize), "a broadcast sparse tensor")
    base = np.zeros(len(entries.positions), np.int64)
    for axis, index in enumerate(unravel(entries.positions, own, np.dtype(np.int64))):
        base += index * strides[axis]
    offsets = np.zeros(1, np.int64)
    for axis in stretched:
        offsets = (offsets[:, None] + np.arange(shape[axis]) * strides[axis]).ravel()
    positions = (base[:, None] + offsets).ravel()
    order = np.argsort(positions, kind="stable")
    missing = None if entries.missing is None else np.repeat(entries.missing, copies)[order]
    return Entries(shape, positions[order], np.repeat(entries.values, copies)[order], missing)


def union(parts: Sequence[Entries]) -> NDArray[np.int64]:
    """The positions where any has an entry."""
    positions = parts[0].positions
    for part in parts[1:]:
        positions = np.union1d(positions, part.positions)
    return positions


def intersection(parts: Sequence[Entries]) -> NDArray[np.int64]:
    """The positions where all have an entry."""
    positions = parts[0].positions
    for part in parts[1:]:
        positions = np.intersect1d(positions, part.positions, assume_unique=True)
    return positions


def gather(entries: Entries, positions: NDArray[np.int64]) -> Array:
    """The elements at positions, zero where there is no entry."""
    found = np.zeros(len(positions), entries.values.dtype)
    if len(entries.positions):
        places = np.minimum(np.searchsorted(entries.positions, positions), len(entries.positions) - 1)
        hit = entries.positions[places] == positions
        found[hit] = entries.values[places[hit]]
    return found


def missing_positions(entries: Entries) -> NDArray[np.int64]:
    """Where entries are missing."""
    return entries.positions[:0] if entries.missing is None else entries.positions[entries.missing]


def gather_missing(entries: Entries, positions: NDArray[np.int64]) -> Marks:
    """Whether the elements at ascending positions are missing."""
    return np.isin(positions, missing_positions(entries), assume_unique=True)


def gather_dense(array: Array, shape: tuple[int, ...], positions: NDArray[np.int64]) -> Array:
    """The elements at positions of an array broadcast to a shape."""
    if array.shape == shape and array.flags.c_contiguous:
        return array.reshape(-1)[positions]
    if len(positions) == 0:
        return np.empty(0, array.dtype)  # of a shape that numpy may not take
    indices = unravel(positions, shape, np.dtype(np.int64))
    return np.asarray(np.broadcast_to(array, shape)[tuple(indices)])


def nonzero(entries: Entries) -> Entries:
    """Without the entries that are zero and there."""
    kept = entries.values != 0
    if entries.missing is not None:
        kept |= entries.missing
    if kept.all():
        return entries
    return Entries(entries.shape, entries.positions[kept], entries.values[kept], _some(entries.missing, kept))


def _some(missing: Marks | None, chosen: Array) -> Marks | None:
    return None if missing is None else missing[chosen]


def as_rows(tensor: Tensor, axes: tuple[int, ...] = (-1,)) -> Compressed:
    """A COO tensor as a matrix whose columns are some of its axes and whose rows are all others, each in C order."""
    check_positions(tensor.shape)
    inner = sorted(axis % tensor.ndim for axis in axes)
    outer = [axis for axis in range(tensor.ndim) if axis not in inner]
    rows, columns = (_raveled(tensor, own) for own in (outer, inner))
    values = elements(tensor)
    if outer + inner != list(range(tensor.ndim)):
        order = np.lexsort((columns, rows))
        rows, columns, values = rows[order], columns[order], values[order]
    lengths = [math.prod(tensor.shape[axis] for axis in own) for own in (outer, inner)]
    return from_sorted_rows((lengths[0], lengths[1]), rows, columns, values)


def _raveled(tensor: Tensor, axes: Sequence[int]) -> NDArray[np.int64]:
    """The positions of the entries in C order of some axes only."""
    if not axes:
        return np.zeros(tensor.stored, np.int64)
    return ravel([tensor.indices[axis] for axis in axes], [tensor.shape[axis] for axis in axes])


def check_positions(shape: Sequence[int]) -> None:
    """Refuses a sparse tensor of so many elements that their positions in C order are no int64."""
    if max((math.prod(shape), *shape)) > np.iinfo(np.int64).max:
        raise MemoryLimit(
            f"a sparse tensor of shape {list(shape)} has more than 2**63 - 1 elements along an axis or in all"
        )
