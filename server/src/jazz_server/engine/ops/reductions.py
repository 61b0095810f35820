"""Reductions along axes, or over all elements: sums, products, extremes and counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from jazz.values import Tensor, numeric_type
from jazz_server.engine import along, operands, present, rows
from jazz_server.engine.along import Axes
from jazz_server.engine.by_integers import (
    ByIntegers,
    exact_mean,
    exact_mean_of_lines,
    exact_sum,
    exact_sum_of_lines,
    exactly,
    have_order,
    is_averaged,
    is_duration,
)
from jazz_server.engine.compressed import elements
from jazz_server.engine.missing import unmarked
from jazz_server.engine.op import Flow, Inference, Op, Parameter, Scalar, Settings
from jazz_server.engine.promotion import REAL, Array
from jazz_server.engine.reducing import AXES, AXIS, KEEPDIMS, SKIPNA, Reduction, missing_rule, reduction
from jazz_server.engine.segments import Lines, of_segments
from jazz_server.kinds.types import Type

_WITH_ORDER: Final = ("texts", "bytes", "times", "ordered factors")
_OTHERS: Final = "Also of times, of texts and bytes by code points, and of ordered factors."


def _total(x: Tensor, axes: Axes) -> Array:
    """The sums of numbers of a type in which they can be averaged."""
    if operands.is_sparse(x):
        return along.sums(x, axes)
    return np.asarray(np.sum(x.array(), axis=axes))


def _sum_of_lines(lines: Lines, _settings: Settings) -> Array:
    return lines.reduce(np.add, lines.data, 0, along.wide(lines.data.dtype))


def _averaged(x: Array) -> Array:
    """Numbers in the type in which numpy adds them up for a mean."""
    if x.dtype.kind in "fc":
        return x.astype(np.float32) if x.dtype == np.float16 else x
    return x.astype(np.float64)


def _mean(x: Array, axes: Axes, _settings: Settings) -> Array:
    total = np.sum(x, axis=axes, dtype=_averaged(np.zeros(1, x.dtype)).dtype)
    return np.asarray(total / np.asarray(along.length(x.shape, axes), total.dtype))


def _sparse_mean(x: Tensor, axes: Axes, _settings: Settings) -> Array:
    total = along.sums(along.map_elements(x, _averaged(elements(x))), axes)
    return np.asarray(total / np.float64(along.length(x.shape, axes)))


def _mean_of_present(x: Tensor, axes: Axes, _settings: Settings) -> Array:
    numbers = _averaged(elements(x))
    total = _total(replace(unmarked(x), dtype=numeric_type(numbers.dtype), data=numbers), axes)
    count = along.length(x.shape, axes) - present.counts(x, axes)
    return np.asarray(total / count.astype(total.dtype).reshape(total.shape))


def _mean_of_lines(lines: Lines, _settings: Settings) -> Array:
    total = lines.reduce(np.add, lines.data, 0, np.complex128 if lines.data.dtype.kind == "c" else np.float64)
    return np.asarray(total / np.float64(lines.length))


def _product(x: Array, axes: Axes, _settings: Settings) -> Array:
    return np.asarray(np.prod(x, axis=axes, dtype=np.float64 if x.dtype.kind == "f" else None))


def _product_of_lines(parts: Lines, _settings: Settings) -> Array:
    wide = np.prod(np.zeros(1, parts.data.dtype), dtype=np.float64 if parts.data.dtype.kind == "f" else None).dtype
    found = parts.reduce(np.multiply, parts.data, 1, wide)
    return np.where(parts.absent > 0, found * found.dtype.type(0), found)


def _extreme(function: np.ufunc) -> Reduction:
    def of_present(x: Tensor, axes: Axes, _settings: Settings) -> Array:
        shown = present.filled(x, present.worst(x.dtype.storage, function))
        return along.extremes(shown, axes, function) if operands.is_sparse(x) else function.reduce(shown.array(), axes)

    def of_lines(lines: Lines, _settings: Settings) -> Array:
        dtype = lines.data.dtype
        found = lines.reduce(function, lines.data, present.worst(dtype, function))
        return np.where(lines.absent > 0, function(found, dtype.type(0)), found)

    of_numbers = Reduction(
        lambda x, axes, _: np.asarray(function.reduce(x, axis=axes)),
        lambda x, axes, _: along.extremes(x, axes, function),
        lambda x, _: x,
        REAL,
        of_present,
        needs_elements=True,
        of_lines=of_lines,
    )
    return replace(of_numbers, others=ByIntegers(have_order, _WITH_ORDER, of_numbers, stays=True))


def _place(function: np.ufunc) -> Reduction:
    def of_array(x: Array, axes: Axes, _settings: Settings) -> Array:
        axis = None if axes is None else axes[0]
        return np.asarray(np.argmax(x, axis=axis) if function is np.maximum else np.argmin(x, axis=axis))

    of_numbers = Reduction(
        of_array,
        lambda x, axes, _: along.first_extreme(x, axes, function),
        lambda x, _: np.zeros(1, np.int64),
        REAL,
        lambda x, axes, _: present.first_extreme(x, axes, function),
        needs_elements=True,
    )
    return replace(of_numbers, others=ByIntegers(have_order, _WITH_ORDER, of_numbers, stays=False))


_SUM_OF_DURATIONS: Final = ByIntegers(
    is_duration,
    ("durations",),
    Reduction(exactly(exact_sum), exact_sum, lambda x, _: x, of_lines=exact_sum_of_lines),
    stays=True,
)
_MEAN_OF_TIMES: Final = ByIntegers(
    is_averaged,
    ("timestamps", "durations"),
    Reduction(
        exactly(exact_mean),
        exact_mean,
        lambda x, _: x,
        of_present=exact_mean,
        needs_elements=True,
        of_lines=exact_mean_of_lines,
    ),
    stays=True,
)


def _magnitude(x: Array, _settings: Settings) -> Array:
    """Absolute values, as floating-point numbers."""
    return np.asarray(np.abs(x if x.dtype.kind in "fc" else x.astype(np.float64)))


def _wide_magnitude(x: Array) -> Array:
    return _magnitude(x, {}).astype(np.float64, copy=False)


def _norm(x: Array, axes: Axes, settings: Settings) -> Array:
    magnitudes = _wide_magnitude(x)
    if settings["ord"] == 1:
        return np.asarray(magnitudes.sum(axis=axes))
    if settings["ord"] == math.inf:
        return np.asarray(magnitudes.max(axis=axes, initial=0))
    return np.asarray(np.sqrt(np.square(magnitudes).sum(axis=axes)))


def _sparse_norm(x: Tensor, axes: Axes, settings: Settings) -> Array:
    magnitudes = _wide_magnitude(elements(x))
    if settings["ord"] == 1:
        return along.sums(along.map_elements(x, magnitudes), axes)
    if settings["ord"] == math.inf:
        if along.length(x.shape, axes) == 0:
            return np.zeros(math.prod(x.shape[axis] for axis in range(x.ndim) if axis not in (axes or range(x.ndim))))
        return along.extremes(along.map_elements(x, magnitudes), axes, np.maximum)
    return np.asarray(np.sqrt(along.sums(along.map_elements(x, np.square(magnitudes)), axes)))


_NORM = Reduction(_norm, _sparse_norm, _magnitude)


def _infer_norm(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    order = settings["ord"]
    if isinstance(order, bool) or order not in (1, 2, math.inf, "fro"):
        inference.mismatch("ord", '1, 2, inf or "fro"', repr(order))
    return _NORM.infer(inference, args, settings)


def _count(x: Tensor, axes: Axes, _settings: Settings) -> Array:
    """How many elements are not zero."""
    if operands.is_sparse(x):
        return along.sums(along.map_elements(x, elements(x) != 0), axes)
    return np.asarray(np.count_nonzero(x.array(), axis=axes))


def _some(x: Tensor, axes: Axes, settings: Settings) -> Array:
    """Whether one of the elements that are there is not zero."""
    return _count(unmarked(x), axes, settings) > 0


def _no_zero(x: Tensor, axes: Axes, settings: Settings) -> Array:
    """Whether none of the elements that are there is zero."""
    hidden = 0 if x.validity is None else present.counts(x, axes)
    return np.asarray(_count(unmarked(x), axes, settings) + hidden == along.length(x.shape, axes))


def _some_of_lines(lines: Lines, _settings: Settings) -> Array:
    return _nonzero(lines) > 0


def _no_zero_of_lines(lines: Lines, _settings: Settings) -> Array:
    return np.asarray(_nonzero(lines) == lines.length)


def _nonzero(lines: Lines) -> Array:
    return lines.reduce(np.add, lines.data != 0, 0, np.int64)


SUM: Final = Reduction(
    lambda x, axes, _: np.asarray(np.sum(x, axis=axes)),
    lambda x, axes, _: along.sums(x, axes),
    lambda x, _: np.sum(x),
    others=_SUM_OF_DURATIONS,
    of_lines=_sum_of_lines,
)
PROD: Final = Reduction(
    _product,
    of_segments(_product_of_lines),
    lambda x, _: np.prod(x),
    of_present=of_segments(_product_of_lines),
    of_nothing=True,
    of_lines=_product_of_lines,
)
MEAN: Final = Reduction(
    _mean,
    _sparse_mean,
    lambda x, _: np.mean(x),
    of_present=_mean_of_present,
    others=_MEAN_OF_TIMES,
    of_lines=_mean_of_lines,
)
MAX: Final = _extreme(np.maximum)
MIN: Final = _extreme(np.minimum)
ANY: Final = Reduction(
    lambda x, axes, _: np.asarray(np.any(x, axis=axes)),
    _some,
    lambda x, _: np.zeros(1, np.bool_),
    decides=True,
    of_lines=_some_of_lines,
)
ALL: Final = Reduction(
    lambda x, axes, _: np.asarray(np.all(x, axis=axes)),
    _no_zero,
    lambda x, _: np.zeros(1, np.bool_),
    of_present=_no_zero,
    of_nothing=True,
    decides=False,
    of_lines=_no_zero_of_lines,
)

OPS: Final = (
    reduction(
        "sum",
        "The sum of the elements. Integers narrower than 64 bits and bools are summed as int64 or uint64, as in numpy; "
        "0 of none. Of durations, too, exactly: a sum that does not fit in 64 bits is an error when it runs.",
        SUM,
        nothing_left="0",
        flow=Flow.SUM,
    ),
    reduction(
        "prod",
        "The product of the elements, those of a sparse tensor that are absent being zeros. Integers narrower than 64 "
        "bits and bools are multiplied as int64 or uint64, as in numpy; 1 of none.",
        PROD,
        nothing_left="1",
        flow=Flow.PRODUCT,
    ),
    reduction(
        "mean",
        "The arithmetic mean, the sum divided by the number of elements; of integers and bools in float64; NaN of "
        "none. Of durations and timestamps, too, exactly and then cut off towards zero, which of timestamps is 1970; "
        "there must be some.",
        MEAN,
        flow=Flow.MEAN,
    ),
    reduction("max", f"The greatest element; NaN if any is. {_OTHERS}", MAX, flow=Flow.MAXIMUM),
    reduction("min", f"The least element; NaN if any is. {_OTHERS}", MIN, flow=Flow.MINIMUM),
    reduction(
        "any",
        "Whether any element is not zero, bool; NaN is not zero. False of none.",
        ANY,
        nothing_left="false",
        flow=Flow.ANY,
        missing="Missing where an element of the line is and none that is there is true; with skipna left out.",
    ),
    reduction(
        "all",
        "Whether no element is zero, bool; those of a sparse tensor that are absent are. True of none.",
        ALL,
        nothing_left="true",
        flow=Flow.ALL,
        missing="Missing where an element of the line is and all that are there are true; with skipna left out.",
    ),
    Op(
        name="norm",
        version=1,
        signature="norm(x[...], ord, axis, keepdims, skipna) -> [...]",
        doc=(
            "The vector norm along axes, of all elements when none is set: ord 1 is sum(|x|), 2 is sqrt(sum(|x|^2)) "
            "and inf is max(|x|), 0 of none; the array API's vector_norm. Frobenius' norm of a matrix, \"fro\", is "
            "that of ord 2 along both axes. Of integers and bools in float64. Dense."
        ),
        missing=missing_rule("0"),
        arguments=("x",),
        results=("result",),
        infer=_infer_norm,
        run=_NORM.run,
        rows=rows.reducing(),
        parameters=(
            Parameter("ord", "float|str", 'The order of the norm: 1, 2, inf or "fro".', default=2),
            AXES,
            KEEPDIMS,
            SKIPNA,
        ),
    ),
    reduction(
        "argmax",
        "The index of the greatest element along the axis, of all elements in C order when it is unset: int64. The "
        f"first of equals; the first NaN if any is. {_OTHERS}",
        _place(np.maximum),
        axis=AXIS,
    ),
    reduction(
        "argmin",
        "The index of the least element along the axis, of all elements in C order when it is unset: int64. The "
        f"first of equals; the first NaN if any is. {_OTHERS}",
        _place(np.minimum),
        axis=AXIS,
    ),
    reduction(
        "count_nonzero",
        "The number of elements that are not zero, int64; NaN is not zero.",
        Reduction(
            lambda x, axes, _: np.asarray(np.count_nonzero(x, axis=axes)), _count, lambda x, _: np.zeros(1, np.int64)
        ),
        nothing_left="0",
        flow=Flow.SUM,
    ),
)
"""The operations of this module."""
