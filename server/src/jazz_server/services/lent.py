"""Outputs of runs whose bytes are those of inputs, and so may lie on a disk still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from jazz.values import Table, Tensor, Value
from jazz_server.services.sending import SMALL


def lent(outputs: Mapping[str, Value], inputs: Iterable[Value]) -> frozenset[str]:
    """The names of the outputs of which a large buffer lies in an input. Linear in the number of buffers.

    >>> from jazz.values import dense
    >>> x = dense(np.zeros(100_000))
    >>> sorted(lent({"same": x, "other": dense(np.zeros(100_000))}, [x]))
    ['same']
    """
    sought = {name: places for name, value in outputs.items() if (places := list(map(_place, _large(value))))}
    if not sought:
        return frozenset()
    extents = [(min(begins), max(ends)) for begins, ends in map(_extents, inputs) if begins]
    return frozenset(
        name
        for name, places in sought.items()
        if any(low <= begin and end <= high for begin, end in places for low, high in extents)
    )


def _extents(value: Value) -> tuple[list[int], list[int]]:
    places = list(map(_place, _large(value)))
    return [begin for begin, _ in places], [end for _, end in places]


def _place(array: np.ndarray[Any, np.dtype[Any]]) -> tuple[int, int]:
    begin = array.ctypes.data
    return begin, begin + array.nbytes


def _large(value: Value) -> Iterator[np.ndarray[Any, np.dtype[Any]]]:
    """The buffers of a value that are not small, those of its labels as well."""
    if isinstance(value, Table):
        for _, part in value.fields:
            yield from _large(part)
    elif isinstance(value, Tensor):
        buffers = (value.data, value.offsets, value.indptr, *value.indices, value.validity)
        yield from (array for array in buffers if array is not None and array.nbytes > SMALL)
        if value.categories is not None:
            yield from _large(value.categories)
    else:
        return
    for axis in value.declared:
        if axis.labels is not None:
            yield from _large(axis.labels)
