"""The same elements in another shape: reshaped, turned round, repeated, with axes of length 1 more or less."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from jazz.values import Table, Tensor, Value
from jazz_server.engine import arguments, costs, frames, lists, operands, shapes
from jazz_server.engine.errors import OpError
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.op import Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.rearranged import MOST_DIMENSIONS, cut, layouts_in, reshaped, taken
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, Dimension, TableType, TensorType, Type


def in_rank(inference: Inference, x: TensorType, shape: shapes.Shape) -> TensorType:
    """The type of the elements of x in another shape, which may have too many dimensions."""
    if shape is not None and len(shape) > MOST_DIMENSIONS:
        inference.mismatch("x", f"at most {MOST_DIMENSIONS} dimensions of the result", str(len(shape)))
        shape = None
    return replace(x, shape=shape, layouts=layouts_in(x.layouts, None if shape is None else len(shape)))


def _infer_reshape(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], (), fill=None)
    wanted = lists.integers(inference, settings, "shape")
    if wanted is None:
        return (in_rank(inference, x, None),)
    if any(n < -1 for n in wanted) or wanted.count(-1) > 1:
        inference.mismatch("shape", "lengths from 0 on, and at most one -1", describe.shape(wanted))
        return (in_rank(inference, x, None),)
    return (in_rank(inference, x, _reshaped(inference, x.shape, wanted)),)


def _reshaped(inference: Inference, found: shapes.Shape, wanted: tuple[int, ...]) -> shapes.Shape:
    """The shape wanted, with what can be known of the length that follows from the others."""
    known = math.prod(n for n in wanted if n != -1)
    open_: list[Dimension] = [None] if found is None else [d for d in found if not isinstance(d, int)]
    size = None if found is None else math.prod(d for d in found if isinstance(d, int))
    if not open_ and size is not None:
        if not _fits(size, wanted):
            inference.mismatch("shape", f"a shape of {describe.count(size, 'element')}", describe.shape(wanted))
            return tuple(None if n == -1 else n for n in wanted)
        return tuple(size // max(known, 1) if n == -1 else n for n in wanted)
    if len(open_) == 1 and size and -1 not in wanted and known % size == 0:
        shapes.same(inference, "shape", open_[0], known // size, "element")
    follows = open_[0] if len(open_) == 1 and size == known and size else None
    return tuple(n if n != -1 else inference.fresh() if follows is None else follows for n in wanted)


def _fits(size: int, wanted: tuple[int, ...]) -> bool:
    known = math.prod(n for n in wanted if n != -1)
    return size == known if -1 not in wanted else known > 0 and size % known == 0


def _run_reshape(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x = operands.whatever("x", args[0])
    wanted = lists.listed(settings["shape"])
    if not _fits(x.size, wanted):
        raise OpError("shape", f"a shape of {describe.count(x.size, 'element')}", describe.shape(wanted))
    known = math.prod(n for n in wanted if n != -1)
    return (reshaped(x, tuple(x.size // known if n == -1 else n for n in wanted)),)


def _infer_expand(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], (), fill=None)
    wider = None if x.shape is None else (*x.shape, 1)
    axis = shapes.axis_of(inference, settings, wider)
    if x.shape is None or axis is None:
        return (in_rank(inference, x, None),)
    return (in_rank(inference, x, (*x.shape[:axis], 1, *x.shape[axis:])),)


def expanded(x: Tensor, axis: int) -> Tensor:
    """The tensor with a new axis of length 1."""
    axis %= x.ndim + 1
    return reshaped(x, (*x.shape[:axis], 1, *x.shape[axis:]))


def _run_expand(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    axis = settings["axis"]
    assert isinstance(axis, int)
    return (expanded(operands.whatever("x", args[0]), axis),)


def _infer_squeeze(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], (), fill=None)
    if x.shape is None:
        lists.axes(inference, settings, None)
        return (in_rank(inference, x, None),)
    if settings.get("axis") is None:
        # As in broadcasting, a symbol stands for a length that is not 1.
        return (in_rank(inference, x, None if None in x.shape else tuple(d for d in x.shape if d != 1)),)
    gone = lists.axes(inference, settings, x.shape)
    for axis in gone or ():
        length = x.shape[axis]
        if isinstance(length, int) and length != 1:
            inference.mismatch("axis", "an axis of length 1", f"axis {axis} of {describe.shape(x.shape)}")
        else:
            shapes.same(inference, "x", length, 1, "element")
    return (in_rank(inference, x, None if gone is None else tuple(d for i, d in enumerate(x.shape) if i not in gone)),)


def _run_squeeze(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x = operands.whatever("x", args[0])
    given = settings.get("axis")
    gone = {i for i, n in enumerate(x.shape) if n == 1} if given is None else {i % x.ndim for i in lists.listed(given)}
    wrong = [i for i in sorted(gone) if x.shape[i] != 1]
    if wrong:
        raise OpError("axis", "an axis of length 1", f"axis {wrong[0]} of {describe.shape(x.shape)}")
    return (reshaped(x, tuple(n for i, n in enumerate(x.shape) if i not in gone)),)


def _infer_flip(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    if frames.is_unknown(args[0]):
        return (AnyType(),)
    if isinstance(args[0], TableType):
        frames.check_axis(inference, settings)
        return (frames.table_type(inference, "x", args[0])[0],)
    x = arguments.tensor(inference, "x", args[0], (), fill=None)
    lists.axes(inference, settings, x.shape)
    return (x,)


def _run_flip(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    run.checkpoint()
    if isinstance(args[0], Table):
        return (frames.rows_between(args[0], slice(None, None, -1)),)
    x = operands.whatever("x", args[0])
    given = settings.get("axis")
    for axis in range(x.ndim) if given is None else lists.listed(given):
        run.checkpoint()
        x = cut(x, axis % x.ndim, range(x.shape[axis] - 1, -1, -1))
    return (x,)


def _infer_tile(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], (), fill=None)
    times = lists.integers(inference, settings, "repetitions")
    if times is not None and any(n < 0 for n in times):
        inference.mismatch("repetitions", "numbers from 0 on", describe.shape(times))
        times = None
    if times is None or x.shape is None:
        return (in_rank(inference, x, None),)
    rank = max(len(x.shape), len(times))
    shape, times = (1,) * (rank - len(x.shape)) + x.shape, (1,) * (rank - len(times)) + times
    return (in_rank(inference, x, tuple(_times(inference, d, n) for d, n in zip(shape, times, strict=True))),)


def _times(inference: Inference, length: Dimension, times: int) -> Dimension:
    if times == 1:
        return length
    return length * times if isinstance(length, int) else 0 if times == 0 else inference.fresh()


def _run_tile(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x = operands.whatever("x", args[0])
    times = lists.listed(settings["repetitions"])
    rank = max(x.ndim, len(times))
    times = (1,) * (rank - len(times)) + times
    check_bytes(x.nbytes * math.prod(times))
    x = reshaped(x, (1,) * (rank - x.ndim) + x.shape)
    for axis, count in enumerate(times):
        run.checkpoint()
        if count != 1:
            check_bytes(8 * x.shape[axis] * count, "the positions along an axis")
            x = taken(x, np.tile(np.arange(x.shape[axis], dtype=np.int64), count), axis)
    return (x,)


_LAYOUT: Final = "Dense stays dense; sparse keeps its layout in rank 2 and is COO in others."

OPS: Final = (
    Op(
        name="reshape",
        version=1,
        signature="reshape(x[...], shape) -> [...]",
        doc=(
            "The elements of x in C order in another shape of the same size, for any element type; a -1 in it is the "
            f"length that follows from the others. {_LAYOUT} What is dense in C order is not copied."
        ),
        missing="Stay so.",
        arguments=("x",),
        results=("result",),
        infer=_infer_reshape,
        run=_run_reshape,
        parameters=(Parameter("shape", "int|ints", "The lengths; one of them may be -1.", required=True),),
        cost=costs.viewing,
    ),
    Op(
        name="expand_dims",
        version=1,
        signature="expand_dims(x[...], axis) -> [..., 1, ...]",
        doc=f"x with a new axis of length 1, for any element type. {_LAYOUT}",
        missing="Stay so.",
        arguments=("x",),
        results=("result",),
        infer=_infer_expand,
        run=_run_expand,
        parameters=(
            Parameter("axis", "axis", "Where the new axis is in the result, from the end when negative.", default=0),
        ),
        cost=costs.viewing,
    ),
    Op(
        name="squeeze",
        version=1,
        signature="squeeze(x[..., 1, ...], axis) -> [...]",
        doc=f"x without axes of length 1, for any element type. {_LAYOUT}",
        missing="Stay so.",
        arguments=("x",),
        results=("result",),
        infer=_infer_squeeze,
        run=_run_squeeze,
        parameters=(
            Parameter("axis", "axes", "The axis, or several, from the end when negative; all of length 1 when unset."),
        ),
        cost=costs.viewing,
    ),
    Op(
        name="flip",
        version=1,
        signature="flip(x[...], axis) -> [...], flip(table) -> table",
        doc=(
            "x with the elements along axes in reverse, for any element type; numpy.flip. Of a table the rows, with "
            "their labels. Keeps the layout."
        ),
        missing="Stay so.",
        arguments=("x",),
        results=("result",),
        infer=_infer_flip,
        run=_run_flip,
        parameters=(Parameter("axis", "axes", "The axis, or several, from the end when negative; all when unset."),),
    ),
    Op(
        name="tile",
        version=1,
        signature="tile(x[...], repetitions) -> [...]",
        doc=(
            "x repeated along its axes, for any element type. Of repetitions and axes the fewer are preceded by ones, "
            f"as in numpy.tile. {_LAYOUT}"
        ),
        missing="Stay so.",
        arguments=("x",),
        results=("result",),
        infer=_infer_tile,
        run=_run_tile,
        parameters=(
            Parameter("repetitions", "int|ints", "How many times along each axis, the last one last.", required=True),
        ),
        cost=costs.parts,
    ),
)
"""The operations of this module."""
