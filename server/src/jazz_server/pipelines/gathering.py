"""What the parts of a result become when a pipeline is run on some rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from jazz.values import Layout, Tensor, Value, dense, numeric_type
from jazz_server.engine.dense import quiet
from jazz_server.engine.memory import check_shape
from jazz_server.engine.op import Flow, Op, Run
from jazz_server.engine.promotion import Array

_COMBINED: Final[Mapping[Flow, Callable[[Any, Any], Any]]] = {
    Flow.SUM: np.add,
    Flow.MEAN: np.add,
    Flow.PRODUCT: np.multiply,
    Flow.MAXIMUM: np.maximum,
    Flow.MINIMUM: np.minimum,
    Flow.ANY: np.logical_or,
    Flow.ALL: np.logical_and,
}
_WIDENED: Final = (Flow.SUM, Flow.MEAN, Flow.PRODUCT)
"""Floats are added up and multiplied in float64, and rounded once."""


class Gathered:
    """One result, of which parts arrive in the order of the rows.

    Attributes:
        nbytes: The bytes that what has arrived takes.
    """

    def __init__(self, flow: Flow, rows: int) -> None:
        self.nbytes = 0
        self._flow = flow
        self._rows = rows
        self._done = 0
        self._parts: list[Value] = []
        self._array: Array | None = None
        self._dtype: np.dtype[Any] | None = None

    def add(self, part: Value, rows: int) -> None:
        """Take the part that so many rows gave."""
        if self._flow is not Flow.ROWS:
            self._combine(part, rows)
        elif _plain(part) and not self._parts:
            self._fill(part, rows)
        else:
            self._spill()
            self._parts.append(part)
            self.nbytes += part.nbytes if isinstance(part, Tensor) else 0
        self._done += rows

    def result(self, run: Run, ops: Mapping[str, Op]) -> Value:
        """The whole."""
        if self._array is not None:
            array = self._array
            if self._flow is Flow.MEAN:
                with quiet():
                    array = np.asarray(array / self._rows)
            return dense(array if self._dtype is None else array.astype(self._dtype, copy=False))
        if len(self._parts) == 1:
            return self._parts[0]
        return ops["concat"].run(run, self._parts, {"axis": 0})[0]

    def _combine(self, part: Value, rows: int) -> None:
        assert isinstance(part, Tensor)
        array = part.array()
        self._dtype = array.dtype
        wide = np.promote_types(array.dtype, np.float64) if array.dtype.kind in "fc" else array.dtype
        with quiet():
            if self._flow in _WIDENED:
                array = array.astype(wide)
            if self._flow is Flow.MEAN:
                array = np.asarray(array * rows)
            first = self._array is None
            self._array = array if first else np.asarray(_COMBINED[self._flow](self._array, array))
        self.nbytes = self._array.nbytes

    def _fill(self, part: Value, rows: int) -> None:
        assert isinstance(part, Tensor)
        array = part.array()
        if self._array is None:
            shape = (self._rows, *array.shape[1:])
            check_shape(shape, array.dtype)
            self._array = np.empty(shape, array.dtype)
            self.nbytes = self._array.nbytes
        self._array[self._done : self._done + rows] = array

    def _spill(self) -> None:
        """Go on with parts: something arrives that is more than numbers, or not dense."""
        if self._array is not None:
            self._parts.append(dense(self._array[: self._done].copy()))
            self._array = None
            self.nbytes = sum(part.nbytes for part in self._parts if isinstance(part, Tensor))


def _plain(part: Value) -> bool:
    return (
        isinstance(part, Tensor)
        and part.layout is Layout.DENSE
        and part.validity is None
        and part.dtype.numeric
        and part.dtype == numeric_type(part.dtype.storage)
    )
