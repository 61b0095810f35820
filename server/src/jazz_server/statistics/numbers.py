"""Statistics of numbers, truth values and times."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from jazz.values import DataType, Tensor
from jazz_server.statistics.sampling import chunks
from jazz_server.statistics.stored import Array, Checkpoint, Stored

BINS: Final = 32

_TIMES: Final = ("timestamp", "date", "duration")


@dataclass(frozen=True, slots=True)
class Histogram:
    """How numbers are spread.

    Attributes:
        edges: The bounds of the bins, one more than there are bins. A number on a bound belongs to the bin above it, on
            the last one to the last bin.
        counts: How many numbers lie in each bin.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """What numbers, truth values or times are like; of complex numbers, their magnitudes.

    Attributes:
        seen: How many were looked at.
        missing: How many of them are missing.
        zero: How many of them are zero; times never are.
        nan: How many of them are NaN.
        infinite: How many of them are infinite.
        mean: The mean of those that are finite; None when there are none and for points in time.
        deviation: Their standard deviation.
        extremes: The least and the greatest that is finite, a tensor of length 2, or None.
        histogram: How they are spread, or None when none is finite.
    """

    seen: int = 0
    missing: int = 0
    zero: int = 0
    nan: int = 0
    infinite: int = 0
    mean: float | None = None
    deviation: float | None = None
    extremes: Tensor | None = None
    histogram: Histogram | None = None


def describe_numbers(tensor: Stored, budget: int, checkpoint: Checkpoint) -> Numbers:
    """Statistics of all elements (stored entries), or of a sample of about `budget` of them. O(budget)."""
    tally = _Tally()
    for start, stop in chunks(tensor.count, budget):
        checkpoint()
        tally.add(tensor.elements(start, stop), tensor.present(start, stop))
    finite = np.concatenate(tally.finite) if tally.finite else np.empty(0, tensor.dtype.storage)
    zero = 0 if tensor.dtype.name in _TIMES else tally.zero
    counts = (tally.seen, tally.missing, zero, tally.nan, tally.infinite)
    if not len(finite):
        return Numbers(*counts)
    mean, deviation = (None, None) if tensor.dtype.name in ("timestamp", "date") else moments(finite)
    return Numbers(*counts, mean, deviation, _extremes(finite, tensor.dtype), histogram(finite))


@dataclass(slots=True)
class _Tally:
    """What has been counted, and the finite numbers found (of complex ones the magnitudes)."""

    seen: int = 0
    missing: int = 0
    zero: int = 0
    nan: int = 0
    infinite: int = 0
    finite: list[Array] = field(default_factory=list)

    def add(self, numbers: Array, present: Array | None) -> None:
        self.seen += len(numbers)
        if present is not None:
            self.missing += len(numbers) - int(np.count_nonzero(present))
            numbers = numbers[present]
        self.zero += len(numbers) - int(np.count_nonzero(numbers))
        if numbers.dtype.kind in "fc":
            nan = np.isnan(numbers)
            finite = np.isfinite(numbers)
            self.nan += int(np.count_nonzero(nan))
            self.infinite += int(np.count_nonzero(~(finite | nan)))
            numbers = numbers[finite]
        if numbers.dtype.kind == "c":
            numbers = np.hypot(numbers.real.astype(np.float64), numbers.imag.astype(np.float64))
            overflown = np.isinf(numbers)
            if overflown.any():
                numbers[overflown] = np.finfo(np.float64).max
        self.finite.append(numbers)


def moments(numbers: Array) -> tuple[float, float]:
    """The mean and the standard deviation of finite numbers, without overflow on the way.

    >>> moments(np.array([1e308, 1e308]))
    (1e+308, 0.0)
    """
    scale = float(np.abs(numbers.astype(np.float64)).max()) or 1.0
    scaled = numbers.astype(np.float64) / scale
    return float(scaled.mean() * scale), float(scaled.std() * scale)


def histogram(numbers: Array) -> Histogram:
    """How finite numbers are spread over at most 32 bins of equal width.

    Bins of integers and times hold equally many integers each, one where there are few.
    """
    if numbers.dtype.kind in "biu":
        return _integer_histogram(numbers.view(np.uint8) if numbers.dtype.kind == "b" else numbers)
    low, high = float(numbers.min()), float(numbers.max())
    if low == high:
        return Histogram((low, high), (len(numbers),))
    # Quarters, so that neither the width of all bins nor the sum of two bounds can overflow.
    edges = np.linspace(low / 4, high / 4, BINS + 1)
    width = edges[-1] - edges[0]
    if width == 0:  # subnormal numbers, which a quarter is too small for
        return Histogram((low, high), (len(numbers),))
    places = ((numbers.astype(np.float64) / 4 - edges[0]) / width * BINS).astype(np.int64)
    counts = np.bincount(np.minimum(places, BINS - 1), minlength=BINS)
    bounds = edges * 4
    bounds[0], bounds[-1] = low, high
    return Histogram(tuple(bounds.tolist()), tuple(counts.tolist()))


def _integer_histogram(numbers: Array) -> Histogram:
    low, high = int(numbers.min()), int(numbers.max())
    width = -(-(high - low + 1) // BINS)
    bins = -(-(high - low + 1) // width)
    # Differences from the least fit in 64 bits without a sign, whatever the type.
    above = numbers.astype(np.uint64) - np.uint64(low % 2**64)
    counts = np.bincount((above // np.uint64(width)).astype(np.int64), minlength=bins)
    edges = (float(low + place * width) - 0.5 * (width == 1) for place in range(bins + 1))
    return Histogram(tuple(edges), tuple(counts.tolist()))


def _extremes(finite: Array, dtype: DataType) -> Tensor:
    kept = DataType("float64") if dtype.name.startswith("complex") else dtype
    extremes: Any = np.array([finite.min(), finite.max()], kept.storage)
    return Tensor(kept, (2,), data=extremes)


def is_number(dtype: DataType) -> bool:
    """Whether there are statistics of numbers for elements of a type."""
    return dtype.numeric or dtype.name in _TIMES


def magnitudes(numbers: Array) -> Array:
    """Numbers as float64, complex ones as their magnitudes, what is not finite as NaN."""
    with np.errstate(over="ignore"):
        real = np.abs(numbers) if numbers.dtype.kind == "c" else numbers
    real = real.astype(np.float64)
    real[~np.isfinite(real)] = math.nan
    return real
