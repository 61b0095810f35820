"""Arrays and lists to the buffers of dense tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from jazz.values import DataType, Order, Tensor

NumpyArray: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def storage_order(array: NumpyArray) -> Order:
    """The order in which the elements of an array are stored without moving them, if there is one; else C."""
    if array.ndim > 1 and array.flags.f_contiguous and not array.flags.c_contiguous:
        return Order.F
    return Order.C


def fixed(dtype: DataType, array: NumpyArray, missing: NumpyArray | None = None) -> Tensor:
    """A dense tensor over an array of the storage type (or of its size); copied only where it must be.

    Args:
        dtype: The data type.
        array: The elements; what they are where they are missing does not matter.
        missing: Which elements are missing, of the shape of `array`.
    """
    order = storage_order(array)
    flat = array.astype(dtype.storage, copy=False).reshape(-1, order=order.value)
    if not flat.flags.c_contiguous:
        flat = flat.copy()
    tensor = Tensor(dtype, array.shape, order=order, data=flat)
    if missing is None or not missing.any():
        return tensor
    gone = missing.reshape(-1, order=order.value)
    if flat[gone].view(np.uint8).any():
        flat = flat.copy()
        flat[gone] = 0
    return replace(tensor, data=flat, validity=bitmap(~gone))


def bitmap(present: NumpyArray) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The validity bitmap of truth values."""
    return np.packbits(present, bitorder="little")


def variable(name: str, items: Sequence[bytes | None], shape: tuple[int, ...], order: Order = Order.C) -> Tensor:
    """A dense tensor of strings or bytes from its elements in storage order, None where they are missing."""
    offsets = np.zeros(len(items) + 1, np.int64)
    missing = np.fromiter((item is None for item in items), np.bool_, len(items))
    present = [item or b"" for item in items]
    np.cumsum(np.fromiter(map(len, present), np.int64, len(items)), out=offsets[1:])
    data = np.frombuffer(b"".join(present), np.uint8)
    validity = bitmap(~missing) if missing.any() else None
    return Tensor(DataType(name), shape, order=order, data=data, offsets=offsets, validity=validity)
