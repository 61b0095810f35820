"""Tensors to arrays of numpy."""

from __future__ import annotations

import itertools
from typing import Any, TypeVar

import numpy as np

from jazz.convert.building import NumpyArray
from jazz.values import DataType, Order, Tensor

_T = TypeVar("_T")


def numpy_array(tensor: Tensor) -> NumpyArray:
    """The array of a dense tensor, in its order.

    Numbers and truth values are views of the tensor's memory, masked where elements are missing; times are `datetime64`
    and `timedelta64` with NaT, those with a zone as UTC with the zone in the metadata of the dtype; strings are of
    `StringDType`, with None where they are missing; bytes are objects; factors are the strings of their categories.
    """
    dtype = tensor.dtype
    if dtype.variable:
        return _placed(tensor, _objects(tensor))
    if dtype.name == "factor":
        return _placed(tensor, _factor(tensor))
    array = tensor.array()
    missing = missing_elements(tensor)
    if dtype.numeric:
        return array if missing is None else np.ma.MaskedArray(array, missing)
    counts = array.astype(np.int64) if dtype.name == "date" or missing is not None else array
    if missing is not None:
        counts[missing] = np.iinfo(np.int64).min
    return counts.view(_time_type(dtype))


def _time_type(dtype: DataType) -> np.dtype[Any]:
    if dtype.name == "date":
        return np.dtype("<M8[D]")
    if dtype.name == "duration":
        return np.dtype(f"<m8[{dtype.unit}]")
    if dtype.zone:
        return np.dtype(f"<M8[{dtype.unit}]", metadata={"zone": dtype.zone})
    return np.dtype(f"<M8[{dtype.unit}]")


def _placed(tensor: Tensor, elements: NumpyArray) -> NumpyArray:
    """Elements in storage order as an array of the tensor's shape."""
    return elements.reshape(tensor.shape, order=tensor.order.value)


def _objects(tensor: Tensor) -> NumpyArray:
    items = texts(tensor) if tensor.dtype.name == "string" else contents(tensor)
    if tensor.dtype.name == "string":
        return np.array(items, text_type(tensor.validity is not None))
    array = np.empty(len(items), np.dtype("O", metadata={"jazz": "bytes"}))
    array[:] = items
    return array


def text_type(missing: bool) -> np.dtype[Any]:
    """The type of arrays of strings, with None for missing ones if there are any."""
    return np.dtypes.StringDType(na_object=None) if missing else np.dtypes.StringDType()


def _factor(tensor: Tensor) -> NumpyArray:
    assert tensor.categories is not None
    assert tensor.data is not None
    missing = present(tensor)
    categories = np.array([*texts(tensor.categories), "" if missing is None else None], text_type(missing is not None))
    codes = tensor.data if missing is None else np.where(missing, tensor.data, len(categories) - 1)
    return categories[codes]


def contents(tensor: Tensor) -> list[bytes | None]:
    """The elements of a tensor of strings or bytes, in storage order."""
    assert tensor.offsets is not None
    assert tensor.data is not None
    data = tensor.data.tobytes()
    bounds = tensor.offsets.tolist()
    items: list[bytes | None] = [data[start:stop] for start, stop in itertools.pairwise(bounds)]
    return _without_missing(tensor, items)


def texts(tensor: Tensor) -> list[str | None]:
    """The elements of a tensor of strings, in storage order."""
    assert tensor.offsets is not None
    assert tensor.data is not None
    text = tensor.data.tobytes().decode()
    if len(text) != len(tensor.data):
        return [None if item is None else item.decode() for item in contents(tensor)]
    bounds = tensor.offsets.tolist()
    items: list[str | None] = [text[start:stop] for start, stop in itertools.pairwise(bounds)]
    return _without_missing(tensor, items)


def _without_missing(tensor: Tensor, items: list[_T | None]) -> list[_T | None]:
    there = present(tensor)
    if there is None:
        return items
    return [item if known else None for item, known in zip(items, there.tolist(), strict=True)]


def present(tensor: Tensor) -> NumpyArray | None:
    """Which elements (stored entries) are there, in storage order; None when all are."""
    if tensor.validity is None:
        return None
    return np.unpackbits(tensor.validity, count=tensor.stored, bitorder="little").view(np.bool_)


def missing_elements(tensor: Tensor) -> NumpyArray | None:
    """Which elements of a dense tensor are missing, in its shape; None when none is."""
    there = present(tensor)
    if there is None:
        return None
    order = Order.C if tensor.ndim < 2 else tensor.order
    return np.logical_not(there).reshape(tensor.shape, order=order.value)


def scalar(tensor: Tensor) -> Any:
    """The element of a tensor of rank 0.

    A numpy scalar, a `str` or `bytes`, or NaT; an array of rank 0 where only its dtype can say what it is: when it is
    missing and no time, and for a timestamp with a zone.
    """
    array = numpy_array(tensor)
    if tensor.dtype.name == "timestamp" and tensor.dtype.zone:
        return array
    if tensor.validity is not None and array.dtype.kind not in "mM":
        return array
    return array[()]
