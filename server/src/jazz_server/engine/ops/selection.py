"""Choosing elements, slices and fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Table, Tensor, Value, dense
from jazz_server.engine import arguments, costs, frames, layouts, operands, rows, selection, shapes, structure
from jazz_server.engine.dense import quiet
from jazz_server.engine.errors import OpError
from jazz_server.engine.mapped_texts import CHOSEN, with_texts
from jazz_server.engine.mapping import Rule, infer_rule, run_rule
from jazz_server.engine.missing import marked
from jazz_server.engine.names import unknown
from jazz_server.engine.op import Cost, Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.promotion import BOOL, INT64, INTEGERS, NUMERIC, REAL
from jazz_server.engine.time_arithmetic import WHERE
from jazz_server.engine.topk import topk
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, Dimension, KindReference, TableType, TensorType, Type

_WHERE: Final = Rule(
    "where",
    np.where,
    ("condition", "a", "b"),
    ((BOOL,), NUMERIC, NUMERIC),
    deciders=(1, 2),
    at_zero=lambda _condition, a, b: np.logical_or(np.not_equal(a, 0), np.not_equal(b, 0)),
    chooses=True,
    times=WHERE,
)


def _infer_take(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    given = args[1]
    if isinstance(given, TensorType) and given.dtypes == (BOOL,):
        inference.mismatch("indices", "integers; filter takes truth values", describe.dtypes(given.dtypes))
        given = AnyType()
    indices = arguments.tensor(inference, "indices", given, INTEGERS)
    if frames.is_unknown(args[0]):
        return (AnyType(),)
    if isinstance(args[0], TableType):
        frames.check_axis(inference, settings)
        table, rows = frames.table_type(inference, "x", args[0])
        _check_indices(inference, args[1], indices, rows)
        return (frames.changed_type(table, lambda column: _taken_type(column, indices, 0)),)
    x = arguments.tensor(inference, "x", args[0], (), fill=None)
    ranked = arguments.rank_at_least(inference, "x", x, 1)
    axis = shapes.axis_of(inference, settings, x.shape) if ranked else None
    if axis is not None and x.shape is not None:
        _check_indices(inference, args[1], indices, x.shape[axis])
    return (_taken_type(x, indices, axis),)


def _taken_type(x: TensorType, indices: TensorType, axis: int | None) -> TensorType:
    shape: shapes.Shape = None
    if axis is not None and x.shape and indices.shape is not None:
        shape = (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
    vector = None if indices.shape is None else len(indices.shape) == 1
    kept = x.layouts if vector else arguments.DENSE if vector is False else (Layout.DENSE, *x.layouts)
    return replace(x, shape=shape, layouts=tuple(layout for layout in Layout if layout in kept))


def _check_indices(inference: Inference, given: Type | Scalar, indices: TensorType, length: Dimension) -> None:
    shape = indices.shape
    if length == 0 and shape is not None and 0 not in shape and all(isinstance(d, int) for d in shape):
        inference.mismatch("indices", "no indices into an axis of length 0", describe.shape(shape))
    if isinstance(given, int) and isinstance(length, int) and length and not -length <= given < length:
        inference.mismatch("indices", f"an index from {-length} to {length - 1}", str(given))


def _run_take(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    x: Tensor | Table = args[0]
    found = operands.integers("indices", layouts.to_dense(operands.complete("indices", args[1])))
    run.checkpoint()
    if isinstance(x, Table):
        columns = frames.columns_of(x)
        rows = next((column.shape[0] for column in columns.values()), 0)
        indices = _in_range(found, rows) if columns else found
        return (frames.moved(x, lambda column: _taken(column, indices, 0), indices.shape),)
    axis = settings["axis"]
    assert isinstance(axis, int)
    axis %= x.ndim
    return (_taken(x, _in_range(found, x.shape[axis]), axis),)


def _taken(x: Tensor, indices: NDArray[np.int64], axis: int) -> Tensor:
    """The slices at indices that are counted from 0, whose shape takes the place of the axis."""
    if not operands.is_sparse(x):
        return structure.taken(x, indices, axis)
    if indices.ndim == 1:
        return selection.take(x, indices, axis)
    taken = layouts.to_dense(selection.take(operands.tensor("x", x), indices.reshape(-1), axis))
    shape = (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
    result = replace(dense(taken.array().reshape(shape)), dtype=x.dtype, categories=x.categories)
    return marked(result, layouts.missing_array(taken).reshape(shape))


def _in_range(indices: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Indices counted from 0, of which negative ones are counted from the end."""
    if indices.size == 0:
        return indices
    for extreme in (int(indices.min()), int(indices.max())):
        if not -length <= extreme < length:
            expected = f"indices from {-length} to {length - 1}" if length else "no indices into an axis of length 0"
            raise OpError("indices", expected, str(extreme))
    return np.where(indices < 0, indices + length, indices)


def _infer_topk(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], REAL)
    k = arguments.count(inference, settings, "k")
    shape: shapes.Shape = None
    if arguments.rank_at_least(inference, "x", x, 1) and x.shape is not None:
        shape = (*x.shape[:-1], k)
        length = x.shape[-1]
        if k is not None and isinstance(length, int) and k > length:
            inference.mismatch("k", f"at most {length}, the length of the last axis", str(k))
    values = TensorType(x.dtypes, shape, arguments.DENSE, nullable=x.nullable)
    return (values, TensorType((INT64,), shape, arguments.DENSE))


def _run_topk(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    x = operands.tensor("x", args[0])
    k = settings["k"]
    assert isinstance(k, int)
    if k > x.shape[-1]:
        raise OpError("k", f"at most {x.shape[-1]}, the length of the last axis", str(k))
    run.checkpoint()
    with quiet():
        return topk(x, k)


def _infer_field(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    table, name = args[0], settings["name"]
    if not isinstance(name, str) or not name:
        inference.mismatch("name", "the name of a field", repr(name))
        return (AnyType(),)
    if isinstance(table, AnyType | KindReference):
        return (AnyType(),)
    if not isinstance(table, TableType):
        found = repr(table) if arguments.is_scalar(table) else describe.kind_of(table)  # type: ignore[arg-type]
        inference.mismatch("table", f"a table with a field `{name}`", found)
        return (AnyType(),)
    item = table.named(name)
    if item is not None:
        return (item.type,)
    if table.closed:
        found = unknown(inference, name, table.names)
        inference.mismatch("name", f"one of the fields {describe.names(table.names)}", found)
    return (AnyType(),)


def _run_field(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    table, name = args[0], str(settings["name"])
    run.checkpoint()
    if not isinstance(table, Table):
        raise OpError("table", f"a table with a field `{name}`", type(table).__name__.lower())
    if name not in table:
        found = f"`{name}`{describe.suggestion(name, table.names)}"
        raise OpError("name", f"one of the fields {describe.names(table.names)}", found)
    return (frames.declaring(table[name], table.declared),)


_OF_NUMBERS: Final = Op(
    name="where",
    version=1,
    signature="where(condition[...], a[...], b[...]) -> [...]",
    doc=(
        "a where the condition is true, else b, with numpy's broadcasting and types. The condition is bool. Sparse "
        "if a and b are, or one is and the other is the literal 0; else dense. Also of two timestamps in one "
        "zone, or without; of dates; of durations; of texts, which are strings then: elements of factors are the texts "
        "of their categories."
    ),
    missing="Missing where the condition is, or the one that it chooses; the other one does not count.",
    arguments=("condition", "a", "b"),
    results=("result",),
    infer=infer_rule(_WHERE),
    run=run_rule(_WHERE),
    rows=rows.elementwise,
)

OPS: Final = (
    with_texts(_OF_NUMBERS, CHOSEN),
    Op(
        name="take",
        version=1,
        signature="take(x[n, ...], indices[k], axis) -> [k, ...], take(table, indices[k]) -> table",
        doc=(
            "The slices of x at indices along an axis, in their order and with repetitions; the shape of the indices "
            "takes the place of the axis. Negative indices count from the end; others out of range are an error when "
            "it runs. For any element type. Of a table the rows, with their labels: each field is taken from. With a "
            "vector of indices the layout is that of x, else dense."
        ),
        missing="Elements of x that are missing stay so; a missing index is an error when it runs.",
        arguments=("x", "indices"),
        results=("result",),
        infer=_infer_take,
        run=_run_take,
        rows=rows.picking,
        cost=costs.parts,
        work="O(elements of the result), those stored of a sparse one",
        parameters=(Parameter("axis", "axis", "The axis to take along, from the end when negative.", default=0),),
    ),
    Op(
        name="topk",
        version=1,
        signature="topk(x[..., n], k) -> values [..., k], indices int64[..., k]",
        doc=(
            "The k greatest elements along the last axis, greatest first, and their indices. Equal elements are in the "
            "order of their indices, NaN comes last; absent entries are zeros. Dense."
        ),
        missing="Last, after NaN, and missing in the values.",
        arguments=("x",),
        results=("values", "indices"),
        infer=_infer_topk,
        run=_run_topk,
        rows=rows.along_last,
        cost=costs.keeping,
        work="O(elements stored · log k)",
        parameters=(Parameter("k", "int", "How many elements, from 0 to the length of the axis.", required=True),),
    ),
    Op(
        name="field",
        version=1,
        signature="field(table, name) -> value",
        doc="The field of a table that has a name, whatever it holds, with the axes that it refers to.",
        missing="Stay so.",
        arguments=("table",),
        results=("value",),
        infer=_infer_field,
        run=_run_field,
        cost=lambda _args, _settings, _results: Cost(0, 0),
        work="O(1)",
        parameters=(Parameter("name", "str", "The name of the field.", required=True),),
        picks=True,
    ),
)
"""The operations of this module."""
