"""Reductions along an axis, or over all elements."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

import numpy as np

from jazz.values import DataType, Tensor, dense, numeric_type
from jazz_server.engine import along, arguments, operands, present, rows, shapes
from jazz_server.engine.compressed import elements
from jazz_server.engine.dense import quiet
from jazz_server.engine.errors import OpError
from jazz_server.engine.missing import marked, unmarked
from jazz_server.engine.op import Flow, Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.promotion import NUMERIC, REAL, Array, Function, ordered, outcomes
from jazz_server.kinds import describe
from jazz_server.kinds.types import TensorType, Type

AXIS = Parameter("axis", "axis", "The axis along which to reduce, from the end when negative; all axes when unset.")
KEEPDIMS = Parameter("keepdims", "bool", "Whether reduced axes are kept with length 1.", default=False)
_SKIPNA = Parameter(
    "skipna", "bool", "Whether missing elements are left out; else they make the result missing.", default=False
)

_Present: TypeAlias = Callable[[Tensor, int | None, Array], Array]
"""A reduction of the elements that are there: from a tensor, an axis, and how many are missing. What it gives where
nothing is left does not count: that is missing.
"""


def _infer(
    accepts: Sequence[DataType], answer: Function, *, needs_elements: bool = False, needs_present: bool = False
) -> Callable[[Inference, Sequence[Type | Scalar], Settings], tuple[Type, ...]]:
    """The type rule of a reduction whose element type is that of `answer` of an array."""

    def infer(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
        x = arguments.tensor(inference, "x", args[0], accepts)
        axis = shapes.axis_of(inference, settings, x.shape)
        keepdims = arguments.flag(inference, settings, "keepdims")
        skipna = arguments.flag(inference, settings, "skipna")
        every = settings.get("axis") is None
        if needs_elements and x.shape is not None:
            lengths = x.shape if every else x.shape[axis : axis + 1] if axis is not None else ()
            if 0 in lengths:
                inference.mismatch("x", "at least one element along the axis", f"shape {describe.shape(x.shape)}")
        dtypes = ordered(result.dtype for result in outcomes(answer, [x.dtypes]))
        shape = shapes.reduced(x.shape, axis, every, keepdims)
        nullable = x.nullable and (needs_present or not skipna)
        return (TensorType(dtypes, shape, arguments.DENSE, nullable=nullable),)

    return infer


def _infer_norm(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    order = settings["ord"]
    if isinstance(order, bool) or order not in (1, 2, math.inf):
        inference.mismatch("ord", "1, 2 or inf", repr(order))
    return _infer(NUMERIC, _magnitude)(inference, args, settings)


def _run(
    of_array: Callable[[Array, int | None, Settings], Array],
    of_sparse: Callable[[Tensor, int | None, Settings], Array],
    answer: Function,
    *,
    needs_elements: bool = False,
    of_present: _Present | None = None,
) -> Callable[[Run, Sequence[Any], Settings], tuple[Tensor, ...]]:
    """The computation of a reduction; what it gives is cast to the element type of `answer`.

    `of_present` leaves out what is missing; when it is None, zeros in its place change nothing.
    """

    def of_all(x: Tensor, axis: int | None, settings: Settings) -> Array:
        return of_sparse(x, axis, settings) if operands.is_sparse(x) else of_array(x.array(), axis, settings)

    def reduced(x: Tensor, axis: int | None, settings: Settings) -> tuple[Array, Array | None]:
        """The results, and which of them are missing."""
        if x.validity is None:
            return of_all(x, axis, settings), None
        counts = present.counts(x, axis)
        if not settings.get("skipna"):
            return of_all(unmarked(x), axis, settings), counts > 0
        if of_present is None:
            return of_all(unmarked(x), axis, settings), None
        return of_present(x, axis, counts), counts == present.length(x, axis)

    def run(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
        x = operands.tensor("x", args[0])
        given = settings.get("axis")
        axis = given % x.ndim if isinstance(given, int) else None
        if needs_elements and 0 in (x.shape if axis is None else x.shape[axis : axis + 1]):
            raise OpError("x", "at least one element along the axis", f"shape {describe.shape(x.shape)}")
        run.checkpoint()
        with quiet():
            found, missing = reduced(x, axis, settings)
            dtype = np.asarray(answer(np.zeros(1, x.dtype.storage))).dtype
            result = np.asarray(found).astype(dtype, copy=False)
        keepdims = bool(settings.get("keepdims"))
        values = dense(along.restored(result, x, axis, keepdims=keepdims))
        if missing is None:
            return (values,)
        return (marked(values, along.restored(np.asarray(missing), x, axis, keepdims=keepdims)),)

    return run


def _length(x: Tensor | Array, axis: int | None) -> int:
    return int(x.size) if axis is None else int(x.shape[axis])


def _total(x: Tensor, axis: int | None) -> Array:
    """The sums of numbers of a type in which they can be averaged."""
    if operands.is_sparse(x):
        return along.sums(x, axis)
    return np.asarray(np.sum(x.array(), axis=axis))


def _mean_of_present(x: Tensor, axis: int | None, missing: Array) -> Array:
    numbers = _averaged(elements(x))
    total = _total(replace(unmarked(x), dtype=numeric_type(numbers.dtype), data=numbers), axis)
    return np.asarray(total / (_length(x, axis) - missing).astype(total.dtype))


def _max_of_present(x: Tensor, axis: int | None, _missing: Array) -> Array:
    shown = present.filled(x, present.lowest(x.dtype.storage))
    return along.extremes(shown, axis, np.maximum) if operands.is_sparse(x) else np.max(shown.array(), axis=axis)


def _min_of_present(x: Tensor, axis: int | None, _missing: Array) -> Array:
    shown = present.filled(x, present.highest(x.dtype.storage))
    return along.extremes(shown, axis, np.minimum) if operands.is_sparse(x) else np.min(shown.array(), axis=axis)


def _averaged(x: Array) -> Array:
    """Numbers in the type in which numpy adds them up for a mean."""
    if x.dtype.kind in "fc":
        return x.astype(np.float32) if x.dtype == np.float16 else x
    return x.astype(np.float64)


def _mean(x: Array, axis: int | None, _settings: Settings) -> Array:
    total = np.sum(x, axis=axis, dtype=_averaged(np.zeros(1, x.dtype)).dtype)
    return np.asarray(total / np.asarray(_length(x, axis), total.dtype))


def _sparse_mean(x: Tensor, axis: int | None, _settings: Settings) -> Array:
    return np.asarray(along.sums(along.map_elements(x, _averaged(elements(x))), axis) / np.float64(_length(x, axis)))


def _magnitude(x: Array) -> Array:
    """Absolute values, as floating-point numbers."""
    return np.asarray(np.abs(x if x.dtype.kind in "fc" else x.astype(np.float64)))


def _wide_magnitude(x: Array) -> Array:
    return _magnitude(x).astype(np.float64, copy=False)


def _norm(x: Array, axis: int | None, settings: Settings) -> Array:
    magnitudes = _wide_magnitude(x)
    if settings["ord"] == 1:
        return np.asarray(magnitudes.sum(axis=axis))
    if settings["ord"] == 2:
        return np.asarray(np.sqrt(np.square(magnitudes).sum(axis=axis)))
    return np.asarray(magnitudes.max(axis=axis, initial=0))


def _sparse_norm(x: Tensor, axis: int | None, settings: Settings) -> Array:
    magnitudes = _wide_magnitude(elements(x))
    if settings["ord"] == 1:
        return along.sums(along.map_elements(x, magnitudes), axis)
    if settings["ord"] == 2:
        return np.asarray(np.sqrt(along.sums(along.map_elements(x, np.square(magnitudes)), axis)))
    if _length(x, axis) == 0:
        return np.zeros(1 if axis is None else math.prod((*x.shape[:axis], *x.shape[axis + 1 :])))
    return along.extremes(along.map_elements(x, magnitudes), axis, np.maximum)


def _sparse_count(x: Tensor, axis: int | None, _settings: Settings) -> Array:
    return along.sums(along.map_elements(x, elements(x) != 0), axis)


def _count(x: Array, axis: int | None, _settings: Settings) -> Array:
    return np.asarray(np.count_nonzero(x, axis=axis))


def _argmax(x: Array, axis: int | None, _settings: Settings) -> Array:
    return np.asarray(np.argmax(x, axis=axis))


def _missing_rule(nothing_left: str) -> str:
    return f"Missing where any element of the line is; with skipna they are left out, {nothing_left} if none is left."


def _reduction(
    name: str,
    doc: str,
    of_array: Callable[[Array, int | None, Settings], Array],
    of_sparse: Callable[[Tensor, int | None, Settings], Array],
    answer: Function,
    accepts: Sequence[DataType] = NUMERIC,
    *,
    needs_elements: bool = False,
    of_present: _Present | None = None,
    nothing_left: str = "missing",
    flow: Flow | None = None,
) -> Op:
    return Op(
        name=name,
        version=1,
        signature=f"{name}(x[...], axis, keepdims, skipna) -> [...]",
        doc=doc + " Dense.",
        missing=_missing_rule(nothing_left),
        arguments=("x",),
        results=("result",),
        infer=_infer(accepts, answer, needs_elements=needs_elements, needs_present=of_present is not None),
        run=_run(of_array, of_sparse, answer, needs_elements=needs_elements, of_present=of_present),
        rows=rows.reducing(flow),
        parameters=(AXIS, KEEPDIMS, _SKIPNA),
    )


OPS: Final = (
    _reduction(
        "sum",
        "The sum of the elements. Integers narrower than 64 bits and bools are summed as int64 or uint64, as in numpy; "
        "0 of none.",
        lambda x, axis, _: np.asarray(np.sum(x, axis=axis)),
        lambda x, axis, _: along.sums(x, axis),
        np.sum,
        nothing_left="0",
        flow=Flow.SUM,
    ),
    _reduction(
        "mean",
        "The arithmetic mean, the sum divided by the number of elements; of integers and bools in float64; NaN of "
        "none.",
        _mean,
        _sparse_mean,
        np.mean,
        of_present=_mean_of_present,
        flow=Flow.MEAN,
    ),
    _reduction(
        "max",
        "The greatest element; NaN if any is.",
        lambda x, axis, _: np.asarray(np.max(x, axis=axis)),
        lambda x, axis, _: along.extremes(x, axis, np.maximum),
        np.max,
        REAL,
        needs_elements=True,
        of_present=_max_of_present,
        flow=Flow.MAXIMUM,
    ),
    _reduction(
        "min",
        "The least element; NaN if any is.",
        lambda x, axis, _: np.asarray(np.min(x, axis=axis)),
        lambda x, axis, _: along.extremes(x, axis, np.minimum),
        np.min,
        REAL,
        needs_elements=True,
        of_present=_min_of_present,
        flow=Flow.MINIMUM,
    ),
    Op(
        name="norm",
        version=1,
        signature="norm(x[...], ord, axis, keepdims, skipna) -> [...]",
        doc=(
            "The vector norm along an axis, of all elements when none is set: ord 1 is sum(|x|), 2 is sqrt(sum(|x|^2)) "
            "and inf is max(|x|), 0 of none; the array API's vector_norm. Of integers and bools in float64. Dense."
        ),
        missing=_missing_rule("0"),
        arguments=("x",),
        results=("result",),
        infer=_infer_norm,
        run=_run(_norm, _sparse_norm, _magnitude),
        rows=rows.reducing(),
        parameters=(
            Parameter("ord", "float", "The order of the norm: 1, 2 or inf.", default=2),
            AXIS,
            KEEPDIMS,
            _SKIPNA,
        ),
    ),
    _reduction(
        "argmax",
        "The index of the greatest element along the axis, of all elements in C order when it is unset: int64. The "
        "first of equals; the first NaN if any is.",
        _argmax,
        lambda x, axis, _: along.first_greatest(x, axis),
        np.argmax,
        REAL,
        needs_elements=True,
        of_present=lambda x, axis, _: present.first_greatest(x, axis),
    ),
    _reduction(
        "count_nonzero",
        "The number of elements that are not zero, int64; NaN is not zero.",
        _count,
        _sparse_count,
        lambda x: np.zeros(1, np.int64),
        nothing_left="0",
        flow=Flow.SUM,
    ),
)
"""The operations of this module."""
