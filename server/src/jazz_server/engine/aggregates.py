"""What is told of each group of rows: the reductions of Jazz, how many there are, and which are first and last."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor, dense
from jazz_server.engine import arguments, structure
from jazz_server.engine.groups import Groups
from jazz_server.engine.keys import keys_of_rows
from jazz_server.engine.missing import marks
from jazz_server.engine.op import Inference, Setting, Settings
from jazz_server.engine.promotion import INT64
from jazz_server.engine.rearranged import reshaped, taken
from jazz_server.engine.reducing import Reduction
from jazz_server.kinds import describe
from jazz_server.kinds.types import Dimension, TensorType, Type


class Aggregate(Protocol):
    """A function of the rows of a group in a field, which gives one row.

    Settings are `skipna` and `correction`.
    """

    def infer(self, inference: Inference, x: Type, settings: Settings) -> TensorType:
        """The type of the results for a field `x`: its first dimension is not known."""
        ...

    def of_groups(self, x: Tensor, groups: Groups, settings: Settings) -> Tensor:
        """The results, `[groups, ...]`, for a field that `infer` has found no fault with."""
        ...


@dataclass(frozen=True, slots=True)
class Reduced:
    """A reduction along the rows: what it takes and gives is for that to say.

    Attributes:
        rule: The reduction.
        settings: Its settings besides those that all have.
        dense: Whether it takes dense tensors only.
    """

    rule: Reduction
    settings: Mapping[str, Setting] = field(default_factory=lambda: MappingProxyType({}))
    dense: bool = False

    def infer(self, inference: Inference, x: Type, settings: Settings) -> TensorType:
        """The type of the results."""
        known = x
        if isinstance(x, TensorType):
            if self.dense:
                _check_dense(inference, x)
            # There are elements to reduce: no group is empty.
            known = replace(x, shape=(None, *x.shape[1:])) if x.shape else x
        (result,) = self.rule.infer(inference, (known,), {**settings, **self.settings, "axis": 0, "keepdims": False})
        return replace(result, shape=None if result.shape is None else (None, *result.shape))

    def of_groups(self, x: Tensor, groups: Groups, settings: Settings) -> Tensor:
        """The results."""
        # What a reduction makes of a type is kept by its settings, which names of thousands of fields are none of.
        given = {name: settings[name] for name in ("skipna", "correction") if name in settings}
        return self.rule.of_groups(x, groups, {**given, **self.settings})


class Count:
    """How many elements are not missing."""

    def infer(self, inference: Inference, x: Type, _settings: Settings) -> TensorType:
        """The type of the results."""
        return _integers(arguments.tensor(inference, "x", x, ()))

    def of_groups(self, x: Tensor, groups: Groups, _settings: Settings) -> Tensor:
        """The results."""
        columns = x.shape[1:]
        counts = np.tile(groups.sizes, math.prod(columns))
        if x.validity is not None:
            missing, _ = groups.lines_of(marks(x))
            counts -= missing.reduce(np.add, missing.data, 0, np.int64)
        return dense(groups.laid(counts, columns))


class Different:
    """How many different elements are not missing; NaN is one of them."""

    def infer(self, inference: Inference, x: Type, _settings: Settings) -> TensorType:
        """The type of the results."""
        known = arguments.with_order(inference, "x", x)
        _check_dense(inference, known)
        return _integers(known)

    def of_groups(self, x: Tensor, groups: Groups, _settings: Settings) -> Tensor:
        """The results."""
        columns = math.prod(x.shape[1:])
        grouped = taken(x, groups.rows, 0)
        codes = np.repeat(np.arange(groups.count), groups.sizes)
        lines = (codes[:, None] + np.arange(columns) * groups.count).reshape(-1)
        keys = keys_of_rows([dense(lines), reshaped(grouped, (grouped.size,))])
        counts = np.bincount(lines[keys.first[~keys.missing]], minlength=groups.count * columns)
        return dense(groups.laid(counts.astype(np.int64, copy=False), x.shape[1:]))


@dataclass(frozen=True, slots=True)
class End:
    """The first or the last elements; those that are there with `skipna`.

    Attributes:
        last: Whether it is the last.
    """

    last: bool

    def infer(self, inference: Inference, x: Type, settings: Settings) -> TensorType:
        """The type of the results."""
        known = arguments.tensor(inference, "x", x, (), fill=None)
        if settings.get("skipna") and known.nullable:
            _check_dense(inference, known)
        unit = x.unit if isinstance(x, TensorType) else ""
        return replace(known, shape=_behind(known), unit=unit)

    def of_groups(self, x: Tensor, groups: Groups, settings: Settings) -> Tensor:
        """The results."""
        if not settings.get("skipna") or x.validity is None:
            return taken(x, groups.last if self.last else groups.first, 0)
        return structure.arranged(reshaped(x, (x.size,)), self._present(x, groups))

    def _present(self, x: Tensor, groups: Groups) -> NDArray[np.int64]:
        """Where elements that are there are; where none is, one that is missing."""
        lines, _ = groups.positions_of(x)
        some = lines.stored > 0
        ends = lines.indptr[1:] - 1 if self.last else lines.indptr[:-1]
        columns = math.prod(x.shape[1:])
        places = (np.arange(columns)[:, None] + groups.first * columns).reshape(-1)
        places[some] = lines.data[ends[some]]
        return groups.laid(places, x.shape[1:])


def _check_dense(inference: Inference, x: TensorType) -> None:
    if x.layouts and Layout.DENSE not in x.layouts:
        inference.mismatch("x", "a dense tensor", describe.layouts(x.layouts))


def _integers(x: TensorType) -> TensorType:
    return TensorType((INT64,), _behind(x), arguments.DENSE)


def _behind(x: TensorType) -> tuple[Dimension, ...] | None:
    """The shape of results that are in the place of rows."""
    return (None, *x.shape[1:]) if x.shape else None
