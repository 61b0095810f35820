"""The beginnings of tensors."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from jazz.values import Layout, Order, Tensor
from jazz_server.statistics.stored import Array, Buffer, Stored
from jazz_server.statistics.texts import SHOWN, cut, texts_tensor


def head(tensor: Stored, rows: int, columns: int) -> Tensor | None:
    """The beginning of a tensor; None when it has no element (stored entry).

    Dense: the first elements in each of the last two dimensions (`rows`, `columns`), at position 0 of all others; long
    texts are cut, and factors are the texts of their categories. Sparse: the first `rows` stored entries as COO.
    """
    if tensor.count == 0:
        return None
    return _entries(tensor, rows) if tensor.sparse else _corner(tensor, rows, columns)


def _corner(tensor: Stored, rows: int, columns: int) -> Tensor:
    last = slice(max(0, len(tensor.shape) - 2), None)
    shown = tuple(map(min, tensor.shape[last], (rows, columns)))
    strides = _strides(tensor)[last]
    places = [
        sum(place * stride for place, stride in zip(position, strides, strict=True))
        for position in itertools.product(*map(range, shown))
    ]
    validity = _validity(tensor, places)
    if tensor.offsets is not None:
        texts = [cut(tensor.text(place, SHOWN + 1), tensor.dtype) for place in places]
        made = texts_tensor(texts, tensor.dtype, shown)
    elif tensor.categories is not None:
        made = _categories(tensor, tensor.categories, places, shown)
    else:
        return Tensor(tensor.dtype, shown, data=_picked(tensor.data, places), validity=validity)
    return Tensor(made.dtype, shown, data=made.data, offsets=made.offsets, validity=validity)


def _strides(tensor: Stored) -> list[int]:
    """How many elements lie between neighbours in each dimension."""
    strides = []
    step = 1
    backwards = tensor.order is Order.C
    for length in tensor.shape[::-1] if backwards else tensor.shape:
        strides.append(step)
        step *= length
    return strides[::-1] if backwards else strides


def _categories(tensor: Stored, categories: Stored, places: Sequence[int], shape: tuple[int, ...]) -> Tensor:
    texts = [
        cut(categories.text(_element(tensor.data, place), SHOWN + 1), categories.dtype)
        if _is_there(tensor, place)
        else b""
        for place in places
    ]
    return texts_tensor(texts, categories.dtype, shape)


def _entries(tensor: Stored, number: int) -> Tensor:
    places = range(min(number, tensor.count))
    if tensor.indptr is None:
        indices = [_picked(each, places) for each in tensor.indices]
    else:
        lines = [_line(tensor.indptr, place) for place in places]
        indices = [np.array(lines, np.int64), _picked(tensor.indices[0], places).astype(np.int64)]
        if tensor.layout is Layout.CSC:
            indices.reverse()
    order = np.lexsort(indices[::-1])
    return Tensor(
        tensor.dtype,
        tensor.shape,
        layout=Layout.COO,
        data=None if tensor.data is None else _picked(tensor.data, places)[order],
        indices=tuple(each[order] for each in indices),
        validity=_validity(tensor, order.tolist()),
        fill=tensor.fill,
    )


def _line(indptr: Buffer, entry: int) -> int:
    """The row (CSC: column) that a stored entry lies in, by binary search."""
    return bisect_right(range(indptr.count), entry, key=lambda place: _element(indptr, place)) - 1


def _element(buffer: Buffer | None, position: int) -> int:
    assert buffer is not None
    return int(buffer.part(position, position + 1)[0])


def _picked(buffer: Buffer | None, places: Sequence[int]) -> Array:
    assert buffer is not None
    return np.concatenate([buffer.part(place, place + 1) for place in places])


def _is_there(tensor: Stored, place: int) -> bool:
    present = tensor.present(place, place + 1)
    return present is None or bool(present[0])


def _validity(tensor: Stored, places: Sequence[int]) -> Array | None:
    """Arrow's bitmap for elements at these places; None when all are there."""
    there = [_is_there(tensor, place) for place in places]
    return None if all(there) else np.packbits(there, bitorder="little")
