"""Elements in their order: sorted, and what is there once or more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Order, Tensor, dense
from jazz_server.engine import along, arguments, compressed, costs, operands, rows, selection, shapes, structure
from jazz_server.engine.compressed import Compressed, elements, row_ids
from jazz_server.engine.entries import Entries, nonzero, ravel, sparse_of, unravel
from jazz_server.engine.launch import grain
from jazz_server.engine.layouts import missing_array, to_dense, wide
from jazz_server.engine.library import kernel
from jazz_server.engine.memory import check_shape
from jazz_server.engine.missing import bitmap, missing_entries
from jazz_server.engine.op import Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.ordering import keys_of, order_of, signed_keys, stable_order
from jazz_server.engine.parallel import for_ranges
from jazz_server.engine.promotion import INT64, Array
from jazz_server.engine.rearranged import numbered_entries, placed, reshaped
from jazz_server.engine.structure import filtered
from jazz_server.kinds.types import TensorType, Type


def _infer_sort(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.with_order(inference, "x", args[0])
    arguments.flag(inference, settings, "descending")
    if arguments.rank_at_least(inference, "x", x, 1):
        shapes.axis_of(inference, settings, x.shape)
    return (x,)


def _infer_argsort(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    (x,) = _infer_sort(inference, args, settings)
    assert isinstance(x, TensorType)
    return (TensorType((INT64,), x.shape, arguments.DENSE),)


def _chosen(args: Sequence[Any], settings: Settings) -> tuple[Tensor, int, bool]:
    x, axis = operands.tensor("x", args[0]), settings["axis"]
    assert isinstance(axis, int)
    return x, axis % x.ndim, bool(settings.get("descending"))


def _run_sort(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x, axis, descending = _chosen(args, settings)
    if operands.is_sparse(x):
        return (_sorted_entries(x, axis, descending=descending),)
    if x.validity is None and not x.dtype.variable:
        found = _by_lines(x.array(), axis, lambda part: _sorted(part, descending=descending))
        return (replace(dense(found), dtype=x.dtype, categories=x.categories),)
    order = _order(x, axis, descending=descending)
    return (structure.arranged(x, np.take_along_axis(structure.numbered(x), order, axis=axis)),)


def _sorted(array: Array, *, descending: bool) -> Array:
    if not descending:
        return np.sort(array, axis=-1)
    if array.dtype.kind == "f":
        return np.asarray(-np.sort(-array, axis=-1))
    return np.sort(array, axis=-1)[..., ::-1]


def _by_lines(array: Array, axis: int, function: Callable[[Array], Array], dtype: Any = None) -> Array:
    """A function of the last axis, applied along an axis, to ranges of lines in parallel."""
    moved = np.moveaxis(array, axis, -1)
    length = moved.shape[-1]
    flat = np.ascontiguousarray(moved).reshape(-1 if length else moved.size, length) if moved.size else moved[:0]
    out = np.empty(flat.shape, dtype or array.dtype)

    def work(begin: int, end: int) -> None:
        out[begin:end] = function(flat[begin:end])

    if moved.size:
        for_ranges(len(flat), work, grain=grain(len(flat), flat.size))
    return np.ascontiguousarray(np.moveaxis(out.reshape(moved.shape), -1, axis))


def _order(x: Tensor, axis: int, *, descending: bool) -> NDArray[np.int64]:
    """The stable order of a dense tensor along an axis."""
    keys = keys_of(x, descending=descending).reshape(x.shape, order=x.order.value)
    if x.validity is None:
        return _by_lines(keys, axis, _stable_orders, np.int64)
    return np.asarray(np.lexsort((keys, missing_array(x)), axis=axis), np.int64)


def _stable_orders(keys: Array) -> NDArray[np.int64]:
    """The stable order of each of several lines."""
    if len(keys) == 1:
        return stable_order(keys[0])[None]
    return np.argsort(keys, axis=-1, kind="stable")


def _run_argsort(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x, axis, descending = _chosen(args, settings)
    check_shape(x.shape, np.dtype(np.int64))
    return (dense(_order(to_dense(x), axis, descending=descending)),)


def _sorted_entries(x: Tensor, axis: int, *, descending: bool) -> Tensor:
    """A sparse tensor, sorted: its entries but for zeros, with room for the zeros in each line."""
    keys, zero = signed_keys(x, descending=descending)
    kept = keys != zero
    if x.validity is not None:
        kept |= missing_entries(x)
    where = np.flatnonzero(kept)
    lines = along.per_row(filtered(along.map_elements(x, np.arange(x.stored)), kept), (axis,))
    order = _order_of_lines(x, lines, keys)
    behind = keys[order] > zero
    if x.validity is not None:
        behind |= missing_entries(x)[order]
    counts = np.diff(lines.indptr)
    places = np.arange(len(where)) - np.repeat(lines.indptr[:-1], counts)
    places += np.where(behind, np.repeat(x.shape[axis] - counts, counts), 0)
    result = replace(lines, indices=places.astype(lines.indices.dtype), data=order)
    if x.layout is Layout.COO:
        return _spread(x, result, axis)
    beside = (axis == 1) == (x.layout is Layout.CSR)
    return selection.delivered(x, result if beside else compressed.transpose(result), x.layout)


def _order_of_lines(x: Tensor, lines: Compressed, keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the entries of lines lie, which the lines hold, in the order of their keys, what is missing last."""
    if x.validity is not None:
        order = order_of(keys[lines.data], missing_entries(x)[lines.data], row_ids(lines))
        return np.asarray(lines.data[order])
    indptr, sorted_keys, order = lines.indptr.astype(np.int64), keys[lines.data], lines.data.astype(np.int64)
    longest = int(np.diff(indptr).max()) if lines.rows else 0
    sort = kernel("csr_sort_indices", index=np.int64)

    def work(begin: int, end: int) -> None:
        sort(indptr, sorted_keys, order, np.empty(longest, np.int64), np.empty(longest, np.int64), begin, end)

    for_ranges(lines.rows, work, grain=grain(lines.rows, lines.rows + lines.stored))
    return order


def _spread(x: Tensor, lines: Compressed, axis: int) -> Tensor:
    """The tensor of coordinates with entries of `x` in lines along an axis, where `lines` has their places."""
    others = [*x.shape[:axis], *x.shape[axis + 1 :]]
    index = unravel(row_ids(lines).astype(np.int64), others, np.dtype(np.int64))
    positions = ravel([*index[:axis], lines.indices.astype(np.int64), *index[axis:]], x.shape)
    again = np.argsort(positions, kind="stable")
    return placed(x, Entries(x.shape, positions[again], lines.data[again]), x.layout)


def _infer_unique(inference: Inference, args: Sequence[Type | Scalar], _settings: Settings) -> tuple[Type, ...]:
    x = arguments.with_order(inference, "x", args[0])
    found = (inference.fresh(),)
    places = TensorType((INT64,), found, arguments.DENSE)
    inverse = TensorType((INT64,), x.shape, x.layouts)
    return (TensorType(x.dtypes, found, arguments.DENSE, nullable=x.nullable), places, inverse, places)


def _run_unique(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x = operands.tensor("x", args[0])
    flat, positions, gap = _flat(x)
    missing = None if flat.validity is None else missing_entries(flat)
    keys = keys_of(flat)
    order = order_of(keys, missing)
    keys = keys[order]
    differ = np.ones(len(keys), np.bool_)
    differ[1:] = keys[1:] != keys[:-1]
    if missing is not None:
        marks = missing[order]
        differ[1:] = np.where(marks[1:] | marks[:-1], marks[1:] != marks[:-1], differ[1:])
    starts = np.flatnonzero(differ)
    first = order[starts]
    counts = np.diff(starts, append=len(order)).astype(np.int64)
    inverse = np.empty(len(order), np.int64)
    inverse[order] = np.cumsum(differ) - 1
    if gap is not None:
        counts[inverse[gap]] += x.size - x.stored - 1
    return (
        structure.arranged(flat, first), dense(positions[first]), _inverse(x, positions, inverse, gap), dense(counts),
    )  # fmt: skip


def _flat(x: Tensor) -> tuple[Tensor, NDArray[np.int64], int | None]:
    """The elements in C order, and where they are; of a sparse tensor those that are stored and the first that is not.

    That one is the last result: where it is among the elements, None when all are stored.
    """
    if not operands.is_sparse(x):
        return reshaped(x, (x.size,)), np.arange(x.size, dtype=np.int64), None
    entries = numbered_entries(x)
    data, positions = elements(x)[entries.values], entries.positions
    present = None if x.validity is None else ~missing_entries(x)[entries.values]
    gap = None
    if x.stored < x.size:
        gaps = np.flatnonzero(positions != np.arange(len(positions)))
        gap = int(gaps[0]) if len(gaps) else len(positions)
        data, positions = np.insert(data, gap, data.dtype.type(0)), np.insert(positions, gap, gap)
        present = None if present is None else np.insert(present, gap, True)
    flat = Tensor(x.dtype, (len(data),), data=data, validity=bitmap(present), categories=x.categories)
    return flat, positions, gap


def _inverse(x: Tensor, positions: NDArray[np.int64], inverse: NDArray[np.int64], gap: int | None) -> Tensor:
    if x.layout is Layout.DENSE:
        return dense(inverse.reshape(x.shape))
    fill = np.int64(0) if gap is None else inverse[gap]
    kept = inverse != fill
    entries = Entries(x.shape, positions[kept], inverse[kept])
    result = sparse_of(nonzero(entries) if not fill else entries, x.layout, wide=wide(x))
    return replace(result, order=Order.C, fill=fill.tobytes() if fill else b"")


_ORDER: Final = (
    "Numbers are ordered by value, NaN last; texts and bytes by code points; times by time; factors by the order of "
    "their categories"
)
_PARAMETERS: Final = (
    Parameter("axis", "axis", "The axis, from the end when negative.", default=-1),
    Parameter(
        "descending", "bool", "Whether the greatest comes first; NaN and what is missing stay last.", default=False
    ),
)

OPS: Final = (
    Op(
        name="sort",
        version=1,
        signature="sort(x[..., n], axis, descending) -> [..., n]",
        doc=f"The elements of each line along an axis in their order. {_ORDER}; -0.0 equals 0. Keeps the layout.",
        missing="Last, after NaN, and missing.",
        arguments=("x",),
        results=("result",),
        infer=_infer_sort,
        run=_run_sort,
        parameters=_PARAMETERS,
        cost=costs.sorting,
        work="O(n log n) for n elements stored",
        rows=rows.not_along(-1),
    ),
    Op(
        name="argsort",
        version=1,
        signature="argsort(x[..., n], axis, descending) -> int64[..., n]",
        doc=(
            "Where the elements of sort are in x, along the axis: take(x, argsort(x)) is sort(x) for a vector. "
            f"{_ORDER}. Equal elements are in the order of their indices, and so are those that are NaN. Dense."
        ),
        missing="Last, after NaN; nothing of the result is missing.",
        arguments=("x",),
        results=("indices",),
        infer=_infer_argsort,
        run=_run_argsort,
        parameters=_PARAMETERS,
        cost=costs.sorting,
        work="O(n log n) for n elements",
        rows=rows.not_along(-1),
    ),
    Op(
        name="unique",
        version=1,
        signature="unique(x[...]) -> values [u], indices int64[u], inverse int64[...], counts int64[u]",
        doc=(
            "Each element of x once, in order; where it is first, counted in C order; which of them each element of x "
            "is, in the layout of x; and how often it is there. The array API's unique_all, with NaN once. "
            f"{_ORDER}. Absent entries count as the zeros that they are; in the inverse of a sparse x absent entries "
            "stand for the index of zero, and to_dense makes them so."
        ),
        missing="One element, the last one, missing in the values.",
        arguments=("x",),
        results=("values", "indices", "inverse", "counts"),
        infer=_infer_unique,
        run=_run_unique,
        cost=costs.sorting,
        work="O(n log n) for n elements stored",
    ),
)
"""The operations of this module."""
