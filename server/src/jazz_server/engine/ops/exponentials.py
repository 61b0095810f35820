"""Sums of exponentials, and what share each has of them: shifted by the greatest, so that nothing overflows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from jazz.values import DataType, Tensor, dense
from jazz_server.engine import arguments, layouts, operands, rows, shapes
from jazz_server.engine.along import Axes
from jazz_server.engine.dense import quiet
from jazz_server.engine.memory import check_shape
from jazz_server.engine.missing import marked
from jazz_server.engine.op import Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.parallel import for_ranges
from jazz_server.engine.promotion import REAL, Array, ordered
from jazz_server.engine.reducing import Reduction, reduction
from jazz_server.engine.segments import segments_of
from jazz_server.kinds.types import Type

_BLOCK: Final = 1 << 18
"""How many elements are computed at a time: enough lines side by side where their elements lie apart."""


def _real(x: Array) -> Array:
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def _finite(shift: Array) -> Array:
    return np.where(np.isfinite(shift), shift, 0)


def _logsumexp(x: Array, axes: Axes, _settings: Settings) -> Array:
    wide = x.astype(np.float64, copy=False)
    shift = _finite(np.max(wide, axis=axes, keepdims=True, initial=-np.inf))
    total = np.log(np.sum(np.exp(wide - shift), axis=axes, keepdims=True)) + shift
    return np.asarray(np.squeeze(total, axis=axes))


def _logsumexp_of_segments(x: Tensor, axes: Axes, _settings: Settings) -> Array:
    parts = segments_of(x, axes)
    data = parts.data.astype(np.float64, copy=False)
    greatest = parts.reduce(np.maximum, data, -np.inf)
    shift = _finite(np.where(parts.absent > 0, np.maximum(greatest, 0), greatest))
    total = parts.reduce(np.add, np.exp(data - parts.spread(shift)), 0)
    return np.asarray(np.log(total + np.where(parts.absent > 0, parts.absent * np.exp(-shift), 0)) + shift)


def _infer_softmax(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], REAL)
    arguments.rank_at_least(inference, "x", x, 1)
    if x.shape != ():
        shapes.axis_of(inference, settings, x.shape)
    arguments.flag(inference, settings, "skipna")
    dtypes = ordered(dtype if dtype.storage.kind == "f" else DataType("float64") for dtype in x.dtypes)
    return (replace(x, dtypes=dtypes, layouts=arguments.DENSE),)


def _run_softmax(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    x, axis = operands.tensor("x", args[0]), settings["axis"]
    assert isinstance(axis, int)
    array = layouts.array_of(x)
    dtype = _real(array[:0]).dtype
    check_shape(x.shape, dtype)
    hidden = None if x.validity is None else layouts.missing_array(x)
    run.checkpoint()
    result = dense(_softmax(array, hidden, axis % x.ndim, dtype))
    if hidden is None:
        return (result,)
    return (marked(result, hidden if settings["skipna"] else np.asarray(hidden.any(axis=axis, keepdims=True))),)


def _softmax(array: Array, hidden: Array | None, axis: int, dtype: np.dtype[Any]) -> Array:
    """Computes some lines at a time, in parallel; what is hidden has no share."""
    out = np.empty(array.shape, dtype)
    target = np.moveaxis(out, axis, -1)
    source = np.moveaxis(array, axis, -1)
    marks = None if hidden is None else np.moveaxis(hidden, axis, -1)

    def compute(part: Any) -> None:
        x = source[part].astype(np.float64)
        if marks is not None:
            x[marks[part]] = -np.inf
        e = np.exp(x - np.max(x, axis=-1, keepdims=True, initial=-np.inf))
        target[part] = e / np.sum(e, axis=-1, keepdims=True)

    count = target.shape[0] if target.ndim > 1 else 1
    step = max(1, count * _BLOCK // max(out.size, 1))

    def work(begin: int, end: int) -> None:
        with quiet():
            for first in range(begin, end, step):
                compute(slice(first, min(first + step, end)) if target.ndim > 1 else ...)

    for_ranges(count, work, grain=step)
    return out


OPS: Final = (
    reduction(
        "logsumexp",
        "log(sum(exp(x))), without overflow; -inf of none; scipy's. Of integers and bools in float64.",
        Reduction(
            _logsumexp,
            _logsumexp_of_segments,
            lambda x, _: _real(x),
            REAL,
            of_present=_logsumexp_of_segments,
            of_nothing=True,
        ),
        nothing_left="-inf",
    ),
    Op(
        name="softmax",
        version=1,
        signature="softmax(x[...], axis, skipna) -> [...]",
        doc=(
            "exp(x) divided by the sum of exp(x) along the axis, without overflow; scipy's. Of integers and bools in "
            "float64. Dense: exp(0) = 1."
        ),
        missing=(
            "Missing where any element of the line is; with skipna only where x is, and the others have the whole sum."
        ),
        arguments=("x",),
        results=("result",),
        infer=_infer_softmax,
        run=_run_softmax,
        rows=rows.not_along(-1),
        work="O(elements)",
        parameters=(
            Parameter("axis", "axis", "The axis along which the sum is, from the end when negative.", default=-1),
            Parameter("skipna", "bool", "Whether missing elements have no share.", default=False),
        ),
    ),
)
"""The operations of this module."""
