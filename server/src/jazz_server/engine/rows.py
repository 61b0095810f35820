"""Rows: which operations work on each of them for itself, and values of some of them.

A pipeline whose operations do can be run on a few rows at a time: what does not fit into memory streams, and requests
of a few rows each are run as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jazz.values import Layout, Order, Tensor
from jazz_server.engine import structure
from jazz_server.engine.missing import bitmap
from jazz_server.engine.op import Flow, RowRule, Scalar, Settings
from jazz_server.kinds.types import TensorType, Type


def elementwise(along: Sequence[bool], args: Sequence[Type | Scalar], _settings: Settings) -> Flow | None:
    """The rule of operations that work element by element, with broadcasting."""
    ranks = [_rank(arg) for arg in args]
    if None in ranks:
        return None
    rank = max(each for each in ranks if each is not None)
    for marked, own, arg in zip(along, ranks, args, strict=True):
        stretched = isinstance(arg, TensorType) and arg.shape is not None and arg.shape[:1] == (1,)
        if (marked and own != rank) or (not marked and own == rank and not stretched):
            return None
    return Flow.ROWS


def of_first(along: Sequence[bool], _args: Sequence[Type | Scalar], _settings: Settings) -> Flow | None:
    """The rule of operations that work on each row of their first argument, and on the others as a whole."""
    return Flow.ROWS if along[0] and not any(along[1:]) else None


def along_last(along: Sequence[bool], args: Sequence[Type | Scalar], settings: Settings) -> Flow | None:
    """The rule of operations that work along the last axis of their first argument."""
    return of_first(along, args, settings) if (_rank(args[0]) or 0) > 1 else None


def not_along(default: int | None) -> RowRule:
    """The rule of operations that work along `axis`, of which `default` is the default, on their first argument."""

    def rule(along: Sequence[bool], args: Sequence[Type | Scalar], settings: Settings) -> Flow | None:
        axes = _axes(settings.get("axis", default), args[0])
        return of_first(along, args, settings) if axes is not None and 0 not in axes else None

    return rule


def reducing(flow: Flow | None = None) -> RowRule:
    """The rule of reductions along `axis`, all when it is unset; `flow` says how parts of a result become one."""

    def rule(along: Sequence[bool], args: Sequence[Type | Scalar], settings: Settings) -> Flow | None:
        x, axes = args[0], _axes(settings.get("axis"), args[0])
        if not along[0] or any(along[1:]) or axes is None:
            return None
        if 0 not in axes:
            return Flow.ROWS
        # A part of which nothing is left is missing: parts of such results do not become one. Only numbers do.
        alone = isinstance(x, TensorType) and (x.nullable or not all(dtype.numeric for dtype in x.dtypes))
        return None if alone else flow

    return rule


def product(along: Sequence[bool], args: Sequence[Type | Scalar], _settings: Settings) -> Flow | None:
    """The rule of the matrix product: rows of the first factor."""
    return Flow.ROWS if along[0] and not along[1] and _rank(args[0]) == 2 else None


def beside(along: Sequence[bool], args: Sequence[Type | Scalar], settings: Settings) -> Flow | None:
    """The rule of operations that join their arguments along `axis`, 0 when it is unset."""
    axes = _axes(settings.get("axis", 0), args[0])
    return Flow.ROWS if all(along) and axes is not None and 0 not in axes else None


def picking(along: Sequence[bool], args: Sequence[Type | Scalar], settings: Settings) -> Flow | None:
    """The rule of `take`: columns of rows, or rows at indices that lie along the rows."""
    axes = _axes(settings.get("axis", 0), args[0])
    if axes is None or along[0] == along[1]:
        return None
    return Flow.ROWS if (0 in axes) == along[1] else None


def _rank(arg: Type | Scalar) -> int | None:
    if isinstance(arg, bool | int | float | str):
        return 0
    return None if not isinstance(arg, TensorType) or arg.shape is None else len(arg.shape)


def _axes(axis: object, arg: Type | Scalar) -> tuple[int, ...] | None:
    """The axes of a setting, counted from the start; None when that is not known."""
    rank = _rank(arg)
    if rank is None:
        return None
    if axis is None:
        return tuple(range(rank))
    given = axis if isinstance(axis, tuple) else (axis,)
    return tuple(each % rank for each in given if isinstance(each, int)) if rank else None


def can_be_cut(type_: Type) -> bool:
    """Whether rows of such values lie together, so that some of them are a part of the buffers."""
    if not isinstance(type_, TensorType) or not type_.shape or type_.layout is None:
        return False
    return type_.layout is not Layout.CSC and not (type_.layout is Layout.DENSE and type_.dtype is None)


def between(tensor: Tensor, begin: int, end: int) -> Tensor:
    """The rows from `begin` up to `end`. Buffers are shared where they can be; names and labels of axes are dropped."""
    shape = (end - begin, *tensor.shape[1:])
    part = replace(tensor, shape=shape, axes=(), declared=())
    if tensor.layout is Layout.DENSE:
        if tensor.order is Order.F:
            return structure.taken(replace(tensor, axes=(), declared=()), np.arange(begin, end), 0)
        width = int(np.prod(tensor.shape[1:], dtype=np.int64))
        return _stored_between(part, tensor, begin * width, end * width)
    if tensor.layout is Layout.COO:
        first, last = (int(place) for place in np.searchsorted(tensor.indices[0], (begin, end)))
        own, *others = (index[first:last] for index in tensor.indices)
        part = replace(part, indices=(own - own.dtype.type(begin), *others))
        return _stored_between(part, tensor, first, last)
    assert tensor.indptr is not None
    indptr = tensor.indptr[begin : end + 1]
    first, last = int(indptr[0]), int(indptr[-1])
    part = replace(part, indptr=indptr - indptr[0], indices=(tensor.indices[0][first:last],))
    return _stored_between(part, tensor, first, last)


def _stored_between(part: Tensor, tensor: Tensor, first: int, last: int) -> Tensor:
    """`part` with the stored elements from `first` up to `last` of a tensor."""
    validity = None
    if tensor.validity is not None:
        bytes_ = tensor.validity[first // 8 : -(-last // 8)]
        validity = bitmap(np.unpackbits(bytes_, bitorder="little")[first % 8 :][: last - first].astype(np.bool_))
    if tensor.offsets is not None:
        offsets = tensor.offsets[first : last + 1]
        assert tensor.data is not None
        data = tensor.data[int(offsets[0]) : int(offsets[-1])]
        return replace(part, data=data, offsets=offsets - offsets[0], validity=validity)
    data_part = None if tensor.data is None else tensor.data[first:last]
    return replace(part, data=data_part, validity=validity)
