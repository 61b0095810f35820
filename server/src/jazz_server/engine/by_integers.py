"""Reductions of elements that are no numbers: of integers that stand for them.

Timestamps, dates and durations are integers; texts and elements of ordered factors are ranks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import numpy as np

from jazz.values import DataType, Layout, Tensor, dense
from jazz_server.engine import along, operands, present, structure
from jazz_server.engine.along import Axes
from jazz_server.engine.compressed import elements
from jazz_server.engine.errors import OpError
from jazz_server.engine.groups import Groups
from jazz_server.engine.missing import missing_entries, unmarked
from jazz_server.engine.op import Inference, Run, Scalar, Settings
from jazz_server.engine.ordering import keys_of
from jazz_server.engine.promotion import INT64, Array
from jazz_server.engine.segments import Lines
from jazz_server.engine.times import is_time
from jazz_server.kinds import describe
from jazz_server.kinds.types import TensorType, Type

_BITS: Final = 21
_LIMIT: Final = 2**63


class OfNumbers(Protocol):
    """A reduction of numbers."""

    def infer(self, inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[TensorType, ...]:
        """The type of the result."""
        ...

    def run(self, run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
        """The result."""
        ...

    def of_groups(self, x: Tensor, groups: Groups, settings: Settings) -> Tensor:
        """The results for groups of rows."""
        ...


@dataclass(frozen=True, slots=True)
class ByIntegers:
    """How elements that are no numbers are reduced.

    Attributes:
        takes: Whether it takes elements of a type.
        named: What it takes, in words.
        reduction: What is done to the integers that stand for them.
        stays: Whether results are elements of the same type; else they are numbers.
    """

    takes: Callable[[DataType], bool]
    named: tuple[str, ...]
    reduction: OfNumbers
    stays: bool

    def infer(self, inference: Inference, x: TensorType, settings: Settings) -> tuple[TensorType, ...]:
        """The type of the result, for elements that it takes."""
        dense_only = any(not is_time(dtype) for dtype in x.dtypes)
        if dense_only and x.layouts and Layout.DENSE not in x.layouts:
            inference.mismatch("x", f"a dense tensor of {describe.dtypes(x.dtypes)}", describe.layouts(x.layouts))
        (result,) = self.reduction.infer(inference, (replace(x, dtypes=(INT64,)),), settings)
        return (replace(result, dtypes=x.dtypes) if self.stays else result,)

    def run(self, run: Run, x: Tensor, settings: Settings) -> tuple[Tensor, ...]:
        """The result, for elements that it takes."""
        return (self._reduced(x, lambda integers: self.reduction.run(run, (integers,), settings)[0]),)

    def of_groups(self, x: Tensor, groups: Groups, settings: Settings) -> Tensor:
        """The results for groups of rows of elements that it takes."""
        return self._reduced(x, lambda integers: self.reduction.of_groups(integers, groups, settings))

    def _reduced(self, x: Tensor, reduce: Callable[[Tensor], Tensor]) -> Tensor:
        if is_time(x.dtype):
            result = reduce(replace(x, dtype=INT64, data=elements(x).astype(np.int64)))
            if not self.stays:
                return result
            assert result.data is not None
            return replace(result, dtype=x.dtype, data=result.data.astype(x.dtype.storage))
        ranks = Tensor(INT64, x.shape, order=x.order, data=keys_of(x).astype(np.int64), validity=x.validity)
        result = reduce(ranks)
        return _elements_of(x, ranks, result) if self.stays else result


def _elements_of(x: Tensor, ranks: Tensor, result: Tensor) -> Tensor:
    """The elements whose ranks are the result; where that is missing, one that is."""
    assert ranks.data is not None
    missing = missing_entries(ranks)
    known, first = np.unique(ranks.data[~missing], return_index=True)
    places = np.full(result.shape, np.argmax(missing))
    there = ~missing_entries(result).reshape(result.shape)
    places[there] = np.flatnonzero(~missing)[first[np.searchsorted(known, result.array()[there])]]
    return structure.arranged(x, places)


def have_order(dtype: DataType) -> bool:
    """Whether elements that are no numbers have an order: times, texts, bytes and elements of ordered factors."""
    return is_time(dtype) or dtype.variable or dtype.ordered


def is_duration(dtype: DataType) -> bool:
    """Whether elements are durations."""
    return dtype.name == "duration"


def is_averaged(dtype: DataType) -> bool:
    """Whether elements are durations or timestamps, which have a mean."""
    return dtype.name in ("duration", "timestamp")


def _totals(x: Tensor, axes: Axes) -> Array:
    """The sums of int64, as Python's integers."""
    return _exactly_added(elements(x), lambda part: _sums(replace(unmarked(x), data=part), axes))


def _exactly_added(data: Array, add: Callable[[Array], Array]) -> Array:
    """What `add` gives of int64, as Python's integers: it is given parts of them, whose sums cannot overflow."""
    low = (1 << _BITS) - 1
    parts = (data >> (2 * _BITS), (data >> _BITS) & low, data & low)
    sums = [add(part).astype(object) for part in parts]
    return np.asarray((sums[0] * (1 << _BITS) + sums[1]) * (1 << _BITS) + sums[2], object)


def _totals_of_lines(lines: Lines) -> Array:
    return _exactly_added(lines.data, lambda part: lines.reduce(np.add, part, 0))


def _sums(x: Tensor, axes: Axes) -> Array:
    return along.sums(x, axes) if operands.is_sparse(x) else np.asarray(x.array().sum(axis=axes))


def exact_sum(x: Tensor, axes: Axes, _settings: Settings) -> Array:
    """The sums of int64, those that are missing being 0.

    Raises:
        OpError: One does not fit in 64 bits.
    """
    return _fitting(_totals(x, axes))


def exact_sum_of_lines(lines: Lines, _settings: Settings) -> Array:
    """The sums of lines of int64.

    Raises:
        OpError: One does not fit in 64 bits.
    """
    return _fitting(_totals_of_lines(lines))


def _fitting(totals: Array) -> Array:
    for total in totals.ravel():
        if not -_LIMIT <= total < _LIMIT:
            raise OpError("x", "durations whose sum fits in 64 bits", str(total))
    return totals.astype(np.int64)


def exact_mean(x: Tensor, axes: Axes, _settings: Settings) -> Array:
    """The means of the int64 that are there, cut off towards zero; of none 0."""
    totals = _totals(x, axes)
    counts = np.full(totals.shape, along.length(x.shape, axes))
    if x.validity is not None:
        counts = np.maximum(counts - present.counts(x, axes).reshape(totals.shape), 1)
    return _cut_off(totals, counts)


def exact_mean_of_lines(lines: Lines, _settings: Settings) -> Array:
    """The means of lines of int64, cut off towards zero; of none 0."""
    return _cut_off(_totals_of_lines(lines), np.maximum(lines.length, 1))


def _cut_off(totals: Array, counts: Array) -> Array:
    pairs = zip(totals.flat, counts.flat, strict=True)
    found = [abs(total) // int(count) * (1 if total > 0 else -1) for total, count in pairs]
    return np.asarray(found, np.int64).reshape(totals.shape)


def exactly(function: Callable[[Tensor, Axes, Settings], Array]) -> Callable[[Array, Axes, Settings], Array]:
    """The reduction of arrays that a reduction of tensors is."""
    return lambda x, axes, settings: function(dense(x), axes, settings)
