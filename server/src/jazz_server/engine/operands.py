"""Arguments of computations as they are when they run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from jazz.values import Layout, Tensor, dense
from jazz_server.engine.errors import OpError
from jazz_server.engine.op import Scalar
from jazz_server.engine.promotion import Array
from jazz_server.kinds import describe


def checked(field: str, argument: Any) -> Tensor | Scalar:
    """A tensor whose absent entries are zero, or a literal; it has a bitmap only if something is missing.

    Raises:
        OpError: It is neither.
    """
    if not isinstance(argument, Tensor):
        if isinstance(argument, bool | int | float):
            return argument
        raise OpError(field, "a tensor", type(argument).__name__)
    if argument.fill and np.frombuffer(argument.fill, np.uint8).any():
        element = np.frombuffer(argument.fill, argument.dtype.storage)[0]
        raise OpError(field, "a sparse tensor whose absent entries are zero", f"absent entries that are {element}")
    bare = unnamed(argument)
    return bare if bare.validity is None or bare.missing else replace(bare, validity=None)


def unnamed(tensor: Tensor) -> Tensor:
    """The tensor without names and labels of dimensions, and without a unit."""
    if not tensor.axes and not tensor.declared and not tensor.unit:
        return tensor
    return replace(tensor, axes=(), declared=(), unit="")


def tensor(field: str, argument: Any) -> Tensor:
    """As `checked`, with a literal as a dense tensor of rank 0."""
    found = checked(field, argument)
    return found if isinstance(found, Tensor) else dense(np.asarray(found))


def whatever(field: str, argument: Any) -> Tensor:
    """As `tensor`, whatever absent entries stand for: for what moves elements without looking at them."""
    if not isinstance(argument, Tensor):
        return tensor(field, argument)
    return replace(tensor(field, replace(argument, fill=b"")), fill=argument.fill if any(argument.fill) else b"")


def complete(field: str, argument: Any) -> Tensor:
    """As `tensor`, with no missing elements.

    Raises:
        OpError: Some are missing.
    """
    found = tensor(field, argument)
    if found.validity is not None:
        raise OpError(field, "a tensor without missing elements", describe.count(found.missing, "missing element"))
    return found


def has_missing(argument: object) -> bool:
    """Whether an argument that was checked is a tensor with missing elements."""
    return isinstance(argument, Tensor) and argument.validity is not None


def is_sparse(argument: object) -> bool:
    """Whether an argument is a sparse tensor."""
    return isinstance(argument, Tensor) and argument.layout is not Layout.DENSE


def integers(field: str, argument: Any) -> Array:
    """A tensor of integers as int64.

    Raises:
        OpError: Some do not fit.
    """
    array = tensor(field, argument).array()
    if array.dtype == np.uint64 and array.size and int(array.max()) > np.iinfo(np.int64).max:
        raise OpError(field, "integers below 2**63", str(array.max()))
    return array.astype(np.int64, copy=False)
