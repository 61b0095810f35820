"""The order of elements of any type but complex numbers: numbers by value, texts by code points, factors by categories.

Elements are compared by *keys*, integers in the same order: NaN is behind all numbers. What is missing is behind NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jazz.values import Tensor
from jazz_server.engine import structure
from jazz_server.engine.compressed import elements
from jazz_server.engine.launch import launch
from jazz_server.engine.numbering import numbered
from jazz_server.engine.promotion import Array

_LAST = np.uint64(2**64 - 1)


def keys_of(tensor: Tensor, *, descending: bool = False) -> Array:
    """A key for every stored element, in storage order: integers, ascending in the order asked for, NaN last.

    O(n) for numbers; for texts see `ranks_of_texts`.
    """
    if tensor.dtype.variable:
        keys = ranks_of_texts(tensor)
        return -keys if descending else keys
    return _keys(elements(tensor), descending=descending)


def signed_keys(tensor: Tensor, *, descending: bool = False) -> tuple[NDArray[np.int64], np.int64]:
    """The keys of the stored elements of a tensor of fixed width as int64, and that of zero."""
    data = elements(tensor)
    keys = _keys(np.append(data, data.dtype.type(0)), descending=descending)
    if keys.dtype == np.uint64:
        keys = (keys ^ np.uint64(1 << 63)).view(np.int64)
    keys = keys.astype(np.int64, copy=False)
    return keys[:-1], keys[-1]


def _keys(data: Array, *, descending: bool) -> Array:
    if data.dtype.kind == "b":
        return data.astype(np.int8) ^ np.int8(descending)
    if data.dtype.kind != "f":
        return ~data if descending else data
    # The bits of floating-point numbers above zero are ordered as they are, those of numbers below zero the other way
    # round; zeros are made equal.
    bits = (data.astype(np.float64) + 0.0).view(np.uint64)
    keys = np.where(bits >> np.uint64(63), ~bits, bits | np.uint64(1 << 63))
    if descending:
        keys = ~keys
    keys[np.isnan(data)] = _LAST
    return keys


def order_of(keys: Array, missing: NDArray[np.bool_] | None = None, lines: Array | None = None) -> NDArray[np.int64]:
    """The order of elements with these keys, stable: line by line, in each by key, what is missing last."""
    if missing is None and lines is None:
        return stable_order(keys)
    parts = [part for part in (keys, missing, lines) if part is not None]
    return np.lexsort(parts).astype(np.int64, copy=False)


def stable_order(keys: Array) -> NDArray[np.int64]:
    """The stable order of a vector of keys: O(n) for integers that are less than two to the power of 32 apart.

    numpy sorts 16 bits stably by counting; of more bits its unstable sort is many times as fast as its stable one.
    """
    count = len(keys)
    if keys.itemsize < 4 or count >= 1 << 31:
        return np.argsort(keys, kind="stable")
    if keys.dtype.kind in "iu" and count:
        least = keys.min()
        most = int(keys.max()) - int(least)
        if most < 1 << 32:
            return _order_by_counting(keys - least, most)
    order = np.argsort(keys)
    ranked = keys[order]
    same = ranked[1:] == ranked[:-1]
    if not same.any():
        return order
    # What is equal is put right.
    tied = np.zeros(count, np.bool_)
    tied[1:] = same
    tied[:-1] |= same
    places = np.flatnonzero(tied)
    runs = np.concatenate(([0], np.cumsum(~same)))[places]
    order[places] = np.sort(runs * count + order[places]) % count
    return order


def _order_by_counting(keys: Array, most: int) -> NDArray[np.int64]:
    """The order of keys of at most 32 bits, by 16 of them after the other; `most` is the greatest one."""
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    if most < 1 << 16:
        return order
    high = (keys.astype(np.uint32) >> 16).astype(np.uint16)
    return order[np.argsort(high[order], kind="stable")]


def ranks_of_texts(tensor: Tensor) -> NDArray[np.int64]:
    """A number for each text, equal for equal texts, ordered as they are.

    O(bytes), and O(k log k) comparisons for k different texts; O(n log n) where most of the n texts are there once.
    """
    found = numbered(tensor)
    if found is None:
        return _ranks_by_sorting(tensor)
    return _ranks_by_sorting(structure.picked(tensor, found.first))[found.numbers]


def _ranks_by_sorting(tensor: Tensor) -> NDArray[np.int64]:
    order, differ = _sorted_texts(tensor)
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.cumsum(differ)
    return ranks


def _sorted_texts(tensor: Tensor) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The stable order of texts, and of each in that order whether it is another one than that before it."""
    assert tensor.data is not None
    assert tensor.offsets is not None
    offsets, data = np.ascontiguousarray(tensor.offsets), np.ascontiguousarray(tensor.data)
    count = len(offsets) - 1
    work = len(data) + count
    prefixes = np.empty(count, np.int64)
    launch("texts_prefix", count, count, offsets, data, prefixes)
    order = stable_order(prefixes)
    # Texts that begin alike are sorted by all that they are.
    begins = np.flatnonzero(np.diff(prefixes[order], prepend=0, append=0))
    runs = np.unique(np.concatenate(([0], begins, [count]))).astype(np.int64)
    launch("texts_sort_runs", len(runs) - 1, work, offsets, data, runs, order, np.empty(count, np.int64))
    differ = np.empty(count, np.bool_)
    launch("texts_differ", count, work, offsets, data, order, differ)
    return order, differ
