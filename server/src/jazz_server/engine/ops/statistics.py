"""Reductions that say how numbers are spread: variances and quantiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from jazz_server.engine import along, costs, rows
from jazz_server.engine.along import Axes
from jazz_server.engine.launch import grain, launch
from jazz_server.engine.op import Flow, Inference, Op, Parameter, Scalar, Settings
from jazz_server.engine.parallel import for_each, for_ranges
from jazz_server.engine.promotion import BOOL, NUMERIC, REAL, Array, work_dtype
from jazz_server.engine.reducing import AXES, KEEPDIMS, SKIPNA, OfArray, Reduction, missing_rule, reduction
from jazz_server.engine.segments import Lines, OfLines, Segments, along_last, of_segments
from jazz_server.engine.unmoved import Unmoved
from jazz_server.kinds.types import Type

_CORRECTION: Final = Parameter(
    "correction", "float", "What is taken from the number of elements: 1 for the variance of a sample.", default=0
)
_LONG: Final = 64
"""How many elements are sorted by a kernel; numpy sorts more of them faster, even if it is called for each line."""

_METHODS: Final = ("linear", "lower", "higher", "nearest", "midpoint")


def _wide(x: Array) -> Array:
    return x.astype(np.complex128 if x.dtype.kind == "c" else np.float64, copy=False)


def _squared(x: Array) -> Array:
    return np.asarray(np.square(x) if x.dtype.kind == "f" else np.square(x.real) + np.square(x.imag))


def _divisor(count: Any, settings: Settings) -> Any:
    correction = settings["correction"]
    assert isinstance(correction, int | float)
    return np.maximum(np.asarray(count, np.float64) - correction, 0)


def _variance(x: Array, axes: Axes, settings: Settings) -> Array:
    """In two passes: the mean first, then the squares of what is left, so that nothing cancels."""
    count = along.length(x.shape, axes)
    mean = np.sum(x, axis=axes, dtype=_wide(x[:0] if x.ndim else x).dtype, keepdims=True) / np.float64(count)
    return np.asarray(_squared(x - mean).sum(axis=axes) / _divisor(count, settings))


def _variance_of_lines(parts: Lines, settings: Settings) -> Array:
    data, count = _wide(parts.data), parts.length
    mean = parts.reduce(np.add, data, 0) / count.astype(np.float64)
    squares = parts.reduce(np.add, _squared(data - parts.spread(mean)), 0)
    # Absent entries are zeros: each is as far from the mean as that is from zero.
    squares = squares + np.where(parts.absent > 0, parts.absent * _squared(mean), 0)
    return np.asarray(squares / _divisor(count, settings))


def _deviation(x: Array, axes: Axes, settings: Settings) -> Array:
    return np.asarray(np.sqrt(_variance(x, axes, settings)))


def _deviation_of_lines(parts: Lines, settings: Settings) -> Array:
    return np.asarray(np.sqrt(_variance_of_lines(parts, settings)))


def _spread(of_array: OfArray, of_lines: OfLines) -> Reduction:
    of_tensor = of_segments(of_lines)
    return Reduction(of_array, of_tensor, lambda x, _: np.var(x), NUMERIC, of_tensor, of_lines=of_lines)


VAR: Final = _spread(_variance, _variance_of_lines)
STD: Final = _spread(_deviation, _deviation_of_lines)


_Pick = Callable[[Any], Array]
"""The elements of each line that are at a place of their ascending order: one place for all lines, or one for each."""


def _quantile(pick: _Pick, count: Any, q: float, method: str) -> Array:
    """The quantile of each line, from its elements in ascending order."""
    place = q * (np.asarray(count, np.float64) - 1)
    if method in ("lower", "higher", "nearest"):
        at = {"lower": np.floor, "higher": np.ceil, "nearest": np.rint}[method](place)
        return pick(at.astype(np.int64))
    low = np.floor(place)
    share = place - low if method == "linear" else np.where(place > low, 0.5, 0.0)
    a, b = (pick(at.astype(np.int64)).astype(np.float64) for at in (low, np.ceil(place)))
    gap = b - a
    between = np.where(share < 0.5, a + gap * share, b - gap * (1 - share))
    between = np.where(np.isinf(gap), a * (1 - share) + b * share, between)
    return np.where((a == b) | (share == 0), a, between)


def _orders(settings: Settings) -> tuple[float, ...]:
    q = settings["q"]
    given = q if isinstance(q, tuple) else (q,)
    return tuple(float(each) for each in given if isinstance(each, int | float))


def _every(pick: _Pick, count: Any, undefined: Array, settings: Settings) -> Array:
    """The quantiles, one row for each that is asked for; NaN where a line holds one."""
    found = np.stack([_quantile(pick, count, q, str(settings["method"])) for q in _orders(settings)])
    if undefined.any():
        found[:, undefined] = np.nan
    return found if isinstance(settings["q"], tuple) else np.asarray(found[0])


def _quantiles(x: Array, axes: Axes, settings: Settings) -> Array:
    lines = np.array(along_last(x, axes), order="C")
    count = lines.shape[1]
    places = _places(count, settings)
    for_ranges(
        len(lines), lambda begin, end: lines[begin:end].partition(places, axis=1), grain=grain(len(lines), lines.size)
    )
    last = lines[:, -1]
    return _every(lambda at: lines[:, int(at)], count, last != last, settings)


def _places(count: int, settings: Settings) -> list[int]:
    """The places of an ascending order that quantiles are made of, and the last, where NaN would be."""
    exact = [q * (count - 1) for q in _orders(settings)]
    return sorted({count - 1, *(int(at) for place in exact for at in (np.floor(place), np.ceil(place)))})


def _quantiles_of_lines(lines: Lines, settings: Settings) -> Array:
    """Sorts what is stored; the zeros that are not come between the negative and the positive numbers."""
    parts = lines.segments if isinstance(lines, Unmoved) else lines
    assert isinstance(parts, Segments)
    data = _ascending(parts)
    begin, count = parts.indptr[:-1], parts.length
    below = np.concatenate(([0], np.cumsum(data < 0)))
    negative = below[parts.indptr[1:]] - below[begin]
    data = np.append(data, data.dtype.type(0))  # so that there is one to pick where none counts

    def pick(at: Any) -> Array:
        at = np.clip(at, 0, np.maximum(count - 1, 0))
        zero = (at >= negative) & (at < negative + parts.absent)
        places = begin + np.where(at < negative, at, at - parts.absent)
        return np.asarray(np.where(zero, data.dtype.type(0), data[np.clip(places, 0, len(data) - 1)]))

    last = data[np.maximum(parts.indptr[1:] - 1, 0)]
    return _every(pick, count, (parts.stored > 0) & (last != last), settings)


def _ascending(parts: Segments) -> Array:
    """The stored elements, those of each segment in ascending order, NaN last."""
    work = work_dtype(parts.data.dtype)
    if work is None or parts.data.dtype == np.uint64:
        return np.asarray(parts.data[np.lexsort((parts.data, parts.spread(np.arange(len(parts.absent)))))])
    data = np.array(parts.data, work)
    count = len(parts.absent)
    launch("sort_segments", count, len(data) + count, parts.indptr, data, np.empty_like(data), _LONG, value=work)
    long = np.flatnonzero(parts.stored > _LONG)
    for_each([(parts.indptr[line], parts.indptr[line + 1]) for line in long], lambda ends: data[slice(*ends)].sort())
    return data


def _quantile_type(x: Array, settings: Settings) -> Array:
    kept = x.dtype.kind == "f" or settings["method"] in ("lower", "higher", "nearest")
    return x if kept else np.asarray(x, np.float64)


QUANTILE: Final = Reduction(
    _quantiles,
    of_segments(_quantiles_of_lines),
    _quantile_type,
    tuple(dtype for dtype in REAL if dtype != BOOL),
    of_segments(_quantiles_of_lines),
    needs_elements=True,
    several="q",
    of_lines=_quantiles_of_lines,
)


def _infer_quantile(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    for q in _orders(settings):
        if not 0 <= q <= 1:
            inference.mismatch("q", "numbers from 0 to 1", repr(q))
    if settings["q"] == ():
        inference.mismatch("q", "one number or more", "none")
    if settings["method"] not in _METHODS:
        inference.mismatch("method", "linear, lower, higher, nearest or midpoint", repr(settings["method"]))
        settings = {**settings, "method": "linear"}
    return QUANTILE.infer(inference, args, settings)


def _rows_of_quantile(along_: Sequence[bool], args: Sequence[Type | Scalar], settings: Settings) -> Flow | None:
    """Several quantiles come first: then rows do not lie along the rows of the result."""
    return None if isinstance(settings["q"], tuple) else rows.reducing()(along_, args, settings)


OPS: Final = (
    reduction(
        "var",
        "The variance, sum(|x - mean|**2) / (n - correction), in two passes and in float64: NaN of none. Of integers "
        "and bools in float64.",
        VAR,
        _CORRECTION,
    ),
    reduction(
        "std",
        "The standard deviation, the square root of var. Of integers and bools in float64.",
        STD,
        _CORRECTION,
    ),
    Op(
        name="quantile",
        version=1,
        signature="quantile(x[...], q, method, axis, keepdims, skipna) -> [...] or [q, ...]",
        doc=(
            "The number below which the share q of the elements is: that at the place q * (n - 1) of their ascending "
            "order, between two of them as the method says (numpy's quantile; linear is type 7 of Hyndman and Fan "
            "1996). NaN if any element is. Several q are the first axis of the result. Integers give float64 where "
            "two of them are averaged. Dense; zeros of a sparse tensor are counted, not made."
        ),
        missing=missing_rule("missing"),
        arguments=("x",),
        results=("result",),
        infer=_infer_quantile,
        run=QUANTILE.run,
        rows=_rows_of_quantile,
        cost=costs.sorting_lines,
        work="O(elements stored · log of those of a line)",
        parameters=(
            Parameter("q", "float|floats", "The share, or several, from 0 to 1.", required=True),
            Parameter(
                "method",
                "str",
                '"linear", or "lower", "higher", "nearest" (half to even) or "midpoint" of the two elements.',
                default="linear",
            ),
            AXES,
            KEEPDIMS,
            SKIPNA,
        ),
    ),
)
"""The operations of this module."""
