"""Moving elements around without looking at them: any element type, missing elements carried along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Order, Tensor, dense
from jazz_server.engine.launch import launch
from jazz_server.engine.memory import check_bytes, check_shape
from jazz_server.engine.missing import bitmap, presence
from jazz_server.engine.promotion import Array


def picked(tensor: Tensor, positions: NDArray[Any]) -> Tensor:
    """The tensor with the stored elements that are at positions of its buffers, in their order.

    Its shape and indices are the caller's to set.
    """
    present = presence(tensor)
    validity = None if present is None else bitmap(present[positions])
    if tensor.offsets is None:
        data = tensor.data
        if data is not None:
            check_bytes(len(positions) * data.itemsize)
            data = data[positions]
        return replace(tensor, data=data, validity=validity)
    assert tensor.data is not None
    starts = tensor.offsets[:-1][positions]
    lengths = tensor.offsets[1:][positions] - starts
    offsets = np.zeros(len(positions) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    size = int(offsets[-1])
    check_bytes(size + offsets.nbytes, "the texts of a result")
    data = np.empty(size, np.uint8)
    launch(
        "texts_copy", len(positions), size + len(positions), np.ascontiguousarray(tensor.data), starts, offsets, data
    )
    return replace(tensor, data=data, offsets=offsets, validity=validity)


def pooled(parts: Sequence[Tensor], dtype: np.dtype[Any] | None) -> Tensor:
    """A vector of the stored elements of several tensors, one after the other, as `dtype` if they are numbers."""
    total = sum(part.stored for part in parts)
    first = replace(
        parts[0], shape=(total,), layout=Layout.DENSE, order=Order.C, indptr=None, indices=(), axes=(), declared=()
    )
    if all(part.validity is None for part in parts):
        validity = None
    else:
        present = [presence(part) for part in parts]
        validity = bitmap(
            np.concatenate(
                [np.ones(t.stored, np.bool_) if p is None else p for t, p in zip(parts, present, strict=True)]
            )
        )
    if first.offsets is not None:
        return replace(first, data=_joined(parts, None), offsets=_offsets(parts), validity=validity)
    return replace(first, data=_joined(parts, dtype), validity=validity)


def _joined(parts: Sequence[Tensor], dtype: np.dtype[Any] | None) -> Array:
    arrays = [np.ones(part.stored, np.bool_) if part.data is None else part.data for part in parts]
    check_bytes(sum(array.nbytes if dtype is None else len(array) * dtype.itemsize for array in arrays))
    return np.concatenate(arrays, dtype=dtype) if dtype is not None else np.concatenate(arrays)


def _offsets(parts: Sequence[Tensor]) -> NDArray[np.int64]:
    pieces, total = [np.zeros(1, np.int64)], 0
    for part in parts:
        assert part.offsets is not None
        pieces.append(part.offsets[1:] - part.offsets[0] + total)
        total += int(part.offsets[-1] - part.offsets[0])
    return np.concatenate(pieces)


def numbered(tensor: Tensor, begin: int = 0) -> NDArray[np.int64]:
    """The positions of the elements of a dense tensor in its buffers, from `begin`, as an array of its shape."""
    flat = np.arange(begin, begin + tensor.size, dtype=np.int64)
    return flat.reshape(tensor.shape, order=tensor.order.value)


def arranged(pool: Tensor, positions: NDArray[np.int64]) -> Tensor:
    """A dense tensor of the shape of `positions`, which say where in the pool its elements are."""
    shape = positions.shape
    return replace(
        picked(pool, positions.reshape(-1)),
        shape=shape, layout=Layout.DENSE, order=Order.C, indptr=None, indices=(), axes=(), declared=(), fill=b"",
    )  # fmt: skip


def filtered(tensor: Tensor, kept: NDArray[np.bool_]) -> Tensor:
    """The sparse tensor with some of its stored entries only."""
    if kept.all():
        return tensor
    indptr = tensor.indptr
    if indptr is not None:
        indptr = np.concatenate(([0], np.cumsum(kept)))[indptr].astype(indptr.dtype)
    indices = tuple(index[kept] for index in tensor.indices)
    return replace(picked(tensor, np.flatnonzero(kept)), indptr=indptr, indices=indices)


def taken(tensor: Tensor, indices: NDArray[np.int64], axis: int) -> Tensor:
    """The slices of a dense tensor at indices, counted from 0, along an axis."""
    shape = (*tensor.shape[:axis], *indices.shape, *tensor.shape[axis + 1 :])
    if tensor.validity is None and not tensor.dtype.variable:
        check_shape(shape, tensor.dtype.storage)
        found = dense(np.asarray(tensor.array().take(indices, axis=axis)))
        return replace(found, dtype=tensor.dtype, categories=tensor.categories)
    return arranged(tensor, np.asarray(numbered(tensor).take(indices, axis=axis)))


def transposed(tensor: Tensor) -> Tensor:
    """The tensor with its axes reversed. Only COO moves data."""
    result = replace(tensor, shape=tensor.shape[::-1], axes=tensor.axes[::-1])
    if tensor.ndim < 2:
        return tensor
    if tensor.layout is Layout.DENSE:
        return replace(result, order=Order.F if tensor.order is Order.C else Order.C)
    if tensor.layout is Layout.COO:
        order = np.lexsort(tensor.indices)
        indices = tuple(index[order] for index in reversed(tensor.indices))
        return replace(picked(result, order), indices=indices)
    return replace(result, layout=Layout.CSC if tensor.layout is Layout.CSR else Layout.CSR)


def categories(tensor: Tensor) -> tuple[bytes, bytes] | None:
    """What the categories of a factor can be compared by; None for other types."""
    labels = tensor.categories
    if labels is None or labels.data is None or labels.offsets is None:
        return None
    return labels.data.tobytes(), (labels.offsets - labels.offsets[0]).tobytes()
