"""Shapes: axes reversed, tensors joined, lengths."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate
from typing import Any, Final

import numpy as np

from jazz.values import DataType, Layout, Table, Tensor, Value, dense
from jazz_server.engine import arguments, costs, frames, layouts, operands, rows, selection, shapes, stacked, structure
from jazz_server.engine.categories import united
from jazz_server.engine.errors import OpError
from jazz_server.engine.memory import check_shape
from jazz_server.engine.op import Cost, CostSettings, Inference, Op, Parameter, Run, Scalar, Settings, Size
from jazz_server.engine.promotion import INT64, Array, ordered, outcomes
from jazz_server.engine.texts import listed
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, Dimension, TableType, TensorType, Type

_FLIPPED = {Layout.CSR: Layout.CSC, Layout.CSC: Layout.CSR}


def _infer_transpose(inference: Inference, args: Sequence[Type | Scalar], _settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], (), fill=None)
    flipped = {_FLIPPED.get(layout, layout) for layout in x.layouts}
    shape = None if x.shape is None else x.shape[::-1]
    return (replace(x, shape=shape, layouts=tuple(layout for layout in Layout if layout in flipped)),)


def _run_transpose(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x = args[0] if isinstance(args[0], Tensor) else operands.tensor("x", args[0])
    return (structure.transposed(x),)


def _cost_transpose(args: Sequence[Size], _settings: CostSettings, _results: Sequence[Size]) -> Cost:
    (x,) = args
    return Cost(0, 0 if len(x.shape) == 2 else None)


def _infer_size(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], (), fill=None)
    shapes.axis_of(inference, settings, x.shape)
    return (TensorType((INT64,), (), arguments.DENSE),)


def _run_size(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x = args[0] if isinstance(args[0], Tensor) else operands.tensor("x", args[0])
    axis = settings.get("axis")
    size = x.shape[axis] if isinstance(axis, int) else x.size
    return (dense(np.asarray(size, np.int64)),)


_MOST_COMBINATIONS: Final = 4096


def _join(*arrays: Array) -> Array:
    return np.concatenate(arrays)


def _infer_concat(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    if args and all(map(frames.is_unknown, args)):
        return (AnyType(),)
    if any(isinstance(arg, TableType) for arg in args):
        frames.check_axis(inference, settings)
        return (stacked.stacked_type(inference, _names(args), args, partial(joined_type, inference, {"axis": 0})),)
    return infer_concat(inference, args, settings)


def infer_concat(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    """The type of arrays that are joined."""
    if not args:
        inference.mismatch("arrays", "at least one array", "none")
        return (TensorType(),)
    return (joined_type(inference, settings, _names(args), args),)


def _names(args: Sequence[object]) -> list[str]:
    return [f"arrays[{position}]" for position in range(len(args))]


def joined_type(
    inference: Inference, settings: Settings, names: Sequence[str], args: Sequence[Type | Scalar]
) -> TensorType:
    """The type of tensors of these names that are joined."""
    parts = [arguments.tensor(inference, name, arg, (), fill=None) for name, arg in zip(names, args, strict=True)]
    arguments.same_unit(inference, names, args)
    fit = [arguments.rank_at_least(inference, name, part, 1) for name, part in zip(names, parts, strict=True)]
    dtypes = _joined_dtypes(inference, names, parts)
    found = [part.shape if fits else None for part, fits in zip(parts, fit, strict=True)]
    shape = _joined_shape(inference, names, found, settings)
    possible = {_joined_layout(one) for one in arguments.combined(*_layout_choices(parts))}
    kept = tuple(layout for layout in Layout if layout in possible)
    fill = parts[0].fill if all(part.fill == parts[0].fill for part in parts) else 0
    return TensorType(dtypes, shape, kept, nullable=any(part.nullable for part in parts), fill=fill)


def _layout_choices(parts: Sequence[TensorType]) -> list[tuple[Layout, ...]]:
    """The layouts that arguments may have; of those that may have the same two stand for all, which keeps it cheap."""
    counted = Counter(part.layouts for part in parts)
    return [found for found, times in counted.items() for _ in range(min(times, 2))]


def _joined_layout(found: Sequence[Layout | None]) -> Layout:
    if Layout.DENSE in found:
        return Layout.DENSE
    first = found[0]
    assert first is not None
    return first if all(layout is first for layout in found) else Layout.CSR


def _joined_dtypes(inference: Inference, names: Sequence[str], parts: Sequence[TensorType]) -> tuple[DataType, ...]:
    known = parts[0].dtypes
    for name, part in zip(names[1:], parts[1:], strict=True):
        if not known or not part.dtypes:
            known = ()
            continue
        same = tuple(dtype for dtype in known if dtype in part.dtypes and not dtype.numeric)
        numbers = [[dtype for dtype in dtypes if dtype.numeric] for dtypes in (known, part.dtypes)]
        found = ordered(result.dtype for result in outcomes(_join, numbers)) if all(numbers) else ()
        if not same and not found:
            texts = {dtype.name for dtype in (*known, *part.dtypes)} == {"string", "factor"}
            way_out = ' (add with "" makes strings of a factor)' if texts else ""
            expected = f"{describe.dtypes(known)}, as {names[0]} has{way_out}"
            inference.mismatch(name, expected, describe.dtypes(part.dtypes))
            return ()
        known = (*found, *same)
    return _joined_numbers(parts) or known


def _joined_numbers(parts: Sequence[TensorType]) -> tuple[DataType, ...]:
    """What numpy makes of all parts at once, which is not always what it makes of one after the other.

    Of int8, uint8 and float16 it makes float16, though of the first two it makes int16, and of that and float16
    float32. Nothing when not all are numbers, or when there are too many combinations to ask for.
    """
    if not all(part.dtypes and all(dtype.numeric for dtype in part.dtypes) for part in parts):
        return ()
    certain = dict.fromkeys(part.dtypes for part in parts if len(part.dtypes) == 1)
    choices = [*certain, *(part.dtypes for part in parts if len(part.dtypes) > 1)]
    if math.prod(map(len, choices)) > _MOST_COMBINATIONS:
        return ()
    return ordered(result.dtype for result in outcomes(_join, choices))


def _joined_shape(
    inference: Inference, names: Sequence[str], found: Sequence[shapes.Shape], settings: Settings
) -> shapes.Shape:
    known = next((shape for shape in found if shape is not None), None)
    axis = shapes.axis_of(inference, settings, known)
    if known is None or axis is None or axis >= len(known):
        return None
    result: list[Dimension] = list(known)
    total: Dimension = 0
    for name, shape in zip(names, found, strict=True):
        if shape is None:
            total = None
            continue
        if len(shape) != len(known):
            inference.mismatch(name, f"rank {len(known)} as the others have", describe.rank(shape))
            return None
        for i, length in enumerate(shape):
            if i != axis:
                result[i] = _same(inference, name, result[i], length, i, len(known))
        total = total + shape[axis] if isinstance(total, int) and isinstance(shape[axis], int) else None  # type: ignore[operator]
    result[axis] = known[axis] if len(found) == 1 else inference.fresh() if total is None else total
    return tuple(result)


def _same(inference: Inference, name: str, expected: Dimension, found: Dimension, axis: int, rank: int) -> Dimension:
    if isinstance(expected, int) and isinstance(found, int) and expected != found:
        inference.mismatch(name, *(describe.length(length, rank, axis) for length in (expected, found)))
        return expected
    return shapes.same(inference, name, expected, found, "element")


def _run_concat(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    if isinstance(args[0], Table):
        run.checkpoint()
        return (stacked.stacked(_names(args), args, partial(joined, run, 0)),)
    return run_concat(run, args, settings)


def run_concat(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    """Arrays that are joined."""
    axis = settings["axis"]
    assert isinstance(axis, int)
    return (joined(run, axis % args[0].ndim, _names(args), args),)


def joined(run: Run, axis: int, names: Sequence[str], parts: Sequence[Tensor]) -> Tensor:
    """Tensors of these names, joined along an axis."""
    parts = _alike(names, parts)
    run.checkpoint()
    dtype = _numeric_dtype(parts)
    layout = _joined_layout([part.layout for part in parts])
    if layout is Layout.DENSE:
        return _concat_dense(parts, axis, dtype)
    pool = structure.pooled(parts, dtype)
    return selection.concat(_typed(pool, dtype), parts, axis, layout)


def _numeric_dtype(parts: Sequence[Tensor]) -> np.dtype[Any] | None:
    """What numpy makes of the types of all; None for what are not numbers."""
    return np.result_type(*(x.dtype.storage for x in parts)) if parts[0].dtype.numeric else None


def _typed(pool: Tensor, dtype: np.dtype[Any] | None) -> Tensor:
    return pool if dtype is None else replace(pool, dtype=DataType(dtype.name))


def _concat_dense(parts: Sequence[Tensor], axis: int, dtype: np.dtype[Any] | None) -> Tensor:
    parts = [layouts.to_dense(part) for part in parts]
    if dtype is not None and not any(part.missing for part in parts):
        lengths = [part.shape[axis] for part in parts]
        check_shape((*parts[0].shape[:axis], sum(lengths), *parts[0].shape[axis + 1 :]), dtype)
        return dense(np.concatenate([part.array() for part in parts], axis=axis))
    begins = [0, *accumulate(part.size for part in parts)]
    places = [structure.numbered(part, begin) for part, begin in zip(parts, begins, strict=False)]
    return structure.arranged(_typed(structure.pooled(parts, dtype), dtype), np.concatenate(places, axis=axis))


def _alike(names: Sequence[str], parts: Sequence[Tensor]) -> Sequence[Tensor]:
    """The parts with the same categories, where they are factors."""
    first = parts[0]
    for name, part in zip(names, parts, strict=True):
        if _fill(part) != _fill(first) and any(map(_fill, parts)):
            raise OpError(name, "absent entries that stand for the same value", "absent entries of another value")
        if first.dtype.ordered and structure.categories(part) != structure.categories(first):
            own, others = (describe.names(listed(x.categories)) for x in (part, first) if x.categories is not None)
            raise OpError(name, f"the ordered categories {others}, as {names[0]} has", own)
    return united(parts) if first.dtype.name == "factor" else parts


def _fill(tensor: Tensor) -> bytes:
    return tensor.fill if any(tensor.fill) else b""


OPS: Final = (
    Op(
        name="transpose",
        version=1,
        signature="transpose(x[m, n]) -> [n, m]",
        doc=(
            "x with its axes reversed, for any element type and rank. CSR becomes CSC and the reverse, C order Fortran "
            "order, without moving data; COO is sorted anew."
        ),
        missing="Stay so.",
        arguments=("x",),
        results=("result",),
        infer=_infer_transpose,
        run=_run_transpose,
        cost=_cost_transpose,
        work="O(1); O(entries log entries) for COO",
    ),
    Op(
        name="concat",
        version=1,
        signature="concat(*arrays, axis) -> [...], concat(*tables) -> table",
        doc=(
            "The arrays one after the other along an axis. They have the same shape but for that axis, and the same "
            "element type or numbers, which numpy's rules make one type. Factors have the categories of the first, "
            "then those that others have besides; ordered ones have the same, in the same order. Tables have the same "
            "fields, in whatever order, and their rows are joined field by field, with labels where those of "
            "all rows are of one type. Dense if any is dense, the layout of all if it is one, else CSR."
        ),
        missing="Stay so.",
        arguments=("*arrays",),
        results=("result",),
        infer=_infer_concat,
        run=_run_concat,
        rows=rows.beside,
        parameters=(Parameter("axis", "axis", "The axis along which to join, from the end when negative.", default=0),),
        cost=costs.joining,
    ),
    Op(
        name="size",
        version=1,
        signature="size(x[...], axis) -> int64[]",
        doc="The length of an axis, or the number of elements, stored or not: an int64 scalar.",
        missing="Counted like others.",
        arguments=("x",),
        results=("result",),
        infer=_infer_size,
        run=_run_size,
        cost=lambda _args, _settings, _results: Cost(0, 0),
        work="O(1)",
        parameters=(Parameter("axis", "axis", "The axis, from the end when negative; all elements when unset."),),
    ),
)
"""The operations of this module."""
