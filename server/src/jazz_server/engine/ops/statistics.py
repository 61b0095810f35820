"""Reductions that say how numbers are spread: variances and quantiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from secrets import randbits
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz_server.engine import along, rows
from jazz_server.engine.along import Axes
from jazz_server.engine.launch import launch
from jazz_server.engine.op import Flow, Inference, Op, Parameter, Scalar, Settings
from jazz_server.engine.promotion import BOOL, NUMERIC, REAL, Array, work_dtype
from jazz_server.engine.reducing import AXES, KEEPDIMS, SKIPNA, OfArray, Reduction, missing_rule, reduction
from jazz_server.engine.segments import Lines, OfLines, Segments, along_last, of_segments, squared
from jazz_server.engine.unmoved import Unmoved
from jazz_server.kinds.types import Type

_CORRECTION: Final = Parameter(
    "correction", "float", "What is taken from the number of elements: 1 for the variance of a sample.", default=0
)
_SIGN: Final = np.uint64(1 << 63)
"""What turns the order of uint64 into that of int64."""

_METHODS: Final = ("linear", "lower", "higher", "nearest", "midpoint")


def _wide(x: Array) -> Array:
    return x.astype(np.complex128 if x.dtype.kind == "c" else np.float64, copy=False)


def _divisor(count: Any, settings: Settings) -> Any:
    correction = settings["correction"]
    assert isinstance(correction, int | float)
    return np.maximum(np.asarray(count, np.float64) - correction, 0)


def _variance(x: Array, axes: Axes, settings: Settings) -> Array:
    """In two passes: the mean first, then the squares of what is left, so that nothing cancels."""
    count = along.length(x.shape, axes)
    mean = np.sum(x, axis=axes, dtype=_wide(x[:0] if x.ndim else x).dtype, keepdims=True) / np.float64(count)
    return np.asarray(squared(x - mean).sum(axis=axes) / _divisor(count, settings))


def _variance_of_lines(parts: Lines, settings: Settings) -> Array:
    count, absent = parts.length, parts.absent
    mean = parts.reduce(np.add, parts.data, 0, _wide(parts.data[:0]).dtype) / count.astype(np.float64)
    squares = parts.squares(mean)
    # Absent entries are zeros: each is as far from the mean as that is from zero.
    squares = squares + np.where(absent > 0, absent * squared(mean), 0)
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


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a quantile is in the ascending order of each line.

    Attributes:
        low: The place of the element that is not above it.
        high: That of the one that is not below it: the same, or the next one.
        share: How far it is from the one to the other; None where it is the one at `low`.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    share: Array | None


def _spot(count: NDArray[np.int64], q: float, method: str) -> _Spot:
    place = q * (count - 1.0)
    if method in ("lower", "higher", "nearest"):
        at = {"lower": np.floor, "higher": np.ceil, "nearest": np.rint}[method](place).astype(np.int64)
        return _Spot(at, at, None)
    low = np.floor(place)
    share = place - low if method == "linear" else np.where(place > low, 0.5, 0.0)
    return _Spot(low.astype(np.int64), np.ceil(place).astype(np.int64), share)


def _between(a: Array, b: Array, share: Array) -> Array:
    """What is a share of the way from one number to another one, in float64."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    gap = b - a
    between = np.where(share < 0.5, a + gap * share, b - gap * (1 - share))
    between = np.where(np.isinf(gap), a * (1 - share) + b * share, between)
    return np.where((a == b) | (share == 0), a, between)


def _orders(settings: Settings) -> tuple[float, ...]:
    q = settings["q"]
    given = q if isinstance(q, tuple) else (q,)
    return tuple(float(each) for each in given if isinstance(each, int | float))


def _quantiles(x: Array, axes: Axes, settings: Settings) -> Array:
    lines = along_last(x, axes)
    indptr = np.arange(len(lines) + 1) * lines.shape[1]
    return _quantiles_of_lines(Segments(indptr, lines.reshape(-1), np.zeros(len(lines), np.int64)), settings)


def _quantiles_of_lines(lines: Lines, settings: Settings) -> Array:
    """The quantiles, one row for each that is asked for; NaN where a line holds one."""
    parts = lines.segments if isinstance(lines, Unmoved) else lines
    assert isinstance(parts, Segments)
    spots = [_spot(parts.length, q, str(settings["method"])) for q in _orders(settings)]
    pick = _picks(parts, [spots[at].low for at in np.argsort(_orders(settings))])
    found = [
        pick(spot.low) if spot.share is None else _between(pick(spot.low), pick(spot.high), spot.share)
        for spot in spots
    ]
    return np.stack(found) if isinstance(settings["q"], tuple) else found[0]


def _picks(parts: Segments, wanted: Sequence[NDArray[np.int64]]) -> Callable[[NDArray[np.int64]], Array]:
    """Gives elements at places of the ascending order of each line, those that are wanted and those that come next.

    They are selected from what is stored; the zeros that are not come between the negative and the positive numbers.
    Wanted places are in ascending order.
    """
    begin, stored, absent = parts.indptr[:-1], parts.stored, parts.absent
    negative = parts.reduce(np.add, parts.data < 0, 0, np.int64) if absent.any() else np.zeros_like(absent)
    data = _as_ordered(parts.data)

    def stored_at(at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where elements are in the data; for a zero that is not, where what comes next is."""
        places = np.where(at < negative, at, np.maximum(at - absent, negative))
        return np.asarray(begin + np.clip(places, 0, np.maximum(stored - 1, 0)))

    def pick(at: NDArray[np.int64]) -> Array:
        elements = _as_they_are(data[stored_at(at)], parts.data.dtype)
        zero = (at >= negative) & (at < negative + absent) & ((elements == elements) | (stored == 0))
        return np.where(zero, elements.dtype.type(0), elements)

    _select(data, begin, parts.indptr[1:], [stored_at(at) for at in wanted])
    return pick


def _select(
    data: Array, begins: NDArray[np.int64], ends: NDArray[np.int64], places: Sequence[NDArray[np.int64]]
) -> None:
    """Moves elements of segments to places of their ascending order, and the next ones behind them.

    The middle one comes first, so that for each of the others one side of it is left.
    """
    if not places:
        return
    middle = len(places) // 2
    at, work = places[middle], int(np.maximum(ends - begins, 0).sum())
    launch("select_segments", len(at), work + len(at), begins, ends, data, at, randbits(31), value=data.dtype)
    _select(data, begins, at, places[:middle])
    _select(data, at + 1, ends, places[middle + 1 :])


def _as_ordered(x: Array) -> Array:
    """A copy of numbers as ones that kernels order in the same way, and one more."""
    if x.dtype == np.uint64:
        return np.append(x ^ _SIGN, _SIGN).view(np.int64)
    work = work_dtype(x.dtype)
    assert work is not None
    return np.concatenate((x, np.zeros(1, x.dtype)), dtype=work)


def _as_they_are(ordered: Array, dtype: np.dtype[Any]) -> Array:
    return ordered.view(np.uint64) ^ _SIGN if dtype == np.uint64 else ordered


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
