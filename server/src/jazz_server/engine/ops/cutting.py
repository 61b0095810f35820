"""Parts of tensors along an axis, and tensors of parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import Table, Tensor, Value
from jazz_server.engine import arguments, costs, frames, layouts, lists, operands, rows, shapes
from jazz_server.engine.errors import OpError
from jazz_server.engine.op import Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.ops.reshaping import expanded, in_rank
from jazz_server.engine.ops.shape import infer_concat, run_concat
from jazz_server.engine.promotion import BOOL
from jazz_server.engine.rearranged import cut, taken
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, Dimension, TableType, TensorType, Type

_MOST_PARTS: Final = 4096
"""Into how many parts a tensor is split at most."""


def _bound(inference: Inference, settings: Settings, name: str) -> int | None:
    found = settings.get(name)
    if found is None or (isinstance(found, int) and not isinstance(found, bool)):
        return found
    inference.mismatch(name, "an integer", repr(found))
    return None


def _infer_slice(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    start, stop, step = (_bound(inference, settings, name) for name in ("start", "stop", "step"))
    if step == 0:
        inference.mismatch("step", "an integer that is not 0", "0")
        step = 1
    if frames.is_unknown(args[0]):
        return (AnyType(),)
    if isinstance(args[0], TableType):
        frames.check_axis(inference, settings)
        table, rows = frames.table_type(inference, "x", args[0])
        return (frames.with_rows(table, _length(inference, rows, slice(start, stop, step))),)
    x = arguments.tensor(inference, "x", args[0], (), fill=None)
    axis = shapes.axis_of(inference, settings, x.shape) if arguments.rank_at_least(inference, "x", x, 1) else None
    if x.shape is None or axis is None:
        return (replace(x, shape=None),)
    return (_with_length(x, axis, _length(inference, x.shape[axis], slice(start, stop, step))),)


def _with_length(x: TensorType, axis: int, length: Dimension) -> TensorType:
    assert x.shape is not None
    return replace(x, shape=(*x.shape[:axis], length, *x.shape[axis + 1 :]))


def _length(inference: Inference, length: Dimension, part: slice) -> Dimension:
    """How many elements a slice leaves of a dimension."""
    if isinstance(length, int):
        return len(range(*part.indices(length)))
    everything = part.start is None and part.stop is None and part.step in (None, 1, -1)
    return length if everything and length is not None else inference.fresh()


def _run_slice(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    run.checkpoint()
    part = slice(settings.get("start"), settings.get("stop"), settings.get("step"))
    if isinstance(args[0], Table):
        return (frames.rows_between(args[0], part),)
    x = operands.whatever("x", args[0])
    axis = _axis(settings, x)
    return (cut(x, axis, range(*part.indices(x.shape[axis]))),)


def _axis(settings: Settings, x: Tensor) -> int:
    axis = settings["axis"]
    assert isinstance(axis, int)
    if not -x.ndim <= axis < x.ndim:
        raise OpError("axis", f"an axis of {describe.shape(x.shape)}", str(axis))
    return axis % x.ndim


def _infer_split(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], (), fill=None)
    sections, indices = settings.get("sections"), lists.integers(inference, settings, "indices")
    if (sections is None) == (settings.get("indices") is None):
        found = "neither" if sections is None else "both"
        inference.mismatch("sections", "either sections or indices", found)
        return (replace(x, shape=None),)
    count = 1 if indices is None else len(indices) + 1
    if sections is not None:
        count = arguments.count(inference, settings, "sections", 1) or 1
    if count > _MOST_PARTS:
        inference.mismatch("sections", f"at most {_MOST_PARTS} parts", str(count))
        return (replace(x, shape=None),)
    axis = shapes.axis_of(inference, settings, x.shape) if arguments.rank_at_least(inference, "x", x, 1) else None
    if x.shape is None or axis is None:
        return (replace(x, shape=None),) * count
    length = x.shape[axis]
    if indices is not None:
        parts = pairwise((None, *indices, None))
        return tuple(_with_length(x, axis, _length(inference, length, slice(*part))) for part in parts)
    if not isinstance(length, int):
        return (_with_length(x, axis, inference.fresh()),) * count
    if length % count:
        inference.mismatch("sections", f"a number that divides {length}", str(count))
    return (_with_length(x, axis, length // count),) * count


def _run_split(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x = operands.whatever("x", args[0])
    axis = _axis(settings, x)
    length, sections = x.shape[axis], settings.get("sections")
    if isinstance(sections, int):
        if length % sections:
            raise OpError("sections", f"a number that divides {length}", str(sections))
        bounds: list[int | None] = [part * length // sections for part in range(sections + 1)]
    else:
        bounds = [None, *lists.listed(settings["indices"]), None]
    parts = []
    for begin, end in pairwise(bounds):
        run.checkpoint()
        parts.append(cut(x, axis, range(*slice(begin, end).indices(length))))
    return tuple(parts)


def _infer_stack(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    names = [f"arrays[{position}]" for position in range(len(args))]
    parts = [arguments.tensor(inference, name, arg, (), fill=None) for name, arg in zip(names, args, strict=True)]
    known = next((part.shape for part in parts if part.shape is not None), None)
    axis = shapes.axis_of(inference, settings, None if known is None else (*known, 1))
    if axis is None:
        return infer_concat(inference, [in_rank(inference, part, None) for part in parts], {"axis": 0})
    return infer_concat(inference, [_expanded(inference, part, axis) for part in parts], {"axis": axis})


def _expanded(inference: Inference, x: TensorType, axis: int) -> TensorType:
    if x.shape is None:
        return in_rank(inference, x, None)
    return in_rank(inference, x, (*x.shape[:axis], 1, *x.shape[axis:]))


def _run_stack(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    parts = [operands.whatever(f"arrays[{position}]", arg) for position, arg in enumerate(args)]
    axis = settings["axis"]
    assert isinstance(axis, int)
    return run_concat(run, [expanded(part, axis) for part in parts], {"axis": axis})


def _infer_filter(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    if frames.is_unknown(args[0]):
        return (AnyType(),)
    if isinstance(args[0], TableType):
        return (_infer_rows(inference, args[0], args[1], settings),)
    x = arguments.tensor(inference, "x", args[0], (), fill=None)
    mask = arguments.tensor(inference, "mask", args[1], (BOOL,))
    axis = shapes.axis_of(inference, settings, x.shape) if arguments.rank_at_least(inference, "x", x, 1) else None
    fits = arguments.rank_in(inference, "mask", mask, (1,))
    if x.shape is None or axis is None:
        return (replace(x, shape=None),)
    if fits and mask.shape is not None:
        shapes.same(inference, "mask", x.shape[axis], mask.shape[0], "truth value")
    return (_with_length(x, axis, inference.fresh()),)


def _infer_rows(inference: Inference, table: TableType, mask: Type | Scalar, settings: Settings) -> TableType:
    frames.check_axis(inference, settings)
    result, length = frames.rows_type(inference, table, complete=False)
    found = arguments.tensor(inference, "mask", mask, (BOOL,))
    if arguments.rank_in(inference, "mask", found, (1,)) and found.shape is not None:
        shapes.same(inference, "mask", length, found.shape[0], "truth value")
    return result


def _run_filter(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    run.checkpoint()
    mask = _mask(args[1])
    if isinstance(args[0], Table):
        columns = [*frames.columns_of(args[0]).values()]
        return (frames.rows_at(args[0], _where(mask, columns[0].shape[0] if columns else mask.size)),)
    x = operands.whatever("x", args[0])
    axis = _axis(settings, x)
    return (taken(x, _where(mask, x.shape[axis]), axis),)


def _mask(argument: Any) -> NDArray[np.bool_]:
    mask = operands.tensor("mask", argument)
    if operands.has_missing(mask):
        expected = "truth values of which none is missing (fill_na with false leaves these elements out)"
        raise OpError("mask", expected, describe.count(mask.missing, "missing element"))
    return layouts.to_dense(mask).array()


def _where(mask: NDArray[np.bool_], length: int) -> NDArray[np.int64]:
    if mask.shape != (length,):
        expected = f"a vector of {describe.count(length, 'truth value')}"
        raise OpError("mask", expected, f"shape {describe.shape(mask.shape)}")
    return np.flatnonzero(mask)


_AXIS: Final = Parameter("axis", "axis", "The axis, from the end when negative.", default=0)

OPS: Final = (
    Op(
        name="slice",
        version=1,
        signature="slice(x[n, ...], start, stop, step, axis) -> [k, ...], slice(table, start, stop, step) -> table",
        doc=(
            "The elements from start up to stop along an axis, every step-th of them, as Python slices: negative "
            "positions count from the end, those beyond it are cut, a negative step goes backwards. For any element "
            "type. Of a table the rows, with their labels. Keeps the layout."
        ),
        missing="Stay so.",
        arguments=("x",),
        results=("result",),
        infer=_infer_slice,
        run=_run_slice,
        parameters=(
            Parameter(
                "start", "int", "The first position; the beginning, or with a negative step the end, when unset."
            ),
            Parameter("stop", "int", "The position before which it ends; none when unset."),
            Parameter("step", "int", "How far it is from one to the next; not 0.", default=1),
            _AXIS,
        ),
        rows=rows.not_along(0),
        cost=costs.parts,
    ),
    Op(
        name="split",
        version=1,
        signature="split(x[n, ...], sections, indices, axis) -> *parts [k, ...]",
        doc=(
            "x cut along an axis into a number of equal parts, or at indices, into one part more than there are; "
            "numpy.split. For any element type. Keeps the layout."
        ),
        missing="Stay so.",
        arguments=("x",),
        results=("*parts",),
        infer=_infer_split,
        run=_run_split,
        parameters=(
            Parameter("sections", "int", "How many equal parts; it divides the length."),
            Parameter("indices", "int|ints", "Where parts begin, but for the first; as in slices."),
            _AXIS,
        ),
        rows=rows.not_along(0),
        cost=costs.parts,
    ),
    Op(
        name="stack",
        version=1,
        signature="stack(*arrays, axis) -> [..., k, ...]",
        doc=(
            "Arrays of one shape beside each other along a new axis; types and categories are joined as in concat. "
            "Dense if any is dense, else COO."
        ),
        missing="Stay so.",
        arguments=("*arrays",),
        results=("result",),
        infer=_infer_stack,
        run=_run_stack,
        parameters=(
            Parameter("axis", "axis", "Where the new axis is in the result, from the end when negative.", default=0),
        ),
        cost=costs.joining,
    ),
    Op(
        name="filter",
        version=1,
        signature="filter(x[n, ...], mask bool[n], axis) -> [k, ...], filter(table, mask bool[n]) -> table",
        doc=(
            "The slices of x along an axis where the mask is true, in their order; numpy.compress. For any element "
            "type. Of a table the rows, with their labels. Keeps the layout. How many are left shows when "
            "it runs."
        ),
        missing="Elements of x that are missing stay so; a missing truth value in the mask is an error when it runs.",
        arguments=("x", "mask"),
        results=("result",),
        infer=_infer_filter,
        run=_run_filter,
        parameters=(_AXIS,),
        rows=rows.not_along(0),
    ),
)
"""The operations of this module."""
