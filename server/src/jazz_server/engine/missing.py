"""Which elements of a tensor are missing: from its bitmap to truth values, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor
from jazz_server.engine.promotion import BOOL

Marks: TypeAlias = NDArray[np.bool_]
"""True where an element is missing."""


def presence(tensor: Tensor) -> NDArray[np.bool_] | None:
    """Which stored elements are there, in storage order; None when all are."""
    if tensor.validity is None:
        return None
    return np.unpackbits(tensor.validity, count=tensor.stored, bitorder="little").astype(np.bool_)


def bitmap(present: NDArray[np.bool_] | None) -> NDArray[np.uint8] | None:
    """The bitmap of which elements are there; None when all are."""
    if present is None or present.all():
        return None
    return np.packbits(present, bitorder="little")


def missing_entries(tensor: Tensor) -> Marks:
    """Which stored elements are missing, in storage order."""
    present = presence(tensor)
    return np.zeros(tensor.stored, np.bool_) if present is None else ~present


def marks(tensor: Tensor) -> Tensor:
    """The tensor of bool that has the same places and is true where elements are missing."""
    return Tensor(
        BOOL, tensor.shape, tensor.layout, tensor.order,
        data=missing_entries(tensor), indptr=tensor.indptr, indices=tensor.indices,
    )  # fmt: skip


def unmarked(tensor: Tensor) -> Tensor:
    """The tensor with zeros, which are there, where elements are missing."""
    return tensor if tensor.validity is None else replace(tensor, validity=None)


def marked(tensor: Tensor, missing: Marks) -> Tensor:
    """A tensor of fixed width in which elements are missing; there are zeros below the marks.

    Args:
        tensor: A tensor of which nothing is missing, and which is not a pattern.
        missing: Which elements are: for a dense tensor an array that broadcasts to its shape, for a sparse one its
            stored entries in their order.
    """
    if not missing.any():
        return tensor
    assert tensor.data is not None
    if tensor.layout is Layout.DENSE:
        missing = np.broadcast_to(missing, tensor.shape).reshape(-1, order=tensor.order.value)
    if not missing.any():
        return tensor
    data = np.where(missing, tensor.data.dtype.type(0), tensor.data)
    return replace(tensor, data=data, validity=bitmap(~missing))
