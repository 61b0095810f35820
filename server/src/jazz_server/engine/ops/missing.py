"""What is missing: found, counted, filled and left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import DataType, Table, Tensor, Value, dense
from jazz_server.engine import along, arguments, frames, layouts, operands, present, rows, shapes, structure, texts
from jazz_server.engine.errors import OpError
from jazz_server.engine.mapping import places
from jazz_server.engine.missing import marks, missing_entries
from jazz_server.engine.op import Flow, Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.promotion import BOOL, INT64
from jazz_server.engine.rearranged import taken
from jazz_server.engine.reducing import AXES, KEEPDIMS
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, KindReference, TableType, TensorType, Type


def _value(field: str, argument: Any) -> Tensor:
    """A tensor as it is, whatever its absent entries stand for, or that of a literal."""
    return argument if isinstance(argument, Tensor) else operands.tensor(field, argument)


def _infer_is_na(inference: Inference, args: Sequence[Type | Scalar], _settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], (), fill=None)
    return (TensorType((BOOL,), x.shape, x.layouts),)


def _run_is_na(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x = _value("x", args[0])
    found = marks(x)
    return (structure.filtered(found, missing_entries(x)) if operands.is_sparse(x) else found,)


def _infer_count_na(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], (), fill=None)
    axes = shapes.axes_of(inference, settings, x.shape)
    keepdims = arguments.flag(inference, settings, "keepdims")
    shape = shapes.reduced(x.shape, axes, settings.get("axis") is None, keepdims)
    return (TensorType((INT64,), shape, arguments.DENSE),)


def _run_count_na(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x = _value("x", args[0])
    axes = along.axes_of(settings.get("axis"), x.ndim)
    counts = present.counts(x, axes)
    return (dense(counts.reshape(along.left(x.shape, axes, keepdims=bool(settings.get("keepdims"))))),)


def _infer_fill_na(inference: Inference, args: Sequence[Type | Scalar], _settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], (), fill=None)
    if isinstance(args[1], str):
        value = TensorType((texts.STRING,), (), arguments.DENSE)
    else:
        value = arguments.tensor(inference, "value", args[1], ())
    fitting = tuple(dtype for dtype in x.dtypes if any(_fills(dtype, v) for v in _fillers(args[1], value)))
    if x.dtypes and not fitting and (value.dtypes or arguments.is_scalar(args[1])):
        found = repr(args[1]) if arguments.is_scalar(args[1]) else describe.dtypes(value.dtypes)
        inference.mismatch("value", f"what fits in {describe.dtypes(x.dtypes)}", found)
    shape = _filled_shape(inference, x.shape, value.shape)
    nullable = x.nullable and value.nullable
    return (replace(x, dtypes=fitting or x.dtypes, shape=shape, nullable=nullable),)


def _fillers(given: Type | Scalar, value: TensorType) -> Sequence[DataType | Scalar | None]:
    """What may fill: a literal, or the possible element types; None where nothing is known."""
    if isinstance(given, bool | int | float | str):
        return (given,)
    return value.dtypes or (None,)


def _fills(dtype: DataType, value: DataType | Scalar | None) -> bool:
    """Whether elements of a type stay of that type with a literal, or with elements of a type, among them."""
    if value is None or dtype == value:
        return True
    if isinstance(value, str):
        return dtype.name in ("string", "factor")
    if isinstance(value, DataType):
        return dtype.numeric and value.numeric and np.result_type(dtype.storage, value.storage) == dtype.storage
    if not dtype.numeric:
        return False
    try:
        with np.errstate(all="ignore"):
            return np.add(np.zeros(1, dtype.storage), value).dtype == dtype.storage
    except OverflowError:
        return False


def _filled_shape(inference: Inference, shape: shapes.Shape, value: shapes.Shape) -> shapes.Shape:
    """The shape of x, to which that of the value broadcasts."""
    if shape is None or value is None:
        return shape
    if len(value) > len(shape) or any(
        isinstance(a, int) and isinstance(b, int) and b not in (a, 1)
        for a, b in zip(shape[::-1], value[::-1], strict=False)
    ):
        inference.mismatch("value", f"a shape that broadcasts to {describe.shape(shape)}", describe.shape(value))
        return shape
    lead = len(shape) - len(value)
    known = [
        a if b in (1, None) else shapes.same(inference, "value", a, b, "element")
        for a, b in zip(shape[lead:], value, strict=True)
    ]
    return (*shape[:lead], *known)


def _run_fill_na(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x = _value("x", args[0])
    if not x.missing:
        return (x,)
    value = _filler(x, args[1])
    missing = missing_entries(x)
    dtype = x.dtype.storage if x.dtype.numeric else None
    pool = replace(structure.pooled((x, value), dtype), dtype=x.dtype)
    numbers = np.broadcast_to(structure.numbered(value, x.stored), x.shape)
    if not operands.is_sparse(x):
        return (structure.arranged(pool, np.where(marks(x).array(), numbers, structure.numbered(x))),)
    where = np.arange(x.stored)
    where[missing] = numbers[tuple(place[missing] for place in places(x))]
    filled = structure.picked(pool, where)
    result = replace(x, data=filled.data, validity=filled.validity)
    if any(x.fill):
        return (result,)
    assert result.data is not None
    return (structure.filtered(result, (result.data != 0) | ~missing | missing_entries(result)),)


def _filler(x: Tensor, given: Any) -> Tensor:
    """What is put in the place of missing elements, dense and of the type of `x`.

    Raises:
        OpError: It does not fit, which no type said.
    """
    if isinstance(given, str):
        return texts.single(given) if x.dtype.variable else _code(x, given)
    if not isinstance(given, Tensor):
        return dense(np.asarray(given, x.dtype.storage))
    value = layouts.to_dense(given)
    if x.dtype.name == "factor" and structure.categories(value) != structure.categories(x):
        raise OpError("value", "the categories of x", "other categories")
    return value


def _code(x: Tensor, category: str) -> Tensor:
    """The element of a factor that is a category."""
    assert x.categories is not None
    names = texts.listed(x.categories)
    if category not in names:
        raise OpError("value", f"one of the categories {describe.names(names)}", repr(category))
    code = np.asarray(names.index(category), x.dtype.storage).reshape(-1)
    return Tensor(x.dtype, (), data=code, categories=x.categories)


def _infer_drop_na(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = args[0]
    if isinstance(x, AnyType | KindReference):
        return (AnyType(),)
    if isinstance(x, TableType):
        return (_infer_rows(inference, x, settings),)
    found = arguments.tensor(inference, "x", x, (), fill=None)
    if not arguments.rank_at_least(inference, "x", found, 1):
        return (AnyType(),)
    axis = shapes.axis_of(inference, settings, found.shape)
    if found.shape is None or axis is None:
        return (replace(found, shape=None, nullable=False),)
    shape = (*found.shape[:axis], inference.fresh(), *found.shape[axis + 1 :])
    return (replace(found, shape=shape, nullable=False),)


def _infer_rows(inference: Inference, table: TableType, settings: Settings) -> TableType:
    if settings.get("axis") not in (0, -1):
        inference.mismatch("axis", "0, the axis of the rows of a table", repr(settings.get("axis")))
    return frames.rows_type(inference, table, complete=True)[0]


def _run_drop_na(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    run.checkpoint()
    x, axis = args[0], settings["axis"]
    assert isinstance(axis, int)
    if isinstance(x, Table):
        return (_complete_rows(x),)
    tensor = _value("x", x)
    if not tensor.ndim > 0 or not -tensor.ndim <= axis < tensor.ndim:
        raise OpError("x", "a tensor with this axis, or a table", describe.rank(tensor.shape))
    axis %= tensor.ndim
    return (taken(tensor, np.flatnonzero(~_holes(tensor, axis)), axis),)


def _holes(tensor: Tensor, axis: int) -> NDArray[np.bool_]:
    """Which slices along an axis have missing elements."""
    found = np.zeros(tensor.shape[axis], np.bool_)
    if not tensor.missing:
        return found
    missing = missing_entries(tensor)
    if operands.is_sparse(tensor):
        found[places(tensor)[axis][missing]] = True
        return found
    others = tuple(i for i in range(tensor.ndim) if i != axis)
    return np.asarray(marks(tensor).array().any(axis=others))


def _complete_rows(table: Table) -> Table:
    """The rows of a table in which nothing is missing."""
    holes = [_holes(column, 0) for column in frames.columns_of(table).values()]
    return frames.rows_at(table, np.flatnonzero(~np.logical_or.reduce(holes))) if holes else table


OPS: Final = (
    Op(
        name="is_na",
        version=1,
        signature="is_na(x[...]) -> bool[...]",
        doc=(
            "Whether elements are missing, for any element type; NaN is not. Keeps the layout: of a sparse tensor the "
            "result is stored where entries are missing."
        ),
        missing="True where an element is missing; nothing of the result is.",
        arguments=("x",),
        results=("result",),
        infer=_infer_is_na,
        run=_run_is_na,
        rows=rows.of_first,
    ),
    Op(
        name="fill_na",
        version=1,
        signature="fill_na(x[...], value[...]) -> [...]",
        doc=(
            "x with a value where elements are missing. The value is a literal or a tensor that broadcasts to the "
            "shape of x, and fits in its element type, which stays: a number that numpy's rules do not widen it for, a "
            "text for strings, a category for factors, else elements of the same type. Keeps the layout; entries that "
            "are filled with zero are not stored."
        ),
        missing="Filled; missing where the value is missing, too.",
        arguments=("x", "value"),
        results=("result",),
        infer=_infer_fill_na,
        run=_run_fill_na,
        rows=rows.elementwise,
    ),
    Op(
        name="drop_na",
        version=1,
        signature="drop_na(x[n, ...], axis) -> [k, ...], drop_na(table) -> table",
        doc=(
            "The slices along an axis in which no element is missing, for any element type. Of a table the rows in "
            "which nothing is missing, with their labels. Keeps the layout. How many are left shows when it runs."
        ),
        missing="Left out, with the slice or row that it is in.",
        arguments=("x",),
        results=("result",),
        infer=_infer_drop_na,
        run=_run_drop_na,
        parameters=(Parameter("axis", "axis", "The axis of the slices, from the end when negative.", default=0),),
    ),
    Op(
        name="count_na",
        version=1,
        signature="count_na(x[...], axis, keepdims) -> int64[...]",
        doc="The number of elements that are missing, int64, for any element type; NaN is not missing. Dense.",
        missing="Counted; nothing of the result is missing.",
        arguments=("x",),
        results=("result",),
        infer=_infer_count_na,
        run=_run_count_na,
        rows=rows.reducing(Flow.SUM),
        parameters=(AXES, KEEPDIMS),
    ),
)
"""The operations of this module."""
