"""What adds up along a line, with what it is after each element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from jazz.values import Tensor, dense
from jazz_server.engine import arguments, layouts, operands, rows, shapes
from jazz_server.engine.dense import quiet
from jazz_server.engine.memory import check_shape
from jazz_server.engine.missing import marked
from jazz_server.engine.op import Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.promotion import Array, ordered, outcomes
from jazz_server.kinds.types import TensorType, Type

_MANY: Final = 256
"""How many lines are added up side by side, one element of each at a time, where their elements lie apart."""


def _infer_cumsum(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0])
    shapes.axis_of(inference, settings, x.shape)
    arguments.flag(inference, settings, "skipna")
    dtypes = ordered(result.dtype for result in outcomes(np.cumsum, [x.dtypes]))
    shape = x.shape if settings.get("axis") is not None or _is_vector(x) else (_size(inference, x),)
    return (TensorType(dtypes, shape, arguments.DENSE, nullable=x.nullable),)


def _is_vector(x: TensorType) -> bool:
    return x.shape is not None and len(x.shape) == 1


def _size(inference: Inference, x: TensorType) -> Any:
    known = x.shape is not None and all(isinstance(length, int) for length in x.shape)
    return int(np.prod([length for length in x.shape or () if isinstance(length, int)])) if known else inference.fresh()


def _run_cumsum(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    x, given = operands.tensor("x", args[0]), settings.get("axis")
    array = layouts.array_of(x)
    hidden = None if x.validity is None else layouts.missing_array(x)
    dtype = np.cumsum(np.zeros(1, array.dtype)).dtype
    check_shape(x.shape, dtype)
    run.checkpoint()
    axis = given if isinstance(given, int) else None
    with quiet():
        result = dense(_summed(array, axis, dtype))
    if hidden is None:
        return (result,)
    if settings["skipna"]:
        return (marked(result, hidden if axis is not None else hidden.reshape(-1)),)
    return (marked(result, np.asarray(np.cumsum(hidden, axis=axis) > 0)),)


def _summed(array: Array, axis: int | None, dtype: np.dtype[Any]) -> Array:
    wide = {"f": np.dtype(np.float64), "c": np.dtype(np.complex128)}.get(dtype.kind, dtype)
    if axis is None or array.size // max(array.shape[axis], 1) < _MANY or array.strides[axis] == array.itemsize:
        return np.cumsum(array, axis=axis, dtype=wide).astype(dtype, copy=False)
    out = np.empty_like(array, wide)
    source, sums = np.moveaxis(array, axis, 0), np.moveaxis(out, axis, 0)
    for position in range(len(source)):
        np.add(source[position], sums[position - 1] if position else 0, out=sums[position])
    return out.astype(dtype, copy=False)


OPS: Final = (
    Op(
        name="cumsum",
        version=1,
        signature="cumsum(x[...], axis, skipna) -> [...]",
        doc=(
            "The sum of each element and all before it along the axis, of all elements in C order as a vector when it "
            "is unset; with the element type of sum, as in numpy. Dense."
        ),
        missing="Missing from the first element on that is; with skipna only where x is, and the sums go on.",
        arguments=("x",),
        results=("result",),
        infer=_infer_cumsum,
        run=_run_cumsum,
        rows=rows.not_along(None),
        work="O(elements)",
        parameters=(
            Parameter("axis", "axis", "The axis along which to add up, from the end when negative; all when unset."),
            Parameter("skipna", "bool", "Whether missing elements are left out of the sums.", default=False),
        ),
    ),
)
"""The operations of this module."""
