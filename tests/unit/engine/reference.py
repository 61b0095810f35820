"""What every operation answers, by numpy and scipy on dense arrays.

A reference takes samples (an array, and which of its elements are stored) and Python numbers, and gives arrays. Where
an absent entry annihilates it says so itself.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from unit.engine.samples import Sample

Reference = Callable[..., tuple[Any, ...]]


def plain(value: Any) -> Any:
    return value.array if isinstance(value, Sample) else value


def alone(value: Any) -> Any:
    """An array, or the array of a literal."""
    return np.asarray(plain(value))


def elementwise(function: Callable[..., Any], *annihilators: int) -> Reference:
    """A function of arrays; an absent entry of an operand in a position of `annihilators` makes the result zero."""

    def reference(*args: Any) -> tuple[Any, ...]:
        operands = [plain(arg) for arg in args]
        if not any(isinstance(arg, Sample) for arg in args):
            operands = [np.asarray(arg) for arg in args]
        result = np.asarray(function(*operands))
        for position in annihilators:
            if isinstance(args[position], Sample):
                absent = np.broadcast_to(~args[position].stored, result.shape)
                result = np.where(absent, result.dtype.type(0), result)
        return (result,)

    return reference


def _relu(x: Any) -> NDArray[Any]:
    return np.asarray(np.maximum(x, np.zeros((), x.dtype)))


def _sigmoid(x: Any) -> NDArray[Any]:
    dtype = np.exp(np.zeros(1, x.dtype)).dtype
    return np.asarray(special.expit(x.astype(np.float64))).astype(dtype)


def _clip(x: Sample, min: float | None = None, max: float | None = None) -> tuple[Any, ...]:  # noqa: A002
    array = alone(x)
    return (array if min is None and max is None else np.clip(array, min, max),)


Axes = int | tuple[int, ...] | None


def reduction(function: Callable[..., Any]) -> Reference:
    """A function of an array, axes and whether they are kept."""

    def reference(x: Sample, axis: Axes = None, keepdims: bool = False) -> tuple[Any, ...]:
        return (function(alone(x), axis=axis, keepdims=keepdims),)

    return reference


def reduced_length(x: NDArray[Any], axis: Axes) -> int:
    """How many elements are reduced to one."""
    given = axis if isinstance(axis, tuple) else (axis,)
    return x.size if axis is None else math.prod(x.shape[each] for each in given)


def _mean(x: NDArray[Any], axis: Axes, keepdims: bool) -> Any:
    if reduced_length(x, axis) == 0:
        total = np.sum(x, axis=axis, keepdims=keepdims)
        return np.full(total.shape, np.nan, np.mean(np.ones(1, x.dtype)).dtype)
    return np.mean(x, axis=axis, keepdims=keepdims)


def _prod(x: NDArray[Any], axis: Axes, keepdims: bool) -> Any:
    """In float64: products of float16 overflow on the way."""
    dtype = np.prod(x[:0] if x.ndim else x).dtype
    wide = {"f": np.float64, "c": np.complex128}.get(dtype.kind, dtype)
    return np.asarray(np.prod(x, axis=axis, keepdims=keepdims, dtype=wide)).astype(dtype)


def _norm(x: Sample, ord: Any = 2, axis: Axes = None, keepdims: bool = False) -> tuple[Any, ...]:  # noqa: A002
    array = alone(x)
    dtype = np.abs(array[:0] if array.ndim else array).dtype if array.dtype.kind in "fc" else np.dtype(np.float64)
    wide = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    if reduced_length(wide, axis) == 0:
        return (np.zeros(np.sum(wide, axis=axis, keepdims=keepdims).shape, dtype),)
    order = 2 if ord == "fro" else ord
    return (np.asarray(np.linalg.vector_norm(wide, ord=order, axis=axis, keepdims=keepdims)).astype(dtype),)


def _matmul(a: Any, b: Any) -> tuple[Any, ...]:
    x, y = alone(a), alone(b)
    dtype = np.matmul(np.zeros((1, 1), x.dtype), np.zeros((1, 1), y.dtype)).dtype
    left = x.reshape(1, -1) if x.ndim == 1 else x
    right = y.reshape(-1, 1) if y.ndim == 1 else y
    products = left[:, :, None].astype(dtype) * right[None, :, :].astype(dtype)
    products[~a.stored.reshape(left.shape)] = 0
    products[:, ~b.stored.reshape(right.shape)] = 0
    total = products.any(axis=1) if dtype == np.bool_ else _total(products, dtype)
    return (total.reshape((*x.shape[:-1], *y.shape[1:])),)


def _total(products: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    wide = {"f": np.float64, "c": np.complex128}.get(dtype.kind, dtype)
    return np.asarray(products.astype(wide).sum(axis=1, dtype=wide)).astype(dtype)


def _topk(x: Sample, k: int) -> tuple[Any, ...]:
    array = x.array
    rows = array.reshape(-1, array.shape[-1]) if array.size else np.zeros((array[..., 0:1].size, array.shape[-1]))
    indices = np.empty((len(rows), k), np.int64)
    for i, row in enumerate(rows):
        order = sorted(range(len(row)), key=lambda j: (bool(row[j] != row[j]), _Descending(row[j]), j))
        indices[i] = order[:k]
    indices = indices.reshape((*array.shape[:-1], k))
    return np.take_along_axis(array, indices, axis=-1), indices


class _Descending:
    """A number that sorts before lesser ones; NaN is equal to NaN."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: _Descending) -> bool:
        return bool(self.value > other.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and not self < other and not other < self

    __hash__ = None  # type: ignore[assignment]


def _diag(x: Sample) -> tuple[Any, ...]:
    return (np.diag(x.array),)


def _size(x: Sample, axis: int | None = None) -> tuple[Any, ...]:
    return (np.asarray(x.array.size if axis is None else x.array.shape[axis], np.int64),)


def _iterate(
    *values: Any, body: Callable[..., tuple[Any, ...]], max_iter: int, count: int = 1, tol: float | None = None
) -> tuple[Any, ...]:
    states, captured = [alone(x) for x in values[:count]], [alone(x) for x in values[count:]]
    done = 0
    while done < max_iter:
        following = list(body(*states, *captured))
        change = np.abs(following[0].astype(np.float64) - states[0].astype(np.float64)).sum()
        states, done = following, done + 1
        if tol is not None and change <= tol:
            break
    return (*states, np.asarray(done, np.int64))


def _concat(*arrays: Sample, axis: int = 0) -> tuple[Any, ...]:
    """One array after the other: numpy's type of three is not always that of the first two and the third."""
    return (functools.reduce(lambda a, b: np.concatenate((a, b), axis=axis), [x.array for x in arrays]),)


def _fill_na(x: Sample, value: Any) -> tuple[Any, ...]:
    """x, unless its type would not be that of both."""
    both = np.zeros(1, x.array.dtype) + plain(value)
    if both.dtype != x.array.dtype or np.broadcast_shapes(x.array.shape, np.shape(plain(value))) != x.array.shape:
        raise TypeError("the value does not fit")
    return (x.array,)


REFERENCES: dict[str, Reference] = {
    "abs": elementwise(np.abs),
    "add": elementwise(np.add),
    "all": reduction(np.all),
    "any": reduction(np.any),
    "argmax": reduction(np.argmax),
    "argmin": reduction(np.argmin),
    "cast": lambda x, dtype: (x.array.astype(dtype),),
    "clip": _clip,
    "concat": _concat,
    "count_nonzero": reduction(lambda x, axis, keepdims: np.sum(x != 0, axis=axis, keepdims=keepdims, dtype=np.int64)),
    "count_na": reduction(lambda x, axis, keepdims: np.sum(np.zeros(x.shape, np.int64), axis=axis, keepdims=keepdims)),
    "diag": _diag,
    "divide": elementwise(np.divide, 0),
    "drop_na": lambda x, axis=0: (x.array,),
    "equal": elementwise(np.equal),
    "exp": elementwise(np.exp),
    "fill_na": _fill_na,
    "field": lambda table, name: (table[name],),
    "greater": elementwise(np.greater),
    "greater_equal": elementwise(np.greater_equal),
    "is_na": lambda x: (np.zeros(x.array.shape, np.bool_),),
    "iterate": _iterate,
    "less": elementwise(np.less),
    "less_equal": elementwise(np.less_equal),
    "log": elementwise(np.log),
    "log1p": elementwise(np.log1p),
    "matmul": _matmul,
    "max": reduction(np.max),
    "maximum": elementwise(np.maximum),
    "mean": reduction(_mean),
    "min": reduction(np.min),
    "minimum": elementwise(np.minimum),
    "multiply": elementwise(np.multiply, 0, 1),
    "negative": elementwise(np.negative),
    "norm": _norm,
    "not_equal": elementwise(np.not_equal),
    "prod": reduction(_prod),
    "relu": elementwise(_relu),
    "sigmoid": elementwise(_sigmoid),
    "size": _size,
    "sqrt": elementwise(np.sqrt),
    "subtract": elementwise(np.subtract),
    "sum": reduction(np.sum),
    "take": lambda x, indices, axis=0: (np.take(x.array, plain(indices), axis=axis),),
    "to_dense": lambda x: (x.array,),
    "to_sparse": lambda x, layout="csr": (x.array,),
    "topk": _topk,
    "transpose": lambda x: (np.transpose(x.array),),
    "where": elementwise(np.where),
}
"""The reference of every operation of the catalogue where nothing is missing."""
